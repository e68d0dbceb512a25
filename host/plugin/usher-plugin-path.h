/* usher-plugin-path.h: the folders in which plugins are looked for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

USHER_API
char **usher_plugin_path_list (const char *const *given, gboolean only_given, char ***doubts);

G_END_DECLS
