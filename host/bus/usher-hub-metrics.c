/* usher-hub-metrics.c: the hub's counters, for those who draw curves of them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "usher-error.h"
#include "usher-json.h"

static void
add_number (GString *json, const char *name, guint64 value)
{
  char last = json->str[json->len - 1];

  g_string_append_printf (json, "%s\"%s\":%" G_GUINT64_FORMAT, last == '{' ? "" : ",", name, value);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  guint32 first = *(const guint32 *) a;
  guint32 second = *(const guint32 *) b;

  return first < second ? -1 : first > second;
}

void
usher_hub_count_commit (UsherHub *self, gint64 duration)
{
  self->commit_times[self->n_commits % USHER_HUB_COMMIT_TIMES] =
      (guint32) CLAMP (duration, 0, G_MAXINT32);
  self->n_commits++;
}

static void
add_commits (UsherHub *self, GString *json)
{
  guint32 times[USHER_HUB_COMMIT_TIMES];
  guint n = (guint) MIN (self->n_commits, USHER_HUB_COMMIT_TIMES);

  memcpy (times, self->commit_times, sizeof times);
  qsort (times, n, sizeof *times, compare_times);
  add_number (json, "commits", self->n_commits);
  add_number (json, "commit_p50_us", n > 0 ? times[n / 2] : 0);
  add_number (json, "commit_p99_us", n > 0 ? times[n * 99 / 100] : 0);
  add_number (json, "commit_max_us", n > 0 ? times[n - 1] : 0);
}

/* How many files the process has open, and how many it may have. */
void
usher_hub_count_files (guint *n_open, guint64 *limit)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  struct rlimit files = { 0, 0 };

  *n_open = 0;
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    (*n_open)++;
  /* the one that looks does not count */
  if (*n_open > 0)
    (*n_open)--;
  *limit = getrlimit (RLIMIT_NOFILE, &files) == 0 ? (guint64) files.rlim_cur : 0;
}

static guint
count_out (const UsherGroup *group)
{
  guint n = 0;

  for (guint i = 0; i < group->seats->len; i++)
    n += ((const UsherSeat *) g_ptr_array_index (group->seats, i))->n_out;

  return n;
}

static void
append_group (GString *json, const UsherGroup *group, guint64 n_parked)
{
  g_string_append (json, json->str[json->len - 1] == '[' ? "{\"channel\":" : ",{\"channel\":");
  usher_json_append_string (json, group->channel->name);
  g_string_append (json, ",\"group\":");
  usher_json_append_string (json, group->name);
  g_string_append_printf (json, ",\"durable\":%s", group->durable ? "true" : "false");
  add_number (json, "members", group->seats->len);
  add_number (json, "floor", group->floor);
  add_number (json, "last_seq", group->channel->committed);
  add_number (json,
              "lag",
              group->channel->committed - MIN (group->floor, group->channel->committed));
  add_number (json, "out", count_out (group));
  add_number (json, "pending", g_hash_table_size (group->pending));
  add_number (json, "suspects", group->n_suspects);
  add_number (json, "redeliveries", group->n_redelivered);
  add_number (json, "parked", n_parked);
  g_string_append_c (json, '}');
}

/* The counters, and each group's. What only grows begins at 0 with each hub. */
char *
usher_hub_describe_metrics (UsherHub *self, GError **error)
{
  g_autoptr (GHashTable) parked = usher_journal_count_parked (self->journal, error);
  g_autoptr (GList) names =
      g_list_sort (g_hash_table_get_keys (self->channels), (GCompareFunc) strcmp);
  GString *json = NULL;

  if (parked == NULL)
    return NULL;

  json = g_string_new ("{");
  add_number (json,
              "uptime_seconds",
              (guint64) (g_get_monotonic_time () - self->started_at) / G_USEC_PER_SEC);
  add_number (json, "failing", self->is_failing ? 1 : 0);
  add_number (json, "members", g_hash_table_size (self->members));
  add_number (json, "subscriptions", g_hash_table_size (self->seats));
  add_number (json, "channels", g_hash_table_size (self->channels));
  add_number (json, "in_msgs", self->in_events);
  add_number (json, "in_bytes", self->in_bytes);
  add_number (json, "out_msgs", self->out_events);
  add_number (json, "out_bytes", self->out_bytes);
  add_number (json, "dedup_hits", self->n_duplicates);
  add_number (json, "log_bytes", usher_journal_get_size (self->journal));
  add_commits (self, json);
  g_string_append (json, ",\"groups\":[");
  for (GList *link = names; link != NULL; link = link->next)
    {
      const UsherChannel *channel = g_hash_table_lookup (self->channels, link->data);

      for (guint i = 0; i < channel->groups->len; i++)
        {
          UsherGroup *group = g_ptr_array_index (channel->groups, i);
          g_autofree char *key = g_strconcat (channel->name, "\n", group->name, NULL);

          append_group (json, group, GPOINTER_TO_SIZE (g_hash_table_lookup (parked, key)));
        }
    }
  g_string_append (json, "]}");

  return g_string_free (json, FALSE);
}
