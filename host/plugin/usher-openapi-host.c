/* usher-openapi-host.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-openapi-host-private.h"

#include <string.h>

typedef enum
{
  ANY = 1 << 0,     /* whatever the route, as part of its description */
  CHANGES = 1 << 1, /* a method that changes something */
  BODY = 1 << 2,    /* a method that has a body */
  SESSION = 1 << 3, /* who asks has to be known */
  EARLY = 1 << 4,   /* before a route is known, and so told of none */
} When;

typedef struct
{
  guint status;
  When when;
  const char *description;
} Answer;

static const Answer answers[] = {
  { 400, ANY, "The request is malformed, or what it asks for is refused" },
  { 401, SESSION, "Who asks is not signed in, or it is not his" },
  { 403, CHANGES, "The request comes from the page of another site" },
  { 404, EARLY, "There is no such path, or no such thing" },
  { 405, EARLY, "The path has other methods: Allow has them" },
  { 408, EARLY, "The request took too long" },
  { 409, CHANGES, "Somebody else was first, or the same request is still under way" },
  { 412, 0, "The document has another version than If-Match says" },
  { 413, CHANGES, "The body is too large" },
  { 414, EARLY, "The address is too long" },
  { 415, BODY, "The body is no JSON" },
  { 417, EARLY, "Expect may only be 100-continue" },
  { 421, EARLY, "The request is meant for another server" },
  { 429, ANY, "Too many requests: try again later" },
  { 431, EARLY, "The head of the request is too large" },
  { 500, ANY, "Something went wrong that nobody foresaw" },
  { 501, EARLY, "No such method, or coding, is known" },
  { 503, ANY, "Something that is needed is away, or the host stops: try again later" },
  { 505, EARLY, "This version of HTTP is not spoken here" },
};

/* of lists; of documents that have a version; of what is repeated */
static const struct
{
  const char *component;
  const char *name;
  const char *place;
  const char *description;
  const char *pattern; /* (nullable): of a string */
  guint max;           /* 0: it is a string; else a number from 1 on */
} parameters[] = {
  { "After", "after", "query", "Goes on behind the document of that id", "^[0-9a-f]{24}$" },
  { "IdempotencyKey",
    "Idempotency-Key",
    "header",
    "The same key and body get the first answer again, for 24 hours",
    "^[!-~]([ -~]{0,253}[!-~])?$" },
  { "IfMatch", "If-Match", "header", "Changes this version alone: the ETag that it had" },
  { "IfNoneMatch", "If-None-Match", "header", "Answers 304 where the ETag is still this one" },
  { "Limit", "limit", "query", "How many there are in a page", NULL, 100 },
  { "Order", "order", "query", "With “oldest” the oldest first", "^(newest|oldest)$" },
};

static const struct
{
  const char *name;
  const char *description;
} headers[] = {
  { "Allow", "The methods that the path has" },
  { "ETag", "The version of the document" },
  { "Link", "The next page, where there is one, with rel=\"next\"" },
  { "Retry-After", "In how many seconds it may be tried again" },
};

gboolean
usher_openapi_host_answers (guint status, const char *method, UsherRouteFlags flags)
{
  static const char *const reads[] = { "GET", "HEAD", "OPTIONS", NULL };
  static const char *const writes[] = { "POST", "PUT", "PATCH", NULL };
  When when = ANY;

  if (!g_strv_contains (reads, method))
    when |= CHANGES;
  if (g_strv_contains (writes, method))
    when |= BODY;
  if ((flags & (USHER_ROUTE_SIGNED_IN | USHER_ROUTE_ADMIN)) != 0)
    when |= SESSION;

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (answers[i].status == status)
      return (answers[i].when & when) != 0;

  return FALSE;
}

GArray *
usher_openapi_host_list_statuses (void)
{
  GArray *statuses = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    g_array_append_val (statuses, answers[i].status);

  return statuses;
}

char *
usher_openapi_host_make_name (guint status)
{
  return g_strdup_printf ("Status%u", status);
}

void
usher_openapi_host_write_ref (UsherJsonWriter *writer, const char *kind, const char *component)
{
  g_autofree char *reference = g_strdup_printf ("#/components/%s/%s", kind, component);

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "$ref", reference);
  usher_json_writer_end_object (writer);
}

/* @pattern: (nullable) */
static void
write_text_schema (UsherJsonWriter *writer, const char *pattern)
{
  usher_json_writer_add_member (writer, "schema");
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "type", "string");
  if (pattern != NULL)
    usher_json_writer_set_string (writer, "pattern", pattern);
  usher_json_writer_end_object (writer);
}

static void
write_number_schema (UsherJsonWriter *writer, guint max)
{
  usher_json_writer_add_member (writer, "schema");
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "type", "integer");
  usher_json_writer_set_integer (writer, "minimum", 1);
  usher_json_writer_set_unsigned (writer, "maximum", max);
  usher_json_writer_end_object (writer);
}

static void
write_header (UsherJsonWriter *writer, const char *name)
{
  usher_json_writer_add_member (writer, "headers");
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, name);
  usher_openapi_host_write_ref (writer, "headers", name);
  usher_json_writer_end_object (writer);
}

static void
write_response (UsherJsonWriter *writer, const Answer *answer)
{
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "description", answer->description);
  if (answer->status == 405)
    write_header (writer, "Allow");
  else if (answer->status == 429 || answer->status == 503)
    write_header (writer, "Retry-After");
  usher_json_writer_add_member (writer, "content");
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "application/json");
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "schema");
  usher_openapi_host_write_ref (writer, "schemas", USHER_OPENAPI_ERROR);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_object (writer);
  if ((answer->when & EARLY) != 0)
    usher_json_writer_set_boolean (writer, "x-usher-any-request", TRUE);
  usher_json_writer_end_object (writer);
}

void
usher_openapi_host_write_responses (UsherJsonWriter *writer)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *name = usher_openapi_host_make_name (answers[i].status);

      usher_json_writer_add_member (writer, name);
      write_response (writer, &answers[i]);
    }
}

void
usher_openapi_host_write_parameters (UsherJsonWriter *writer)
{
  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    {
      usher_json_writer_add_member (writer, parameters[i].component);
      usher_json_writer_begin_object (writer);
      usher_json_writer_set_string (writer, "name", parameters[i].name);
      usher_json_writer_set_string (writer, "in", parameters[i].place);
      usher_json_writer_set_string (writer, "description", parameters[i].description);
      if (parameters[i].max > 0)
        write_number_schema (writer, parameters[i].max);
      else
        write_text_schema (writer, parameters[i].pattern);
      usher_json_writer_end_object (writer);
    }
}

void
usher_openapi_host_write_headers (UsherJsonWriter *writer)
{
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      usher_json_writer_add_member (writer, headers[i].name);
      usher_json_writer_begin_object (writer);
      usher_json_writer_set_string (writer, "description", headers[i].description);
      write_text_schema (writer, NULL);
      usher_json_writer_end_object (writer);
    }
}

static void
begin_object_schema (UsherJsonWriter *writer, const char *required)
{
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "type", "object");
  usher_json_writer_add_member (writer, "required");
  usher_json_writer_begin_array (writer);
  usher_json_writer_add_string (writer, required);
  usher_json_writer_end_array (writer);
  usher_json_writer_add_member (writer, "properties");
  usher_json_writer_begin_object (writer);
}

static void
end_object_schema (UsherJsonWriter *writer)
{
  usher_json_writer_end_object (writer);
  usher_json_writer_end_object (writer);
}

static void
write_error_member (UsherJsonWriter *writer, const char *name, const char *description)
{
  usher_json_writer_add_member (writer, name);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "type", "string");
  usher_json_writer_set_string (writer, "description", description);
  usher_json_writer_end_object (writer);
}

void
usher_openapi_host_write_error (UsherJsonWriter *writer)
{
  usher_json_writer_add_member (writer, USHER_OPENAPI_ERROR);
  begin_object_schema (writer, "errors");
  usher_json_writer_add_member (writer, "errors");
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "type", "array");
  usher_json_writer_set_integer (writer, "minItems", 1);
  usher_json_writer_add_member (writer, "items");
  begin_object_schema (writer, "message");
  write_error_member (writer, "field", "The member of the request that is wrong");
  write_error_member (writer, "message", "What is wrong, for people");
  end_object_schema (writer);
  usher_json_writer_end_object (writer);
  end_object_schema (writer);
}

static void
write_scheme (UsherJsonWriter *writer,
              const char *name,
              const char *type,
              const char *first,
              const char *second,
              const char *description)
{
  gboolean is_key = g_str_equal (type, "apiKey");

  usher_json_writer_add_member (writer, name);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "type", type);
  usher_json_writer_set_string (writer, is_key ? "in" : "scheme", first);
  if (second != NULL)
    usher_json_writer_set_string (writer, is_key ? "name" : "bearerFormat", second);
  usher_json_writer_set_string (writer, "description", description);
  usher_json_writer_end_object (writer);
}

void
usher_openapi_host_write_security (UsherJsonWriter *writer)
{
  write_scheme (writer,
                "admin",
                "http",
                "bearer",
                NULL,
                "The setting admin.token, which the admin listener asks for beyond loopback");
  write_scheme (writer, "bearer", "http", "bearer", "JWT", "The session's token, in a header");
  write_scheme (
      writer, "session", "apiKey", "cookie", "session", "The session's token, as browsers send it");
}
