/* usher-hub-figures.c: the hub in numbers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define STORE "SQL"

void
usher_hub_count_commit (UsherHub *self, gint64 duration)
{
  self->commit_times[self->n_commits % USHER_HUB_COMMIT_TIMES] =
      (guint32) CLAMP (duration, 0, G_MAXINT32);
  self->n_commits++;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  guint32 first = *(const guint32 *) a;
  guint32 second = *(const guint32 *) b;

  return first < second ? -1 : first > second;
}

static void
fill_commits (UsherHub *self, UsherBusFigures *figures)
{
  guint32 times[USHER_HUB_COMMIT_TIMES];
  guint n = (guint) MIN (self->n_commits, USHER_HUB_COMMIT_TIMES);

  figures->n_commits = self->n_commits;
  if (n == 0)
    return;

  memcpy (times, self->commit_times, sizeof times);
  qsort (times, n, sizeof *times, compare_times);
  figures->commit_median = times[n / 2];
  figures->commit_p99 = times[n * 99 / 100];
  figures->commit_max = times[n - 1];
}

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

static void
fill_sums (UsherHub *self, UsherBusFigures *figures)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      figures->n_events += ((const UsherChannel *) value)->n_events;
      figures->n_bytes += ((const UsherChannel *) value)->n_bytes;
    }
}

/* What only grows begins at 0 with each hub. */
static void
fill_server (UsherHub *self, UsherBusFigures *figures)
{
  figures->id = g_strdup (self->epoch);
  figures->version = g_strdup (PACKAGE_VERSION);
  figures->is_failing = self->is_failing;
  figures->time = usher_clock_get_time (self->clock);
  figures->start_time = self->start_time;
  figures->uptime = g_get_monotonic_time () - self->started_at;
  figures->n_clients = g_hash_table_size (self->members);
  figures->n_subscriptions = g_hash_table_size (self->seats);
  figures->n_channels = g_hash_table_size (self->channels);
  figures->in_events = self->in_events;
  figures->in_bytes = self->in_bytes;
  figures->out_events = self->out_events;
  figures->out_bytes = self->out_bytes;
  figures->n_duplicates = self->n_duplicates;
  figures->store = g_strdup (STORE);
  figures->max_events = self->limits.max_messages;
  figures->max_bytes = self->limits.max_bytes;
  figures->max_age = self->limits.max_age;
  figures->log_bytes = usher_journal_get_size (self->journal);
}

/* @group: (nullable); @seat: (nullable): NULL: nobody is there */
static void
add_subscription (GPtrArray *list,
                  const UsherChannel *channel,
                  const UsherGroup *group,
                  const UsherSeat *seat)
{
  UsherSubscriptionFigures *figures = usher_subscription_figures_new ();

  g_ptr_array_add (list, figures);
  figures->channel = g_strdup (channel->name);
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
      figures->lag = channel->committed - group->floor;
      figures->n_redelivered = group->n_redelivered;
      figures->n_pending = g_hash_table_size (group->pending);
      figures->n_suspects = group->n_suspects;
    }
}

static void
add_channel_subscriptions (GPtrArray *list, const UsherChannel *channel)
{
  for (guint i = 0; i < channel->groups->len; i++)
    {
      const UsherGroup *group = g_ptr_array_index (channel->groups, i);

      if (group->seats->len == 0)
        add_subscription (list, channel, group, NULL);
      for (guint j = 0; j < group->seats->len; j++)
        add_subscription (list, channel, group, g_ptr_array_index (group->seats, j));
    }
  for (guint i = 0; i < channel->seats->len; i++)
    {
      const UsherSeat *seat = g_ptr_array_index (channel->seats, i);

      /* one with a durable name is among the groups */
      if (seat->group == NULL)
        add_subscription (list, channel, NULL, seat);
    }
}

static guint
count_subscriptions (const UsherChannel *channel)
{
  guint n = 0;

  for (guint i = 0; i < channel->seats->len; i++)
    n += ((const UsherSeat *) g_ptr_array_index (channel->seats, i))->group == NULL ? 1 : 0;
  for (guint i = 0; i < channel->groups->len; i++)
    n += MAX (1, ((const UsherGroup *) g_ptr_array_index (channel->groups, i))->seats->len);

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
  const UsherChannel *channel = group->channel;

  figures->channel = g_strdup (channel->name);
  figures->name = g_strdup (group->name);
  figures->is_durable = group->durable;
  figures->n_members = group->seats->len;
  figures->floor = group->floor;
  figures->last = channel->committed;
  figures->lag = channel->committed - MIN (group->floor, channel->committed);
  figures->n_out = count_out (group);
  figures->n_pending = g_hash_table_size (group->pending);
  figures->n_suspects = group->n_suspects;
  figures->n_redelivered = group->n_redelivered;
  figures->n_parked = n_parked;

  return figures;
}

/* (transfer full) */
static UsherChannelFigures *
describe_channel (const UsherChannel *channel, UsherBusParts parts)
{
  UsherChannelFigures *figures = usher_channel_figures_new ();

  figures->name = g_strdup (channel->name);
  figures->n_events = channel->n_events;
  figures->n_bytes = channel->n_bytes;
  figures->first = channel->committed > 0 ? channel->first : 0;
  figures->last = channel->committed;
  figures->n_subscriptions = count_subscriptions (channel);
  if ((parts & USHER_BUS_PART_SUBSCRIPTIONS) != 0)
    add_channel_subscriptions (figures->subscriptions, channel);

  return figures;
}

/* How much is parked: of a channel, and of each of its groups. */
static guint
count_parked (GHashTable *parked, const UsherChannel *channel, const UsherGroup *group)
{
  g_autofree char *key = g_strconcat (channel->name, "\n", group->name, NULL);

  return GPOINTER_TO_UINT (g_hash_table_lookup (parked, key));
}

/* What is parked of a group that is no more counts for its channel still. */
static guint
count_parked_in (GHashTable *parked, const UsherChannel *channel)
{
  g_autofree char *prefix = g_strconcat (channel->name, "\n", NULL);
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
  g_autoptr (GHashTable) parked = usher_journal_count_parked (self->journal, error);
  g_autoptr (GList) names =
      g_list_sort (g_hash_table_get_keys (self->channels), (GCompareFunc) strcmp);

  if (parked == NULL)
    return FALSE;

  for (GList *link = names; link != NULL; link = link->next)
    {
      const UsherChannel *channel = g_hash_table_lookup (self->channels, link->data);

      if ((parts & USHER_BUS_PART_CHANNELS) != 0)
        {
          UsherChannelFigures *each = describe_channel (channel, parts);

          each->n_parked = count_parked_in (parked, channel);
          g_ptr_array_add (figures->channels, each);
        }
      for (guint i = 0; (parts & USHER_BUS_PART_GROUPS) != 0 && i < channel->groups->len; i++)
        {
          const UsherGroup *group = g_ptr_array_index (channel->groups, i);

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
  fill_sums (self, figures);
  fill_files (figures);
  fill_commits (self, figures);
  if ((parts & (USHER_BUS_PART_CHANNELS | USHER_BUS_PART_GROUPS)) != 0 &&
      !fill_channels (self, figures, parts, error))
    return NULL;
  if ((parts & USHER_BUS_PART_CLIENTS) != 0)
    fill_clients (self, figures, parts);

  return g_steal_pointer (&figures);
}
