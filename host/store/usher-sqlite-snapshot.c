/* usher-sqlite-snapshot.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-snapshot-private.h"

#include "usher-error.h"
#include "usher-sqlite-connection-private.h"

static const char look[] = "SELECT count(*) FROM sqlite_schema";
static const char begin_reading[] = "BEGIN";
static const char find_inbox[] =
    "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='usher_inbox'";
static const char renew_inbox[] = "UPDATE usher_inbox SET time=?1";

struct _UsherSqliteSnapshot
{
  GObject parent_instance;

  UsherSqliteConnection *reader; /* (owned): its transaction is the snapshot */
  UsherSqliteConnection *writer; /* (owned) (nullable): its transaction keeps writers out */
};

/* Always FALSE: others that write are no trouble of the file. */
static gboolean
tell_busy (UsherSqliteConnection *connection, GError *trouble, GError **error)
{
  if (usher_sqlite_connection_is_busy (connection))
    trouble->code = USHER_ERROR_BUSY;
  g_propagate_error (error, trouble);

  return FALSE;
}

static gboolean
run (UsherSqliteConnection *connection, const char *sql, GError **error)
{
  GError *trouble = NULL;

  return usher_sqlite_connection_run (connection, sql, &trouble) ||
         tell_busy (connection, trouble, error);
}

static gboolean
usher_sqlite_snapshot_hold (UsherStoreSnapshot *snapshot, gint64 deadline, GError **error)
{
  UsherSqliteSnapshot *self = USHER_SQLITE_SNAPSHOT (snapshot);
  GError *trouble = NULL;

  usher_sqlite_connection_set_deadline (self->reader, deadline);
  usher_sqlite_connection_set_deadline (self->writer, deadline);

  return usher_sqlite_connection_begin (self->writer, &trouble) ||
         tell_busy (self->writer, trouble, error);
}

static gboolean
usher_sqlite_snapshot_begin (UsherStoreSnapshot *snapshot, GError **error)
{
  UsherSqliteSnapshot *self = USHER_SQLITE_SNAPSHOT (snapshot);

  /* a transaction sees what is there when it first reads */
  return run (self->reader, begin_reading, error) && run (self->reader, look, error);
}

static void
usher_sqlite_snapshot_release (UsherStoreSnapshot *snapshot)
{
  UsherSqliteSnapshot *self = USHER_SQLITE_SNAPSHOT (snapshot);

  usher_sqlite_connection_end (self->writer, FALSE, NULL);
}

static gboolean
usher_sqlite_snapshot_copy (UsherStoreSnapshot *snapshot, const char *path, GError **error)
{
  UsherSqliteSnapshot *self = USHER_SQLITE_SNAPSHOT (snapshot);
  g_autoptr (UsherSqliteConnection) target =
      usher_sqlite_connection_new (path, NULL, USHER_SQLITE_CREATE, error);

  /* the caller flushes the file as a whole; a half one is of no use */
  return target != NULL &&
         usher_sqlite_connection_execute (target,
                                          "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF",
                                          error) &&
         usher_sqlite_connection_copy (self->reader, target, error);
}

static void
store_snapshot_iface_init (UsherStoreSnapshotInterface *iface)
{
  iface->hold = usher_sqlite_snapshot_hold;
  iface->begin = usher_sqlite_snapshot_begin;
  iface->release = usher_sqlite_snapshot_release;
  iface->copy = usher_sqlite_snapshot_copy;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherSqliteSnapshot,
                               usher_sqlite_snapshot,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_STORE_SNAPSHOT,
                                                      store_snapshot_iface_init))

static void
usher_sqlite_snapshot_finalize (GObject *object)
{
  UsherSqliteSnapshot *self = USHER_SQLITE_SNAPSHOT (object);

  g_clear_pointer (&self->writer, usher_sqlite_connection_free);
  g_clear_pointer (&self->reader, usher_sqlite_connection_free);

  G_OBJECT_CLASS (usher_sqlite_snapshot_parent_class)->finalize (object);
}

static void
usher_sqlite_snapshot_class_init (UsherSqliteSnapshotClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_sqlite_snapshot_finalize;
}

static void
usher_sqlite_snapshot_init (UsherSqliteSnapshot *self)
{
}

static UsherSqliteConnection *
open_one (const char *path, gint64 deadline, GError **error)
{
  g_autoptr (UsherSqliteConnection) connection =
      usher_sqlite_connection_new (path, NULL, USHER_SQLITE_NONE, error);

  if (connection == NULL)
    return NULL;

  /* a copy changes nothing */
  usher_sqlite_connection_leave_log (connection);
  usher_sqlite_connection_set_deadline (connection, deadline);

  /* what is read first takes longest, so it is done before anybody is kept from writing */
  return run (connection, look, error) ? g_steal_pointer (&connection) : NULL;
}

UsherStoreSnapshot *
usher_sqlite_snapshot_new (const char *path, gint64 deadline, GError **error)
{
  g_autoptr (UsherSqliteSnapshot) self = g_object_new (USHER_TYPE_SQLITE_SNAPSHOT, NULL);

  self->reader = open_one (path, deadline, error);
  self->writer = self->reader != NULL ? open_one (path, deadline, error) : NULL;

  return self->writer != NULL ? USHER_STORE_SNAPSHOT (g_steal_pointer (&self)) : NULL;
}

static gboolean
renew (UsherSqliteConnection *connection, gint64 time, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, renew_inbox, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_integer (statement, 1, time);

  return usher_sqlite_connection_finish (connection, statement, error);
}

static gboolean
has_inbox (UsherSqliteConnection *connection, gboolean *found, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find_inbox, error);
  gint64 n_tables = 0;

  if (statement == NULL ||
      !usher_sqlite_connection_get_integer (connection, statement, 0, &n_tables, error))
    return FALSE;

  *found = n_tables > 0;
  return TRUE;
}

gboolean
usher_sqlite_snapshot_restore (const char *path, gint64 time, GError **error)
{
  g_autoptr (UsherSqliteConnection) connection =
      usher_sqlite_connection_new (path, NULL, USHER_SQLITE_NONE, error);
  gboolean found = FALSE;

  /* the log of a bus has no such table */
  return connection != NULL && has_inbox (connection, &found, error) &&
         (!found || renew (connection, time, error)) &&
         usher_sqlite_connection_execute (connection, "PRAGMA wal_checkpoint(TRUNCATE)", error);
}
