/* usher-asyncapi.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-asyncapi-private.h"

#include "usher-description-schema-private.h"

static void write_ref (UsherJsonWriter *writer, const char *format, const char *id)
    G_GNUC_PRINTF (2, 0);

/* @format: has one %s, for @id */
static void
write_ref (UsherJsonWriter *writer, const char *format, const char *id)
{
  g_auto (GStrv) parts = g_strsplit (format, "%s", 2);
  g_autofree char *reference = g_strjoinv (id, parts);

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "$ref", reference);
  usher_json_writer_end_object (writer);
}

static void
write_channel (const UsherDescribedChannel *channel, UsherJsonWriter *writer)
{
  usher_json_writer_add_member (writer, channel->id);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "address", channel->channel);
  usher_json_writer_add_member (writer, "messages");
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "event");
  write_ref (writer, "#/components/messages/%s", channel->id);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_object (writer);
}

static void
write_operation (const UsherDescribedChannel *channel,
                 const UsherDescribedUse *use,
                 UsherJsonWriter *writer)
{
  const char *service = usher_declarations_get_service (use->service);
  g_autofree char *who = usher_description_make_name (use->group != NULL ? use->group : service);
  g_autofree char *id =
      g_strdup_printf ("%s.%s.%s", who, use->group != NULL ? "receive" : "send", channel->id);

  usher_json_writer_add_member (writer, id);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "action", use->group != NULL ? "receive" : "send");
  usher_json_writer_add_member (writer, "channel");
  write_ref (writer, "#/channels/%s", channel->id);
  usher_json_writer_add_member (writer, "tags");
  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", service);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_array (writer);
  usher_json_writer_add_member (writer, "messages");
  usher_json_writer_begin_array (writer);
  write_ref (writer, "#/channels/%s/messages/event", channel->id);
  usher_json_writer_end_array (writer);
  if (use->group != NULL)
    usher_json_writer_set_string (writer, "x-usher-group", use->group);
  usher_json_writer_end_object (writer);
}

/* What nobody here has declared may have any payload. */
static void
write_payload (const UsherDescribedChannel *channel, UsherJsonWriter *writer)
{
  UsherShape shape = { channel->channel, USHER_SHAPE_EVENT, NULL, 0 };

  usher_json_writer_add_member (writer, "payload");
  if (channel->event == NULL)
    {
      usher_json_writer_begin_object (writer);
      usher_json_writer_set_string (writer, "type", "object");
      usher_json_writer_end_object (writer);
      return;
    }

  shape.fields = usher_event_schema_get_fields (channel->event, &shape.n_fields);
  usher_description_write_schema (channel->owner, &shape, USHER_SHAPE_TOLD, writer);
  usher_json_writer_add_member (writer, "examples");
  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "payload");
  usher_description_write_example (channel->owner, &shape, USHER_SHAPE_TOLD, writer);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_array (writer);
}

/* (nullable) */
static const char *
find_summary (const UsherDescribedChannel *channel)
{
  if (channel->owner == NULL)
    return NULL;

  return g_hash_table_lookup (usher_remarks_get_events (
                                  usher_declarations_get_remarks (channel->owner)),
                              channel->channel);
}

static void
write_message (const UsherDescribedChannel *channel, UsherJsonWriter *writer)
{
  const char *summary = find_summary (channel);

  usher_json_writer_add_member (writer, channel->id);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", channel->channel);
  if (summary != NULL)
    usher_json_writer_set_string (writer, "summary", summary);
  usher_json_writer_set_string (writer, "contentType", "application/json");
  write_payload (channel, writer);
  usher_json_writer_end_object (writer);
}

static void
write_channels (GPtrArray *channels, UsherJsonWriter *writer)
{
  usher_json_writer_add_member (writer, "channels");
  usher_json_writer_begin_object (writer);
  for (guint i = 0; i < channels->len; i++)
    write_channel (g_ptr_array_index (channels, i), writer);
  usher_json_writer_end_object (writer);
}

static void
write_operations (GPtrArray *channels, UsherJsonWriter *writer)
{
  usher_json_writer_add_member (writer, "operations");
  usher_json_writer_begin_object (writer);
  for (guint i = 0; i < channels->len; i++)
    {
      const UsherDescribedChannel *channel = g_ptr_array_index (channels, i);

      for (guint j = 0; j < channel->uses->len; j++)
        write_operation (channel, &g_array_index (channel->uses, UsherDescribedUse, j), writer);
    }
  usher_json_writer_end_object (writer);
}

static void
write_messages (GPtrArray *channels, UsherJsonWriter *writer)
{
  usher_json_writer_add_member (writer, "components");
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "messages");
  usher_json_writer_begin_object (writer);
  for (guint i = 0; i < channels->len; i++)
    write_message (g_ptr_array_index (channels, i), writer);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_object (writer);
}

void
usher_asyncapi_write (UsherDescription *description, UsherJsonWriter *writer)
{
  GPtrArray *channels = usher_description_get_channels (description);

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "asyncapi", "3.0.0");
  usher_json_writer_add_member (writer, "info");
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "title", "Services on Usher");
  usher_json_writer_set_string (writer, "version", PACKAGE_VERSION);
  usher_json_writer_set_string (
      writer,
      "description",
      "What these services publish and listen to. Who listens is in a queue group, x-usher-group: "
      "each event goes to one of its members.");
  usher_json_writer_end_object (writer);
  usher_json_writer_set_string (writer, "defaultContentType", "application/json");
  write_channels (channels, writer);
  write_operations (channels, writer);
  write_messages (channels, writer);
  usher_json_writer_end_object (writer);
}
