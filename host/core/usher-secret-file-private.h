/* usher-secret-file-private.h: writes files that have secrets
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secret.h"

G_BEGIN_DECLS

/* A whole file, mode 0600, appears at once or not at all, and never in the place of another: that one stays, which is no error.
 * It is on the disk then. */
gboolean usher_secret_file_make (const char *path, UsherSecret *secret, GError **error);
/* Another content for a file that is there, whose mode and owner it keeps; who reads it sees all of the old one or of the new
 * one. */
gboolean usher_secret_file_replace (const char *path, UsherSecret *secret, GError **error);
/* Keeps others from replacing what is in the same folder until it is given to close(); -1: nobody needs to be kept, as nobody
 * can write there. */
int usher_secret_file_lock (const char *path);

G_END_DECLS
