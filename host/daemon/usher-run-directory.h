/* usher-run-directory.h: the files by which the processes of a supervisor are found
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* makes it, and removes what processes of an earlier run have left */
gboolean usher_run_directory_prepare (const char *path, GError **error);
/* what a process of this name has left */
void usher_run_directory_remove (const char *path, const char *name);
/* whether a process of this name can be found. @serves: it serves the public too */
gboolean usher_run_directory_has (const char *path, const char *name, gboolean serves);

G_END_DECLS
