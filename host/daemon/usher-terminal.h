/* usher-terminal.h: what may be written where a person looks
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

char *usher_terminal_clean (const char *text);
guint usher_terminal_get_width (const char *text);
void usher_terminal_print_built (JsonBuilder *builder);
void usher_terminal_print_json (JsonNode *root);

G_END_DECLS
