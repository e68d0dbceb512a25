/* usher-hub-describe.c: the hub in numbers, as NATS Streaming shows itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-json.h"

#define PAGE_SIZE  1024
#define CLUSTER_ID "usher"

/* The query behind a page's name. */
typedef struct
{
  gboolean subs;
  guint limit;
  guint offset;
  const char *channel;
  const char *client;
  const char *cursor;
  const char *after;
} Query;

static void
add_text (GString *json, const char *name, const char *value)
{
  char last = json->str[json->len - 1];

  g_string_append_printf (json, "%s\"%s\":", last == '{' ? "" : ",", name);
  usher_json_append_string (json, value != NULL ? value : "");
}

static void
add_number (GString *json, const char *name, guint64 value)
{
  char last = json->str[json->len - 1];

  g_string_append_printf (json, "%s\"%s\":%" G_GUINT64_FORMAT, last == '{' ? "" : ",", name, value);
}

static void
add_truth (GString *json, const char *name, gboolean value)
{
  g_string_append_printf (json, ",\"%s\":%s", name, value ? "true" : "false");
}

static void
add_head (UsherHub *self, GString *json)
{
  g_autofree char *now = usher_time_format (usher_clock_get_time (self->clock));

  g_string_append_c (json, '{');
  add_text (json, "cluster_id", CLUSTER_ID);
  add_text (json, "server_id", self->epoch);
  add_text (json, "now", now);
}

static guint64
sum_events (UsherHub *self, guint64 *bytes)
{
  GHashTableIter iter;
  gpointer value = NULL;
  guint64 events = 0;

  *bytes = 0;
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      events += ((UsherChannel *) value)->n_events;
      *bytes += ((UsherChannel *) value)->n_bytes;
    }

  return events;
}

/* 1y2d3h4m5s, from the first unit that is not 0 on */
static char *
format_uptime (gint64 seconds)
{
  const struct
  {
    gint64 value;
    char unit;
  } parts[] = {
    { seconds / (365 * 86400), 'y' }, { seconds / 86400 % 365, 'd' }, { seconds / 3600 % 24, 'h' },
    { seconds / 60 % 60, 'm' },       { seconds % 60, 's' },
  };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (text->len > 0 || parts[i].value > 0 || i == G_N_ELEMENTS (parts) - 1)
      g_string_append_printf (text, "%" G_GINT64_FORMAT "%c", parts[i].value, parts[i].unit);

  return g_string_free (text, FALSE);
}

static char *
describe_server (UsherHub *self)
{
  GString *json = g_string_new (NULL);
  gint64 seconds = (g_get_monotonic_time () - self->started_at) / G_USEC_PER_SEC;
  g_autofree char *uptime = format_uptime (seconds);
  guint64 bytes = 0;
  guint64 events = sum_events (self, &bytes);
  guint64 max_files = 0;
  guint n_files = 0;

  usher_hub_count_files (&n_files, &max_files);
  add_head (self, json);
  add_text (json, "version", PACKAGE_VERSION);
  /* who reads pages of NATS Streaming wants the field; there is no Go here */
  add_text (json, "go", "");
  add_text (json, "state", self->is_failing ? "FAILED" : "STANDALONE");
  add_text (json, "start_time", self->started);
  add_text (json, "uptime", uptime);
  add_number (json, "clients", g_hash_table_size (self->members));
  add_number (json, "subscriptions", g_hash_table_size (self->seats));
  add_number (json, "channels", g_hash_table_size (self->channels));
  add_number (json, "total_msgs", events);
  add_number (json, "total_bytes", bytes);
  add_number (json, "in_msgs", self->in_events);
  add_number (json, "in_bytes", self->in_bytes);
  add_number (json, "out_msgs", self->out_events);
  add_number (json, "out_bytes", self->out_bytes);
  add_number (json, "open_fds", n_files);
  add_number (json, "max_fds", max_files);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

static char *
describe_store (UsherHub *self)
{
  GString *json = g_string_new (NULL);
  guint64 bytes = 0;
  guint64 events = sum_events (self, &bytes);

  add_head (self, json);
  add_text (json, "type", "SQL");
  g_string_append (json, ",\"limits\":{");
  add_number (json, "max_channels", 0);
  add_number (json, "max_msgs", self->limits.max_messages);
  add_number (json, "max_bytes", self->limits.max_bytes);
  add_number (json, "max_age", (guint64) self->limits.max_age * 1000);
  add_number (json, "max_subscriptions", 0);
  add_number (json, "max_inactivity", 0);
  g_string_append_c (json, '}');
  add_number (json, "total_msgs", events);
  add_number (json, "total_bytes", bytes);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

static void
append_subscription (GString *json, UsherChannel *channel, UsherGroup *group, const UsherSeat *seat)
{
  g_autofree char *queue =
      group != NULL && group->durable ? g_strdup_printf ("%s:%s", group->name, group->name) : NULL;

  g_string_append (json, json->str[json->len - 1] == '[' ? "{" : ",{");
  add_text (json, "client_id", seat != NULL ? seat->member->client : "");
  add_text (json, "inbox", seat != NULL ? seat->member->endpoint : "");
  add_text (json, "ack_inbox", "");
  if (group != NULL && group->durable)
    add_text (json, "durable_name", group->name);
  if (group != NULL && !group->live)
    add_text (json, "queue_name", queue != NULL ? queue : group->name);
  add_truth (json, "is_durable", group != NULL && group->durable);
  add_truth (json, "is_offline", seat == NULL);
  add_number (json, "max_inflight", seat != NULL ? seat->max_in_flight : 0);
  add_number (json, "ack_wait", group != NULL ? (guint64) (group->ack_wait / G_USEC_PER_SEC) : 0);
  add_number (json, "last_sent", seat != NULL ? seat->last_sent : 0);
  add_number (json, "pending_count", seat != NULL ? seat->n_out : 0);
  add_truth (json, "is_stalled", seat != NULL && seat->n_out >= seat->max_in_flight);
  if (group != NULL)
    {
      add_number (json, "lag", channel->committed - group->floor);
      add_number (json, "redeliveries", group->n_redelivered);
      add_number (json, "pending", g_hash_table_size (group->pending));
      add_number (json, "suspects", group->n_suspects);
    }
  g_string_append_c (json, '}');
}

static void
append_subscriptions (GString *json, UsherChannel *channel)
{
  g_string_append (json, ",\"subscriptions\":[");
  for (guint i = 0; i < channel->groups->len; i++)
    {
      UsherGroup *group = g_ptr_array_index (channel->groups, i);

      if (group->seats->len == 0)
        append_subscription (json, channel, group, NULL);
      for (guint j = 0; j < group->seats->len; j++)
        append_subscription (json, channel, group, g_ptr_array_index (group->seats, j));
    }
  for (guint i = 0; i < channel->seats->len; i++)
    {
      const UsherSeat *seat = g_ptr_array_index (channel->seats, i);

      /* one with a durable name is among the groups */
      if (seat->group == NULL)
        append_subscription (json, channel, NULL, seat);
    }
  g_string_append_c (json, ']');
}

static guint
count_parked (UsherHub *self, const char *channel)
{
  g_autoptr (GPtrArray) list = usher_journal_list_parked (self->journal, channel, NULL, NULL);

  return list != NULL ? list->len : 0;
}

static void
append_channel (UsherHub *self, GString *json, UsherChannel *channel, gboolean subs)
{
  guint n_subs = 0;

  for (guint i = 0; i < channel->seats->len; i++)
    n_subs += ((UsherSeat *) g_ptr_array_index (channel->seats, i))->group == NULL ? 1 : 0;
  for (guint i = 0; i < channel->groups->len; i++)
    n_subs += MAX (1, ((UsherGroup *) g_ptr_array_index (channel->groups, i))->seats->len);

  g_string_append (json, json->str[json->len - 1] == '[' ? "{" : ",{");
  add_text (json, "name", channel->name);
  add_number (json, "msgs", channel->n_events);
  add_number (json, "bytes", channel->n_bytes);
  add_number (json, "first_seq", channel->committed > 0 ? channel->first : 0);
  add_number (json, "last_seq", channel->committed);
  add_number (json, "subs_count", n_subs);
  add_number (json, "parked", count_parked (self, channel->name));
  if (subs)
    append_subscriptions (json, channel);
  g_string_append_c (json, '}');
}

static void
add_page (GString *json, const Query *query, guint count, guint total)
{
  add_number (json, "offset", query->offset);
  add_number (json, "limit", query->limit);
  add_number (json, "count", count);
  add_number (json, "total", total);
}

/* The names of a table in order, from the query's offset on. */
static GList *
list_keys (GHashTable *table, const Query *query, guint *count)
{
  GList *keys = g_list_sort (g_hash_table_get_keys (table), (GCompareFunc) strcmp);
  GList *rest = NULL;

  for (guint i = 0; i < query->offset && keys != NULL; i++)
    keys = g_list_delete_link (keys, keys);
  rest = g_list_nth (keys, query->limit);
  if (rest != NULL && rest->prev != NULL)
    {
      rest->prev->next = NULL;
      rest->prev = NULL;
      g_list_free (rest);
    }
  *count = g_list_length (keys);

  return keys;
}

static char *
describe_channels (UsherHub *self, const Query *query, GError **error)
{
  GString *json = NULL;
  g_autoptr (GList) names = NULL;
  UsherChannel *one = NULL;
  guint count = 1;

  if (query->channel != NULL)
    {
      one = g_hash_table_lookup (self->channels, query->channel);
      if (one == NULL)
        {
          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_NOT_FOUND,
                       "no channel is named “%s”",
                       query->channel);
          return NULL;
        }
    }
  else
    names = list_keys (self->channels, query, &count);

  json = g_string_new (NULL);
  add_head (self, json);
  add_page (json, query, count, g_hash_table_size (self->channels));
  if (one != NULL)
    {
      g_string_append (json, ",\"channels\":[");
      append_channel (self, json, one, query->subs);
    }
  else if (query->subs)
    {
      g_string_append (json, ",\"channels\":[");
      for (GList *link = names; link != NULL; link = link->next)
        append_channel (self, json, g_hash_table_lookup (self->channels, link->data), TRUE);
    }
  else
    {
      g_string_append (json, ",\"names\":[");
      for (GList *link = names; link != NULL; link = link->next)
        {
          g_string_append (json, link->prev != NULL ? "," : "");
          usher_json_append_string (json, link->data);
        }
    }
  g_string_append (json, "]}");

  return g_string_free (json, FALSE);
}

/* Whether an earlier seat of the member is in the same channel. */
static gboolean
was_listed (const UsherMember *member, guint index)
{
  const UsherSeat *seat = g_ptr_array_index (member->seats, index);

  for (guint i = 0; i < index; i++)
    if (((const UsherSeat *) g_ptr_array_index (member->seats, i))->channel == seat->channel)
      return TRUE;

  return FALSE;
}

static void
append_client_channel (GString *json, const UsherMember *member, UsherChannel *channel)
{
  g_string_append (json, json->str[json->len - 1] == '{' ? "" : ",");
  usher_json_append_string (json, channel->name);
  g_string_append (json, ":[");
  for (guint i = 0; i < member->seats->len; i++)
    {
      const UsherSeat *seat = g_ptr_array_index (member->seats, i);

      if (seat->channel == channel)
        append_subscription (json, channel, seat->group, seat);
    }
  g_string_append_c (json, ']');
}

static void
append_client (GString *json, const UsherMember *member, gboolean subs)
{
  g_string_append (json, json->str[json->len - 1] == '[' ? "{" : ",{");
  add_text (json, "id", member->client);
  add_text (json, "hb_inbox", member->endpoint);
  if (member->key != NULL)
    add_text (json, "key", member->key);
  add_number (json, "subs_count", member->seats->len);
  if (subs)
    {
      g_string_append (json, ",\"subscriptions\":{");
      for (guint i = 0; i < member->seats->len; i++)
        if (!was_listed (member, i))
          append_client_channel (json,
                                 member,
                                 ((UsherSeat *) g_ptr_array_index (member->seats, i))->channel);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, '}');
}

static char *
describe_clients (UsherHub *self, const Query *query, GError **error)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GList) names = NULL;
  GString *json = NULL;
  GHashTableIter iter;
  gpointer value = NULL;
  guint count = 1;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_hash_table_insert (by_name, ((UsherMember *) value)->client, value);

  if (query->client != NULL && !g_hash_table_contains (by_name, query->client))
    {
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no client is named “%s”", query->client);
      return NULL;
    }

  if (query->client == NULL)
    names = list_keys (by_name, query, &count);
  else
    names = g_list_prepend (NULL, (gpointer) query->client);

  json = g_string_new (NULL);
  add_head (self, json);
  add_page (json, query, count, g_hash_table_size (by_name));
  g_string_append (json, ",\"clients\":[");
  for (GList *link = names; link != NULL; link = link->next)
    append_client (json, g_hash_table_lookup (by_name, link->data), query->subs);
  g_string_append (json, "]}");

  return g_string_free (json, FALSE);
}

static void
append_parked (UsherHub *self, GString *json, const UsherParked *parked)
{
  UsherChannel *channel = usher_hub_get_channel (self, parked->channel);
  UsherJournalFrame *frame = usher_hub_find_frame (self, channel, parked->sequence);
  g_autofree char *time = usher_time_format (parked->time);
  g_autoptr (UsherEvent) event = NULL;
  UsherFrameReader reader;

  if (frame != NULL && frame->base <= parked->sequence)
    {
      usher_frame_reader_init (&reader,
                               g_bytes_get_data (frame->bytes, NULL),
                               g_bytes_get_size (frame->bytes));
      for (guint64 sequence = frame->base; sequence <= parked->sequence; sequence++)
        {
          g_clear_pointer (&event, usher_event_unref);
          event = usher_frame_read_event (&reader, parked->channel, sequence);
        }
    }

  g_string_append (json, json->str[json->len - 1] == '[' ? "{" : ",{");
  add_text (json, "id", parked->id);
  add_text (json, "channel", parked->channel);
  add_text (json, "group", parked->group);
  add_number (json, "sequence", parked->sequence);
  add_text (json, "eventId", event != NULL ? usher_event_get_id (event) : "");
  add_text (json, "time", time);
  add_number (json, "attempts", parked->attempts);
  add_text (json, "kind", parked->deferred ? "deferred" : "failed");
  g_string_append_printf (json, ",\"reasons\":%s", parked->reasons);
  if (event != NULL)
    {
      g_autofree char *payload = g_utf8_make_valid (usher_event_get_payload (event, NULL), -1);

      add_text (json, "payload", payload);
    }
  g_string_append_c (json, '}');
}

static char *
describe_parked (UsherHub *self, const Query *query, GError **error)
{
  g_autoptr (GPtrArray) list =
      usher_journal_list_parked (self->journal, query->channel, NULL, error);
  GString *json = NULL;

  if (list == NULL)
    return NULL;

  json = g_string_new ("[");
  for (guint i = query->offset; i < list->len && i < query->offset + query->limit; i++)
    append_parked (self, json, g_ptr_array_index (list, i));
  g_string_append_c (json, ']');

  return g_string_free (json, FALSE);
}

static guint
read_number (GHashTable *values, const char *name, guint by_default)
{
  const char *text = g_hash_table_lookup (values, name);
  guint64 number = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &number, NULL))
    return by_default;

  return (guint) number;
}

char *
usher_hub_describe (UsherHub *self, const char *what, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (what, "?", 2);
  g_autoptr (GHashTable) values = NULL;
  Query query = { 0 };

  if (parts[0] != NULL && parts[1] != NULL)
    values = g_uri_parse_params (parts[1], -1, "&", G_URI_PARAMS_NONE, NULL);
  if (values == NULL)
    values = g_hash_table_new (g_str_hash, g_str_equal);
  query.subs = g_strcmp0 (g_hash_table_lookup (values, "subs"), "1") == 0;
  query.limit = MAX (1, read_number (values, "limit", PAGE_SIZE));
  query.offset = read_number (values, "offset", 0);
  query.channel = g_hash_table_lookup (values, "channel");
  query.client = g_hash_table_lookup (values, "client");
  query.cursor = g_hash_table_lookup (values, "cursor");
  query.after = g_hash_table_lookup (values, "after");

  if (g_strcmp0 (parts[0], "serverz") == 0)
    return describe_server (self);
  if (g_strcmp0 (parts[0], "storez") == 0)
    return describe_store (self);
  if (g_strcmp0 (parts[0], "channelsz") == 0)
    return describe_channels (self, &query, error);
  if (g_strcmp0 (parts[0], "clientsz") == 0)
    return describe_clients (self, &query, error);
  if (g_strcmp0 (parts[0], "parked") == 0)
    return describe_parked (self, &query, error);
  if (g_strcmp0 (parts[0], "metrics") == 0)
    return usher_hub_describe_metrics (self, error);
  if (g_strcmp0 (parts[0], "events") == 0)
    return usher_hub_describe_events (
        self, query.channel, query.cursor, query.after, query.limit, error);

  g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "the hub has no page “%s”", what);

  return NULL;
}
