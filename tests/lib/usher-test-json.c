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

/* (transfer none) (nullable): what is called so in @node */
static JsonNode *
find_member (JsonNode *node, const char *name)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_member (json_node_get_object (node), name);

  if (JSON_NODE_HOLDS_ARRAY (node) && g_ascii_isdigit (*name))
    {
      JsonArray *array = json_node_get_array (node);
      guint64 index = g_ascii_strtoull (name, NULL, 10);

      if (index < json_array_get_length (array))
        return json_array_get_element (array, (guint) index);
    }

  return NULL;
}

JsonNode *
usher_test_json_find (JsonNode *root, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonNode *node = root;

  for (guint i = 0; names[i] != NULL && node != NULL; i++)
    node = find_member (node, names[i]);

  return node;
}

/* what is there, or the test ends */
static JsonNode *
get (JsonNode *root, const char *path)
{
  JsonNode *node = usher_test_json_find (root, path);

  if (node == NULL)
    {
      g_autofree char *text = json_to_string (root, FALSE);

      g_error ("nothing is at %s: %s", path, text);
    }

  return node;
}

const char *
usher_test_json_get_string (JsonNode *root, const char *path)
{
  JsonNode *node = usher_test_json_find (root, path);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

gint64
usher_test_json_get_integer (JsonNode *root, const char *path)
{
  JsonNode *node = get (root, path);

  g_assert_true (json_node_get_value_type (node) == G_TYPE_INT64);

  return json_node_get_int (node);
}

guint
usher_test_json_get_length (JsonNode *root, const char *path)
{
  JsonNode *node = get (root, path);

  g_assert_true (JSON_NODE_HOLDS_ARRAY (node));

  return json_array_get_length (json_node_get_array (node));
}

void
usher_test_json_assert_string (JsonNode *root, const char *path, const char *expected)
{
  g_assert_cmpstr (usher_test_json_get_string (root, path), ==, expected);
}

void
usher_test_json_assert_integer (JsonNode *root, const char *path, gint64 expected)
{
  g_assert_cmpint (usher_test_json_get_integer (root, path), ==, expected);
}

void
usher_test_json_assert_boolean (JsonNode *root, const char *path, gboolean expected)
{
  JsonNode *node = get (root, path);

  g_assert_true (json_node_get_value_type (node) == G_TYPE_BOOLEAN);
  g_assert_cmpint (json_node_get_boolean (node), ==, expected);
}

void
usher_test_json_assert_null (JsonNode *root, const char *path)
{
  g_assert_true (json_node_is_null (get (root, path)));
}

void
usher_test_json_assert_length (JsonNode *root, const char *path, guint expected)
{
  g_assert_cmpuint (usher_test_json_get_length (root, path), ==, expected);
}
