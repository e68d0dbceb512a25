/* usher-remarks.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-remarks-private.h"

#include "usher-error.h"
#include "usher-schema.h"

typedef struct
{
  char *name;        /* (owned) */
  GArray *fields;    /* (owned) (element-type UsherField): borrow from @copies */
  GPtrArray *copies; /* (owned) (element-type UsherField) */
} View;

struct _UsherRemarks
{
  GPtrArray *views;   /* (owned) (element-type View) */
  GPtrArray *routes;  /* (owned) (element-type UsherRouteRemark) */
  GPtrArray *fields;  /* (owned) (element-type UsherFieldRemark) */
  GHashTable *events; /* (owned) (element-type utf8 utf8) */
};

static void
free_view (gpointer data)
{
  View *view = data;

  g_free (view->name);
  g_array_unref (view->fields);
  g_ptr_array_unref (view->copies);
  g_free (view);
}

static void
free_answer (gpointer data)
{
  UsherAnswerRemark *answer = data;

  g_free (answer->body);
  g_free (answer->description);
  g_free (answer);
}

static void
free_route (gpointer data)
{
  UsherRouteRemark *route = data;

  g_free (route->method);
  g_free (route->pattern);
  g_free (route->summary);
  g_free (route->body);
  g_free (route->query);
  g_ptr_array_unref (route->answers);
  g_free (route);
}

static void
free_field (gpointer data)
{
  UsherFieldRemark *field = data;

  g_free (field->shape);
  g_free (field->field);
  g_free (field->description);
  g_strfreev (field->values);
  g_free (field->example);
  g_free (field);
}

UsherRemarks *
usher_remarks_new (void)
{
  UsherRemarks *self = g_new0 (UsherRemarks, 1);

  self->views = g_ptr_array_new_with_free_func (free_view);
  self->routes = g_ptr_array_new_with_free_func (free_route);
  self->fields = g_ptr_array_new_with_free_func (free_field);
  self->events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
usher_remarks_free (UsherRemarks *self)
{
  g_ptr_array_unref (self->views);
  g_ptr_array_unref (self->routes);
  g_ptr_array_unref (self->fields);
  g_hash_table_unref (self->events);
  g_free (self);
}

/* Held to what the fields of a collection are, but may have “id” and “version” as any other. */
static gboolean
check_view (const char *name, const UsherField *fields, guint n_fields, GError **error)
{
  g_autofree UsherField *own = g_new0 (UsherField, n_fields + 1);
  g_autoptr (UsherSchema) schema = NULL;
  guint n_own = 0;

  for (guint i = 0; i < n_fields; i++)
    if (g_strcmp0 (fields[i].name, "id") != 0 && g_strcmp0 (fields[i].name, "version") != 0)
      own[n_own++] = fields[i];

  schema = usher_schema_new (name, own, n_own, error);
  if (schema == NULL)
    g_prefix_error (error, "view “%s”: ", name);

  return schema != NULL;
}

gboolean
usher_remarks_add_view (UsherRemarks *self,
                        const char *name,
                        const UsherField *fields,
                        guint n_fields,
                        GError **error)
{
  View *view = NULL;

  if (!check_view (name, fields, n_fields, error))
    return FALSE;
  for (guint i = 0; i < self->views->len; i++)
    if (g_str_equal (((const View *) g_ptr_array_index (self->views, i))->name, name))
      return usher_refuse (error, USHER_ERROR_INVALID, "view “%s” is declared twice", name);

  view = g_new0 (View, 1);
  view->name = g_strdup (name);
  view->fields = g_array_new (FALSE, FALSE, sizeof (UsherField));
  view->copies = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_field_free);
  for (guint i = 0; i < n_fields; i++)
    {
      UsherField *copy = usher_field_copy (&fields[i]);

      g_ptr_array_add (view->copies, copy);
      g_array_append_val (view->fields, *copy);
    }
  g_ptr_array_add (self->views, view);

  return TRUE;
}

static UsherRouteRemark *
find_route (UsherRemarks *self, const char *method, const char *pattern)
{
  for (guint i = 0; i < self->routes->len; i++)
    {
      UsherRouteRemark *route = g_ptr_array_index (self->routes, i);

      if (g_str_equal (route->method, method) && g_str_equal (route->pattern, pattern))
        return route;
    }

  return NULL;
}

UsherRouteRemark *
usher_remarks_ensure_route (UsherRemarks *self, const char *method, const char *pattern)
{
  UsherRouteRemark *route = find_route (self, method, pattern);

  if (route != NULL)
    return route;

  route = g_new0 (UsherRouteRemark, 1);
  route->method = g_strdup (method);
  route->pattern = g_strdup (pattern);
  route->answers = g_ptr_array_new_with_free_func (free_answer);
  g_ptr_array_add (self->routes, route);

  return route;
}

void
usher_remarks_add_answer (UsherRouteRemark *route, UsherAnswerRemark *answer)
{
  guint i = 0;

  while (i < route->answers->len &&
         ((const UsherAnswerRemark *) g_ptr_array_index (route->answers, i))->status <=
             answer->status)
    i++;
  g_ptr_array_insert (route->answers, (int) i, answer);
}

void
usher_remarks_add_field (UsherRemarks *self, UsherFieldRemark *field)
{
  g_ptr_array_add (self->fields, field);
}

void
usher_remarks_set_event (UsherRemarks *self, const char *channel, const char *summary)
{
  g_hash_table_insert (self->events, g_strdup (channel), g_strdup (summary));
}

guint
usher_remarks_get_n_views (UsherRemarks *self)
{
  return self->views->len;
}

void
usher_remarks_get_view (UsherRemarks *self, guint index, UsherShape *shape)
{
  const View *view = g_ptr_array_index (self->views, index);

  shape->name = view->name;
  shape->kind = USHER_SHAPE_VIEW;
  shape->fields = (gconstpointer) view->fields->data;
  shape->n_fields = view->fields->len;
}

GPtrArray *
usher_remarks_get_routes (UsherRemarks *self)
{
  return self->routes;
}

GPtrArray *
usher_remarks_get_fields (UsherRemarks *self)
{
  return self->fields;
}

GHashTable *
usher_remarks_get_events (UsherRemarks *self)
{
  return self->events;
}

const UsherRouteRemark *
usher_remarks_find_route (UsherRemarks *self, const char *method, const char *pattern)
{
  return find_route (self, method, pattern);
}

const UsherFieldRemark *
usher_remarks_find_field (UsherRemarks *self, const char *shape, const char *field)
{
  const UsherFieldRemark *found = NULL;

  for (guint i = 0; i < self->fields->len; i++)
    {
      const UsherFieldRemark *remark = g_ptr_array_index (self->fields, i);

      if (!g_str_equal (remark->field, field))
        continue;
      if (g_strcmp0 (remark->shape, shape) == 0)
        return remark;
      if (remark->shape == NULL)
        found = remark;
    }

  return found;
}
