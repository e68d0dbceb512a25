/* usher-test-json.h: what a page or a command says as JSON, read by json-glib
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* (transfer full): what @text is, or the test ends */
JsonNode *usher_test_json_read (const char *text);

/* @path: names of members and numbers of elements, such as items.0.name; (transfer none) (nullable) */
JsonNode *usher_test_json_find (JsonNode *root, const char *path);
/* (nullable): no string is there */
const char *usher_test_json_get_string (JsonNode *root, const char *path);
/* what these ask for is there, or the test ends */
gint64 usher_test_json_get_integer (JsonNode *root, const char *path);
guint usher_test_json_get_length (JsonNode *root, const char *path);

void usher_test_json_assert_string (JsonNode *root, const char *path, const char *expected);
void usher_test_json_assert_integer (JsonNode *root, const char *path, gint64 expected);
void usher_test_json_assert_boolean (JsonNode *root, const char *path, gboolean expected);
void usher_test_json_assert_null (JsonNode *root, const char *path);
void usher_test_json_assert_length (JsonNode *root, const char *path, guint expected);

G_END_DECLS
