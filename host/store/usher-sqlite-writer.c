/* usher-sqlite-writer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-writer-private.h"

#include "usher-error.h"
#include "usher-sqlite-change-private.h"
#include "usher-sqlite-layout-private.h"

/* how many units share a flush */
#define MOST_UNITS 256
/* how long a trim of the outbox waits for a commit to go with */
#define TRIM_WAIT (200 * G_TIME_SPAN_MILLISECOND)

struct _UsherSqliteWriter
{
  UsherSqliteConnection *connection; /* (owned): the thread's */
  UsherSqliteReaders *readers;       /* (owned) */
  UsherSqliteTables *tables;         /* (owned) */
  guint unit_limit;
  UsherStoreObserver observer; /* (nullable): set before the first commit */
  gpointer observer_data;

  GMutex mutex;
  GCond cond;
  GThread *thread;    /* (owned) (nullable) (mutex mutex): NULL once somebody closes */
  GQueue queue;       /* (owned) (mutex mutex) (element-type Entry) */
  gboolean is_closed; /* (mutex mutex) */
  gint64 trimmed;     /* (mutex mutex): the outbox shall be trimmed up to here */
  gint64 dropped;     /* (mutex mutex), written by the thread alone: it is, up to here */
  gint64 trim_time;   /* (mutex mutex): when it is trimmed without a commit, monotonic */
  gint64 next_due;    /* (mutex mutex) */
};

/* a unit to commit, or a job */
typedef struct
{
  UsherUnit *unit; /* (owned) (nullable) */
  UsherCommittedFunc func;
  gpointer user_data;
  UsherSqliteJob job;
  GError *error; /* (owned) (nullable) */
} Entry;

static const char begin[] = "BEGIN IMMEDIATE";
static const char commit[] = "COMMIT";
static const char rollback[] = "ROLLBACK";
static const char drop_events[] = "DELETE FROM usher_outbox WHERE number<=?1";
static const char find_due[] = "SELECT min(due) FROM usher_timers";

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_clear_object (&entry->unit);
  g_clear_error (&entry->error);
  g_free (entry);
}

static gboolean
read_next_due (UsherSqliteWriter *self, gint64 *due, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->connection, find_due, error);

  return statement != NULL &&
         usher_sqlite_connection_get_integer (self->connection, statement, G_MAXINT64, due, error);
}

static gboolean
drop_trimmed (UsherSqliteWriter *self, gint64 upto, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = NULL;

  if (upto == self->dropped)
    return TRUE;

  statement = usher_sqlite_connection_get (self->connection, drop_events, error);
  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, upto);
  return usher_sqlite_connection_finish (self->connection, statement, error);
}

static gboolean
check_limit (UsherSqliteWriter *self, UsherUnit *unit, GError **error)
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

/* FALSE: the transaction fails */
static gboolean
write_group (UsherSqliteWriter *self, GPtrArray *group, gboolean *timers, GError **error)
{
  for (guint i = 0; i < group->len; i++)
    {
      Entry *entry = g_ptr_array_index (group, i);
      UsherSqliteOutcome outcome = USHER_SQLITE_REFUSED;

      if (check_limit (self, entry->unit, &entry->error))
        outcome =
            usher_sqlite_change_write (self->connection, self->tables, entry->unit, &entry->error);
      if (outcome == USHER_SQLITE_BROKEN)
        {
          g_propagate_error (error, g_steal_pointer (&entry->error));
          return FALSE;
        }
      *timers |= outcome == USHER_SQLITE_WRITTEN && has_timers (entry->unit);
    }

  return TRUE;
}

static gboolean
write_transaction (UsherSqliteWriter *self, GPtrArray *group, gint64 trimmed, GError **error)
{
  gboolean timers = FALSE;
  gint64 due = G_MAXINT64;

  if (!usher_sqlite_connection_run (self->connection, begin, error) ||
      !write_group (self, group, &timers, error) || !drop_trimmed (self, trimmed, error) ||
      (timers && !read_next_due (self, &due, error)) ||
      !usher_sqlite_connection_run (self->connection, commit, error))
    return FALSE;

  usher_sqlite_readers_renew (self->readers);
  g_mutex_lock (&self->mutex);
  self->dropped = trimmed;
  if (timers)
    self->next_due = due;
  g_mutex_unlock (&self->mutex);

  return TRUE;
}

static void
fail_group (UsherSqliteWriter *self, GPtrArray *group, const GError *error)
{
  if (sqlite3_get_autocommit (self->connection->db) == 0)
    usher_sqlite_connection_run (self->connection, rollback, NULL);

  for (guint i = 0; i < group->len; i++)
    {
      Entry *entry = g_ptr_array_index (group, i);

      entry->unit->was_applied = FALSE;
      entry->unit->outbox_last = 0;
      g_clear_error (&entry->error);
      entry->error = g_error_copy (error);
    }
}

static void
tell (UsherSqliteWriter *self, Entry *entry)
{
  UsherUnit *unit = entry->unit;

  if (self->observer != NULL && entry->error == NULL && !unit->was_applied &&
      !usher_unit_is_empty (unit))
    self->observer (unit->store, unit, self->observer_data);

  entry->func (unit, entry->error, entry->user_data);
}

/* The outbox is trimmed later, or by the next run. */
static void
put_trim_off (UsherSqliteWriter *self)
{
  g_mutex_lock (&self->mutex);
  self->trim_time = g_get_monotonic_time () + 10 * TRIM_WAIT;
  if (self->is_closed)
    self->trimmed = self->dropped;
  g_mutex_unlock (&self->mutex);
}

static void
commit_group (UsherSqliteWriter *self, GPtrArray *group, gint64 trimmed)
{
  g_autoptr (GError) error = NULL;

  if (!write_transaction (self, group, trimmed, &error))
    {
      fail_group (self, group, error);
      put_trim_off (self);
    }

  for (guint i = 0; i < group->len; i++)
    tell (self, g_ptr_array_index (group, i));
}

static void
run_job (UsherSqliteWriter *self, Entry *entry)
{
  entry->job (self->connection, entry->user_data, &entry->error);
  usher_sqlite_readers_renew (self->readers);
  entry->func (NULL, entry->error, entry->user_data);
}

/* Waits for work; FALSE when there will be none. */
static gboolean
wait_for_work (UsherSqliteWriter *self)
{
  while (g_queue_is_empty (&self->queue) && !self->is_closed)
    {
      if (self->trimmed == self->dropped)
        g_cond_wait (&self->cond, &self->mutex);
      else if (!g_cond_wait_until (&self->cond, &self->mutex, self->trim_time))
        return TRUE;
    }

  return !g_queue_is_empty (&self->queue) || self->trimmed != self->dropped;
}

/* Units up to a job, or a job alone; none: only the outbox is to be trimmed. */
static gboolean
take_group (UsherSqliteWriter *self, GPtrArray *group, gint64 *trimmed)
{
  gboolean has_work;
  Entry *entry;

  g_mutex_lock (&self->mutex);
  has_work = wait_for_work (self);
  *trimmed = self->trimmed;
  while (group->len < MOST_UNITS && (entry = g_queue_peek_head (&self->queue)) != NULL &&
         (entry->job == NULL || group->len == 0))
    {
      g_ptr_array_add (group, g_queue_pop_head (&self->queue));
      if (entry->job != NULL)
        break;
    }
  g_mutex_unlock (&self->mutex);

  return has_work;
}

static gpointer
run (gpointer data)
{
  g_autoptr (UsherSqliteWriter) self = data;
  g_autoptr (GPtrArray) group = g_ptr_array_new_with_free_func (free_entry);
  gint64 trimmed;

  while (take_group (self, group, &trimmed))
    {
      Entry *first = group->len > 0 ? g_ptr_array_index (group, 0) : NULL;

      if (first != NULL && first->job != NULL)
        run_job (self, first);
      else
        commit_group (self, group, trimmed);
      g_ptr_array_set_size (group, 0);
    }

  return NULL;
}

static gboolean
open_connection (UsherSqliteWriter *self, const char *path, GError **error)
{
  self->connection = usher_sqlite_connection_new (path, TRUE, error);

  return self->connection != NULL && usher_sqlite_layout_open (self->connection, error) &&
         read_next_due (self, &self->next_due, error);
}

UsherSqliteWriter *
usher_sqlite_writer_new (const char *path,
                         UsherSqliteReaders *readers,
                         UsherSqliteTables *tables,
                         guint unit_limit,
                         GError **error)
{
  g_autoptr (UsherSqliteWriter) self = g_atomic_rc_box_new0 (UsherSqliteWriter);

  self->readers = usher_sqlite_readers_ref (readers);
  self->tables = usher_sqlite_tables_ref (tables);
  self->unit_limit = unit_limit;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->queue);

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
  g_clear_pointer (&self->readers, usher_sqlite_readers_unref);
  g_clear_pointer (&self->tables, usher_sqlite_tables_unref);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
}

void
usher_sqlite_writer_unref (UsherSqliteWriter *self)
{
  g_atomic_rc_box_release_full (self, clear_writer);
}

void
usher_sqlite_writer_set_observer (UsherSqliteWriter *self,
                                  UsherStoreObserver observer,
                                  gpointer user_data)
{
  self->observer = observer;
  self->observer_data = user_data;
}

/* takes ownership of @entry; FALSE, and it is the caller's still, when the store is closed */
static gboolean
push (UsherSqliteWriter *self, Entry *entry)
{
  gboolean is_open;

  g_mutex_lock (&self->mutex);
  is_open = !self->is_closed;
  if (is_open)
    {
      g_queue_push_tail (&self->queue, entry);
      g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->mutex);

  return is_open;
}

void
usher_sqlite_writer_commit (UsherSqliteWriter *self,
                            UsherUnit *unit,
                            UsherCommittedFunc func,
                            gpointer user_data)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->unit = g_object_ref (unit);
  entry->func = func;
  entry->user_data = user_data;
  if (push (self, entry))
    return;

  entry->error = g_error_new (USHER_ERROR,
                              USHER_ERROR_UNAVAILABLE,
                              "database “%s” is closed",
                              self->connection->path);
  func (unit, entry->error, user_data);
  free_entry (entry);
}

typedef struct
{
  UsherSqliteJob job;
  gpointer user_data;
  GMutex mutex;
  GCond cond;
  gboolean is_done; /* (mutex mutex) */
  GError *error;    /* (owned) (nullable) (mutex mutex) */
} Wait;

static gboolean
run_waited (UsherSqliteConnection *connection, gpointer user_data, GError **error)
{
  Wait *wait = user_data;

  return wait->job (connection, wait->user_data, error);
}

static void
on_job_done (UsherUnit *unit, const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  g_mutex_lock (&wait->mutex);
  wait->is_done = TRUE;
  wait->error = error != NULL ? g_error_copy (error) : NULL;
  g_cond_signal (&wait->cond);
  g_mutex_unlock (&wait->mutex);
}

static void
push_and_wait (UsherSqliteWriter *self, Wait *wait)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->job = run_waited;
  entry->func = on_job_done;
  entry->user_data = wait;
  if (!push (self, entry))
    {
      wait->error = g_error_new (USHER_ERROR,
                                 USHER_ERROR_UNAVAILABLE,
                                 "database “%s” is closed",
                                 self->connection->path);
      free_entry (entry);
      return;
    }

  g_mutex_lock (&wait->mutex);
  while (!wait->is_done)
    g_cond_wait (&wait->cond, &wait->mutex);
  g_mutex_unlock (&wait->mutex);
}

gboolean
usher_sqlite_writer_run (UsherSqliteWriter *self,
                         UsherSqliteJob job,
                         gpointer user_data,
                         GError **error)
{
  Wait wait = { .job = job, .user_data = user_data };

  g_mutex_init (&wait.mutex);
  g_cond_init (&wait.cond);
  push_and_wait (self, &wait);
  g_cond_clear (&wait.cond);
  g_mutex_clear (&wait.mutex);

  if (wait.error == NULL)
    return TRUE;

  g_propagate_error (error, wait.error);
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

void
usher_sqlite_writer_trim (UsherSqliteWriter *self, gint64 upto)
{
  g_mutex_lock (&self->mutex);
  if (upto > self->trimmed)
    {
      if (self->trimmed == self->dropped)
        {
          self->trim_time = g_get_monotonic_time () + TRIM_WAIT;
          g_cond_signal (&self->cond);
        }
      self->trimmed = upto;
    }
  g_mutex_unlock (&self->mutex);
}

gint64
usher_sqlite_writer_get_trimmed (UsherSqliteWriter *self)
{
  gint64 trimmed;

  g_mutex_lock (&self->mutex);
  trimmed = self->trimmed;
  g_mutex_unlock (&self->mutex);

  return trimmed;
}

static GThread *
refuse_more (UsherSqliteWriter *self)
{
  GThread *thread;

  g_mutex_lock (&self->mutex);
  self->is_closed = TRUE;
  thread = g_steal_pointer (&self->thread);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  return thread;
}

gboolean
usher_sqlite_writer_close (UsherSqliteWriter *self, GError **error)
{
  GThread *thread = refuse_more (self);

  if (thread == NULL)
    return TRUE;

  /* a callback dropped the last reference of the store: the thread ends by itself */
  if (thread == g_thread_self ())
    {
      g_thread_unref (thread);
      return TRUE;
    }

  g_thread_join (thread);

  /* what another process still reads stays in the log */
  sqlite3_busy_timeout (self->connection->db, 0);
  return usher_sqlite_connection_execute (self->connection,
                                          "PRAGMA wal_checkpoint(TRUNCATE)",
                                          error);
}
