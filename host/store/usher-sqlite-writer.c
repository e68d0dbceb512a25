/* usher-sqlite-writer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-writer-private.h"

#include "usher-error.h"
#include "usher-latch-private.h"
#include "usher-pulse-private.h"
#include "usher-sqlite-layout-private.h"
#include "usher-sqlite-log-private.h"
#include "usher-sqlite-timers-private.h"
#include "usher-sqlite-transaction-private.h"

static const char pragmas[] = "PRAGMA synchronous=FULL;"
                              "PRAGMA foreign_keys=OFF;"
                              "PRAGMA temp_store=MEMORY;"
                              "PRAGMA cache_size=-1024;"
                              "PRAGMA journal_size_limit=8388608;";

struct _UsherSqliteWriter
{
  UsherSqliteConnection *connection; /* (owned): the thread's */
  UsherSqliteLog log;                /* the thread's */
  UsherSqliteShare *share;           /* (owned) (nullable): with other processes */
  UsherSqliteReaders *readers;       /* (owned) */
  UsherSqliteTables *tables;         /* (owned) */
  guint unit_limit;
  UsherStore *store;           /* (unowned): whose writer it is */
  UsherStoreObserver observer; /* (nullable): set before the first commit */
  gpointer observer_data;

  UsherSqliteQueue queue;

  GMutex mutex;
  GThread *thread; /* (owned) (nullable) (mutex mutex): NULL once somebody closes */
  gint64 next_due; /* (mutex mutex) */

  int is_read_only; /* (atomic): the disk refused the last commit */
};

static gboolean
enter (UsherSqliteWriter *self, gint64 timeout, GError **error)
{
  return self->share == NULL || usher_sqlite_share_enter (self->share, timeout, error);
}

static void
leave (UsherSqliteWriter *self)
{
  if (self->share != NULL)
    usher_sqlite_share_leave (self->share);
}

/* Says once that nothing can be written, and once that it can again. */
static void
set_read_only (UsherSqliteWriter *self, const GError *error)
{
  gboolean is_read_only = error != NULL;

  usher_sqlite_queue_set_probing (&self->queue, is_read_only);
  if (g_atomic_int_exchange (&self->is_read_only, is_read_only) == is_read_only)
    return;

  if (is_read_only)
    g_message ("%s; nothing is written until that is over", error->message);
  else
    g_message ("%s is written again", usher_sqlite_connection_get_name (self->connection));
}

static void
keep_outcome (UsherSqliteWriter *self, const UsherSqliteTransaction *transaction, gint64 trimmed)
{
  usher_sqlite_readers_renew (self->readers);
  usher_sqlite_queue_set_dropped (&self->queue, trimmed);
  if (!transaction->has_timers)
    return;

  g_mutex_lock (&self->mutex);
  self->next_due = transaction->next_due;
  g_mutex_unlock (&self->mutex);
}

static gboolean
write_group (UsherSqliteWriter *self, GPtrArray *group, gint64 trimmed, GError **error)
{
  UsherSqliteTransaction transaction = {
    .connection = self->connection,
    .share = self->share,
    .tables = self->tables,
    .unit_limit = self->unit_limit,
    .group = group,
    .trim = trimmed != usher_sqlite_queue_get_dropped (&self->queue) ? trimmed : 0,
    .must_test = g_atomic_int_get (&self->is_read_only),
  };
  g_autoptr (GError) trouble = NULL;
  UsherReach reach;

  if (!enter (self, USHER_SQLITE_TIMEOUT, error))
    return FALSE;

  if (usher_sqlite_queue_take_reach (&self->queue, &reach))
    transaction.reach = &reach;
  if (usher_sqlite_transaction_run (&transaction, &trouble))
    keep_outcome (self, &transaction, trimmed);
  leave (self);
  set_read_only (self, trouble);
  if (trouble == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&trouble));
  return FALSE;
}

static void
fail_group (UsherSqliteWriter *self, GPtrArray *group, const GError *error)
{
  for (guint i = 0; i < group->len; i++)
    {
      UsherSqliteEntry *entry = g_ptr_array_index (group, i);

      usher_commit_set_applied (entry->commit, FALSE);
      g_clear_error (&entry->error);
      entry->error = g_error_copy (error);
    }
}

static void
tell (UsherSqliteWriter *self, UsherSqliteEntry *entry)
{
  UsherCommit *commit = entry->commit;

  if (self->observer != NULL && entry->error == NULL && !usher_commit_was_applied (commit) &&
      !usher_commit_is_empty (commit))
    self->observer (self->store, commit, self->observer_data);

  entry->func (commit, entry->error, entry->user_data);
}

static void
commit_group (UsherSqliteWriter *self, GPtrArray *group, gint64 trimmed)
{
  g_autoptr (GError) error = NULL;

  if (!write_group (self, group, trimmed, &error))
    {
      fail_group (self, group, error);
      usher_sqlite_queue_put_trim_off (&self->queue);
    }

  for (guint i = 0; i < group->len; i++)
    tell (self, g_ptr_array_index (group, i));
}

static void
run_job (UsherSqliteWriter *self, UsherSqliteEntry *entry)
{
  if (enter (self, entry->timeout, &entry->error))
    {
      entry->job (self->connection, entry->user_data, &entry->error);
      usher_sqlite_readers_renew (self->readers);
      leave (self);
    }
  entry->func (NULL, entry->error, entry->user_data);
}

/* After the commits are answered, for it takes a while. A thread that began to read and stopped
 * without saying so would keep the log from ever beginning anew. */
static void
copy_log (UsherSqliteWriter *self)
{
  if (!usher_sqlite_log_is_long (&self->log))
    return;

  /* in the gate: where others go on to write the log has no end */
  usher_sqlite_readers_end_stale (self->readers);
  if (!enter (self, USHER_SQLITE_TIMEOUT, NULL))
    return;
  usher_sqlite_log_copy (&self->log, self->connection);
  leave (self);
}

static gpointer
run (gpointer data)
{
  g_autoptr (UsherSqliteWriter) self = data;
  g_autoptr (GPtrArray) group =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_sqlite_entry_free);
  g_autoptr (UsherPulse) pulse =
      usher_pulse_new (usher_sqlite_connection_get_name (self->connection));
  gint64 trimmed;

  while (usher_sqlite_queue_take (&self->queue, group, &trimmed))
    {
      UsherSqliteEntry *first = group->len > 0 ? g_ptr_array_index (group, 0) : NULL;

      usher_pulse_begin (pulse);
      if (first != NULL && first->job != NULL)
        run_job (self, first);
      else
        commit_group (self, group, trimmed);
      g_ptr_array_set_size (group, 0);
      copy_log (self);
      usher_pulse_end (pulse);
    }

  return NULL;
}

static gboolean
open_layout (UsherSqliteWriter *self, GError **error)
{
  gboolean success;

  if (!enter (self, USHER_SQLITE_OPEN_TIMEOUT, error))
    return FALSE;

  success = usher_sqlite_layout_open (self->connection, error) &&
            usher_sqlite_layout_check_copy (self->connection, error);
  leave (self);

  return success;
}

static gboolean
open_connection (UsherSqliteWriter *self, const char *path, GError **error)
{
  self->connection = usher_sqlite_connection_new (path, NULL, USHER_SQLITE_CREATE, error);

  if (self->connection == NULL ||
      !usher_sqlite_connection_execute (self->connection, pragmas, error) ||
      !open_layout (self, error) ||
      !usher_sqlite_timers_get_next_due (self->connection, &self->next_due, error))
    return FALSE;

  usher_sqlite_log_watch (&self->log, self->connection);
  return TRUE;
}

UsherSqliteWriter *
usher_sqlite_writer_new (const char *path,
                         UsherSqliteShare *share,
                         UsherSqliteReaders *readers,
                         UsherSqliteTables *tables,
                         guint unit_limit,
                         GError **error)
{
  g_autoptr (UsherSqliteWriter) self = g_atomic_rc_box_new0 (UsherSqliteWriter);

  self->share = share != NULL ? usher_sqlite_share_ref (share) : NULL;
  self->readers = usher_sqlite_readers_ref (readers);
  self->tables = usher_sqlite_tables_ref (tables);
  self->unit_limit = unit_limit;
  g_mutex_init (&self->mutex);
  usher_sqlite_queue_init (&self->queue);

  if (!open_connection (self, path, error))
    return NULL;

  self->thread = g_thread_try_new ("usher-store", run, usher_sqlite_writer_ref (self), NULL);
  if (self->thread == NULL)
    {
      usher_sqlite_writer_unref (self);
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "database “%s”: no thread can be made",
                   path);
      return NULL;
    }

  return g_steal_pointer (&self);
}

UsherSqliteWriter *
usher_sqlite_writer_ref (UsherSqliteWriter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_writer (gpointer data)
{
  UsherSqliteWriter *self = data;

  g_clear_pointer (&self->connection, usher_sqlite_connection_free);
  g_clear_pointer (&self->share, usher_sqlite_share_unref);
  g_clear_pointer (&self->readers, usher_sqlite_readers_unref);
  g_clear_pointer (&self->tables, usher_sqlite_tables_unref);
  usher_sqlite_queue_clear (&self->queue);
  g_mutex_clear (&self->mutex);
}

void
usher_sqlite_writer_unref (UsherSqliteWriter *self)
{
  g_atomic_rc_box_release_full (self, clear_writer);
}

void
usher_sqlite_writer_set_observer (UsherSqliteWriter *self,
                                  UsherStore *store,
                                  UsherStoreObserver observer,
                                  gpointer user_data)
{
  self->store = store;
  self->observer = observer;
  self->observer_data = user_data;
}

static GError *
make_closed_error (UsherSqliteWriter *self)
{
  return g_error_new (USHER_ERROR,
                      USHER_ERROR_UNAVAILABLE,
                      "%s is closed",
                      usher_sqlite_connection_get_name (self->connection));
}

void
usher_sqlite_writer_commit (UsherSqliteWriter *self,
                            UsherCommit *commit,
                            UsherCommittedFunc func,
                            gpointer user_data)
{
  UsherSqliteEntry *entry = g_new0 (UsherSqliteEntry, 1);

  entry->commit = usher_commit_ref (commit);
  entry->func = func;
  entry->user_data = user_data;
  if (usher_sqlite_queue_push (&self->queue, entry))
    return;

  entry->error = make_closed_error (self);
  func (commit, entry->error, user_data);
  usher_sqlite_entry_free (entry);
}

typedef struct
{
  UsherSqliteJob job;
  gpointer user_data;
  UsherLatch latch;
} Wait;

static gboolean
run_waited (UsherSqliteConnection *connection, gpointer user_data, GError **error)
{
  Wait *wait = user_data;

  return wait->job (connection, wait->user_data, error);
}

static void
on_job_done (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  usher_latch_leave (&wait->latch, error);
}

gboolean
usher_sqlite_writer_run (UsherSqliteWriter *self,
                         UsherSqliteJob job,
                         gint64 timeout,
                         gpointer user_data,
                         GError **error)
{
  Wait wait = { .job = job, .user_data = user_data };
  UsherSqliteEntry *entry = g_new0 (UsherSqliteEntry, 1);
  GError *trouble = NULL;

  entry->job = run_waited;
  entry->timeout = timeout;
  entry->func = on_job_done;
  entry->user_data = &wait;
  usher_latch_init (&wait.latch, 1);
  if (!usher_sqlite_queue_push (&self->queue, entry))
    {
      g_autoptr (GError) closed = make_closed_error (self);

      usher_latch_leave (&wait.latch, closed);
      usher_sqlite_entry_free (entry);
    }

  trouble = usher_latch_wait (&wait.latch);
  if (trouble == NULL)
    return TRUE;

  g_propagate_error (error, trouble);
  return FALSE;
}

gint64
usher_sqlite_writer_get_next_due (UsherSqliteWriter *self)
{
  gint64 due;

  g_mutex_lock (&self->mutex);
  due = self->next_due;
  g_mutex_unlock (&self->mutex);

  return due;
}

gboolean
usher_sqlite_writer_is_read_only (UsherSqliteWriter *self)
{
  return g_atomic_int_get (&self->is_read_only);
}

void
usher_sqlite_writer_keep_reach (UsherSqliteWriter *self, const UsherReach *reach)
{
  usher_sqlite_queue_keep_reach (&self->queue, reach);
}

void
usher_sqlite_writer_trim (UsherSqliteWriter *self, gint64 upto)
{
  usher_sqlite_queue_trim (&self->queue, upto);
}

gint64
usher_sqlite_writer_get_trimmed (UsherSqliteWriter *self)
{
  return usher_sqlite_queue_get_trimmed (&self->queue);
}

static GThread *
refuse_more (UsherSqliteWriter *self)
{
  GThread *thread;

  usher_sqlite_queue_close (&self->queue);
  g_mutex_lock (&self->mutex);
  thread = g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->mutex);

  return thread;
}

static void
close_share (UsherSqliteWriter *self)
{
  if (self->share != NULL)
    usher_sqlite_share_close (self->share);
}

/* What another process still reads stays in the log. */
static gboolean
empty_log (UsherSqliteWriter *self, GError **error)
{
  gboolean success;

  if (!enter (self, USHER_SQLITE_TIMEOUT, NULL))
    return TRUE;

  success = usher_sqlite_log_empty (self->connection, error);
  leave (self);

  return success;
}

gboolean
usher_sqlite_writer_close (UsherSqliteWriter *self, GError **error)
{
  GThread *thread = refuse_more (self);
  gboolean success;

  if (thread == NULL)
    return TRUE;

  /* a callback dropped the last reference of the store: the thread ends by itself */
  if (thread == g_thread_self ())
    {
      self->observer = NULL;
      usher_sqlite_readers_close (self->readers);
      close_share (self);
      g_thread_unref (thread);
      return TRUE;
    }

  g_thread_join (thread);
  usher_sqlite_readers_close (self->readers);
  success = empty_log (self, error);
  close_share (self);

  return success;
}
