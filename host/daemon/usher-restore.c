/* usher-restore.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-backup-manifest.h"
#include "usher-commands.h"
#include "usher-durable-file.h"
#include "usher-error.h"
#include "usher-restore-place.h"
#include "usher-store-snapshot.h"

typedef struct
{
  const char *source;            /* (unowned): the backup */
  const char *data;              /* (unowned) */
  UsherBackupManifest *manifest; /* (owned) */
  char *stage;                   /* (owned) */
  char *ready;                   /* (owned) */
  char *aside;                   /* (owned) (nullable): where what was there is now */
} Restore;

static gboolean force = FALSE;

const GOptionEntry usher_restore_entries[] = {
  { "force",
    0,
    0,
    G_OPTION_ARG_NONE,
    &force,
    "Move what is in the data directory aside, into a folder in it",
    NULL },
  { NULL },
};

static void
restore_clear (Restore *self)
{
  g_clear_pointer (&self->manifest, usher_backup_manifest_free);
  g_free (self->stage);
  g_free (self->ready);
  g_free (self->aside);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Restore, restore_clear)

static gboolean
fail (const char *path, const char *what, GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               errno == ENOSPC ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
               "“%s” cannot be %s: %s",
               path,
               what,
               g_strerror (errno));

  return FALSE;
}

/* (transfer full) (element-type utf8) (nullable): what is there and would be taken for this host's. @own: what this
 * restore has made. */
static GPtrArray *
list_present (const char *data, const char *own, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (data, 0, error);
  const char *name = NULL;

  if (folder == NULL)
    return NULL;

  while ((name = g_dir_read_name (folder)) != NULL)
    if (!g_str_equal (name, "lock") && !g_str_equal (name, "run") &&
        !g_str_equal (name, "plugins") && !g_str_equal (name, own) &&
        !g_str_has_prefix (name, USHER_RESTORE_ASIDE))
      g_ptr_array_add (names, g_strdup (name));

  return g_steal_pointer (&names);
}

static gboolean
check_empty (Restore *self, GError **error)
{
  g_autoptr (GPtrArray) present = list_present (self->data, USHER_RESTORE_STAGE, error);

  if (present == NULL)
    return FALSE;
  if (present->len == 0 || force)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CONFLICT,
               "data directory “%s” is not empty: it has “%s”; --force moves what is there aside",
               self->data,
               (const char *) g_ptr_array_index (present, 0));

  return FALSE;
}

/* Who restores as root does it for the owner of the data directory. */
static gboolean
give_to_owner (const char *data, const char *path, GError **error)
{
  struct stat status = { 0 };

  if (geteuid () != 0 || stat (data, &status) != 0)
    return TRUE;

  return chown (path, status.st_uid, status.st_gid) == 0 ||
         fail (path, "given to the owner of the data directory", error);
}

static gboolean
give_tree_to_owner (const char *data, const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (!give_tree_to_owner (data, below, error))
        return FALSE;
    }

  return give_to_owner (data, path, error);
}

static gboolean
stage_one (Restore *self, const UsherBackupEntry *entry, GError **error)
{
  g_autofree char *from = g_build_filename (self->source, entry->name, NULL);
  g_autofree char *to = g_build_filename (self->stage, entry->name, NULL);
  g_autofree char *sum = NULL;
  guint64 size = 0;

  if (!usher_durable_file_make_parent (self->stage, entry->name, error) ||
      !usher_durable_file_copy (from, to, (int) entry->mode & 0700, &size, &sum, error))
    return FALSE;
  if (size == entry->size && g_str_equal (sum, entry->sum))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "file “%s” of the backup is damaged: it has %" G_GUINT64_FORMAT
               " bytes with SHA-256 %s, the manifest says %" G_GUINT64_FORMAT " and %s",
               from,
               size,
               sum,
               entry->size,
               entry->sum);

  return FALSE;
}

static gboolean
restore_database (const char *path, GError **error)
{
  g_autofree char *uri = g_strconcat ("sqlite:", path, NULL);

  return usher_store_restore (uri, g_get_real_time (), error);
}

static gboolean
stage (Restore *self, GError **error)
{
  /* of a restore that was broken off before anything was touched */
  usher_durable_file_remove_tree (self->stage);
  if (g_mkdir (self->stage, 0700) != 0)
    return fail (self->stage, "made", error);

  for (guint i = 0; i < self->manifest->entries->len; i++)
    {
      const UsherBackupEntry *entry = g_ptr_array_index (self->manifest->entries, i);
      g_autofree char *path = g_build_filename (self->stage, entry->name, NULL);

      if (!stage_one (self, entry, error) ||
          (g_str_has_suffix (entry->name, ".db") && !restore_database (path, error)))
        return FALSE;
    }

  return give_tree_to_owner (self->data, self->stage, error) &&
         usher_durable_file_sync_tree (self->stage, error);
}

static gboolean
move (const char *from_folder, const char *to_folder, const char *name, GError **error)
{
  g_autofree char *from = g_build_filename (from_folder, name, NULL);
  g_autofree char *to = g_build_filename (to_folder, name, NULL);

  return g_rename (from, to) == 0 || fail (from, "moved", error);
}

static gboolean
move_aside (Restore *self, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, USHER_RESTORE_ASIDE "%Y%m%dT%H%M%S.%f");
  g_autoptr (GPtrArray) present = list_present (self->data, USHER_RESTORE_READY, error);

  if (present == NULL)
    return FALSE;
  if (present->len == 0)
    return TRUE;

  self->aside = g_build_filename (self->data, time, NULL);
  if (g_mkdir (self->aside, 0700) != 0)
    return fail (self->aside, "made", error);

  for (guint i = 0; i < present->len; i++)
    if (!move (self->data, self->aside, g_ptr_array_index (present, i), error))
      return FALSE;

  return give_to_owner (self->data, self->aside, error) &&
         usher_durable_file_sync_folder (self->aside, error);
}

/* From now on no host starts here, until all is in place. */
static gboolean
mark (Restore *self, GError **error)
{
  gboolean again = g_file_test (self->ready, G_FILE_TEST_EXISTS);

  /* a restore that was broken off had marked it too: at no time is there no mark */
  if (renameat2 (AT_FDCWD, self->stage, AT_FDCWD, self->ready, again ? RENAME_EXCHANGE : 0) != 0)
    return fail (self->stage, "moved", error);
  if (again)
    usher_durable_file_remove_tree (self->stage);

  return usher_durable_file_sync_folder (self->data, error);
}

static gboolean
put_in_place (Restore *self, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (self->ready, 0, error);
  const char *name = NULL;

  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    if (!move (self->ready, self->data, name, error))
      return FALSE;

  return usher_durable_file_sync_folder (self->data, error) &&
         (g_rmdir (self->ready) == 0 || fail (self->ready, "removed", error)) &&
         usher_durable_file_sync_folder (self->data, error);
}

static gboolean
restore (Restore *self, GError **error)
{
  g_autoptr (UsherDirectoryLock) lock = NULL;

  self->manifest = usher_backup_manifest_load (self->source, error);
  if (self->manifest == NULL)
    return FALSE;

  lock =
      usher_directory_lock_new (self->data, "lock", "data directory", USHER_DIRECTORY_ALONE, error);
  if (lock == NULL || !check_empty (self, error))
    return FALSE;

  if (!stage (self, error))
    {
      usher_durable_file_remove_tree (self->stage);
      return FALSE;
    }

  return mark (self, error) && move_aside (self, error) && put_in_place (self, error);
}

int
usher_restore (const UsherOptions *options)
{
  g_auto (Restore) self = { .data = options->data };
  g_autoptr (GError) error = NULL;

  self.source = options->arguments[0];
  self.stage = g_build_filename (self.data, USHER_RESTORE_STAGE, NULL);
  self.ready = g_build_filename (self.data, USHER_RESTORE_READY, NULL);
  if (!restore (&self, &error))
    {
      g_printerr ("usher: “%s” was not restored: %s\n", self.source, error->message);
      return EXIT_FAILURE;
    }

  g_print ("%u files as of %s are in “%s”\n",
           self.manifest->entries->len,
           self.manifest->time,
           self.data);
  if (self.aside != NULL)
    g_print ("what was there is in “%s”\n", self.aside);

  return EXIT_SUCCESS;
}
