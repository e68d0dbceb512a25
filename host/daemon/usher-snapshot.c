/* usher-snapshot.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-snapshot.h"

#include <string.h>

#include "usher-error.h"
#include "usher-restore-place.h"
#include "usher-store-snapshot.h"

/* folders in folders; more is a loop of links */
#define MAX_DEPTH 8
/* Hosts wait 5 s for the file: long before that all are let go again. */
#define MAX_PAUSE (2 * G_TIME_SPAN_SECOND)
#define MAX_TRIES 10
#define TRY_PAUSE (200 * G_TIME_SPAN_MILLISECOND)

struct _UsherSnapshot
{
  char *directory;      /* (owned) */
  GPtrArray *names;     /* (owned) (element-type utf8): of the databases */
  GPtrArray *files;     /* (owned) (element-type utf8): the others */
  GPtrArray *databases; /* (owned) (element-type UsherStoreSnapshot): beside the names */
  gint64 time;
  gint64 pause;
};

void
usher_snapshot_free (UsherSnapshot *self)
{
  g_ptr_array_unref (self->databases);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->files);
  g_free (self->directory);
  g_free (self);
}

/* What belongs to a host that runs, or is what an earlier restore moved aside. */
static gboolean
is_passing (const char *name)
{
  static const char *const endings[] = { "-wal", "-shm", "-journal", "-shared", ".lock", "~" };

  if (g_str_equal (name, "lock") || g_str_equal (name, "run") || usher_restore_place_is (name))
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return TRUE;

  return FALSE;
}

static gboolean
list (UsherSnapshot *self, const char *below, guint depth, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, below, NULL);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GDir) folder = depth <= MAX_DEPTH ? g_dir_open (path, 0, &cause) : NULL;
  const char *name = NULL;

  if (folder == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "directory “%s” cannot be read: %s",
                   path,
                   cause != NULL ? cause->message : "it lies too deep");
      return FALSE;
    }

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *full = g_build_filename (path, name, NULL);
      g_autofree char *own =
          *below != '\0' ? g_build_filename (below, name, NULL) : g_strdup (name);

      /* where no other data directory was chosen, plugins have a folder in it; and settings are those of now */
      if (is_passing (name) || g_str_equal (own, "plugins") ||
          g_str_equal (own, USHER_SNAPSHOT_SETTINGS))
        continue;
      if (g_file_test (full, G_FILE_TEST_IS_DIR))
        {
          if (!list (self, own, depth + 1, error))
            return FALSE;
        }
      else if (g_file_test (full, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (g_str_has_suffix (name, ".db") ? self->names : self->files,
                         g_steal_pointer (&own));
    }

  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
list_all (UsherSnapshot *self, GError **error)
{
  g_ptr_array_set_size (self->names, 0);
  g_ptr_array_set_size (self->files, 0);
  if (!list (self, "", 0, error))
    return FALSE;

  g_ptr_array_sort (self->names, compare_names);
  g_ptr_array_sort (self->files, compare_names);
  if (self->names->len > 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_NOT_FOUND,
               "data directory “%s” has no database",
               self->directory);

  return FALSE;
}

/* All are open before the first one is kept from writing. */
static gboolean
open_all (UsherSnapshot *self, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + MAX_PAUSE;

  g_ptr_array_set_size (self->databases, 0);
  for (guint i = 0; i < self->names->len; i++)
    {
      const char *name = g_ptr_array_index (self->names, i);
      g_autofree char *uri = g_strdup_printf ("sqlite:%s/%s", self->directory, name);
      UsherStoreSnapshot *database = usher_store_open_snapshot (uri, deadline, error);

      if (database == NULL)
        return FALSE;
      g_ptr_array_add (self->databases, database);
    }

  return TRUE;
}

static gboolean
hold_all (UsherSnapshot *self, gint64 deadline, GError **error)
{
  for (guint i = 0; i < self->databases->len; i++)
    if (!usher_store_snapshot_hold (g_ptr_array_index (self->databases, i), deadline, error))
      return FALSE;

  return TRUE;
}

static gboolean
begin_all (UsherSnapshot *self, GError **error)
{
  for (guint i = 0; i < self->databases->len; i++)
    if (!usher_store_snapshot_begin (g_ptr_array_index (self->databases, i), error))
      return FALSE;

  return TRUE;
}

/* A service that starts just now makes a new file. */
static gboolean
has_same_names (UsherSnapshot *self)
{
  g_autoptr (UsherSnapshot) now = g_new0 (UsherSnapshot, 1);

  now->directory = g_strdup (self->directory);
  now->databases = g_ptr_array_new ();
  now->names = g_ptr_array_new_with_free_func (g_free);
  now->files = g_ptr_array_new_with_free_func (g_free);
  if (!list_all (now, NULL) || now->names->len != self->names->len)
    return FALSE;

  for (guint i = 0; i < now->names->len; i++)
    if (!g_str_equal (g_ptr_array_index (now->names, i), g_ptr_array_index (self->names, i)))
      return FALSE;

  return TRUE;
}

static gboolean
check_names (UsherSnapshot *self, GError **error)
{
  if (has_same_names (self))
    return TRUE;

  g_set_error (error, USHER_ERROR, USHER_ERROR_BUSY, "a database is being made or removed");
  return FALSE;
}

static gboolean
try (UsherSnapshot *self, GError **error)
{
  gint64 begin = 0;
  gboolean ok = FALSE;

  if (!list_all (self, error) || !open_all (self, error))
    return FALSE;

  begin = g_get_monotonic_time ();
  ok = hold_all (self, begin + MAX_PAUSE, error) && check_names (self, error) &&
       begin_all (self, error);
  self->time = g_get_real_time ();
  for (guint i = 0; i < self->databases->len; i++)
    usher_store_snapshot_release (g_ptr_array_index (self->databases, i));
  self->pause = g_get_monotonic_time () - begin;

  return ok;
}

UsherSnapshot *
usher_snapshot_new (const char *directory, GError **error)
{
  g_autoptr (UsherSnapshot) self = g_new0 (UsherSnapshot, 1);

  self->directory = g_strdup (directory);
  self->databases = g_ptr_array_new_with_free_func (g_object_unref);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->files = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1;; i++)
    {
      g_autoptr (GError) own = NULL;

      if (try (self, &own))
        return g_steal_pointer (&self);
      if (i == MAX_TRIES || !g_error_matches (own, USHER_ERROR, USHER_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&own));
          return NULL;
        }
      g_usleep (TRY_PAUSE);
    }
}

const GPtrArray *
usher_snapshot_get_databases (UsherSnapshot *self)
{
  return self->names;
}

const GPtrArray *
usher_snapshot_get_files (UsherSnapshot *self)
{
  return self->files;
}

gint64
usher_snapshot_get_time (UsherSnapshot *self)
{
  return self->time;
}

gint64
usher_snapshot_get_pause (UsherSnapshot *self)
{
  return self->pause;
}

gboolean
usher_snapshot_copy (UsherSnapshot *self, guint index, const char *target, GError **error)
{
  return usher_store_snapshot_copy (g_ptr_array_index (self->databases, index), target, error);
}
