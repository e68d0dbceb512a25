/* usher-sqlite-reader.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-reader-private.h"

#include "usher-error.h"
#include "usher-sqlite-lookup-private.h"
#include "usher-sqlite-query-private.h"

struct _UsherSqliteReaders
{
  char *path; /* (owned) */
  GMutex mutex;
  GPtrArray *all;          /* (owned) (mutex mutex) (element-type UsherSqliteReader), unowned */
  gboolean is_closed;      /* (mutex mutex) */
  UsherSqliteShare *share; /* (owned) (nullable): counts the commits of all processes */
  guint n_commits;         /* (atomic): else those of this process */
};

/* caches are small: there is a connection a thread, and the kernel has the pages too */
static const char pragmas[] = "PRAGMA query_only=ON;"
                              "PRAGMA temp_store=MEMORY;"
                              "PRAGMA cache_size=-256;";
static const char begin[] = "BEGIN";
static const char commit[] = "COMMIT";

static void free_readers_of_thread (gpointer data);

/* (element-type UsherSqliteReader): those of the calling thread, one a store */
static GPrivate readers_of_thread = G_PRIVATE_INIT (free_readers_of_thread);

UsherSqliteReaders *
usher_sqlite_readers_new (const char *path, UsherSqliteShare *share)
{
  UsherSqliteReaders *self = g_atomic_rc_box_new0 (UsherSqliteReaders);

  self->path = g_strdup (path);
  self->share = share != NULL ? usher_sqlite_share_ref (share) : NULL;
  g_mutex_init (&self->mutex);
  self->all = g_ptr_array_new ();

  return self;
}

UsherSqliteReaders *
usher_sqlite_readers_ref (UsherSqliteReaders *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_readers (gpointer data)
{
  UsherSqliteReaders *self = data;

  g_ptr_array_unref (self->all);
  g_clear_pointer (&self->share, usher_sqlite_share_unref);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
}

void
usher_sqlite_readers_unref (UsherSqliteReaders *self)
{
  g_atomic_rc_box_release_full (self, clear_readers);
}

const char *
usher_sqlite_readers_get_path (UsherSqliteReaders *self)
{
  return self->path;
}

static void
close_reader (UsherSqliteReader *reader)
{
  g_mutex_lock (&reader->mutex);
  reader->is_reading = FALSE;
  g_clear_pointer (&reader->connection, usher_sqlite_connection_free);
  g_mutex_unlock (&reader->mutex);
}

static void
free_reader (UsherSqliteReader *reader)
{
  UsherSqliteReaders *self = reader->readers;

  /* after this no other thread knows the reader */
  g_mutex_lock (&self->mutex);
  g_ptr_array_remove_fast (self->all, reader);
  g_mutex_unlock (&self->mutex);

  close_reader (reader);
  g_hash_table_unref (reader->shapes);
  g_free (reader->places);
  g_mutex_clear (&reader->mutex);
  usher_sqlite_readers_unref (self);
  g_free (reader);
}

static void
free_readers_of_thread (gpointer data)
{
  g_ptr_array_unref (data);
}

static UsherSqliteReader *
find_reader (UsherSqliteReaders *self)
{
  GPtrArray *readers = g_private_get (&readers_of_thread);

  for (guint i = 0; readers != NULL && i < readers->len; i++)
    {
      UsherSqliteReader *reader = g_ptr_array_index (readers, i);

      if (reader->readers == self)
        return reader;
    }

  return NULL;
}

static gboolean
is_closed (UsherSqliteReaders *self)
{
  gboolean closed;

  g_mutex_lock (&self->mutex);
  closed = self->is_closed;
  g_mutex_unlock (&self->mutex);

  return closed;
}

/* A thread that outlives stores keeps none of their readers. */
static void
drop_closed (GPtrArray *readers)
{
  for (guint i = readers->len; i > 0; i--)
    {
      UsherSqliteReader *reader = g_ptr_array_index (readers, i - 1);

      if (is_closed (reader->readers))
        g_ptr_array_remove_index_fast (readers, i - 1);
    }
}

static gboolean
set_closed_error (UsherSqliteReaders *self, GError **error)
{
  g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "database “%s” is closed", self->path);

  return FALSE;
}

static UsherSqliteReader *
add_reader (UsherSqliteReaders *self, GError **error)
{
  g_autoptr (UsherSqliteConnection) connection =
      usher_sqlite_connection_new (self->path, NULL, USHER_SQLITE_CREATE, error);
  GPtrArray *readers = g_private_get (&readers_of_thread);
  UsherSqliteReader *reader;
  gboolean added;

  if (connection == NULL || !usher_sqlite_connection_execute (connection, pragmas, error))
    return NULL;

  if (readers == NULL)
    {
      readers = g_ptr_array_new_with_free_func ((GDestroyNotify) free_reader);
      g_private_set (&readers_of_thread, readers);
    }
  drop_closed (readers);

  reader = g_new0 (UsherSqliteReader, 1);
  reader->readers = usher_sqlite_readers_ref (self);
  g_mutex_init (&reader->mutex);
  reader->connection = g_steal_pointer (&connection);
  reader->shapes = usher_sqlite_query_new_shapes ();
  reader->places = usher_sqlite_lookup_new_places ();
  g_ptr_array_add (readers, reader);

  g_mutex_lock (&self->mutex);
  added = !self->is_closed;
  if (added)
    g_ptr_array_add (self->all, reader);
  g_mutex_unlock (&self->mutex);
  if (!added)
    close_reader (reader);

  return reader;
}

static guint
get_n_commits (UsherSqliteReaders *self)
{
  if (self->share != NULL)
    return usher_sqlite_share_get_n_commits (self->share);

  return (guint) g_atomic_int_get (&self->n_commits);
}

static gboolean
renew (UsherSqliteReader *reader, GError **error)
{
  guint n_commits = get_n_commits (reader->readers);

  if (reader->connection == NULL)
    return set_closed_error (reader->readers, error);
  if (reader->is_reading && reader->n_commits == n_commits)
    return TRUE;

  if (reader->is_reading && !usher_sqlite_connection_run (reader->connection, commit, error))
    return FALSE;
  reader->is_reading = usher_sqlite_connection_run (reader->connection, begin, error);
  reader->n_commits = n_commits;

  return reader->is_reading;
}

UsherSqliteReader *
usher_sqlite_readers_enter (UsherSqliteReaders *self, GError **error)
{
  UsherSqliteReader *reader = find_reader (self);

  if (reader == NULL && is_closed (self))
    set_closed_error (self, error);
  else if (reader == NULL)
    reader = add_reader (self, error);
  if (reader == NULL)
    return NULL;

  g_mutex_lock (&reader->mutex);
  if (renew (reader, error))
    return reader;

  g_mutex_unlock (&reader->mutex);
  return NULL;
}

void
usher_sqlite_reader_leave (UsherSqliteReader *self)
{
  g_mutex_unlock (&self->mutex);
}

void
usher_sqlite_readers_renew (UsherSqliteReaders *self)
{
  if (self->share != NULL)
    usher_sqlite_share_announce (self->share);
  else
    g_atomic_int_inc (&self->n_commits);
}

static void
end_transaction (UsherSqliteReader *reader)
{
  if (reader->is_reading && reader->connection != NULL)
    usher_sqlite_connection_run (reader->connection, commit, NULL);
  reader->is_reading = FALSE;
}

void
usher_sqlite_readers_end_stale (UsherSqliteReaders *self)
{
  guint n_commits = get_n_commits (self);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->all->len; i++)
    {
      UsherSqliteReader *reader = g_ptr_array_index (self->all, i);

      /* one that is at work ends its transaction itself, at its next read */
      if (g_mutex_trylock (&reader->mutex))
        {
          if (reader->n_commits != n_commits)
            end_transaction (reader);
          g_mutex_unlock (&reader->mutex);
        }
    }
  g_mutex_unlock (&self->mutex);
}

void
usher_sqlite_readers_end (UsherSqliteReaders *self)
{
  UsherSqliteReader *reader = find_reader (self);

  if (reader == NULL)
    return;

  g_mutex_lock (&reader->mutex);
  end_transaction (reader);
  g_mutex_unlock (&reader->mutex);
}

void
usher_sqlite_readers_close (UsherSqliteReaders *self)
{
  g_mutex_lock (&self->mutex);
  self->is_closed = TRUE;
  for (guint i = 0; i < self->all->len; i++)
    close_reader (g_ptr_array_index (self->all, i));
  g_mutex_unlock (&self->mutex);
}
