/* usher-backup-manifest.h: what is in a backup
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define USHER_BACKUP_MANIFEST "usher-backup.manifest"

typedef struct
{
  char *name; /* (owned): a path below the folder of the backup, and of the data directory */
  guint mode;
  guint64 size;
  char *sum; /* (owned): SHA-256 */
} UsherBackupEntry;

typedef struct
{
  char *time;         /* (owned): the moment that the databases are of */
  GPtrArray *entries; /* (owned) (element-type UsherBackupEntry) */
} UsherBackupManifest;

UsherBackupManifest *usher_backup_manifest_new (const char *time);
void usher_backup_manifest_free (UsherBackupManifest *self);

/* takes ownership of @sum */
void usher_backup_manifest_add (UsherBackupManifest *self,
                                const char *name,
                                guint mode,
                                guint64 size,
                                char *sum);
guint64 usher_backup_manifest_get_size (UsherBackupManifest *self);
/* writes it into the folder, flushed: with it a backup is whole */
gboolean
usher_backup_manifest_save (UsherBackupManifest *self, const char *directory, GError **error);
/* NOT_FOUND: the folder is no backup, or one that was not finished; CORRUPT: it is damaged, or from a newer version */
UsherBackupManifest *usher_backup_manifest_load (const char *directory, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherBackupManifest, usher_backup_manifest_free)

G_END_DECLS
