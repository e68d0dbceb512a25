/* usher-bus-pages.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-pages-private.h"

#include "usher-error.h"
#include "usher-query-number-private.h"

#define PAGE_SIZE  1024
#define CLUSTER_ID "usher"

typedef gboolean (*WriteFunc) (UsherJsonWriter *writer,
                               const UsherBusFigures *figures,
                               const UsherBusPageQuery *query,
                               GError **error);

/* who reads these pages finds each string there */
static void
set_string (UsherJsonWriter *writer, const char *name, const char *value)
{
  usher_json_writer_set_string (writer, name, value != NULL ? value : "");
}

static void
set_time (UsherJsonWriter *writer, const char *name, gint64 value)
{
  g_autofree char *text = usher_time_format (value);

  usher_json_writer_set_string (writer, name, text);
}

static void
write_head (UsherJsonWriter *writer, const UsherBusFigures *figures)
{
  set_string (writer, "cluster_id", CLUSTER_ID);
  set_string (writer, "server_id", figures->id);
  set_time (writer, "now", figures->time);
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

static gboolean
write_server (UsherJsonWriter *writer,
              const UsherBusFigures *figures,
              const UsherBusPageQuery *query,
              GError **error)
{
  g_autofree char *uptime = format_uptime (figures->uptime / G_USEC_PER_SEC);

  write_head (writer, figures);
  set_string (writer, "version", figures->version);
  /* who reads pages of NATS Streaming wants the field; there is no Go here */
  set_string (writer, "go", "");
  set_string (writer, "state", figures->is_failing ? "FAILED" : "STANDALONE");
  set_time (writer, "start_time", figures->start_time);
  set_string (writer, "uptime", uptime);
  usher_json_writer_set_unsigned (writer, "clients", figures->n_clients);
  usher_json_writer_set_unsigned (writer, "subscriptions", figures->n_subscriptions);
  usher_json_writer_set_unsigned (writer, "channels", figures->n_channels);
  usher_json_writer_set_unsigned (writer, "total_msgs", figures->n_events);
  usher_json_writer_set_unsigned (writer, "total_bytes", figures->n_bytes);
  usher_json_writer_set_unsigned (writer, "in_msgs", figures->in_events);
  usher_json_writer_set_unsigned (writer, "in_bytes", figures->in_bytes);
  usher_json_writer_set_unsigned (writer, "out_msgs", figures->out_events);
  usher_json_writer_set_unsigned (writer, "out_bytes", figures->out_bytes);
  usher_json_writer_set_unsigned (writer, "open_fds", figures->n_files);
  usher_json_writer_set_unsigned (writer, "max_fds", figures->max_files);

  return TRUE;
}

static gboolean
write_store (UsherJsonWriter *writer,
             const UsherBusFigures *figures,
             const UsherBusPageQuery *query,
             GError **error)
{
  write_head (writer, figures);
  set_string (writer, "type", figures->store);
  usher_json_writer_add_member (writer, "limits");
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_unsigned (writer, "max_channels", 0);
  usher_json_writer_set_unsigned (writer, "max_msgs", figures->max_events);
  usher_json_writer_set_unsigned (writer, "max_bytes", figures->max_bytes);
  /* nanoseconds */
  usher_json_writer_set_unsigned (writer, "max_age", (guint64) figures->max_age * 1000);
  usher_json_writer_set_unsigned (writer, "max_subscriptions", 0);
  usher_json_writer_set_unsigned (writer, "max_inactivity", 0);
  usher_json_writer_end_object (writer);
  usher_json_writer_set_unsigned (writer, "total_msgs", figures->n_events);
  usher_json_writer_set_unsigned (writer, "total_bytes", figures->n_bytes);

  return TRUE;
}

static void
write_subscription (UsherJsonWriter *writer, const UsherSubscriptionFigures *subscription)
{
  gboolean is_online = subscription->client != NULL;
  const char *group = subscription->group;

  usher_json_writer_begin_object (writer);
  set_string (writer, "client_id", subscription->client);
  set_string (writer, "inbox", subscription->endpoint);
  set_string (writer, "ack_inbox", "");
  if (subscription->is_durable)
    set_string (writer, "durable_name", group);
  if (subscription->is_shared)
    {
      g_autofree char *queue =
          subscription->is_durable ? g_strdup_printf ("%s:%s", group, group) : NULL;

      set_string (writer, "queue_name", queue != NULL ? queue : group);
    }
  usher_json_writer_set_boolean (writer, "is_durable", subscription->is_durable);
  usher_json_writer_set_boolean (writer, "is_offline", !is_online);
  usher_json_writer_set_unsigned (writer, "max_inflight", subscription->max_in_flight);
  usher_json_writer_set_integer (writer, "ack_wait", subscription->ack_wait / G_USEC_PER_SEC);
  usher_json_writer_set_unsigned (writer, "last_sent", subscription->last_sent);
  usher_json_writer_set_unsigned (writer, "pending_count", subscription->n_out);
  usher_json_writer_set_boolean (writer,
                                 "is_stalled",
                                 is_online && subscription->n_out >= subscription->max_in_flight);
  if (group != NULL)
    {
      usher_json_writer_set_unsigned (writer, "lag", subscription->lag);
      usher_json_writer_set_unsigned (writer, "redeliveries", subscription->n_redelivered);
      usher_json_writer_set_unsigned (writer, "pending", subscription->n_pending);
      usher_json_writer_set_unsigned (writer, "suspects", subscription->n_suspects);
    }
  usher_json_writer_end_object (writer);
}

static void
write_page (UsherJsonWriter *writer, const UsherBusPageQuery *query, guint count, guint total)
{
  usher_json_writer_set_unsigned (writer, "offset", query->offset);
  usher_json_writer_set_unsigned (writer, "limit", query->limit);
  usher_json_writer_set_unsigned (writer, "count", count);
  usher_json_writer_set_unsigned (writer, "total", total);
}

/* How many of @total are on the page. */
static guint
count_rows (const UsherBusPageQuery *query, guint total)
{
  return query->offset < total ? MIN (query->limit, total - query->offset) : 0;
}

static void
write_channel (UsherJsonWriter *writer, const UsherChannelFigures *channel, gboolean subs)
{
  usher_json_writer_begin_object (writer);
  set_string (writer, "name", channel->name);
  usher_json_writer_set_unsigned (writer, "msgs", channel->n_events);
  usher_json_writer_set_unsigned (writer, "bytes", channel->n_bytes);
  usher_json_writer_set_unsigned (writer, "first_seq", channel->first);
  usher_json_writer_set_unsigned (writer, "last_seq", channel->last);
  usher_json_writer_set_unsigned (writer, "subs_count", channel->n_subscriptions);
  usher_json_writer_set_unsigned (writer, "parked", channel->n_parked);
  if (subs)
    {
      usher_json_writer_add_member (writer, "subscriptions");
      usher_json_writer_begin_array (writer);
      for (guint i = 0; i < channel->subscriptions->len; i++)
        write_subscription (writer, g_ptr_array_index (channel->subscriptions, i));
      usher_json_writer_end_array (writer);
    }
  usher_json_writer_end_object (writer);
}

static gboolean
write_one_channel (UsherJsonWriter *writer,
                   const UsherBusFigures *figures,
                   const UsherBusPageQuery *query,
                   GError **error)
{
  for (guint i = 0; i < figures->channels->len; i++)
    {
      const UsherChannelFigures *channel = g_ptr_array_index (figures->channels, i);

      if (!g_str_equal (channel->name, query->channel))
        continue;

      write_page (writer, query, 1, figures->channels->len);
      usher_json_writer_add_member (writer, "channels");
      usher_json_writer_begin_array (writer);
      write_channel (writer, channel, query->subs);
      usher_json_writer_end_array (writer);

      return TRUE;
    }

  g_set_error (
      error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no channel is named “%s”", query->channel);

  return FALSE;
}

static gboolean
write_channels (UsherJsonWriter *writer,
                const UsherBusFigures *figures,
                const UsherBusPageQuery *query,
                GError **error)
{
  guint count = count_rows (query, figures->channels->len);

  write_head (writer, figures);
  if (query->channel != NULL)
    return write_one_channel (writer, figures, query, error);

  write_page (writer, query, count, figures->channels->len);
  usher_json_writer_add_member (writer, query->subs ? "channels" : "names");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < count; i++)
    {
      const UsherChannelFigures *channel = g_ptr_array_index (figures->channels, query->offset + i);

      if (query->subs)
        write_channel (writer, channel, TRUE);
      else
        usher_json_writer_add_string (writer, channel->name);
    }
  usher_json_writer_end_array (writer);

  return TRUE;
}

/* The subscriptions of a client, each channel's together, the channels in the order in which they are met. */
static void
write_client_subscriptions (UsherJsonWriter *writer, GPtrArray *subscriptions)
{
  g_autoptr (GHashTable) written = g_hash_table_new (g_str_hash, g_str_equal);

  usher_json_writer_begin_object (writer);
  for (guint i = 0; i < subscriptions->len; i++)
    {
      const UsherSubscriptionFigures *first = g_ptr_array_index (subscriptions, i);

      if (!g_hash_table_add (written, first->channel))
        continue;

      usher_json_writer_add_member (writer, first->channel);
      usher_json_writer_begin_array (writer);
      for (guint j = i; j < subscriptions->len; j++)
        {
          const UsherSubscriptionFigures *subscription = g_ptr_array_index (subscriptions, j);

          if (g_str_equal (subscription->channel, first->channel))
            write_subscription (writer, subscription);
        }
      usher_json_writer_end_array (writer);
    }
  usher_json_writer_end_object (writer);
}

static void
write_client (UsherJsonWriter *writer, const UsherClientFigures *client, gboolean subs)
{
  usher_json_writer_begin_object (writer);
  set_string (writer, "id", client->name);
  set_string (writer, "hb_inbox", client->endpoint);
  if (client->key != NULL)
    set_string (writer, "key", client->key);
  usher_json_writer_set_unsigned (writer, "subs_count", client->n_subscriptions);
  if (subs)
    {
      usher_json_writer_add_member (writer, "subscriptions");
      write_client_subscriptions (writer, client->subscriptions);
    }
  usher_json_writer_end_object (writer);
}

static guint
find_client (const UsherBusFigures *figures, const char *name)
{
  guint i = 0;

  while (i < figures->clients->len &&
         !g_str_equal (((const UsherClientFigures *) g_ptr_array_index (figures->clients, i))->name,
                       name))
    i++;

  return i;
}

static gboolean
write_clients (UsherJsonWriter *writer,
               const UsherBusFigures *figures,
               const UsherBusPageQuery *query,
               GError **error)
{
  guint total = figures->clients->len;
  guint first = query->client != NULL ? find_client (figures, query->client) : query->offset;
  guint count = query->client != NULL ? 1 : count_rows (query, total);

  if (query->client != NULL && first == total)
    {
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no client is named “%s”", query->client);
      return FALSE;
    }

  write_head (writer, figures);
  write_page (writer, query, count, total);
  usher_json_writer_add_member (writer, "clients");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < count; i++)
    write_client (writer, g_ptr_array_index (figures->clients, first + i), query->subs);
  usher_json_writer_end_array (writer);

  return TRUE;
}

static void
write_group (UsherJsonWriter *writer, const UsherGroupFigures *group)
{
  usher_json_writer_begin_object (writer);
  set_string (writer, "channel", group->channel);
  set_string (writer, "group", group->name);
  usher_json_writer_set_boolean (writer, "durable", group->is_durable);
  usher_json_writer_set_unsigned (writer, "members", group->n_members);
  usher_json_writer_set_unsigned (writer, "floor", group->floor);
  usher_json_writer_set_unsigned (writer, "last_seq", group->last);
  usher_json_writer_set_unsigned (writer, "lag", group->lag);
  usher_json_writer_set_unsigned (writer, "out", group->n_out);
  usher_json_writer_set_unsigned (writer, "pending", group->n_pending);
  usher_json_writer_set_unsigned (writer, "suspects", group->n_suspects);
  usher_json_writer_set_unsigned (writer, "redeliveries", group->n_redelivered);
  usher_json_writer_set_unsigned (writer, "missed", group->n_missed);
  usher_json_writer_set_unsigned (writer, "parked", group->n_parked);
  usher_json_writer_end_object (writer);
}

/* The groups by themselves, with what the server counts: this is ours alone, and no page of NATS Streaming. */
static gboolean
write_groups (UsherJsonWriter *writer,
              const UsherBusFigures *figures,
              const UsherBusPageQuery *query,
              GError **error)
{
  usher_json_writer_set_integer (writer, "uptime_seconds", figures->uptime / G_USEC_PER_SEC);
  usher_json_writer_set_unsigned (writer, "failing", figures->is_failing ? 1 : 0);
  usher_json_writer_set_unsigned (writer, "members", figures->n_clients);
  usher_json_writer_set_unsigned (writer, "subscriptions", figures->n_subscriptions);
  usher_json_writer_set_unsigned (writer, "channels", figures->n_channels);
  usher_json_writer_set_unsigned (writer, "full_channels", figures->n_full_channels);
  usher_json_writer_set_unsigned (writer, "in_msgs", figures->in_events);
  usher_json_writer_set_unsigned (writer, "in_bytes", figures->in_bytes);
  usher_json_writer_set_unsigned (writer, "out_msgs", figures->out_events);
  usher_json_writer_set_unsigned (writer, "out_bytes", figures->out_bytes);
  usher_json_writer_set_unsigned (writer, "dedup_hits", figures->n_duplicates);
  usher_json_writer_set_unsigned (writer, "log_bytes", figures->log_bytes);
  usher_json_writer_set_unsigned (writer, "commits", figures->n_commits);
  usher_json_writer_set_integer (writer, "commit_p50_us", figures->commit_median);
  usher_json_writer_set_integer (writer, "commit_p99_us", figures->commit_p99);
  usher_json_writer_set_integer (writer, "commit_max_us", figures->commit_max);
  usher_json_writer_add_member (writer, "groups");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < figures->groups->len; i++)
    write_group (writer, g_ptr_array_index (figures->groups, i));
  usher_json_writer_end_array (writer);

  return TRUE;
}

void
usher_bus_page_query_read (UsherBusPageQuery *self, UsherRequest *request)
{
  self->subs = g_strcmp0 (usher_request_get_query (request, "subs"), "1") == 0;
  self->limit = (guint) MAX (1, usher_query_number_read (request, "limit", G_MAXINT32, PAGE_SIZE));
  self->offset = (guint) usher_query_number_read (request, "offset", G_MAXINT32, 0);
  self->channel = usher_request_get_query (request, "channel");
  self->client = usher_request_get_query (request, "client");
}

static char *
make_page (UsherBus *bus,
           UsherBusParts parts,
           WriteFunc func,
           const UsherBusPageQuery *query,
           GError **error)
{
  UsherBusParts more = query->subs ? USHER_BUS_PART_SUBSCRIPTIONS : 0;
  g_autoptr (UsherBusFigures) figures = usher_bus_get_figures (bus, parts | more, error);
  g_autoptr (UsherJsonWriter) writer = NULL;

  if (figures == NULL)
    return NULL;

  writer = usher_json_writer_new ();
  usher_json_writer_begin_object (writer);
  if (!func (writer, figures, query, error))
    return NULL;
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}

static const struct
{
  const char *name;
  UsherBusParts parts;
  WriteFunc func;
} pages[] = {
  { "serverz", 0, write_server },
  { "storez", 0, write_store },
  { "clientsz", USHER_BUS_PART_CLIENTS, write_clients },
  { "channelsz", USHER_BUS_PART_CHANNELS, write_channels },
  { "groupsz", USHER_BUS_PART_GROUPS, write_groups },
};

/* G_N_ELEMENTS (pages): there is none of that name */
static guint
find_page (const char *name, GError **error)
{
  guint index = 0;

  while (index < G_N_ELEMENTS (pages) && !g_str_equal (name, pages[index].name))
    index++;
  if (index == G_N_ELEMENTS (pages))
    g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no page “%s”", name);

  return index;
}

gboolean
usher_bus_page_exists (const char *page, GError **error)
{
  return find_page (page, error) < G_N_ELEMENTS (pages);
}

char *
usher_bus_page_make (UsherBus *bus,
                     const char *page,
                     const UsherBusPageQuery *query,
                     GError **error)
{
  guint index = find_page (page, error);

  if (index == G_N_ELEMENTS (pages))
    return NULL;

  return make_page (bus, pages[index].parts, pages[index].func, query, error);
}
