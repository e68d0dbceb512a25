/* usher-description-file.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-description-file.h"

#include "usher-error.h"
#include "usher-json.h"

#define FORMAT "usher-description-1"

const char *
usher_description_get_string (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

gint64
usher_description_get_integer (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_INT64
             ? json_node_get_int (node)
             : 0;
}

gboolean
usher_description_get_flag (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

JsonObject *
usher_description_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
usher_description_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

guint
usher_description_get_length (JsonArray *array)
{
  return array != NULL ? json_array_get_length (array) : 0;
}

JsonObject *
usher_description_get_element (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* What the rest goes by is there: an array of objects with strings of these names, and in each the lists of fields. */
static gboolean
check_list (JsonObject *object,
            const char *name,
            const char *first,
            const char *second,
            gboolean has_fields)
{
  JsonArray *array = usher_description_get_array (object, name);

  if (array == NULL)
    return FALSE;

  for (guint i = 0; i < usher_description_get_length (array); i++)
    {
      JsonObject *element = usher_description_get_element (array, i);

      if (usher_description_get_string (element, first) == NULL ||
          (second != NULL && usher_description_get_string (element, second) == NULL) ||
          (has_fields && !check_list (element, "fields", "name", "type", FALSE)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_values (JsonObject *object, const char *name)
{
  JsonArray *array = usher_description_get_array (object, name);

  for (guint i = 0; i < usher_description_get_length (array); i++)
    {
      JsonArray *fields =
          usher_description_get_array (usher_description_get_element (array, i), "fields");

      for (guint j = 0; j < usher_description_get_length (fields); j++)
        {
          JsonArray *values =
              usher_description_get_array (usher_description_get_element (fields, j), "values");

          for (guint k = 0; k < usher_description_get_length (values); k++)
            if (!JSON_NODE_HOLDS_VALUE (json_array_get_element (values, k)) ||
                json_node_get_value_type (json_array_get_element (values, k)) != G_TYPE_STRING)
              return FALSE;
        }
    }

  return TRUE;
}

static gboolean
check_answers (JsonObject *service)
{
  JsonArray *routes = usher_description_get_array (service, "routes");

  for (guint i = 0; i < usher_description_get_length (routes); i++)
    {
      JsonArray *answers =
          usher_description_get_array (usher_description_get_element (routes, i), "answers");

      if (answers == NULL)
        return FALSE;
      for (guint j = 0; j < usher_description_get_length (answers); j++)
        if (usher_description_get_element (answers, j) == NULL ||
            usher_description_get_integer (usher_description_get_element (answers, j), "status") ==
                0)
          return FALSE;
    }

  return TRUE;
}

static gboolean
check_service (JsonObject *service)
{
  static const char *const shapes[] = { "collections", "forms", "views" };

  if (usher_description_get_string (service, "name") == NULL ||
      !check_list (service, "routes", "method", "path", FALSE) || !check_answers (service) ||
      !check_list (service, "events", "channel", NULL, TRUE) || !check_values (service, "events"))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (!check_list (service, shapes[i], "name", NULL, TRUE) || !check_values (service, shapes[i]))
      return FALSE;

  return TRUE;
}

/* (nullable): what is wrong with a description */
static const char *
find_fault (JsonNode *root)
{
  JsonObject *object =
      root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonArray *services = usher_description_get_array (object, "services");

  if (object == NULL)
    return "it is no JSON object";
  if (json_object_has_member (object, "openapi") || json_object_has_member (object, "asyncapi"))
    return "it is in another format: --compare reads that of --json";
  if (g_strcmp0 (usher_description_get_string (object, "format"), FORMAT) != 0)
    return "its “format” is not “" FORMAT "”";
  if (services == NULL)
    return "it has no list of services";
  for (guint i = 0; i < usher_description_get_length (services); i++)
    if (!check_service (usher_description_get_element (services, i)))
      return "one of its services is not as “usher describe --json” prints it";

  return NULL;
}

gboolean
usher_description_load (JsonParser *parser, const char *path, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (UsherJson) json = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;
  const char *fault = NULL;

  if (!g_file_get_contents (path, &text, &length, &trouble))
    return usher_refuse (error, USHER_ERROR_INVALID, "%s", trouble->message);
  /* strictly, and not deeper than the other parser can go */
  json = usher_json_parse (text, (gssize) length, NULL);
  if (json == NULL || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    fault = "it is no JSON";
  else
    fault = find_fault (json_parser_get_root (parser));

  return fault == NULL ||
         usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "“%s” is no description that “usher describe --json” has printed: %s",
                       path,
                       fault);
}
