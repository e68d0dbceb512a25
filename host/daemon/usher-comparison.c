/* usher-comparison.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-comparison.h"

#include <string.h>

#include "usher-description-file.h"

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
  g_auto (GStrv) segments = g_strsplit (usher_description_get_string (route, "path"), "/", -1);
  g_autofree char *path = NULL;

  for (guint i = 0; segments[i] != NULL; i++)
    if (*segments[i] == ':')
      segments[i][1] = '\0';
  path = g_strjoinv ("/", segments);

  return g_strdup_printf ("%s %s", usher_description_get_string (route, "method"), path);
}

static gboolean
is_beside (JsonObject *route, JsonObject *other)
{
  return usher_description_get_flag (route, "admin") == usher_description_get_flag (other, "admin");
}

/* A path may be on both listeners: then that on the same one. */
static gboolean
find_route (JsonObject *description, JsonObject *old, Part *found)
{
  JsonArray *services = usher_description_get_array (description, "services");
  g_autofree char *kind = make_kind (old);

  for (guint i = 0; i < usher_description_get_length (services); i++)
    {
      JsonObject *service = usher_description_get_element (services, i);
      JsonArray *routes = usher_description_get_array (service, "routes");

      for (guint j = 0; j < usher_description_get_length (routes); j++)
        {
          JsonObject *route = usher_description_get_element (routes, j);
          g_autofree char *other = make_kind (route);

          if (!g_str_equal (kind, other))
            continue;
          *found = (Part){ service, route };
          if (is_beside (route, old))
            return TRUE;
        }
    }

  return found->what != NULL;
}

static JsonObject *
find_named (JsonArray *array, const char *member, const char *name)
{
  for (guint i = 0; i < usher_description_get_length (array); i++)
    if (g_strcmp0 (usher_description_get_string (usher_description_get_element (array, i), member),
                   name) == 0)
      return usher_description_get_element (array, i);

  return NULL;
}

/* Services that declare one event declare it alike, or one of them is refused. */
static JsonObject *
find_event (JsonObject *description, const char *channel)
{
  JsonArray *services = usher_description_get_array (description, "services");

  for (guint i = 0; i < usher_description_get_length (services); i++)
    {
      JsonObject *event =
          find_named (usher_description_get_array (usher_description_get_element (services, i),
                                                   "events"),
                      "channel",
                      channel);

      if (event != NULL)
        return event;
    }

  return NULL;
}

/* (nullable): what a body refers to */
static JsonObject *
find_shape (JsonObject *service, JsonObject *body)
{
  const char *kind = usher_description_get_string (body, "of");

  return kind != NULL ? find_named (usher_description_get_array (service, kind),
                                    "name",
                                    usher_description_get_string (body, "name"))
                      : NULL;
}

/* (nullable): a field of @shape (nullable) that a request may have, or that is told */
static JsonObject *
find_field (JsonObject *shape, const char *name, gboolean is_asked)
{
  JsonObject *field = find_named (usher_description_get_array (shape, "fields"), "name", name);

  if (field == NULL || (is_asked ? !usher_description_get_flag (field, "input")
                                 : usher_description_get_flag (field, "private")))
    return NULL;

  return field;
}

static gboolean
has_value (JsonObject *field, const char *value)
{
  JsonArray *values = usher_description_get_array (field, "values");

  for (guint i = 0; i < usher_description_get_length (values); i++)
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
  JsonArray *values = usher_description_get_array (field, "values");

  for (guint i = 0; i < usher_description_get_length (values); i++)
    {
      const char *value = json_array_get_string_element (values, i);

      if (!has_value (other, value))
        tell (self,
              "%s: “%s” %s “%s”",
              where,
              usher_description_get_string (field, "name"),
              format,
              value);
    }
}

static gboolean
is_narrower (JsonObject *old, JsonObject *now)
{
  gboolean was_bound = json_object_has_member (old, "max");

  if (!json_object_has_member (now, "max"))
    return FALSE;

  return !was_bound ||
         usher_description_get_integer (now, "min") > usher_description_get_integer (old, "min") ||
         usher_description_get_integer (now, "max") < usher_description_get_integer (old, "max");
}

/* Returns: whether a field is of another type */
static gboolean
tell_type (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  const char *before = usher_description_get_string (old, "type");
  const char *type = usher_description_get_string (now, "type");

  if (g_strcmp0 (before, type) == 0)
    return FALSE;

  tell (self,
        "%s: “%s” was of type “%s” and is of type “%s”",
        where,
        usher_description_get_string (old, "name"),
        before,
        type);

  return TRUE;
}

static void
compare_asked_field (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  const char *name = usher_description_get_string (now, "name");

  if (!tell_type (self, where, old, now) && is_narrower (old, now))
    tell (self, "%s: “%s” has a narrower range", where, name);
  if (usher_description_get_flag (now, "required") && !usher_description_get_flag (old, "required"))
    tell (self, "%s: “%s” is required now", where, name);
  if (usher_description_get_array (now, "values") == NULL)
    return;
  if (usher_description_get_array (old, "values") == NULL)
    tell (self, "%s: “%s” takes only a few values now", where, name);
  else
    tell_values (self, where, old, now, "does not take this value any more:");
}

/* @old, @now: (nullable): shapes */
static void
compare_asked (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  JsonArray *fields = usher_description_get_array (now, "fields");

  for (guint i = 0; i < usher_description_get_length (fields); i++)
    {
      const char *name =
          usher_description_get_string (usher_description_get_element (fields, i), "name");
      JsonObject *field = find_field (now, name, TRUE);
      JsonObject *before = field != NULL ? find_field (old, name, TRUE) : NULL;

      if (before != NULL)
        compare_asked_field (self, where, before, field);
      else if (field != NULL && usher_description_get_flag (field, "required"))
        tell (self, "%s: “%s” is asked for now", where, name);
    }

  fields = usher_description_get_array (old, "fields");
  for (guint i = 0; i < usher_description_get_length (fields); i++)
    {
      const char *name =
          usher_description_get_string (usher_description_get_element (fields, i), "name");

      if (find_field (old, name, TRUE) != NULL && find_field (now, name, TRUE) == NULL)
        tell (self, "%s: “%s” is not read any more", where, name);
    }
}

static void
compare_told_field (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  const char *name = usher_description_get_string (old, "name");

  tell_type (self, where, old, now);
  if (usher_description_get_flag (old, "required") && !usher_description_get_flag (now, "required"))
    tell (self, "%s: “%s” may be missing now", where, name);
  if (usher_description_get_flag (now, "nullable") && !usher_description_get_flag (old, "nullable"))
    tell (self, "%s: “%s” may be null now", where, name);
  if (usher_description_get_array (old, "values") == NULL)
    return;
  if (usher_description_get_array (now, "values") == NULL)
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

  if (!usher_description_get_flag (old, "document") || usher_description_get_flag (now, "document"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (find_field (old, names[i], FALSE) == NULL && find_field (now, names[i], FALSE) == NULL)
      tell (self, "%s: “%s” is gone", where, names[i]);
}

static void
compare_told (Comparison *self, const char *where, JsonObject *old, JsonObject *now)
{
  JsonArray *fields = usher_description_get_array (old, "fields");

  compare_documents (self, where, old, now);
  for (guint i = 0; i < usher_description_get_length (fields); i++)
    {
      const char *name =
          usher_description_get_string (usher_description_get_element (fields, i), "name");
      JsonObject *field = find_field (old, name, FALSE);
      JsonObject *after = field != NULL ? find_field (now, name, FALSE) : NULL;

      if (after != NULL)
        compare_told_field (self, where, field, after);
      else if (field != NULL && !(usher_description_get_flag (now, "document") &&
                                  (g_str_equal (name, "id") || g_str_equal (name, "version"))))
        tell (self, "%s: “%s” is gone", where, name);
    }
}

/* @old, @now: answers */
static void
compare_bodies (Comparison *self, const char *where, const Part *old, const Part *now)
{
  JsonObject *body = usher_description_get_object (old->what, "body");
  JsonObject *after = usher_description_get_object (now->what, "body");

  if (body == NULL)
    return;
  if (after == NULL)
    tell (self, "%s has no body any more", where);
  else if (usher_description_get_flag (body, "list") != usher_description_get_flag (after, "list"))
    tell (self,
          "%s is %s list now",
          where,
          usher_description_get_flag (after, "list") ? "a" : "no");
  else
    compare_told (self, where, find_shape (old->service, body), find_shape (now->service, after));
}

/* One that fits, else the last: of several with one status a reader has to know each. */
static gboolean
has_likeness (const char *where, const Part *answer, const Part *route, gint64 status)
{
  JsonArray *answers = usher_description_get_array (route->what, "answers");

  for (guint i = 0; i < usher_description_get_length (answers); i++)
    {
      g_autoptr (GPtrArray) breaks = g_ptr_array_new_with_free_func (g_free);
      Comparison attempt = { .breaks = breaks };
      const Part other = { route->service, usher_description_get_element (answers, i) };

      if (usher_description_get_integer (other.what, "status") != status)
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
  JsonArray *answers = usher_description_get_array (route->what, "answers");
  guint n = 0;

  for (guint i = 0; i < usher_description_get_length (answers); i++)
    if (usher_description_get_integer (usher_description_get_element (answers, i), "status") ==
        status)
      {
        last->service = route->service;
        last->what = usher_description_get_element (answers, i);
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
  JsonArray *answers = usher_description_get_array (now->what, "answers");
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

  for (guint i = 0; i < usher_description_get_length (answers); i++)
    {
      const Part answer = { now->service, usher_description_get_element (answers, i) };

      if (usher_description_get_integer (answer.what, "status") == status &&
          !has_likeness (where, &answer, old, status))
        tell (self, "%s may have another body now", where);
    }
}

static void
compare_answers (Comparison *self, const char *label, const Part *old, const Part *now)
{
  JsonArray *answers = usher_description_get_array (old->what, "answers");
  gint64 before = 0;

  for (guint i = 0; i < usher_description_get_length (answers); i++)
    {
      gint64 status =
          usher_description_get_integer (usher_description_get_element (answers, i), "status");

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
                 find_shape (old->service, usher_description_get_object (old->what, member)),
                 find_shape (now->service, usher_description_get_object (now->what, member)));
}

static void
compare_route (Comparison *self, const Part *old)
{
  g_autofree char *label = g_strdup_printf ("%s %s",
                                            usher_description_get_string (old->what, "method"),
                                            usher_description_get_string (old->what, "path"));
  Part now = { NULL, NULL };

  if (!find_route (self->now, old->what, &now))
    {
      tell (self, "%s: the route is gone", label);
      return;
    }

  if (!is_beside (old->what, now.what))
    tell (self, "%s: it is on the other listener now", label);
  if (usher_description_get_flag (now.what, "signedIn") &&
      !usher_description_get_flag (old->what, "signedIn"))
    tell (self, "%s: it is for who is signed in now", label);
  if (usher_description_get_flag (now.what, "unkeyed") &&
      !usher_description_get_flag (old->what, "unkeyed"))
    tell (self, "%s: an Idempotency-Key does not count any more", label);
  compare_request (self, label, "body", old, &now);
  compare_request (self, label, "query", old, &now);
  compare_answers (self, label, old, &now);
}

static void
compare_event (Comparison *self, JsonObject *old)
{
  const char *channel = usher_description_get_string (old, "channel");
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
  JsonArray *routes = usher_description_get_array (service, "routes");
  JsonArray *events = usher_description_get_array (service, "events");

  for (guint i = 0; i < usher_description_get_length (routes); i++)
    {
      const Part part = { service, usher_description_get_element (routes, i) };

      compare_route (self, &part);
    }
  for (guint i = 0; i < usher_description_get_length (events); i++)
    compare_event (self, usher_description_get_element (events, i));
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

  if (!usher_description_load (parser, path, error))
    return NULL;

  self.old = json_node_get_object (json_parser_get_root (parser));
  self.now = json_node_get_object (root);
  list = usher_description_get_array (self.old, "services");
  for (guint i = 0; i < usher_description_get_length (list); i++)
    {
      JsonObject *service = usher_description_get_element (list, i);

      if (services == NULL ||
          g_strv_contains (services, usher_description_get_string (service, "name")))
        compare_service (&self, service);
    }

  return g_steal_pointer (&breaks);
}
