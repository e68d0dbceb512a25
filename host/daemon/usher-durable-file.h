/* usher-durable-file.h: files that are on the disk, and what they have
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Copies a file into one that is not there, and flushes it. @size and @sum (SHA-256, hexadecimal, transfer full) are of
 * what was written. Errors name the path. */
gboolean usher_durable_file_copy (const char *from,
                                  const char *to,
                                  int mode,
                                  guint64 *size,
                                  char **sum,
                                  GError **error);
/* flushes a file that another part wrote, sets its mode and measures it */
gboolean
usher_durable_file_finish (const char *path, int mode, guint64 *size, char **sum, GError **error);
/* writes a whole file that is not there */
gboolean usher_durable_file_write (const char *path, const char *text, int mode, GError **error);
/* makes the folder that @path is in, 0700, below @root which is there */
gboolean usher_durable_file_make_parent (const char *root, const char *path, GError **error);
/* flushes the names in a folder, and in all below it */
gboolean usher_durable_file_sync_folder (const char *path, GError **error);
gboolean usher_durable_file_sync_tree (const char *path, GError **error);
/* removes a tree; what cannot be removed stays */
void usher_durable_file_remove_tree (const char *path);

G_END_DECLS
