/* usher-sqlite-transaction.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-transaction-private.h"

#include "usher-error.h"
#include "usher-sqlite-change-private.h"
#include "usher-sqlite-fields-private.h"
#include "usher-sqlite-outbox-private.h"
#include "usher-sqlite-reach-private.h"
#include "usher-sqlite-timers-private.h"

static const char touch[] = "UPDATE usher_schema SET value=value WHERE name='layout'";

static const char get_version[] = "PRAGMA schema_version";

static gboolean
look_at_table (UsherSqliteTable *table, gpointer user_data, GError **error)
{
  return usher_sqlite_fields_look (user_data, table, error);
}

/* Another generation of the service may have come, which wants columns of its own to be written. */
static gboolean
look_at_columns (UsherSqliteTransaction *self, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = NULL;
  gint64 version = 0;

  if (self->share == NULL)
    return TRUE;

  statement = usher_sqlite_connection_get (self->connection, get_version, error);
  if (statement == NULL ||
      !usher_sqlite_connection_get_integer (self->connection, statement, 0, &version, error))
    return FALSE;
  if (version == usher_sqlite_tables_get_version (self->tables))
    return TRUE;
  if (!usher_sqlite_tables_foreach (self->tables, look_at_table, self->connection, error))
    return FALSE;

  usher_sqlite_tables_set_version (self->tables, version);
  return TRUE;
}

/* Exact in the gate. Who is alone needs none. */
static gboolean
has_lease (UsherSqliteTransaction *self)
{
  return self->share == NULL || usher_sqlite_share_has_lease (self->share);
}

static gboolean
drop_trimmed (UsherSqliteTransaction *self, GError **error)
{
  /* when another process relays the outbox it is its own affair what is still in there */
  return self->trim == 0 || !has_lease (self) ||
         usher_sqlite_outbox_drop (self->connection, self->trim, error);
}

static gboolean
keep_reach (UsherSqliteTransaction *self, GError **error)
{
  return self->reach == NULL || !has_lease (self) ||
         usher_sqlite_reach_write (self->connection, self->reach, error);
}

static gboolean
read_next_due (UsherSqliteTransaction *self, GError **error)
{
  return !self->has_timers ||
         usher_sqlite_timers_get_next_due (self->connection, &self->next_due, error);
}

static gboolean
check_limit (UsherSqliteTransaction *self, UsherCommit *commit, GError **error)
{
  guint n_documents = usher_commit_get_n_changes (commit);

  if (self->unit_limit == 0 || n_documents <= self->unit_limit)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "the unit changes %u documents, the store commits at most %u as one",
               n_documents,
               self->unit_limit);
  return FALSE;
}

static gboolean
has_timers (UsherCommit *commit)
{
  return usher_commit_get_n_timers (commit) > 0 || usher_commit_get_fired (commit) != NULL;
}

static UsherSqliteOutcome
write_commit (UsherSqliteTransaction *self, UsherCommit *commit, GError **error)
{
  UsherTimer *fired = usher_commit_get_fired (commit);

  /* before anything of it is written, so that the others of the group do not notice */
  if (!check_limit (self, commit, error) || !usher_sqlite_outbox_check (commit, error))
    return USHER_SQLITE_REFUSED;

  /* a timer is for whoever has the lease, as if that had been first; one that is parked is for nobody but operators */
  if (fired != NULL && !usher_timer_is_parked (fired) && !has_lease (self))
    {
      usher_commit_set_applied (commit, TRUE);
      return USHER_SQLITE_WRITTEN;
    }

  return usher_sqlite_change_write (self->connection, self->tables, commit, error);
}

/* FALSE: the transaction fails */
static gboolean
write_group (UsherSqliteTransaction *self, GError **error)
{
  for (guint i = 0; i < self->group->len; i++)
    {
      UsherSqliteEntry *entry = g_ptr_array_index (self->group, i);
      UsherSqliteOutcome outcome = write_commit (self, entry->commit, &entry->error);

      if (outcome == USHER_SQLITE_BROKEN)
        {
          g_propagate_error (error, g_steal_pointer (&entry->error));
          return FALSE;
        }
      self->has_timers |= outcome == USHER_SQLITE_WRITTEN && has_timers (entry->commit);
    }

  return TRUE;
}

/* A group that is empty, or whose units are all refused, would not find out whether the disk works. */
static gboolean
test_disk (UsherSqliteTransaction *self, GError **error)
{
  return !self->must_test || usher_sqlite_connection_run (self->connection, touch, error);
}

gboolean
usher_sqlite_transaction_run (UsherSqliteTransaction *self, GError **error)
{
  gboolean ok = FALSE;

  if (!usher_sqlite_connection_begin (self->connection, error))
    return FALSE;

  ok = look_at_columns (self, error) && write_group (self, error) && test_disk (self, error) &&
       keep_reach (self, error) && drop_trimmed (self, error) && read_next_due (self, error);

  return usher_sqlite_connection_end (self->connection, ok, error);
}
