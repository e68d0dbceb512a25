/* usher-openapi.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-openapi-private.h"

#include <string.h>

#include "usher-description-schema-private.h"
#include "usher-openapi-host-private.h"

#define JSON_TYPE "application/json"

/* the methods that a path may have here; others have an extension's name */
static const char *const known_methods[] = { "GET",  "PUT",   "POST",  "DELETE", "OPTIONS",
                                             "HEAD", "PATCH", "TRACE", NULL };

/* A schema that the paths refer to. */
typedef struct
{
  UsherDeclarations *service; /* (unowned) */
  UsherShape shape;
  UsherShapeUse use;
} Component;

/* One time of writing. */
typedef struct
{
  UsherDescription *description;
  UsherJsonWriter *writer;
  GTree *components; /* (owned) (element-type utf8 Component) */
  GHashTable *names; /* (owned): of operations, a set */
} Writing;

static int
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  return strcmp (a, b);
}

/* writes a reference to the schema of @name, which may be that of a list */
static void
write_shape (Writing *self, UsherDeclarations *service, const char *name, UsherShapeUse use)
{
  gboolean is_list = g_str_has_suffix (name, "[]");
  Component *component = g_new0 (Component, 1);
  g_autofree char *owner = usher_description_make_name (usher_declarations_get_service (service));
  char *id = NULL;

  component->service = service;
  component->use = use;
  usher_declarations_find_shape (service, name, &component->shape);
  id = g_strdup_printf ("%s.%s%s",
                        owner,
                        component->shape.name,
                        use == USHER_SHAPE_ASKED ? ".request" : "");

  if (is_list)
    {
      usher_json_writer_begin_object (self->writer);
      usher_json_writer_set_string (self->writer, "type", "array");
      usher_json_writer_add_member (self->writer, "items");
    }
  usher_openapi_host_write_ref (self->writer, "schemas", id);
  if (is_list)
    usher_json_writer_end_object (self->writer);
  g_tree_replace (self->components, id, component);
}

static void
write_example (Writing *self, UsherDeclarations *service, const char *name, UsherShapeUse use)
{
  gboolean is_list = g_str_has_suffix (name, "[]");
  UsherShape shape;

  usher_declarations_find_shape (service, name, &shape);
  if (is_list)
    usher_json_writer_begin_array (self->writer);
  usher_description_write_example (service, &shape, use, self->writer);
  if (is_list)
    usher_json_writer_end_array (self->writer);
}

static void
begin_content (Writing *self)
{
  usher_json_writer_add_member (self->writer, "content");
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_add_member (self->writer, JSON_TYPE);
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_add_member (self->writer, "schema");
}

static void
end_content (Writing *self)
{
  usher_json_writer_end_object (self->writer);
  usher_json_writer_end_object (self->writer);
}

static const UsherAnswerRemark *
get_answer (const UsherDescribedRoute *route, guint index)
{
  return g_ptr_array_index (route->answers, index);
}

static guint
get_n_answers (const UsherDescribedRoute *route)
{
  return route->answers->len;
}

/* the index of the first answer of @status, and @end: behind its last */
static guint
find_answers (const UsherDescribedRoute *route, guint status, guint *end)
{
  guint begin = 0;

  while (begin < get_n_answers (route) && get_answer (route, begin)->status < status)
    begin++;
  *end = begin;
  while (*end < get_n_answers (route) && get_answer (route, *end)->status == status)
    (*end)++;

  return begin;
}

static gboolean
is_list_route (const UsherDescribedRoute *route)
{
  for (guint i = 0; i < get_n_answers (route); i++)
    {
      const UsherAnswerRemark *answer = get_answer (route, i);

      if (answer->status == 200 && answer->body != NULL && g_str_has_suffix (answer->body, "[]"))
        return TRUE;
    }

  return FALSE;
}

/* A document is answered, with its version. */
static gboolean
is_document_route (const UsherDescribedRoute *route)
{
  UsherShape shape;

  if (!g_str_equal (usher_route_get_method (route->route), "GET") || is_list_route (route))
    return FALSE;

  for (guint i = 0; i < get_n_answers (route); i++)
    {
      const UsherAnswerRemark *answer = get_answer (route, i);

      if (answer->status == 200 && answer->body != NULL &&
          usher_declarations_find_shape (route->service, answer->body, &shape) &&
          shape.kind == USHER_SHAPE_COLLECTION)
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_status (const UsherDescribedRoute *route, guint status)
{
  guint end = 0;

  return find_answers (route, status, &end) < end;
}

/* An Idempotency-Key counts. */
static gboolean
is_keyed (const UsherDescribedRoute *route)
{
  UsherRouteFlags flags = usher_route_get_flags (route->route);

  return g_str_equal (usher_route_get_method (route->route), "POST") &&
         (flags & USHER_ROUTE_SIGNED_IN) != 0 && (flags & USHER_ROUTE_UNKEYED) == 0;
}

static void
write_path_parameters (Writing *self, const UsherDescribedRoute *route)
{
  for (guint i = 0; i < route->parameters->len; i++)
    {
      usher_json_writer_begin_object (self->writer);
      usher_json_writer_set_string (self->writer, "name", g_ptr_array_index (route->parameters, i));
      usher_json_writer_set_string (self->writer, "in", "path");
      usher_json_writer_set_boolean (self->writer, "required", TRUE);
      usher_json_writer_add_member (self->writer, "schema");
      usher_json_writer_begin_object (self->writer);
      usher_json_writer_set_string (self->writer, "type", "string");
      usher_json_writer_end_object (self->writer);
      usher_json_writer_end_object (self->writer);
    }
}

static void
write_query (Writing *self, const UsherDescribedRoute *route)
{
  UsherShape shape;

  if (route->remark == NULL || route->remark->query == NULL)
    return;

  usher_declarations_find_shape (route->service, route->remark->query, &shape);
  for (guint i = 0; i < shape.n_fields; i++)
    {
      const UsherField *field = &shape.fields[i];

      if ((field->flags & USHER_FIELD_INPUT) == 0)
        continue;

      usher_json_writer_begin_object (self->writer);
      usher_json_writer_set_string (self->writer, "name", field->name);
      usher_json_writer_set_string (self->writer, "in", "query");
      if ((field->flags & USHER_FIELD_REQUIRED) != 0)
        usher_json_writer_set_boolean (self->writer, "required", TRUE);
      usher_json_writer_add_member (self->writer, "schema");
      /* what is there is not null */
      usher_description_write_field (route->service, &shape, field, USHER_SHAPE_TOLD, self->writer);
      usher_json_writer_end_object (self->writer);
    }
}

static void
write_parameters (Writing *self, const UsherDescribedRoute *route)
{
  usher_json_writer_add_member (self->writer, "parameters");
  usher_json_writer_begin_array (self->writer);
  write_path_parameters (self, route);
  write_query (self, route);
  if (is_list_route (route))
    {
      usher_openapi_host_write_ref (self->writer, "parameters", "Limit");
      usher_openapi_host_write_ref (self->writer, "parameters", "After");
      usher_openapi_host_write_ref (self->writer, "parameters", "Order");
    }
  if (is_document_route (route))
    usher_openapi_host_write_ref (self->writer, "parameters", "IfNoneMatch");
  if (has_status (route, 412))
    usher_openapi_host_write_ref (self->writer, "parameters", "IfMatch");
  if (is_keyed (route))
    usher_openapi_host_write_ref (self->writer, "parameters", "IdempotencyKey");
  usher_json_writer_end_array (self->writer);
}

static void
write_request_body (Writing *self, const UsherDescribedRoute *route)
{
  if (route->remark == NULL || route->remark->body == NULL)
    return;

  usher_json_writer_add_member (self->writer, "requestBody");
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_set_boolean (self->writer, "required", TRUE);
  begin_content (self);
  write_shape (self, route->service, route->remark->body, USHER_SHAPE_ASKED);
  usher_json_writer_add_member (self->writer, "example");
  write_example (self, route->service, route->remark->body, USHER_SHAPE_ASKED);
  end_content (self);
  usher_json_writer_end_object (self->writer);
}

/* (transfer full): of all answers of a status */
static char *
make_description (const UsherDescribedRoute *route, guint begin, guint end)
{
  GString *text = g_string_new (NULL);

  for (guint i = begin; i < end; i++)
    {
      const char *description = get_answer (route, i)->description;

      if (description != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", description);
    }
  if (text->len == 0)
    g_string_append (text, get_answer (route, begin)->status < 400 ? "Done" : "Refused");

  return g_string_free (text, FALSE);
}

static void
write_error_example (Writing *self, const char *message)
{
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_add_member (self->writer, "errors");
  usher_json_writer_begin_array (self->writer);
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_set_string (self->writer, "message", message);
  usher_json_writer_end_object (self->writer);
  usher_json_writer_end_array (self->writer);
  usher_json_writer_end_object (self->writer);
}

static void
write_error_examples (Writing *self, const UsherDescribedRoute *route, guint begin, guint end)
{
  usher_json_writer_add_member (self->writer, "examples");
  usher_json_writer_begin_object (self->writer);
  for (guint i = begin; i < end; i++)
    {
      const char *message = get_answer (route, i)->description;
      g_autofree char *name = g_strdup_printf ("error%u", i - begin + 1);

      if (message == NULL)
        continue;

      usher_json_writer_add_member (self->writer, name);
      usher_json_writer_begin_object (self->writer);
      usher_json_writer_add_member (self->writer, "value");
      write_error_example (self, message);
      usher_json_writer_end_object (self->writer);
    }
  usher_json_writer_end_object (self->writer);
}

static void
write_bodies (Writing *self, const UsherDescribedRoute *route, guint begin, guint end)
{
  gboolean is_choice = end - begin > 1;

  if (is_choice)
    {
      usher_json_writer_begin_object (self->writer);
      usher_json_writer_add_member (self->writer, "anyOf");
      usher_json_writer_begin_array (self->writer);
    }
  for (guint i = begin; i < end; i++)
    write_shape (self, route->service, get_answer (route, i)->body, USHER_SHAPE_TOLD);
  if (is_choice)
    {
      usher_json_writer_end_array (self->writer);
      usher_json_writer_end_object (self->writer);
    }
  usher_json_writer_add_member (self->writer, "example");
  write_example (self, route->service, get_answer (route, begin)->body, USHER_SHAPE_TOLD);
}

static void
write_answer_headers (Writing *self, const UsherDescribedRoute *route, guint status)
{
  const char *name = NULL;

  if (status == 200 && is_list_route (route))
    name = "Link";
  else if (status == 200 && is_document_route (route))
    name = "ETag";
  else if (status == 429 || status == 503)
    name = "Retry-After";
  if (name == NULL)
    return;

  usher_json_writer_add_member (self->writer, "headers");
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_add_member (self->writer, name);
  usher_openapi_host_write_ref (self->writer, "headers", name);
  usher_json_writer_end_object (self->writer);
}

static gboolean
all_have_bodies (const UsherDescribedRoute *route, guint begin, guint end)
{
  for (guint i = begin; i < end; i++)
    if (get_answer (route, i)->body == NULL)
      return FALSE;

  return TRUE;
}

/* what the service says that it answers with @status; FALSE: nothing */
static gboolean
write_answer (Writing *self, const UsherDescribedRoute *route, guint status)
{
  guint end = 0;
  guint begin = find_answers (route, status, &end);
  g_autofree char *description = NULL;
  g_autofree char *name = g_strdup_printf ("%u", status);

  if (begin == end)
    return FALSE;

  description = make_description (route, begin, end);
  usher_json_writer_add_member (self->writer, name);
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_set_string (self->writer, "description", description);
  write_answer_headers (self, route, status);
  if (all_have_bodies (route, begin, end))
    {
      begin_content (self);
      write_bodies (self, route, begin, end);
      end_content (self);
    }
  else if (status >= 400)
    {
      begin_content (self);
      usher_openapi_host_write_ref (self->writer, "schemas", USHER_OPENAPI_ERROR);
      write_error_examples (self, route, begin, end);
      end_content (self);
    }
  usher_json_writer_end_object (self->writer);

  return TRUE;
}

static void
write_own_answer (Writing *self, guint status, const char *description)
{
  g_autofree char *name = status != 0 ? g_strdup_printf ("%u", status) : g_strdup ("2XX");

  usher_json_writer_add_member (self->writer, name);
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_set_string (self->writer, "description", description);
  usher_json_writer_end_object (self->writer);
}

static void
write_host_answer (Writing *self, const UsherDescribedRoute *route, guint status)
{
  g_autofree char *name = g_strdup_printf ("%u", status);
  g_autofree char *component = usher_openapi_host_make_name (status);

  if (!usher_openapi_host_answers (status,
                                   usher_route_get_method (route->route),
                                   usher_route_get_flags (route->route)))
    return;

  usher_json_writer_add_member (self->writer, name);
  usher_openapi_host_write_ref (self->writer, "responses", component);
}

static gboolean
is_host_status (GArray *statuses, guint status)
{
  for (guint i = 0; i < statuses->len; i++)
    if (g_array_index (statuses, guint, i) == status)
      return TRUE;

  return FALSE;
}

static void
write_responses (Writing *self, const UsherDescribedRoute *route)
{
  g_autoptr (GArray) statuses = usher_openapi_host_list_statuses ();

  usher_json_writer_add_member (self->writer, "responses");
  usher_json_writer_begin_object (self->writer);
  if (get_n_answers (route) == 0)
    write_own_answer (self, 0, "The service does not say with what it answers");
  if (is_document_route (route) && !has_status (route, 304))
    write_own_answer (self, 304, "It is still the version that If-None-Match says");
  for (guint status = 200; status < 600; status++)
    if (!write_answer (self, route, status) && is_host_status (statuses, status))
      write_host_answer (self, route, status);
  usher_json_writer_end_object (self->writer);
}

static void
write_requirement (Writing *self, const char *scheme)
{
  usher_json_writer_begin_object (self->writer);
  if (scheme != NULL)
    {
      usher_json_writer_add_member (self->writer, scheme);
      usher_json_writer_begin_array (self->writer);
      usher_json_writer_end_array (self->writer);
    }
  usher_json_writer_end_object (self->writer);
}

static void
write_security (Writing *self, UsherRouteFlags flags)
{
  usher_json_writer_add_member (self->writer, "security");
  usher_json_writer_begin_array (self->writer);
  if ((flags & USHER_ROUTE_ADMIN) != 0)
    {
      write_requirement (self, "admin");
      write_requirement (self, NULL);
    }
  else if ((flags & USHER_ROUTE_SIGNED_IN) != 0)
    {
      write_requirement (self, "bearer");
      write_requirement (self, "session");
    }
  usher_json_writer_end_array (self->writer);
}

static void
write_servers (Writing *self, const char *uri, const char *description)
{
  usher_json_writer_add_member (self->writer, "servers");
  usher_json_writer_begin_array (self->writer);
  usher_json_writer_begin_object (self->writer);
  usher_json_writer_set_string (self->writer, "url", uri);
  usher_json_writer_set_string (self->writer, "description", description);
  usher_json_writer_end_object (self->writer);
  usher_json_writer_end_array (self->writer);
}

static void
write_operation_id (Writing *self, const UsherDescribedRoute *route)
{
  g_autofree char *method = g_ascii_strdown (usher_route_get_method (route->route), -1);
  g_autofree char *text = g_strconcat (method, route->path, NULL);
  g_autofree char *name = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree char *chosen = NULL;

  g_strcanon (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS, ' ');
  words = g_strsplit (g_strstrip (text), " ", -1);
  name = g_strjoinv ("_", words);
  for (char *c = name; *c != '\0';)
    if (c[0] == '_' && (c[1] == '_' || c[1] == '\0'))
      memmove (c, c + 1, strlen (c));
    else
      c++;
  chosen = usher_description_choose_name (self->names, name);
  usher_json_writer_set_string (self->writer, "operationId", chosen);
}

/* @is_second: the same method of the path was written, of the public listener: this one cannot have its name as well */
static void
write_operation (Writing *self, const UsherDescribedRoute *route, gboolean is_second)
{
  UsherRouteFlags flags = usher_route_get_flags (route->route);
  const char *method = usher_route_get_method (route->route);
  g_autofree char *lower = g_ascii_strdown (method, -1);
  g_autofree char *member = g_strconcat (is_second                                 ? "x-admin-"
                                         : g_strv_contains (known_methods, method) ? ""
                                                                                   : "x-",
                                         lower,
                                         NULL);

  usher_json_writer_add_member (self->writer, member);
  usher_json_writer_begin_object (self->writer);
  write_operation_id (self, route);
  if (route->remark != NULL && route->remark->summary != NULL)
    usher_json_writer_set_string (self->writer, "summary", route->remark->summary);
  usher_json_writer_add_member (self->writer, "tags");
  usher_json_writer_begin_array (self->writer);
  usher_json_writer_add_string (self->writer, usher_declarations_get_service (route->service));
  usher_json_writer_end_array (self->writer);
  if ((flags & USHER_ROUTE_ADMIN) != 0)
    write_servers (self, usher_description_get_admin_uri (self->description), "The admin listener");
  write_security (self, flags);
  write_parameters (self, route);
  write_request_body (self, route);
  write_responses (self, route);
  usher_json_writer_end_object (self->writer);
}

/* @before: (nullable) */
static gboolean
is_same (const UsherDescribedRoute *before, const UsherDescribedRoute *route)
{
  return before != NULL && g_str_equal (before->path, route->path) &&
         g_str_equal (usher_route_get_method (before->route),
                      usher_route_get_method (route->route));
}

static void
write_paths (Writing *self)
{
  GPtrArray *routes = usher_description_get_routes (self->description);
  const UsherDescribedRoute *before = NULL;

  usher_json_writer_add_member (self->writer, "paths");
  usher_json_writer_begin_object (self->writer);
  for (guint i = 0; i < routes->len; i++)
    {
      const UsherDescribedRoute *route = g_ptr_array_index (routes, i);

      if (before == NULL || !g_str_equal (before->path, route->path))
        {
          if (before != NULL)
            usher_json_writer_end_object (self->writer);
          usher_json_writer_add_member (self->writer, route->path);
          usher_json_writer_begin_object (self->writer);
        }
      write_operation (self, route, is_same (before, route));
      before = route;
    }
  if (before != NULL)
    usher_json_writer_end_object (self->writer);
  usher_json_writer_end_object (self->writer);
}

static gboolean
write_component (gpointer key, gpointer value, gpointer user_data)
{
  Writing *self = user_data;
  const Component *component = value;

  usher_json_writer_add_member (self->writer, key);
  usher_description_write_schema (component->service,
                                  &component->shape,
                                  component->use,
                                  self->writer);

  return FALSE;
}

static void
write_components (Writing *self)
{
  static const struct
  {
    const char *name;
    void (*write) (UsherJsonWriter *writer);
  } kinds[] = {
    { "headers", usher_openapi_host_write_headers },
    { "parameters", usher_openapi_host_write_parameters },
    { "responses", usher_openapi_host_write_responses },
    { "securitySchemes", usher_openapi_host_write_security },
  };

  usher_json_writer_add_member (self->writer, "components");
  usher_json_writer_begin_object (self->writer);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      usher_json_writer_add_member (self->writer, kinds[i].name);
      usher_json_writer_begin_object (self->writer);
      kinds[i].write (self->writer);
      usher_json_writer_end_object (self->writer);
    }
  usher_json_writer_add_member (self->writer, "schemas");
  usher_json_writer_begin_object (self->writer);
  usher_openapi_host_write_error (self->writer);
  g_tree_foreach (self->components, write_component, self);
  usher_json_writer_end_object (self->writer);
  usher_json_writer_end_object (self->writer);
}

static void
write_tags (Writing *self)
{
  GPtrArray *services = usher_description_get_services (self->description);

  usher_json_writer_add_member (self->writer, "tags");
  usher_json_writer_begin_array (self->writer);
  for (guint i = 0; i < services->len; i++)
    {
      const char *name = usher_declarations_get_service (g_ptr_array_index (services, i));

      usher_json_writer_begin_object (self->writer);
      usher_json_writer_set_string (self->writer, "name", name);
      usher_json_writer_end_object (self->writer);
    }
  usher_json_writer_end_array (self->writer);
}

void
usher_openapi_write (UsherDescription *description, UsherJsonWriter *writer)
{
  Writing self = { description, writer };

  self.components = g_tree_new_full (compare_names, NULL, g_free, g_free);
  self.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "openapi", "3.1.0");
  usher_json_writer_add_member (writer, "info");
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "title", "Services on Usher");
  usher_json_writer_set_string (writer, "version", PACKAGE_VERSION);
  usher_json_writer_set_string (writer,
                                "description",
                                "What these services answer. The answers of the components that "
                                "say x-usher-any-request may come to any request at all.");
  usher_json_writer_end_object (writer);
  write_servers (&self, usher_description_get_uri (description), "The public listener");
  write_tags (&self);
  write_paths (&self);
  write_components (&self);
  usher_json_writer_end_object (writer);
  g_tree_unref (self.components);
  g_hash_table_unref (self.names);
}
