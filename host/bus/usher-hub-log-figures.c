/* usher-hub-log-figures.c: the log in numbers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-log-private.h"

#include <stdlib.h>
#include <string.h>

#define STORE "SQL"

static int
compare_times (gconstpointer a, gconstpointer b)
{
  guint32 first = *(const guint32 *) a;
  guint32 second = *(const guint32 *) b;

  return first < second ? -1 : first > second;
}

static void
add_commits (const UsherHubLog *self, UsherBusFigures *figures)
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

static void
add_channels (const UsherHubLog *self, UsherBusFigures *figures)
{
  GHashTableIter iter;
  gpointer value = NULL;

  figures->n_channels = g_hash_table_size (self->channels);
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherChannelFigures *channel = usher_hub_channel_describe (value);

      figures->n_events += channel->n_events;
      figures->n_bytes += channel->n_bytes;
      figures->n_full_channels += channel->is_full ? 1 : 0;
      usher_channel_figures_free (channel);
    }
}

void
usher_hub_log_add_figures (UsherHubLog *self, UsherBusFigures *figures)
{
  figures->is_failing = self->is_failing;
  figures->in_events = self->in_events;
  figures->in_bytes = self->in_bytes;
  figures->n_duplicates = self->n_duplicates;
  figures->store = g_strdup (STORE);
  figures->max_events = self->limits.max_messages;
  figures->max_bytes = self->limits.max_bytes;
  figures->max_age = self->limits.max_age;
  figures->log_bytes = usher_journal_get_size (self->journal);
  add_channels (self, figures);
  add_commits (self, figures);
}
