/* usher-description-json.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-description-json-private.h"

#include "usher-description-schema-private.h"
#include "usher-field-private.h"

static void
set_text (UsherJsonWriter *writer, const char *name, const char *text)
{
  if (text != NULL)
    usher_json_writer_set_string (writer, name, text);
}

static void
set_flag (UsherJsonWriter *writer, const char *name, gboolean flag)
{
  if (flag)
    usher_json_writer_set_boolean (writer, name, TRUE);
}

static void
begin_list (UsherJsonWriter *writer, const char *name)
{
  usher_json_writer_add_member (writer, name);
  usher_json_writer_begin_array (writer);
}

static void
write_values (UsherJsonWriter *writer, const UsherFieldRemark *remark)
{
  if (remark == NULL || remark->values == NULL)
    return;

  begin_list (writer, "values");
  for (guint i = 0; remark->values[i] != NULL; i++)
    usher_json_writer_add_string (writer, remark->values[i]);
  usher_json_writer_end_array (writer);
}

static void
write_field (UsherDeclarations *service,
             const UsherShape *shape,
             const UsherField *field,
             UsherJsonWriter *writer)
{
  const UsherFieldRemark *remark =
      usher_remarks_find_field (usher_declarations_get_remarks (service), shape->name, field->name);

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", field->name);
  usher_json_writer_set_string (writer, "type", usher_field_type_to_string (field->type));
  set_flag (writer, "input", (field->flags & USHER_FIELD_INPUT) != 0);
  set_flag (writer, "required", (field->flags & USHER_FIELD_REQUIRED) != 0);
  set_flag (writer, "private", (field->flags & USHER_FIELD_PRIVATE) != 0);
  set_flag (writer, "nullable", (field->flags & USHER_FIELD_NULLABLE) != 0);
  if (field->min != 0 || field->max != 0)
    {
      usher_json_writer_set_integer (writer, "min", field->min);
      usher_json_writer_set_integer (writer, "max", field->max);
    }
  write_values (writer, remark);
  set_text (writer, "description", remark != NULL ? remark->description : NULL);
  usher_json_writer_end_object (writer);
}

static void
write_shape (UsherDeclarations *service, const UsherShape *shape, UsherJsonWriter *writer)
{
  gboolean is_event = shape->kind == USHER_SHAPE_EVENT;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, is_event ? "channel" : "name", shape->name);
  if (is_event)
    set_text (writer,
              "summary",
              g_hash_table_lookup (usher_remarks_get_events (
                                       usher_declarations_get_remarks (service)),
                                   shape->name));
  set_flag (writer, "document", usher_description_is_document (service, shape));
  begin_list (writer, "fields");
  for (guint i = 0; i < shape->n_fields; i++)
    write_field (service, shape, &shape->fields[i], writer);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
}

static void
write_shapes (UsherDeclarations *service,
              GArray *shapes,
              const char *name,
              UsherShapeKind kind,
              UsherJsonWriter *writer)
{
  begin_list (writer, name);
  for (guint i = 0; i < shapes->len; i++)
    {
      const UsherShape *shape = &g_array_index (shapes, UsherShape, i);

      if (shape->kind == kind)
        write_shape (service, shape, writer);
    }
  usher_json_writer_end_array (writer);
}

/* a reference to a shape; @name: (nullable) */
static void
set_body (UsherJsonWriter *writer, const char *member, UsherDeclarations *service, const char *name)
{
  static const char *const kinds[] = {
    [USHER_SHAPE_COLLECTION] = "collections",
    [USHER_SHAPE_FORM] = "forms",
    [USHER_SHAPE_VIEW] = "views",
  };
  UsherShape shape;

  if (name == NULL || !usher_declarations_find_shape (service, name, &shape))
    return;

  usher_json_writer_add_member (writer, member);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "of", kinds[shape.kind]);
  usher_json_writer_set_string (writer, "name", shape.name);
  set_flag (writer, "list", g_str_has_suffix (name, "[]"));
  usher_json_writer_end_object (writer);
}

static void
write_answers (const UsherDescribedRoute *route, UsherJsonWriter *writer)
{
  begin_list (writer, "answers");
  for (guint i = 0; i < route->answers->len; i++)
    {
      const UsherAnswerRemark *answer = g_ptr_array_index (route->answers, i);

      usher_json_writer_begin_object (writer);
      usher_json_writer_set_unsigned (writer, "status", answer->status);
      set_body (writer, "body", route->service, answer->body);
      set_text (writer, "description", answer->description);
      usher_json_writer_end_object (writer);
    }
  usher_json_writer_end_array (writer);
}

static void
write_route (const UsherDescribedRoute *route, UsherJsonWriter *writer)
{
  UsherRouteFlags flags = usher_route_get_flags (route->route);
  const UsherRouteRemark *remark = route->remark;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "method", usher_route_get_method (route->route));
  usher_json_writer_set_string (writer, "path", usher_route_get_pattern (route->route));
  set_flag (writer, "admin", (flags & USHER_ROUTE_ADMIN) != 0);
  set_flag (writer, "signedIn", (flags & USHER_ROUTE_SIGNED_IN) != 0);
  set_flag (writer, "unkeyed", (flags & USHER_ROUTE_UNKEYED) != 0);
  if (remark != NULL)
    {
      set_text (writer, "summary", remark->summary);
      set_body (writer, "body", route->service, remark->body);
      set_body (writer, "query", route->service, remark->query);
    }
  write_answers (route, writer);
  usher_json_writer_end_object (writer);
}

static void
write_routes (UsherDescription *description, UsherDeclarations *service, UsherJsonWriter *writer)
{
  GPtrArray *routes = usher_description_get_routes (description);

  begin_list (writer, "routes");
  for (guint i = 0; i < routes->len; i++)
    {
      const UsherDescribedRoute *route = g_ptr_array_index (routes, i);

      if (route->service == service)
        write_route (route, writer);
    }
  usher_json_writer_end_array (writer);
}

static void
write_listeners (UsherDescription *description, UsherDeclarations *service, UsherJsonWriter *writer)
{
  GPtrArray *channels = usher_description_get_channels (description);

  begin_list (writer, "listeners");
  for (guint i = 0; i < channels->len; i++)
    {
      const UsherDescribedChannel *channel = g_ptr_array_index (channels, i);

      for (guint j = 0; j < channel->uses->len; j++)
        {
          const UsherDescribedUse *use = &g_array_index (channel->uses, UsherDescribedUse, j);

          if (use->service != service || use->group == NULL)
            continue;
          usher_json_writer_begin_object (writer);
          usher_json_writer_set_string (writer, "channel", channel->channel);
          usher_json_writer_set_string (writer, "group", use->group);
          usher_json_writer_end_object (writer);
        }
    }
  usher_json_writer_end_array (writer);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  const char *const *first = a;
  const char *const *second = b;

  return g_strcmp0 (*first, *second);
}

static void
write_timers (UsherDeclarations *service, UsherJsonWriter *writer)
{
  GPtrArray *alarms = usher_declarations_get_alarms (service);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < alarms->len; i++)
    g_ptr_array_add (names, (gpointer) usher_alarm_get_name (g_ptr_array_index (alarms, i)));
  g_ptr_array_sort (names, compare_texts);

  begin_list (writer, "timers");
  for (guint i = 0; i < names->len; i++)
    usher_json_writer_add_string (writer, g_ptr_array_index (names, i));
  usher_json_writer_end_array (writer);
}

static void
write_service (UsherDescription *description, UsherDeclarations *service, UsherJsonWriter *writer)
{
  g_autoptr (GArray) shapes = usher_declarations_list_shapes (service);

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", usher_declarations_get_service (service));
  write_routes (description, service, writer);
  write_shapes (service, shapes, "events", USHER_SHAPE_EVENT, writer);
  write_listeners (description, service, writer);
  write_timers (service, writer);
  write_shapes (service, shapes, "collections", USHER_SHAPE_COLLECTION, writer);
  write_shapes (service, shapes, "forms", USHER_SHAPE_FORM, writer);
  write_shapes (service, shapes, "views", USHER_SHAPE_VIEW, writer);
  usher_json_writer_end_object (writer);
}

void
usher_description_write (UsherDescription *description, UsherJsonWriter *writer)
{
  GPtrArray *services = usher_description_get_services (description);

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "format", "usher-description-1");
  begin_list (writer, "services");
  for (guint i = 0; i < services->len; i++)
    write_service (description, g_ptr_array_index (services, i), writer);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
}
