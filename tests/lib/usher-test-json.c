/* usher-test-json.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-json.h"

JsonNode *
usher_test_json_read (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *root = json_from_string (text, &error);

  if (root == NULL)
    g_error ("no JSON: %s: %s", error != NULL ? error->message : "nothing", text);

  return root;
}

/* (transfer full): an array of what is there */
static JsonNode *
query (JsonNode *root, const char *path)
{
  g_autoptr (GError) error = NULL;
  JsonNode *found = json_path_query (path, root, &error);

  g_assert_no_error (error);

  return found;
}

/* (transfer full): the one value there */
static JsonNode *
find (JsonNode *root, const char *path)
{
  g_autoptr (JsonNode) found = query (root, path);
  JsonArray *matches = json_node_get_array (found);
  g_autofree char *text = json_to_string (root, FALSE);

  if (json_array_get_length (matches) != 1)
    g_error ("%u values are at %s: %s", json_array_get_length (matches), path, text);

  return json_array_dup_element (matches, 0);
}

char *
usher_test_json_dup_string (JsonNode *root, const char *path)
{
  g_autoptr (JsonNode) node = find (root, path);

  g_assert_true (json_node_get_value_type (node) == G_TYPE_STRING);

  return json_node_dup_string (node);
}

gint64
usher_test_json_get_integer (JsonNode *root, const char *path)
{
  g_autoptr (JsonNode) node = find (root, path);

  g_assert_true (json_node_get_value_type (node) == G_TYPE_INT64);

  return json_node_get_int (node);
}

void
usher_test_json_assert_string (JsonNode *root, const char *path, const char *expected)
{
  g_autofree char *text = usher_test_json_dup_string (root, path);

  g_assert_cmpstr (text, ==, expected);
}

void
usher_test_json_assert_integer (JsonNode *root, const char *path, gint64 expected)
{
  g_assert_cmpint (usher_test_json_get_integer (root, path), ==, expected);
}

void
usher_test_json_assert_boolean (JsonNode *root, const char *path, gboolean expected)
{
  g_autoptr (JsonNode) node = find (root, path);

  g_assert_true (json_node_get_value_type (node) == G_TYPE_BOOLEAN);
  g_assert_cmpint (json_node_get_boolean (node), ==, expected);
}

void
usher_test_json_assert_null (JsonNode *root, const char *path)
{
  g_autoptr (JsonNode) node = find (root, path);

  g_assert_true (json_node_is_null (node));
}

void
usher_test_json_assert_count (JsonNode *root, const char *path, guint expected)
{
  g_autoptr (JsonNode) found = query (root, path);

  g_assert_cmpuint (json_array_get_length (json_node_get_array (found)), ==, expected);
}
