/* usher-sqlite-transaction.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-transaction-private.h"

#include "usher-error.h"
#include "usher-sqlite-change-private.h"
#include "usher-sqlite-shelf-private.h"
#include "usher-unit-private.h"

static const char begin[] = "BEGIN IMMEDIATE";
static const char commit[] = "COMMIT";
static const char rollback[] = "ROLLBACK";
static const char drop_events[] = "DELETE FROM usher_outbox WHERE number<=?1";
static const char touch[] = "UPDATE usher_schema SET value=value WHERE name='layout'";

/* Exact in the gate. Who is alone needs none. */
static gboolean
has_lease (UsherSqliteTransaction *self)
{
  return self->share == NULL || usher_sqlite_share_has_lease (self->share);
}

static gboolean
drop_trimmed (UsherSqliteTransaction *self, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = NULL;

  /* when another process relays the outbox it is its own affair what is still in there */
  if (self->trim == 0 || !has_lease (self))
    return TRUE;

  statement = usher_sqlite_connection_get (self->connection, drop_events, error);
  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, self->trim);
  return usher_sqlite_connection_finish (self->connection, statement, error);
}

static gboolean
read_next_due (UsherSqliteTransaction *self, GError **error)
{
  return !self->has_timers ||
         usher_sqlite_shelf_get_next_due (self->connection, &self->next_due, error);
}

static gboolean
check_limit (UsherSqliteTransaction *self, UsherUnit *unit, GError **error)
{
  guint n_documents = usher_unit_count_documents (unit);

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
has_timers (UsherUnit *unit)
{
  return unit->timers != NULL || unit->fired != NULL;
}

static UsherSqliteOutcome
write_unit (UsherSqliteTransaction *self, UsherUnit *unit, GError **error)
{
  if (!check_limit (self, unit, error))
    return USHER_SQLITE_REFUSED;

  /* a timer is for whoever has the lease, as if that had been first */
  unit->was_applied = unit->fired != NULL && !has_lease (self);
  if (unit->was_applied)
    return USHER_SQLITE_WRITTEN;

  return usher_sqlite_change_write (self->connection, self->tables, unit, error);
}

/* FALSE: the transaction fails */
static gboolean
write_group (UsherSqliteTransaction *self, GError **error)
{
  for (guint i = 0; i < self->group->len; i++)
    {
      UsherSqliteEntry *entry = g_ptr_array_index (self->group, i);
      UsherSqliteOutcome outcome = write_unit (self, entry->unit, &entry->error);

      if (outcome == USHER_SQLITE_BROKEN)
        {
          g_propagate_error (error, g_steal_pointer (&entry->error));
          return FALSE;
        }
      self->has_timers |= outcome == USHER_SQLITE_WRITTEN && has_timers (entry->unit);
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
  if (usher_sqlite_connection_run (self->connection, begin, error) && write_group (self, error) &&
      test_disk (self, error) && drop_trimmed (self, error) && read_next_due (self, error) &&
      usher_sqlite_connection_run (self->connection, commit, error))
    return TRUE;

  if (sqlite3_get_autocommit (self->connection->db) == 0)
    usher_sqlite_connection_run (self->connection, rollback, NULL);
  return FALSE;
}
