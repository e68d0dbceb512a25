/* usher-new-name.h: whether a plugin can have a name
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-options.h"

G_BEGIN_DECLS

/* The name is well formed, no name of the host's or of Meson's, and no plugin's that the options find. INVALID and TAKEN
 * say what is wrong. */
gboolean usher_new_name_check (const char *name, const UsherOptions *options, GError **error);

G_END_DECLS
