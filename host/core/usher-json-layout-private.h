/* usher-json-layout-private.h: JSON as people read it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): the same as @text, which is valid and has no blanks, with a member a line; what is empty stays on one */
char *usher_json_layout (const char *text);

G_END_DECLS
