/* usher-answer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-answer.h"

#include <string.h>

#include "usher-error.h"
#include "usher-json.h"

/* The first byte behind the string that begins at @text, which is JSON. */
static const char *
skip_string (const char *text)
{
  for (text++; *text != '"'; text++)
    if (*text == '\\')
      text++;

  return text + 1;
}

/* json-glib gives another number for one that does not fit. */
static gboolean
check_numbers (const char *text, GError **error)
{
  while (*text != '\0')
    {
      gsize length = strspn (text, "-0123456789");
      g_autofree char *number = NULL;

      if (*text == '"')
        {
          text = skip_string (text);
          continue;
        }
      if (length == 0)
        {
          text++;
          continue;
        }

      number = g_strndup (text, length);
      text += length;
      if (*text == '.' || *text == 'e' || *text == 'E')
        text += strspn (text, ".eE+-0123456789");
      else if (!g_ascii_string_to_signed (number, 10, G_MININT64, G_MAXINT64, NULL, NULL))
        {
          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_CORRUPT,
                       "has the number %s, which does not fit",
                       number);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * usher_answer_parse:
 * @text: what was answered
 *
 * Reads an answer, which is a JSON object.
 *
 * json-glib takes much that is no JSON, and nesting without end until its stack has one; so the strict reader has
 * a look before.
 *
 * Returns: (transfer full): the object; `USHER_ERROR_CORRUPT` when it is none
 */
JsonObject *
usher_answer_parse (const char *text, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (UsherJson) strict = NULL;
  g_autoptr (GError) fault = NULL;
  JsonNode *root = NULL;

  strict = usher_json_parse (text, -1, &fault);
  if (strict == NULL || !json_parser_load_from_data (parser, text, -1, &fault))
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_CORRUPT, "is not JSON: %s", fault->message);
      return NULL;
    }
  if (!check_numbers (text, error))
    return NULL;

  root = json_parser_get_root (parser);
  if (JSON_NODE_HOLDS_OBJECT (root))
    return json_node_dup_object (root);

  g_set_error (error, USHER_ERROR, USHER_ERROR_CORRUPT, "is no JSON object");

  return NULL;
}

/**
 * usher_answer_has_items:
 * @answer: an answer
 *
 * Tells whether this is a list: an array `items` of objects.
 */
gboolean
usher_answer_has_items (JsonObject *answer)
{
  JsonNode *node = usher_answer_find (answer, "items");

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;

  for (guint i = 0; i < usher_answer_get_length (answer, "items"); i++)
    if (usher_answer_get_item (answer, "items", i) == NULL)
      return FALSE;

  return TRUE;
}

/* @node: (nullable) */
static JsonNode *
step (JsonNode *node, const char *name)
{
  guint64 index = 0;

  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_member (json_node_get_object (node), name);
  if (JSON_NODE_HOLDS_ARRAY (node) &&
      g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT, &index, NULL) &&
      index < json_array_get_length (json_node_get_array (node)))
    return json_array_get_element (json_node_get_array (node), (guint) index);

  return NULL;
}

/**
 * usher_answer_find:
 * @object: (nullable): an object
 * @path: names of members and indexes, joined by dots
 *
 * Returns: (transfer none) (nullable): what stands there
 */
JsonNode *
usher_answer_find (JsonObject *object, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonNode *node = NULL;

  if (object == NULL || names[0] == NULL)
    return NULL;

  node = json_object_get_member (object, names[0]);
  for (guint i = 1; names[i] != NULL; i++)
    node = step (node, names[i]);

  return node;
}

/* A value of a type, or NULL. */
static JsonNode *
find_value (JsonObject *object, const char *path, GType type)
{
  JsonNode *node = usher_answer_find (object, path);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

/**
 * usher_answer_get_text:
 * @object: (nullable): an object
 * @path: a path
 *
 * Returns: (nullable): the string that stands there; `NULL` when nothing or something else does
 */
const char *
usher_answer_get_text (JsonObject *object, const char *path)
{
  JsonNode *node = find_value (object, path, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

/**
 * usher_answer_get_integer:
 * @object: (nullable): an object
 * @path: a path
 * @value: (out): the number
 *
 * Returns: whether a whole number stands there
 */
gboolean
usher_answer_get_integer (JsonObject *object, const char *path, gint64 *value)
{
  JsonNode *node = find_value (object, path, G_TYPE_INT64);

  if (node != NULL)
    *value = json_node_get_int (node);

  return node != NULL;
}

/**
 * usher_answer_get_boolean:
 * @object: (nullable): an object
 * @path: a path
 *
 * Returns: whether `true` stands there
 */
gboolean
usher_answer_get_boolean (JsonObject *object, const char *path)
{
  JsonNode *node = find_value (object, path, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

/**
 * usher_answer_get_length:
 * @object: (nullable): an object
 * @path: a path
 *
 * Returns: how many elements the array there has, 0 when there is none
 */
guint
usher_answer_get_length (JsonObject *object, const char *path)
{
  JsonNode *node = usher_answer_find (object, path);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node)
             ? json_array_get_length (json_node_get_array (node))
             : 0;
}

/**
 * usher_answer_get_item:
 * @object: (nullable): an object
 * @path: a path
 * @index: of an element
 *
 * Returns: (transfer none) (nullable): the object that is this element of the array there
 */
JsonObject *
usher_answer_get_item (JsonObject *object, const char *path, guint index)
{
  JsonNode *node = NULL;

  if (index >= usher_answer_get_length (object, path))
    return NULL;

  node = json_array_get_element (json_node_get_array (usher_answer_find (object, path)), index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}
