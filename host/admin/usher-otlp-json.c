/* usher-otlp-json.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-otlp-json-private.h"

#include <unistd.h>

#include "usher-json-writer.h"

/* of a status, and of a span's flags */
#define STATUS_ERROR 2
#define SAMPLED      1

/* a number of 64 bits is a text in JSON of protobuf */
static void
set_number (UsherJsonWriter *writer, const char *name, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  usher_json_writer_set_string (writer, name, text);
}

/* @text: (nullable): NULL: @number */
static void
add_attribute (UsherJsonWriter *writer, const char *key, const char *text, gint64 number)
{
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "key", key);
  usher_json_writer_add_member (writer, "value");
  usher_json_writer_begin_object (writer);
  if (text != NULL)
    usher_json_writer_set_string (writer, "stringValue", text);
  else
    set_number (writer, "intValue", number);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_object (writer);
}

static void
set_id (UsherJsonWriter *writer, const char *name, const guint8 *id, gsize length)
{
  char text[2 * 16 + 1];

  usher_trace_context_format_id (id, length, text);
  usher_json_writer_set_string (writer, name, text);
}

static gboolean
has_parent (const UsherSpan *span)
{
  for (guint i = 0; i < G_N_ELEMENTS (span->parent); i++)
    if (span->parent[i] != 0)
      return TRUE;

  return FALSE;
}

static void
add_span (UsherJsonWriter *writer, const UsherSpan *span)
{
  usher_json_writer_begin_object (writer);
  set_id (writer, "traceId", span->context.trace, sizeof span->context.trace);
  set_id (writer, "spanId", span->context.span, sizeof span->context.span);
  if (has_parent (span))
    set_id (writer, "parentSpanId", span->parent, sizeof span->parent);
  usher_json_writer_set_integer (writer, "flags", SAMPLED);
  usher_json_writer_set_string (writer, "name", span->name);
  usher_json_writer_set_integer (writer, "kind", span->kind);
  set_number (writer, "startTimeUnixNano", span->began * 1000);
  set_number (writer, "endTimeUnixNano", span->ended * 1000);
  usher_json_writer_add_member (writer, "attributes");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < span->n_attributes; i++)
    add_attribute (writer,
                   span->attributes[i].key,
                   span->attributes[i].text,
                   span->attributes[i].number);
  usher_json_writer_end_array (writer);
  usher_json_writer_add_member (writer, "status");
  usher_json_writer_begin_object (writer);
  if (span->has_failed)
    usher_json_writer_set_integer (writer, "code", STATUS_ERROR);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_object (writer);
}

/* who the service is */
static void
add_resource (UsherJsonWriter *writer, const char *service, const char *instance)
{
  usher_json_writer_add_member (writer, "resource");
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "attributes");
  usher_json_writer_begin_array (writer);
  add_attribute (writer, "service.name", service, 0);
  add_attribute (writer, "service.namespace", "usher", 0);
  add_attribute (writer, "service.instance.id", instance, 0);
  add_attribute (writer, "host.name", g_get_host_name (), 0);
  add_attribute (writer, "process.pid", NULL, getpid ());
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
}

static void
add_service (UsherJsonWriter *writer, GPtrArray *spans, const char *service, const char *instance)
{
  usher_json_writer_begin_object (writer);
  add_resource (writer, service, instance);
  usher_json_writer_add_member (writer, "scopeSpans");
  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "scope");
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", "usher");
  usher_json_writer_set_string (writer, "version", PACKAGE_VERSION);
  usher_json_writer_end_object (writer);
  usher_json_writer_add_member (writer, "spans");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < spans->len; i++)
    {
      const UsherSpan *span = g_ptr_array_index (spans, i);

      if (g_str_equal (span->service, service))
        add_span (writer, span);
    }
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
}

char *
usher_otlp_json_print (GPtrArray *spans, const char *instance)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autoptr (GHashTable) services = g_hash_table_new (g_str_hash, g_str_equal);

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "resourceSpans");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < spans->len; i++)
    {
      const UsherSpan *span = g_ptr_array_index (spans, i);

      if (g_hash_table_add (services, span->service))
        add_service (writer, spans, span->service, instance);
    }
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}
