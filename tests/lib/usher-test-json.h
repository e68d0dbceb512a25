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

/* @path: a JSONPath, such as $.items[0].name, at which is one value, or the test ends */
char *usher_test_json_dup_string (JsonNode *root, const char *path);
gint64 usher_test_json_get_integer (JsonNode *root, const char *path);
void usher_test_json_assert_string (JsonNode *root, const char *path, const char *expected);
void usher_test_json_assert_integer (JsonNode *root, const char *path, gint64 expected);
void usher_test_json_assert_boolean (JsonNode *root, const char *path, gboolean expected);
void usher_test_json_assert_null (JsonNode *root, const char *path);
/* at how many places of @path is something */
void usher_test_json_assert_count (JsonNode *root, const char *path, guint expected);

G_END_DECLS
