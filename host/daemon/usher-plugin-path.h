/* usher-plugin-path.h: the folders in which plugins are looked for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): absolute, each once: those of @given, of USHER_PLUGIN_PATH, the user's own, the installed one. What was
 * named by somebody is there whether it exists or not, the other two only if they do and nobody else could put code into
 * them. @given: (nullable); @only_given: and no others */
char **usher_plugin_path_list (char **given, gboolean only_given);

G_END_DECLS
