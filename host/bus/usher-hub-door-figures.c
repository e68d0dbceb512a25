/* usher-hub-door-figures.c: the hub in numbers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

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
fill_server (UsherHubDoor *self, UsherBusFigures *figures)
{
  figures->id = g_strdup (self->epoch);
  figures->version = g_strdup (PACKAGE_VERSION);
  figures->time = usher_clock_get_time (self->clock);
  figures->start_time = self->start_time;
  figures->uptime = g_get_monotonic_time () - self->started_at;
  figures->n_clients = g_hash_table_size (self->members);
  figures->n_subscriptions = g_hash_table_size (self->subscriptions);
  figures->out_events = self->out_events;
  figures->out_bytes = self->out_bytes;
}

static UsherSubscriptionFigures *
describe_subscription (const UsherHubSubscription *subscription)
{
  UsherSubscriptionFigures *figures = usher_subscription_figures_new ();

  figures->channel = g_strdup (usher_hub_channel_get_name (subscription->channel));
  figures->client = g_strdup (subscription->member->client);
  figures->endpoint = g_strdup (subscription->member->endpoint);
  figures->max_in_flight = subscription->max_in_flight;
  if (subscription->seat != NULL)
    usher_hub_seat_fill_subscription (subscription->seat, figures);

  return figures;
}

/* A position that nobody has at the moment. */
static UsherSubscriptionFigures *
describe_empty (const UsherHubGroup *group)
{
  UsherSubscriptionFigures *figures = usher_subscription_figures_new ();

  figures->channel = g_strdup (usher_hub_channel_get_name (usher_hub_group_get_channel (group)));
  usher_hub_group_fill_subscription (group, figures);

  return figures;
}

static void
add_seats (GPtrArray *list, const UsherHubGroup *group)
{
  GPtrArray *seats = usher_hub_group_peek_seats (group);

  if (seats->len == 0)
    g_ptr_array_add (list, describe_empty (group));
  for (guint i = 0; i < seats->len; i++)
    {
      const UsherHubSeat *seat = g_ptr_array_index (seats, i);

      g_ptr_array_add (list, describe_subscription (usher_hub_seat_get_data (seat)));
    }
}

/* Of groups, then of those who only follow; one with a durable name is among the groups. */
static void
add_subscriptions (GPtrArray *list, UsherHubDoor *self, const UsherHubChannel *channel)
{
  GPtrArray *groups = usher_hub_groups_peek (self->groups);
  GPtrArray *followers = g_hash_table_lookup (self->followers, channel);

  for (guint i = 0; i < groups->len; i++)
    if (usher_hub_group_get_channel (g_ptr_array_index (groups, i)) == channel)
      add_seats (list, g_ptr_array_index (groups, i));
  for (guint i = 0; followers != NULL && i < followers->len; i++)
    {
      const UsherHubSubscription *subscription = g_ptr_array_index (followers, i);

      if (subscription->seat == NULL)
        g_ptr_array_add (list, describe_subscription (subscription));
    }
}

/* (transfer full) */
static UsherChannelFigures *
describe_channel (UsherHubDoor *self, const UsherHubChannel *channel, UsherBusParts parts)
{
  UsherChannelFigures *figures = usher_hub_channel_describe (channel);

  add_subscriptions (figures->subscriptions, self, channel);
  figures->n_subscriptions = figures->subscriptions->len;
  if ((parts & USHER_BUS_PART_SUBSCRIPTIONS) == 0)
    g_ptr_array_set_size (figures->subscriptions, 0);

  return figures;
}

/* How much is parked: of a group, by the log's count of channels and groups. */
static guint
count_parked (GHashTable *parked, const UsherGroupFigures *group)
{
  g_autofree char *key = g_strconcat (group->channel, "\n", group->name, NULL);

  return GPOINTER_TO_UINT (g_hash_table_lookup (parked, key));
}

/* What is parked of a group that is no more counts for its channel still. */
static guint
count_parked_in (GHashTable *parked, const char *channel)
{
  g_autofree char *prefix = g_strconcat (channel, "\n", NULL);
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;
  guint n = 0;

  g_hash_table_iter_init (&iter, parked);
  while (g_hash_table_iter_next (&iter, &key, &value))
    n += g_str_has_prefix (key, prefix) ? GPOINTER_TO_UINT (value) : 0;

  return n;
}

static void
fill_groups (UsherHubDoor *self,
             UsherBusFigures *figures,
             const UsherHubChannel *channel,
             GHashTable *parked)
{
  GPtrArray *groups = usher_hub_groups_peek (self->groups);

  for (guint i = 0; i < groups->len; i++)
    {
      const UsherHubGroup *group = g_ptr_array_index (groups, i);
      UsherGroupFigures *each = NULL;

      if (usher_hub_group_get_channel (group) != channel)
        continue;
      each = usher_hub_group_describe (group);
      each->n_parked = count_parked (parked, each);
      each->n_pending += usher_hub_log_count_parking (self->log, each->channel, each->name);
      g_ptr_array_add (figures->groups, each);
    }
}

static gboolean
fill_channels (UsherHubDoor *self, UsherBusFigures *figures, UsherBusParts parts, GError **error)
{
  g_autoptr (GHashTable) parked = usher_hub_log_count_parked (self->log, error);
  g_autoptr (GPtrArray) channels = usher_hub_log_list_channels (self->log);

  if (parked == NULL)
    return FALSE;

  for (guint i = 0; i < channels->len; i++)
    {
      const UsherHubChannel *channel = g_ptr_array_index (channels, i);

      if ((parts & USHER_BUS_PART_CHANNELS) != 0)
        {
          UsherChannelFigures *each = describe_channel (self, channel, parts);

          each->n_parked = count_parked_in (parked, each->name);
          g_ptr_array_add (figures->channels, each);
        }
      if ((parts & USHER_BUS_PART_GROUPS) != 0)
        fill_groups (self, figures, channel, parked);
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

static UsherClientFigures *
describe_member (const UsherHubMember *member, UsherBusParts parts)
{
  UsherClientFigures *figures = usher_client_figures_new ();
  GPtrArray *subscriptions = member->subscriptions;

  figures->name = g_strdup (member->client);
  figures->endpoint = g_strdup (member->endpoint);
  figures->key = g_strdup (member->key);
  figures->n_subscriptions = subscriptions->len;
  for (guint i = 0; (parts & USHER_BUS_PART_SUBSCRIPTIONS) != 0 && i < subscriptions->len; i++)
    g_ptr_array_add (figures->subscriptions,
                     describe_subscription (g_ptr_array_index (subscriptions, i)));

  return figures;
}

static void
fill_clients (UsherHubDoor *self, UsherBusFigures *figures, UsherBusParts parts)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (figures->clients, describe_member (value, parts));
  g_ptr_array_sort (figures->clients, compare_clients);
}

UsherBusFigures *
usher_hub_door_get_figures (UsherHubDoor *self, UsherBusParts parts, GError **error)
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
