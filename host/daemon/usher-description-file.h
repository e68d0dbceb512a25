/* usher-description-file.h: what “usher describe --json” has printed, of whomever
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* FALSE with INVALID, which names @path: it is no such description */
gboolean usher_description_load (JsonParser *parser, const char *path, GError **error);

/* Each of these takes what is missing, or of another type, for nothing; @object, @array: (nullable). */
const char *usher_description_get_string (JsonObject *object, const char *name);
gint64 usher_description_get_integer (JsonObject *object, const char *name);
gboolean usher_description_get_flag (JsonObject *object, const char *name);
JsonObject *usher_description_get_object (JsonObject *object, const char *name);
JsonArray *usher_description_get_array (JsonObject *object, const char *name);
guint usher_description_get_length (JsonArray *array);
JsonObject *usher_description_get_element (JsonArray *array, guint index);

G_END_DECLS
