/* usher-backup-manifest.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-backup-manifest.h"

#include <string.h>

#include "usher-durable-file.h"
#include "usher-error.h"
#include "usher-restore-place.h"

#define FORMAT      1
#define GROUP       "Backup"
#define FILE_PREFIX "File "
#define SUM_LENGTH  64

static void
free_entry (gpointer data)
{
  UsherBackupEntry *entry = data;

  g_free (entry->name);
  g_free (entry->sum);
  g_free (entry);
}

UsherBackupManifest *
usher_backup_manifest_new (const char *time)
{
  UsherBackupManifest *self = g_new0 (UsherBackupManifest, 1);

  self->time = g_strdup (time);
  self->entries = g_ptr_array_new_with_free_func (free_entry);

  return self;
}

void
usher_backup_manifest_free (UsherBackupManifest *self)
{
  g_ptr_array_unref (self->entries);
  g_free (self->time);
  g_free (self);
}

void
usher_backup_manifest_add (UsherBackupManifest *self,
                           const char *name,
                           guint mode,
                           guint64 size,
                           char *sum)
{
  UsherBackupEntry *entry = g_new0 (UsherBackupEntry, 1);

  entry->name = g_strdup (name);
  entry->mode = mode;
  entry->size = size;
  entry->sum = sum;
  g_ptr_array_add (self->entries, entry);
}

guint64
usher_backup_manifest_get_size (UsherBackupManifest *self)
{
  guint64 size = 0;

  for (guint i = 0; i < self->entries->len; i++)
    size += ((const UsherBackupEntry *) g_ptr_array_index (self->entries, i))->size;

  return size;
}

static void
add_entry (GKeyFile *file, const UsherBackupEntry *entry)
{
  g_autofree char *group = g_strconcat (FILE_PREFIX, entry->name, NULL);
  g_autofree char *mode = g_strdup_printf ("%04o", entry->mode);

  g_key_file_set_string (file, group, "Mode", mode);
  g_key_file_set_uint64 (file, group, "Size", entry->size);
  g_key_file_set_string (file, group, "SHA256", entry->sum);
}

gboolean
usher_backup_manifest_save (UsherBackupManifest *self, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, USHER_BACKUP_MANIFEST, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;

  g_key_file_set_integer (file, GROUP, "Format", FORMAT);
  g_key_file_set_string (file, GROUP, "Version", PACKAGE_VERSION);
  g_key_file_set_string (file, GROUP, "Time", self->time);
  g_key_file_set_integer (file, GROUP, "Files", (int) self->entries->len);
  for (guint i = 0; i < self->entries->len; i++)
    add_entry (file, g_ptr_array_index (self->entries, i));
  text = g_key_file_to_data (file, NULL, NULL);

  return usher_durable_file_write (path, text, 0600, error);
}

/* Nothing that leads out of the folder, or to where a restore or a lock is. */
static gboolean
is_name (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  if (parts[0] == NULL || usher_restore_place_is (parts[0]) || g_str_equal (name, "lock") ||
      g_str_equal (name, USHER_BACKUP_MANIFEST))
    return FALSE;

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], ".."))
      return FALSE;

  return TRUE;
}

static gboolean
load_entry (UsherBackupManifest *self, GKeyFile *file, const char *group)
{
  const char *name = group + strlen (FILE_PREFIX);
  g_autofree char *mode_text = g_key_file_get_string (file, group, "Mode", NULL);
  g_autofree char *sum = g_key_file_get_string (file, group, "SHA256", NULL);
  g_autoptr (GError) error = NULL;
  guint64 size = g_key_file_get_uint64 (file, group, "Size", &error);
  guint64 mode = 0;

  if (error != NULL || !is_name (name) || sum == NULL || strlen (sum) != SUM_LENGTH ||
      mode_text == NULL || !g_ascii_string_to_unsigned (mode_text, 8, 0, 0777, &mode, NULL))
    return FALSE;

  usher_backup_manifest_add (self, name, (guint) mode, size, g_steal_pointer (&sum));

  return TRUE;
}

static gboolean
load_entries (UsherBackupManifest *self, GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  gint n_files = g_key_file_get_integer (file, GROUP, "Files", NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], FILE_PREFIX) && !load_entry (self, file, groups[i]))
      return FALSE;

  return n_files > 0 && self->entries->len == (guint) n_files;
}

static gpointer
refuse (const char *path, const char *what, GError **error)
{
  g_set_error (error, USHER_ERROR, USHER_ERROR_CORRUPT, "manifest “%s” %s", path, what);

  return NULL;
}

UsherBackupManifest *
usher_backup_manifest_load (const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, USHER_BACKUP_MANIFEST, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (UsherBackupManifest) self = NULL;
  g_autofree char *time = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "“%s” is no backup, or one that was not finished: it has no “%s”",
                   directory,
                   USHER_BACKUP_MANIFEST);
      return NULL;
    }

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return refuse (path, "cannot be read", error);
  if (g_key_file_get_integer (file, GROUP, "Format", NULL) != FORMAT)
    return refuse (path, "is of a format that this version does not know", error);

  time = g_key_file_get_string (file, GROUP, "Time", NULL);
  self = usher_backup_manifest_new (time != NULL ? time : "");
  if (time == NULL || !load_entries (self, file))
    return refuse (path, "is damaged", error);

  return g_steal_pointer (&self);
}
