/* usher-backup.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-backup-manifest.h"
#include "usher-clock.h"
#include "usher-commands.h"
#include "usher-durable-file.h"
#include "usher-error.h"
#include "usher-setup.h"
#include "usher-sites.h"
#include "usher-snapshot.h"
#include "usher-sources.h"

typedef struct
{
  const char *data;              /* (unowned) */
  const char *target;            /* (unowned): the folder that is being filled */
  const GPtrArray *settings;     /* (unowned) (element-type utf8): files */
  UsherSnapshot *snapshot;       /* (unowned) */
  UsherBackupManifest *manifest; /* (unowned) */
} Backup;

static gboolean
refuse (const char *path, const char *what, GError **error)
{
  return usher_refuse (error, USHER_ERROR_CONFLICT, "“%s” %s", path, what);
}

static gboolean
is_inside (const char *path, const char *folder)
{
  return g_str_has_prefix (path, folder) &&
         (path[strlen (folder)] == '/' || path[strlen (folder)] == '\0');
}

static gboolean
check_target (const char *directory, const char *partial, const char *data, GError **error)
{
  g_autofree char *own = g_canonicalize_filename (data, NULL);

  if (is_inside (directory, own))
    return refuse (directory, "is in the data directory itself", error);
  if (g_file_test (directory, G_FILE_TEST_EXISTS))
    return refuse (directory, "is there already: each backup wants a new folder", error);
  if (g_file_test (partial, G_FILE_TEST_EXISTS))
    return refuse (partial,
                   "is of a backup that runs or was broken off; if none runs, remove it",
                   error);
  if (g_mkdir (partial, 0700) == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               errno == ENOSPC ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
               "folder “%s” cannot be made: %s",
               partial,
               g_strerror (errno));

  return FALSE;
}

static guint
get_mode (Backup *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->data, name, NULL);
  struct stat status = { 0 };

  return stat (path, &status) == 0 ? status.st_mode & 0700 : 0600;
}

/* @index: of a database; -1: a plain file */
static gboolean
copy_one (Backup *self, const char *name, gint index, GError **error)
{
  g_autofree char *from = g_build_filename (self->data, name, NULL);
  g_autofree char *to = g_build_filename (self->target, name, NULL);
  guint mode = get_mode (self, name);
  g_autofree char *sum = NULL;
  guint64 size = 0;

  if (!usher_durable_file_make_parent (self->target, name, error))
    return FALSE;
  if (index < 0 && !usher_durable_file_copy (from, to, (int) mode, &size, &sum, error))
    return FALSE;
  if (index >= 0 && (!usher_snapshot_copy (self->snapshot, (guint) index, to, error) ||
                     !usher_durable_file_finish (to, (int) mode, &size, &sum, error)))
    return FALSE;

  usher_backup_manifest_add (self->manifest, name, mode, size, g_steal_pointer (&sum));

  return TRUE;
}

/* They count by their order. */
static gboolean
copy_settings (Backup *self, GError **error)
{
  for (guint i = 0; i < self->settings->len; i++)
    {
      const char *from = g_ptr_array_index (self->settings, i);
      g_autofree char *base = g_path_get_basename (from);
      g_autofree char *name = g_strdup_printf (USHER_SNAPSHOT_SETTINGS "/%u-%s", i + 1, base);
      g_autofree char *to = g_build_filename (self->target, name, NULL);
      g_autofree char *sum = NULL;
      guint64 size = 0;

      if (!usher_durable_file_make_parent (self->target, name, error) ||
          !usher_durable_file_copy (from, to, 0600, &size, &sum, error))
        return FALSE;
      usher_backup_manifest_add (self->manifest, name, 0600, size, g_steal_pointer (&sum));
    }

  return TRUE;
}

static gboolean
copy_all (Backup *self, GError **error)
{
  const GPtrArray *databases = usher_snapshot_get_databases (self->snapshot);
  const GPtrArray *files = usher_snapshot_get_files (self->snapshot);

  if (!copy_settings (self, error))
    return FALSE;

  /* the small ones first: they are not held */
  for (guint i = 0; i < files->len; i++)
    if (!copy_one (self, g_ptr_array_index (files, i), -1, error))
      return FALSE;
  for (guint i = 0; i < databases->len; i++)
    if (!copy_one (self, g_ptr_array_index (databases, i), (gint) i, error))
      return FALSE;

  return usher_backup_manifest_save (self->manifest, self->target, error) &&
         usher_durable_file_sync_tree (self->target, error);
}

/* The name says that it is whole. */
static gboolean
finish (const char *partial, const char *directory, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (directory);

  if (g_rename (partial, directory) != 0)
    return refuse (directory, g_strerror (errno), error);

  return usher_durable_file_sync_folder (parent, error);
}

static void
tell (const char *directory, UsherSnapshot *snapshot, UsherBackupManifest *manifest)
{
  g_print ("%u files, %" G_GUINT64_FORMAT " bytes as of %s in “%s”; writers waited %.1f ms\n",
           manifest->entries->len,
           usher_backup_manifest_get_size (manifest),
           manifest->time,
           directory,
           (double) usher_snapshot_get_pause (snapshot) / 1000);
}

/* Of what is elsewhere nothing is in a backup that looks whole. */
static void
tell_elsewhere (const UsherOptions *options)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_bare (options, USHER_SETUP_LOOK, FALSE);
  g_autoptr (GPtrArray) places =
      usher_sites_list_elsewhere (setup->settings, setup->catalog, options->data);

  for (guint i = 0; i < places->len; i++)
    g_print ("not in it: %s; back it up by the means of the server or the folder\n",
             (const char *) g_ptr_array_index (places, i));
}

static gboolean
back_up (const UsherOptions *options, const char *directory, const char *partial, GError **error)
{
  const char *data = options->data;
  g_autoptr (GPtrArray) settings = usher_sources_list_files (options);
  g_autoptr (UsherSnapshot) snapshot = usher_snapshot_new (data, error);
  g_autoptr (UsherBackupManifest) manifest = NULL;
  g_autofree char *time = NULL;
  Backup backup = { .data = data, .target = partial, .settings = settings, .snapshot = snapshot };

  if (snapshot == NULL)
    return FALSE;

  time = usher_time_format (usher_snapshot_get_time (snapshot));
  manifest = usher_backup_manifest_new (time);
  backup.manifest = manifest;
  if (!copy_all (&backup, error) || !finish (partial, directory, error))
    return FALSE;

  tell (directory, snapshot, manifest);
  tell_elsewhere (options);

  return TRUE;
}

int
usher_backup (const UsherOptions *options)
{
  g_autofree char *directory = NULL;
  g_autofree char *partial = NULL;
  g_autoptr (GError) error = NULL;

  directory = g_canonicalize_filename (options->arguments[0], NULL);
  partial = g_strconcat (directory, ".tmp", NULL);
  if (check_target (directory, partial, options->data, &error))
    {
      if (back_up (options, directory, partial, &error))
        return EXIT_SUCCESS;
      usher_durable_file_remove_tree (partial);
    }

  g_printerr ("usher: no backup was made: %s\n", error->message);

  return EXIT_FAILURE;
}
