/* usher-hub-figures.c: the hub in numbers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <string.h>
#include <sys/resource.h>

/* How many files the process has open, and how many it may have. */
static void
fill_files (UsherBusFigures *figures)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  struct rlimit files = { 0, 0 };

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    figures->n_files++;
  /* the one that looks does not count */
  if (figures->n_files > 0)
    figures->n_files--;
  figures->max_files = getrlimit (RLIMIT_NOFILE, &files) == 0 ? (guint64) files.rlim_cur : 0;
}

/* What only grows begins at 0 with each hub. */
static void
fill_server (UsherHub *self, UsherBusFigures *figures)
{
  figures->id = g_strdup (self->epoch);
  figures->version = g_strdup (PACKAGE_VERSION);
  figures->time = usher_clock_get_time (self->clock);
  figures->start_time = self->start_time;
  figures->uptime = g_get_monotonic_time () - self->started_at;
  figures->n_clients = g_hash_table_size (self->members);
  figures->n_subscriptions = g_hash_table_size (self->seats);
  figures->out_events = self->out_events;
  figures->out_bytes = self->out_bytes;
}

/* @group: (nullable); @seat: (nullable): NULL: nobody is there */
static void
add_subscription (GPtrArray *list,
                  const UsherHubChannel *channel,
                  const UsherGroup *group,
                  const UsherSeat *seat)
{
  UsherSubscriptionFigures *figures = usher_subscription_figures_new ();

  g_ptr_array_add (list, figures);
  figures->channel = g_strdup (usher_hub_channel_get_name (channel));
  if (seat != NULL)
    {
      figures->client = g_strdup (seat->member->client);
      figures->endpoint = g_strdup (seat->member->endpoint);
      figures->max_in_flight = seat->max_in_flight;
      figures->last_sent = seat->last_sent;
      figures->n_out = seat->n_out;
    }
  if (group != NULL)
    {
      figures->group = g_strdup (group->name);
      figures->is_durable = group->durable;
      figures->is_shared = !group->live;
      figures->ack_wait = group->ack_wait;
      figures->lag = usher_hub_channel_get_last (channel) - group->floor;
      figures->n_redelivered = group->n_redelivered;
      figures->n_pending = g_hash_table_size (group->pending);
      figures->n_suspects = group->n_suspects;
    }
}

static void
add_channel_subscriptions (GPtrArray *list, UsherHub *self, UsherHubChannel *channel)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      const UsherGroup *group = g_ptr_array_index (self->groups, i);

      if (group->channel != channel)
        continue;
      if (group->seats->len == 0)
        add_subscription (list, channel, group, NULL);
      for (guint j = 0; j < group->seats->len; j++)
        add_subscription (list, channel, group, g_ptr_array_index (group->seats, j));
    }
  for (guint i = 0; i < usher_hub_get_followers (self, channel)->len; i++)
    {
      const UsherSeat *seat = g_ptr_array_index (usher_hub_get_followers (self, channel), i);

      /* one with a durable name is among the groups */
      if (seat->group == NULL)
        add_subscription (list, channel, NULL, seat);
    }
}

static guint
count_subscriptions (UsherHub *self, UsherHubChannel *channel)
{
  guint n = 0;

  for (guint i = 0; i < usher_hub_get_followers (self, channel)->len; i++)
    n += ((const UsherSeat *) g_ptr_array_index (usher_hub_get_followers (self, channel), i))
                     ->group == NULL
             ? 1
             : 0;
  for (guint i = 0; i < self->groups->len; i++)
    {
      const UsherGroup *group = g_ptr_array_index (self->groups, i);

      n += group->channel == channel ? MAX (1, group->seats->len) : 0;
    }

  return n;
}

static guint
count_out (const UsherGroup *group)
{
  guint n = 0;

  for (guint i = 0; i < group->seats->len; i++)
    n += ((const UsherSeat *) g_ptr_array_index (group->seats, i))->n_out;

  return n;
}

/* (transfer full) */
static UsherGroupFigures *
describe_group (const UsherGroup *group, guint n_parked)
{
  UsherGroupFigures *figures = usher_group_figures_new ();
  const UsherHubChannel *channel = group->channel;

  figures->channel = g_strdup (usher_hub_channel_get_name (channel));
  figures->name = g_strdup (group->name);
  figures->is_durable = group->durable;
  figures->n_members = group->seats->len;
  figures->floor = group->floor;
  figures->last = usher_hub_channel_get_last (channel);
  figures->lag = usher_hub_channel_get_last (channel) -
                 MIN (group->floor, usher_hub_channel_get_last (channel));
  figures->n_out = count_out (group);
  figures->n_pending = g_hash_table_size (group->pending);
  figures->n_suspects = group->n_suspects;
  figures->n_redelivered = group->n_redelivered;
  figures->n_parked = n_parked;

  return figures;
}

/* (transfer full) */
static UsherChannelFigures *
describe_channel (UsherHub *self, UsherHubChannel *channel, UsherBusParts parts)
{
  UsherChannelFigures *figures = usher_hub_channel_describe (channel);

  figures->n_subscriptions = count_subscriptions (self, channel);
  if ((parts & USHER_BUS_PART_SUBSCRIPTIONS) != 0)
    add_channel_subscriptions (figures->subscriptions, self, channel);

  return figures;
}

/* How much is parked: of a channel, and of each of its groups. */
static guint
count_parked (GHashTable *parked, const UsherHubChannel *channel, const UsherGroup *group)
{
  g_autofree char *key =
      g_strconcat (usher_hub_channel_get_name (channel), "\n", group->name, NULL);

  return GPOINTER_TO_UINT (g_hash_table_lookup (parked, key));
}

/* What is parked of a group that is no more counts for its channel still. */
static guint
count_parked_in (GHashTable *parked, const UsherHubChannel *channel)
{
  g_autofree char *prefix = g_strconcat (usher_hub_channel_get_name (channel), "\n", NULL);
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;
  guint n = 0;

  g_hash_table_iter_init (&iter, parked);
  while (g_hash_table_iter_next (&iter, &key, &value))
    n += g_str_has_prefix (key, prefix) ? GPOINTER_TO_UINT (value) : 0;

  return n;
}

static gboolean
fill_channels (UsherHub *self, UsherBusFigures *figures, UsherBusParts parts, GError **error)
{
  g_autoptr (GHashTable) parked = usher_hub_log_count_parked (self->log, error);
  g_autoptr (GPtrArray) channels = usher_hub_log_list_channels (self->log);

  if (parked == NULL)
    return FALSE;

  for (guint c = 0; c < channels->len; c++)
    {
      UsherHubChannel *channel = g_ptr_array_index (channels, c);

      if ((parts & USHER_BUS_PART_CHANNELS) != 0)
        {
          UsherChannelFigures *each = describe_channel (self, channel, parts);

          each->n_parked = count_parked_in (parked, channel);
          g_ptr_array_add (figures->channels, each);
        }
      for (guint i = 0; (parts & USHER_BUS_PART_GROUPS) != 0 && i < self->groups->len; i++)
        {
          const UsherGroup *group = g_ptr_array_index (self->groups, i);

          if (group->channel == channel)
            g_ptr_array_add (figures->groups,
                             describe_group (group, count_parked (parked, channel, group)));
        }
    }

  return TRUE;
}

static int
compare_clients (gconstpointer a, gconstpointer b)
{
  const UsherClientFigures *first = *(const UsherClientFigures *const *) a;
  const UsherClientFigures *second = *(const UsherClientFigures *const *) b;

  return strcmp (first->name, second->name);
}

static void
fill_clients (UsherHub *self, UsherBusFigures *figures, UsherBusParts parts)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const UsherMember *member = value;
      UsherClientFigures *client = usher_client_figures_new ();

      g_ptr_array_add (figures->clients, client);
      client->name = g_strdup (member->client);
      client->endpoint = g_strdup (member->endpoint);
      client->key = g_strdup (member->key);
      client->n_subscriptions = member->seats->len;
      for (guint i = 0; (parts & USHER_BUS_PART_SUBSCRIPTIONS) != 0 && i < member->seats->len; i++)
        {
          const UsherSeat *seat = g_ptr_array_index (member->seats, i);

          add_subscription (client->subscriptions, seat->channel, seat->group, seat);
        }
    }
  g_ptr_array_sort (figures->clients, compare_clients);
}

UsherBusFigures *
usher_hub_get_figures (UsherHub *self, UsherBusParts parts, GError **error)
{
  g_autoptr (UsherBusFigures) figures = usher_bus_figures_new ();

  fill_server (self, figures);
  usher_hub_log_add_figures (self->log, figures);
  fill_files (figures);
  if ((parts & (USHER_BUS_PART_CHANNELS | USHER_BUS_PART_GROUPS)) != 0 &&
      !fill_channels (self, figures, parts, error))
    return NULL;
  if ((parts & USHER_BUS_PART_CLIENTS) != 0)
    fill_clients (self, figures, parts);

  return g_steal_pointer (&figures);
}
