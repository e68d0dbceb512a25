/* usher-answer.h: what an admin listener answers, read by json-glib
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonObject *usher_answer_parse (const char *text, GError **error);
gboolean usher_answer_has_items (JsonObject *answer);

JsonNode *usher_answer_find (JsonObject *object, const char *path);
const char *usher_answer_get_text (JsonObject *object, const char *path);
gboolean usher_answer_get_integer (JsonObject *object, const char *path, gint64 *value);
gboolean usher_answer_get_boolean (JsonObject *object, const char *path);
guint usher_answer_get_length (JsonObject *object, const char *path);
JsonObject *usher_answer_get_item (JsonObject *object, const char *path, guint index);

G_END_DECLS
