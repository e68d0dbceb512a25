/* usher-bus-metrics.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-metrics.h"

#include "usher-error.h"

/* A number of a page, and how it is called outside. */
typedef struct
{
  const char *member;
  const char *name;
  UsherMetricType type;
  const char *help;
} Number;

#define MICROSECONDS 1e-6

static const Number hub_numbers[] = {
  { "failing",
    "usher_bus_failing",
    USHER_METRIC_GAUGE,
    "Whether the log takes no events at the moment." },
  { "members", "usher_bus_members", USHER_METRIC_GAUGE, "Processes that are on the bus." },
  { "subscriptions", "usher_bus_subscriptions", USHER_METRIC_GAUGE, "Their subscriptions." },
  { "channels", "usher_bus_channels", USHER_METRIC_GAUGE, "Channels in the log." },
  { "in_msgs", "usher_bus_published_events_total", USHER_METRIC_COUNTER, "Events that came." },
  { "in_bytes", "usher_bus_published_bytes_total", USHER_METRIC_COUNTER, "Their bytes." },
  { "out_msgs", "usher_bus_delivered_events_total", USHER_METRIC_COUNTER, "Events sent out." },
  { "out_bytes", "usher_bus_delivered_bytes_total", USHER_METRIC_COUNTER, "Their bytes." },
  { "dedup_hits",
    "usher_bus_duplicate_events_total",
    USHER_METRIC_COUNTER,
    "Events that were published again and stored once." },
  { "log_bytes", "usher_bus_log_bytes", USHER_METRIC_GAUGE, "What the log takes on the disk." },
  { "commits", "usher_bus_commits_total", USHER_METRIC_COUNTER, "Commits of the log." },
};

static const struct
{
  const char *member;
  const char *quantile;
} commit_times[] = {
  { "commit_p50_us", "0.5" },
  { "commit_p99_us", "0.99" },
  { "commit_max_us", "1" },
};

static const Number channel_numbers[] = {
  { "msgs", "usher_bus_channel_events", USHER_METRIC_GAUGE, "Events that a channel keeps." },
  { "bytes", "usher_bus_channel_bytes", USHER_METRIC_GAUGE, "Their bytes." },
  { "last_seq",
    "usher_bus_channel_last_sequence",
    USHER_METRIC_GAUGE,
    "The last sequence of a channel." },
};

static const Number group_numbers[] = {
  { "members", "usher_bus_group_members", USHER_METRIC_GAUGE, "Members of a group." },
  { "lag",
    "usher_bus_group_lag_events",
    USHER_METRIC_GAUGE,
    "Events between what a group has done and the end of the channel." },
  { "out",
    "usher_bus_group_out_events",
    USHER_METRIC_GAUGE,
    "Events that members have and did not answer." },
  { "pending",
    "usher_bus_group_pending_events",
    USHER_METRIC_GAUGE,
    "Events that are out or wait to go out again." },
  { "suspects",
    "usher_bus_group_suspect_events",
    USHER_METRIC_GAUGE,
    "Events that were out when a process died." },
  { "redeliveries",
    "usher_bus_group_redelivered_events_total",
    USHER_METRIC_COUNTER,
    "Events that went out again." },
  { "parked",
    "usher_bus_group_parked_events",
    USHER_METRIC_GAUGE,
    "Events that a group could not do." },
};

static const char *
get_text (UsherJson *page, const char *path)
{
  const char *text = usher_json_get_string (page, path);

  return text != NULL ? text : "";
}

/* Adds the numbers that are members of the object at @path. */
static void
add_numbers (UsherMetrics *metrics,
             UsherJson *page,
             const char *path,
             const Number *numbers,
             gsize n_numbers,
             const char *const *labels)
{
  for (gsize i = 0; i < n_numbers; i++)
    {
      g_autofree char *member = g_strconcat (path, numbers[i].member, NULL);
      gint64 value = 0;

      if (!usher_json_get_integer (page, member, &value))
        continue;

      usher_metrics_declare (metrics, numbers[i].name, numbers[i].type, numbers[i].help);
      usher_metrics_add (metrics, numbers[i].name, labels, (double) value);
    }
}

static void
add_commit_times (UsherMetrics *metrics, UsherJson *page)
{
  static const char name[] = "usher_bus_commit_duration_seconds";

  usher_metrics_declare (
      metrics,
      name,
      USHER_METRIC_GAUGE,
      "How long the last commits of the log took, by quantile; 1 is the longest.");
  for (guint i = 0; i < G_N_ELEMENTS (commit_times); i++)
    {
      const char *const labels[] = { "quantile", commit_times[i].quantile, NULL };
      gint64 value = 0;

      if (usher_json_get_integer (page, commit_times[i].member, &value))
        usher_metrics_add (metrics, name, labels, (double) value * MICROSECONDS);
    }
}

static void
add_groups (UsherMetrics *metrics, UsherJson *page)
{
  for (guint i = 0; i < usher_json_get_length (page, "groups"); i++)
    {
      g_autofree char *path = g_strdup_printf ("groups.%u.", i);
      g_autofree char *channel = g_strconcat (path, "channel", NULL);
      g_autofree char *group = g_strconcat (path, "group", NULL);
      const char *const labels[] = {
        "channel", get_text (page, channel), "group", get_text (page, group), NULL
      };

      add_numbers (metrics, page, path, group_numbers, G_N_ELEMENTS (group_numbers), labels);
    }
}

static void
add_channels (UsherMetrics *metrics, UsherJson *page)
{
  for (guint i = 0; i < usher_json_get_length (page, "channels"); i++)
    {
      g_autofree char *path = g_strdup_printf ("channels.%u.", i);
      g_autofree char *name = g_strconcat (path, "name", NULL);
      const char *const labels[] = { "channel", get_text (page, name), NULL };

      add_numbers (metrics, page, path, channel_numbers, G_N_ELEMENTS (channel_numbers), labels);
    }
}

static UsherJson *
read_page (UsherBus *self, const char *what, GError **error)
{
  g_autofree char *text = usher_bus_describe (self, what, error);

  return text != NULL ? usher_json_parse (text, -1, error) : NULL;
}

/**
 * usher_bus_add_metrics:
 * @self: a bus
 * @metrics: where the numbers go
 * @error: return location for a [error@Error]
 *
 * Asks the hub and adds its numbers, those of its channels and those of their groups. It waits for the hub, so not on
 * the bus's own thread. Where many processes are members of one hub, one of them should tell.
 *
 * Returns: whether the hub answered
 */
gboolean
usher_bus_add_metrics (UsherBus *self, UsherMetrics *metrics, GError **error)
{
  g_autoptr (UsherJson) hub = NULL;
  g_autoptr (UsherJson) channels = NULL;

  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (USHER_IS_METRICS (metrics), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!usher_bus_is_connected (self))
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the bus does not answer");
      return FALSE;
    }

  hub = read_page (self, "metrics", error);
  channels = hub != NULL ? read_page (self, "channelsz?subs=1", error) : NULL;
  if (channels == NULL)
    return FALSE;

  add_numbers (metrics, hub, "", hub_numbers, G_N_ELEMENTS (hub_numbers), NULL);
  add_commit_times (metrics, hub);
  add_channels (metrics, channels);
  add_groups (metrics, hub);

  return TRUE;
}
