/* usher-module-file-private.h: the file of a module, before any of its code runs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether the loader may have the file: it kills the process over one that was cut off, and takes another libusher beside
 * this one without a word. USHER_ERROR_UNAVAILABLE says what is wrong with the file, and the way out. */
gboolean usher_module_file_check (const char *path, GError **error);

G_END_DECLS
