/* usher-comparison.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-comparison.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "usher-error.h"
#include "usher-json.h"

#define FORMAT "usher-description-1"

/* What two descriptions have, and what of it breaks. */
typedef struct
{
  JsonObject *old;   /* (unowned) */
  JsonObject *now;   /* (unowned) */
  GPtrArray *breaks; /* (owned) */
} Comparison;

/* Something of a service, which its names are looked up in. */
typedef struct
{
  JsonObject *service; /* (unowned) */
  JsonObject *what;    /* (unowned) */
} Part;

/* Each of these takes what is missing, or of another type, for nothing. */

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gint64
get_integer (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_INT64
             ? json_node_get_int (node)
             : 0;
}

static gboolean
get_flag (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static guint
get_length (JsonArray *array)
{
  return array != NULL ? json_array_get_length (array) : 0;
}

static JsonObject *
get_element (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void tell (Comparison *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
tell (Comparison *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->breaks, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* (transfer full): with a parameter's name left out, as who calls does not know it */
static char *
make_kind (JsonObject *route)
{
  g_auto (GStrv) segments = g_strsplit (get_string (route, "path"), "/", -1);
  g_autofree char *path = NULL;

  for (guint i = 0; segments[i] != NULL; i++)
    if (*segments[i] == ':')
      segments[i][1] = '\0';
  path = g_strjoinv ("/", segments);

  return g_strdup_printf ("%s %s", get_string (route, "method"), path);
}

static gboolean
find_route (JsonObject *description, const char *kind, Part *found)
{
  JsonArray *services = get_array (description, "services");

  for (guint i = 0; i < get_length (services); i++)
    {
      JsonArray *routes = get_array (get_element (services, i), "routes");

      for (guint j = 0; j < get_length (routes); j++)
        {
          g_autofree char *other = make_kind (get_element (routes, j));

          found->service = get_element (services, i);
          found->what = get_element (routes, j);
          if (g_str_equal (kind, other))
            return TRUE;
        }
    }

  return FALSE;
}

static JsonObject *
find_named (JsonArray *array, const char *member, const char *name)
{
  for (guint i = 0; i < get_length (array); i++)
    if (g_strcmp0 (get_string (get_element (array, i), member), name) == 0)
      return get_element (array, i);

  return NULL;
}

static JsonObject *
find_event (JsonObject *description, const char *channel)
{
  JsonArray *services = get_array (description, "services");

  for (guint i = 0; i < get_length (services); i++)
    {
      JsonObject *event =
          find_named (get_array (get_element (services, i), "events"), "channel", channel);

      if (event != NULL)
        return event;
    }

  return NULL;
}

/* (nullable): what a body refers to */
static JsonObject *
find_shape (JsonObject *service, JsonObject *body)
{
  const char *kind = get_string (body, "of");

  return kind != NULL ? find_named (get_array (service, kind), "name", get_string (body, "name"))
                      : NULL;
}

/* (nullable): a field of @shape (nullable) that a request may have, or that is told */
static JsonObject *
find_field (JsonObject *shape, const char *name, gboolean is_asked)
{
  JsonObject *field = find_named (get_array (shape, "fields"), "name", name);

  if (field == NULL || (is_asked ? !get_flag (field, "input") : get_flag (field, "private")))
    return NULL;

  return field;
}

static gboolean
has_value (JsonObject *field, const char *value)
{
  JsonArray *values = get_array (field, "values");

  for (guint i = 0; i < get_length (values); i++)
    if (g_strcmp0 (json_array_get_string_element (values, i), value) == 0)
      return TRUE;

  return FALSE;
}

/* Those of @field that @other has not. */
static void
tell_values (Comparison *self,
             const char *where,
             JsonObject *field,
             JsonObject *other,
             const char *format)
{
  JsonArray *values = get_array (field, "values");

  for (guint i = 0; i < get_length (values); i++)
    {
      const char *value = json_array_get_string_element (values, i);

      if (!has_value (other, value))
        tell (self, "%s: “%s” %s “%s”", where, get_string (field, "name"), format, value);
    }
}

static gboolean
is_narrower (JsonObject *old, JsonObject *now)
{
  gboolean was_bound = json_object_has_member (old, "max");

  if (!json_object_has_member (now, "max"))
    return FALSE;

  return !was_bound || get_integer (now, "min") > get_integer (old, "min") ||
         get_integer (now, "max") < get_integer (old, "max");
}

static void
compare_asked_field (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  const char *name = get_string (now, "name");

  if (g_strcmp0 (get_string (old, "type"), get_string (now, "type")) != 0)
    tell (self,
          "%s: “%s” was of type “%s” and is of type “%s”",
          where,
          name,
          get_string (old, "type"),
          get_string (now, "type"));
  else if (is_narrower (old, now))
    tell (self, "%s: “%s” has a narrower range", where, name);
  if (get_flag (now, "required") && !get_flag (old, "required"))
    tell (self, "%s: “%s” is required now", where, name);
  if (get_array (now, "values") == NULL)
    return;
  if (get_array (old, "values") == NULL)
    tell (self, "%s: “%s” takes only a few values now", where, name);
  else
    tell_values (self, where, old, now, "does not take this value any more:");
}

/* @old, @now: (nullable): shapes */
static void
compare_asked (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  JsonArray *fields = get_array (now, "fields");

  for (guint i = 0; i < get_length (fields); i++)
    {
      const char *name = get_string (get_element (fields, i), "name");
      JsonObject *field = find_field (now, name, TRUE);
      JsonObject *before = field != NULL ? find_field (old, name, TRUE) : NULL;

      if (before != NULL)
        compare_asked_field (self, where, before, field);
      else if (field != NULL && get_flag (field, "required"))
        tell (self, "%s: “%s” is asked for now", where, name);
    }

  fields = get_array (old, "fields");
  for (guint i = 0; i < get_length (fields); i++)
    {
      const char *name = get_string (get_element (fields, i), "name");

      if (find_field (old, name, TRUE) != NULL && find_field (now, name, TRUE) == NULL)
        tell (self, "%s: “%s” is not read any more", where, name);
    }
}

static void
compare_told_field (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  const char *name = get_string (old, "name");

  if (g_strcmp0 (get_string (old, "type"), get_string (now, "type")) != 0)
    tell (self,
          "%s: “%s” was of type “%s” and is of type “%s”",
          where,
          name,
          get_string (old, "type"),
          get_string (now, "type"));
  if (get_flag (old, "required") && !get_flag (now, "required"))
    tell (self, "%s: “%s” may be missing now", where, name);
  if (get_flag (now, "nullable") && !get_flag (old, "nullable"))
    tell (self, "%s: “%s” may be null now", where, name);
  if (get_array (old, "values") == NULL)
    return;
  if (get_array (now, "values") == NULL)
    {
      tell (self, "%s: “%s” may have any value now", where, name);
      return;
    }
  tell_values (self, where, old, now, "does not have this value any more:");
  tell_values (self, where, now, old, "may have this value now:");
}

/* what every document has */
static void
compare_documents (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  static const char *const names[] = { "id", "version" };

  if (!get_flag (old, "document") || get_flag (now, "document"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (find_field (old, names[i], FALSE) == NULL && find_field (now, names[i], FALSE) == NULL)
      tell (self, "%s: “%s” is gone", where, names[i]);
}

static void
compare_told (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  JsonArray *fields = get_array (old, "fields");

  compare_documents (self, where, old, now);
  for (guint i = 0; i < get_length (fields); i++)
    {
      const char *name = get_string (get_element (fields, i), "name");
      JsonObject *field = find_field (old, name, FALSE);
      JsonObject *after = field != NULL ? find_field (now, name, FALSE) : NULL;

      if (after != NULL)
        compare_told_field (self, where, field, after);
      else if (field != NULL && !(get_flag (now, "document") &&
                                  (g_str_equal (name, "id") || g_str_equal (name, "version"))))
        tell (self, "%s: “%s” is gone", where, name);
    }
}

/* @old, @now: answers */
static void
compare_bodies (Comparison *self, const char *where, const Part *old, const Part *now)
{
  JsonObject *body = get_object (old->what, "body");
  JsonObject *after = get_object (now->what, "body");

  if (body == NULL)
    return;
  if (after == NULL)
    tell (self, "%s has no body any more", where);
  else if (get_flag (body, "list") != get_flag (after, "list"))
    tell (self, "%s is %s list now", where, get_flag (after, "list") ? "a" : "no");
  else
    compare_told (self, where, find_shape (old->service, body), find_shape (now->service, after));
}

/* One that fits, else the last: of several with one status a reader has to know each. */
static gboolean
has_likeness (const char *where, const Part *answer, const Part *route, gint64 status)
{
  JsonArray *answers = get_array (route->what, "answers");

  for (guint i = 0; i < get_length (answers); i++)
    {
      g_autoptr (GPtrArray) breaks = g_ptr_array_new_with_free_func (g_free);
      Comparison attempt = { .breaks = breaks };
      const Part other = { route->service, get_element (answers, i) };

      if (get_integer (other.what, "status") != status)
        continue;
      compare_bodies (&attempt, where, &other, answer);
      if (breaks->len == 0)
        return TRUE;
    }

  return FALSE;
}

static guint
count_answers (const Part *route, gint64 status, Part *last)
{
  JsonArray *answers = get_array (route->what, "answers");
  guint n = 0;

  for (guint i = 0; i < get_length (answers); i++)
    if (get_integer (get_element (answers, i), "status") == status)
      {
        last->service = route->service;
        last->what = get_element (answers, i);
        n++;
      }

  return n;
}

static void
compare_status (Comparison *self,
                const char *label,
                const Part *old,
                const Part *now,
                gint64 status)
{
  g_autofree char *where = g_strdup_printf ("%s: %" G_GINT64_FORMAT, label, status);
  JsonArray *answers = get_array (now->what, "answers");
  Part before = { NULL, NULL };
  Part after = { NULL, NULL };
  guint n_before = count_answers (old, status, &before);
  guint n_after = count_answers (now, status, &after);

  if (n_after == 0)
    {
      tell (self, "%s is not answered any more", where);
      return;
    }
  if (n_before == 1 && n_after == 1)
    {
      compare_bodies (self, where, &before, &after);
      return;
    }

  for (guint i = 0; i < get_length (answers); i++)
    {
      const Part answer = { now->service, get_element (answers, i) };

      if (get_integer (answer.what, "status") == status &&
          !has_likeness (where, &answer, old, status))
        tell (self, "%s may have another body now", where);
    }
}

static void
compare_answers (Comparison *self, const char *label, const Part *old, const Part *now)
{
  JsonArray *answers = get_array (old->what, "answers");
  gint64 before = 0;

  for (guint i = 0; i < get_length (answers); i++)
    {
      gint64 status = get_integer (get_element (answers, i), "status");

      if (status != before)
        compare_status (self, label, old, now, status);
      before = status;
    }
}

static void
compare_request (Comparison *self,
                 const char *label,
                 const char *member,
                 const Part *old,
                 const Part *now)
{
  g_autofree char *where = g_strdup_printf ("%s: %s", label, member);

  compare_asked (self,
                 where,
                 find_shape (old->service, get_object (old->what, member)),
                 find_shape (now->service, get_object (now->what, member)));
}

static void
compare_route (Comparison *self, const Part *old)
{
  g_autofree char *kind = make_kind (old->what);
  g_autofree char *label =
      g_strdup_printf ("%s %s", get_string (old->what, "method"), get_string (old->what, "path"));
  Part now = { NULL, NULL };

  if (!find_route (self->now, kind, &now))
    {
      tell (self, "%s: the route is gone", label);
      return;
    }

  if (get_flag (old->what, "admin") != get_flag (now.what, "admin"))
    tell (self, "%s: it is on the other listener now", label);
  if (get_flag (now.what, "signedIn") && !get_flag (old->what, "signedIn"))
    tell (self, "%s: it is for who is signed in now", label);
  if (get_flag (now.what, "unkeyed") && !get_flag (old->what, "unkeyed"))
    tell (self, "%s: an Idempotency-Key does not count any more", label);
  compare_request (self, label, "body", old, &now);
  compare_request (self, label, "query", old, &now);
  compare_answers (self, label, old, &now);
}

static void
compare_event (Comparison *self, JsonObject *old)
{
  const char *channel = get_string (old, "channel");
  JsonObject *now = find_event (self->now, channel);
  g_autofree char *where = g_strdup_printf ("event “%s”", channel);

  if (now == NULL)
    tell (self, "%s is gone", where);
  else
    compare_told (self, where, old, now);
}

static void
compare_service (Comparison *self, JsonObject *service)
{
  JsonArray *routes = get_array (service, "routes");
  JsonArray *events = get_array (service, "events");

  for (guint i = 0; i < get_length (routes); i++)
    {
      const Part part = { service, get_element (routes, i) };

      compare_route (self, &part);
    }
  for (guint i = 0; i < get_length (events); i++)
    compare_event (self, get_element (events, i));
}

/* What the rest goes by is there: an array of objects with strings of these names, and in each the lists of fields. */
static gboolean
check_list (JsonObject *object,
            const char *name,
            const char *first,
            const char *second,
            gboolean has_fields)
{
  JsonArray *array = get_array (object, name);

  if (array == NULL)
    return FALSE;

  for (guint i = 0; i < get_length (array); i++)
    {
      JsonObject *element = get_element (array, i);

      if (get_string (element, first) == NULL ||
          (second != NULL && get_string (element, second) == NULL) ||
          (has_fields && !check_list (element, "fields", "name", "type", FALSE)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_values (JsonObject *object, const char *name)
{
  JsonArray *array = get_array (object, name);

  for (guint i = 0; i < get_length (array); i++)
    {
      JsonArray *fields = get_array (get_element (array, i), "fields");

      for (guint j = 0; j < get_length (fields); j++)
        {
          JsonArray *values = get_array (get_element (fields, j), "values");

          for (guint k = 0; k < get_length (values); k++)
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
  JsonArray *routes = get_array (service, "routes");

  for (guint i = 0; i < get_length (routes); i++)
    {
      JsonArray *answers = get_array (get_element (routes, i), "answers");

      if (answers == NULL)
        return FALSE;
      for (guint j = 0; j < get_length (answers); j++)
        if (get_element (answers, j) == NULL ||
            get_integer (get_element (answers, j), "status") == 0)
          return FALSE;
    }

  return TRUE;
}

static gboolean
check_service (JsonObject *service)
{
  static const char *const shapes[] = { "collections", "forms", "views" };

  if (get_string (service, "name") == NULL ||
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
  JsonArray *services = get_array (object, "services");

  if (object == NULL)
    return "it is no JSON object";
  if (json_object_has_member (object, "openapi") || json_object_has_member (object, "asyncapi"))
    return "it is in another format: --compare reads that of --json";
  if (g_strcmp0 (get_string (object, "format"), FORMAT) != 0)
    return "its “format” is not “" FORMAT "”";
  if (services == NULL)
    return "it has no list of services";
  for (guint i = 0; i < get_length (services); i++)
    if (!check_service (get_element (services, i)))
      return "one of its services is not as “usher describe --json” prints it";

  return NULL;
}

static gboolean
load (JsonParser *parser, const char *path, GError **error)
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

GPtrArray *
usher_comparison_make (const char *path,
                       const char *now,
                       const char *const *services,
                       GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (JsonNode) root = json_from_string (now, NULL);
  g_autoptr (GPtrArray) breaks = g_ptr_array_new_with_free_func (g_free);
  Comparison self = { .breaks = breaks };
  JsonArray *list = NULL;

  if (!load (parser, path, error))
    return NULL;

  self.old = json_node_get_object (json_parser_get_root (parser));
  self.now = json_node_get_object (root);
  list = get_array (self.old, "services");
  for (guint i = 0; i < get_length (list); i++)
    {
      JsonObject *service = get_element (list, i);

      if (services == NULL || g_strv_contains (services, get_string (service, "name")))
        compare_service (&self, service);
    }

  return g_steal_pointer (&breaks);
}
