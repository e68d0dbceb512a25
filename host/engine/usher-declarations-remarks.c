/* usher-declarations-remarks.c: what a service says of what it declares, held against that
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-declarations-private.h"
#include "usher-error.h"

#define LIST "[]"

static gboolean
take_schema (UsherSchema *schema, UsherShapeKind kind, UsherShape *shape)
{
  if (schema == NULL)
    return FALSE;

  shape->name = usher_schema_get_collection (schema);
  shape->kind = kind;
  shape->fields = usher_schema_get_fields (schema, &shape->n_fields);

  return TRUE;
}

gboolean
usher_declarations_find_shape (UsherDeclarations *self, const char *name, UsherShape *shape)
{
  UsherRemarks *remarks = usher_declarations_get_remarks (self);
  gsize length = g_str_has_suffix (name, LIST) ? strlen (name) - strlen (LIST) : strlen (name);
  g_autofree char *bare = g_strndup (name, length);

  for (guint i = 0; i < usher_remarks_get_n_views (remarks); i++)
    {
      usher_remarks_get_view (remarks, i, shape);
      if (g_str_equal (shape->name, bare))
        return TRUE;
    }

  return take_schema (usher_declarations_find_form (self, bare), USHER_SHAPE_FORM, shape) ||
         take_schema (usher_declarations_find_schema (self, bare), USHER_SHAPE_COLLECTION, shape);
}

static gboolean
has_endpoint (UsherDeclarations *self, const char *method, const char *pattern)
{
  GPtrArray *endpoints = usher_declarations_get_endpoints (self);

  for (guint i = 0; i < endpoints->len; i++)
    {
      const UsherRoute *route = usher_endpoint_get_route (g_ptr_array_index (endpoints, i));

      if (g_str_equal (usher_route_get_method (route), method) &&
          g_str_equal (usher_route_get_pattern (route), pattern))
        return TRUE;
    }

  return FALSE;
}

/* @name: (nullable) */
static gboolean
check_body (UsherDeclarations *self,
            const UsherRouteRemark *route,
            const char *name,
            gboolean may_be_list,
            GError **error)
{
  UsherShape shape;

  if (name == NULL || ((may_be_list || !g_str_has_suffix (name, LIST)) &&
                       usher_declarations_find_shape (self, name, &shape)))
    return TRUE;

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "route “%s %s” is described by “%s”, which is no view, form or collection",
                       route->method,
                       route->pattern,
                       name);
}

static gboolean
check_route (UsherDeclarations *self, const UsherRouteRemark *route, GError **error)
{
  if (!has_endpoint (self, route->method, route->pattern))
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "route “%s %s” is described and not declared",
                         route->method,
                         route->pattern);
  if (!check_body (self, route, route->body, FALSE, error) ||
      !check_body (self, route, route->query, FALSE, error))
    return FALSE;

  for (guint i = 0; i < route->answers->len; i++)
    {
      const UsherAnswerRemark *answer = g_ptr_array_index (route->answers, i);

      if (answer->status < 200 || answer->status > 599)
        return usher_refuse (error,
                             USHER_ERROR_INVALID,
                             "route “%s %s” is described with status %u, which no answer has",
                             route->method,
                             route->pattern,
                             answer->status);
      if (!check_body (self, route, answer->body, TRUE, error))
        return FALSE;
    }

  return TRUE;
}

static const UsherField *
find_field (const UsherShape *shape, const char *name)
{
  for (guint i = 0; i < shape->n_fields; i++)
    if (g_str_equal (shape->fields[i].name, name))
      return &shape->fields[i];

  return NULL;
}

/* (nullable): one of those that @remark is about */
static const UsherField *
find_described (UsherDeclarations *self, const UsherFieldRemark *remark)
{
  g_autoptr (GArray) shapes = usher_declarations_list_shapes (self);

  for (guint i = 0; i < shapes->len; i++)
    {
      const UsherShape *shape = &g_array_index (shapes, UsherShape, i);
      const UsherField *field = find_field (shape, remark->field);

      if (field != NULL && (remark->shape == NULL || g_str_equal (shape->name, remark->shape)))
        return field;
    }

  return NULL;
}

static gboolean
check_field (UsherDeclarations *self, const UsherFieldRemark *remark, GError **error)
{
  const UsherField *field = find_described (self, remark);

  if (field == NULL)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "field “%s” of “%s” is described and not declared",
                         remark->field,
                         remark->shape != NULL ? remark->shape : "");
  if ((remark->values != NULL || remark->example != NULL) && field->type != USHER_FIELD_STRING)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "field “%s” is no string, so it can have no values or example",
                         remark->field);
  if (remark->values != NULL && remark->example != NULL &&
      !g_strv_contains ((const char *const *) remark->values, remark->example))
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "the example of field “%s” is none of its values",
                         remark->field);

  return TRUE;
}

static gboolean
check_events (UsherDeclarations *self, GError **error)
{
  GHashTable *table = usher_declarations_get_event_table (self);
  GHashTableIter iter;
  gpointer channel = NULL;

  g_hash_table_iter_init (&iter, usher_remarks_get_events (usher_declarations_get_remarks (self)));
  while (g_hash_table_iter_next (&iter, &channel, NULL))
    if (!g_hash_table_contains (table, channel))
      return usher_refuse (error,
                           USHER_ERROR_INVALID,
                           "event “%s” is described and not declared",
                           (const char *) channel);

  return TRUE;
}

gboolean
usher_declarations_check_remarks (UsherDeclarations *self, GError **error)
{
  UsherRemarks *remarks = usher_declarations_get_remarks (self);
  GPtrArray *routes = usher_remarks_get_routes (remarks);
  GPtrArray *fields = usher_remarks_get_fields (remarks);

  for (guint i = 0; i < routes->len; i++)
    if (!check_route (self, g_ptr_array_index (routes, i), error))
      return FALSE;
  for (guint i = 0; i < fields->len; i++)
    if (!check_field (self, g_ptr_array_index (fields, i), error))
      return FALSE;

  return check_events (self, error);
}

static void
add_schemas (GArray *shapes, GPtrArray *schemas, UsherShapeKind kind)
{
  for (guint i = 0; i < schemas->len; i++)
    {
      UsherShape shape;

      take_schema (g_ptr_array_index (schemas, i), kind, &shape);
      g_array_append_val (shapes, shape);
    }
}

static int
compare_shapes (gconstpointer a, gconstpointer b)
{
  const UsherShape *first = a;
  const UsherShape *second = b;
  int order = strcmp (first->name, second->name);

  return order != 0 ? order : (int) first->kind - (int) second->kind;
}

GArray *
usher_declarations_list_shapes (UsherDeclarations *self)
{
  GArray *shapes = g_array_new (FALSE, FALSE, sizeof (UsherShape));
  UsherRemarks *remarks = usher_declarations_get_remarks (self);
  GPtrArray *events = usher_declarations_get_events (self);
  UsherShape shape;

  add_schemas (shapes, usher_declarations_get_schemas (self), USHER_SHAPE_COLLECTION);
  add_schemas (shapes, usher_declarations_get_forms (self), USHER_SHAPE_FORM);
  for (guint i = 0; i < usher_remarks_get_n_views (remarks); i++)
    {
      usher_remarks_get_view (remarks, i, &shape);
      g_array_append_val (shapes, shape);
    }
  for (guint i = 0; i < events->len; i++)
    {
      UsherEventSchema *event = g_ptr_array_index (events, i);

      shape.name = usher_event_schema_get_channel (event);
      shape.kind = USHER_SHAPE_EVENT;
      shape.fields = usher_event_schema_get_fields (event, &shape.n_fields);
      g_array_append_val (shapes, shape);
    }
  g_array_sort (shapes, compare_shapes);

  return shapes;
}
