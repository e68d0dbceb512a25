/* usher-bus-metrics.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-metrics.h"

#include "usher-error.h"

/* A number of a record, and how it is called outside. */
typedef struct
{
  gboolean is_wide; /* 64 bits, else 32 */
  gsize offset;
  const char *name;
  UsherMetricType type;
  const char *help;
} Number;

#define MICROSECONDS 1e-6

static const Number bus_numbers[] = {
  { FALSE,
    G_STRUCT_OFFSET (UsherBusFigures, is_failing),
    "usher_bus_failing",
    USHER_METRIC_GAUGE,
    "Whether the log takes no events at the moment." },
  { FALSE,
    G_STRUCT_OFFSET (UsherBusFigures, n_clients),
    "usher_bus_members",
    USHER_METRIC_GAUGE,
    "Processes that are on the bus." },
  { FALSE,
    G_STRUCT_OFFSET (UsherBusFigures, n_subscriptions),
    "usher_bus_subscriptions",
    USHER_METRIC_GAUGE,
    "Their subscriptions." },
  { FALSE,
    G_STRUCT_OFFSET (UsherBusFigures, n_channels),
    "usher_bus_channels",
    USHER_METRIC_GAUGE,
    "Channels in the log." },
  { FALSE,
    G_STRUCT_OFFSET (UsherBusFigures, n_full_channels),
    "usher_bus_full_channels",
    USHER_METRIC_GAUGE,
    "Channels that refuse events for want of room." },
  { TRUE,
    G_STRUCT_OFFSET (UsherBusFigures, in_events),
    "usher_bus_published_events_total",
    USHER_METRIC_COUNTER,
    "Events that came." },
  { TRUE,
    G_STRUCT_OFFSET (UsherBusFigures, in_bytes),
    "usher_bus_published_bytes_total",
    USHER_METRIC_COUNTER,
    "Their bytes." },
  { TRUE,
    G_STRUCT_OFFSET (UsherBusFigures, out_events),
    "usher_bus_delivered_events_total",
    USHER_METRIC_COUNTER,
    "Events sent out." },
  { TRUE,
    G_STRUCT_OFFSET (UsherBusFigures, out_bytes),
    "usher_bus_delivered_bytes_total",
    USHER_METRIC_COUNTER,
    "Their bytes." },
  { TRUE,
    G_STRUCT_OFFSET (UsherBusFigures, n_duplicates),
    "usher_bus_duplicate_events_total",
    USHER_METRIC_COUNTER,
    "Events that were published again and stored once." },
  { TRUE,
    G_STRUCT_OFFSET (UsherBusFigures, log_bytes),
    "usher_bus_log_bytes",
    USHER_METRIC_GAUGE,
    "What the log takes on the disk." },
  { TRUE,
    G_STRUCT_OFFSET (UsherBusFigures, n_commits),
    "usher_bus_commits_total",
    USHER_METRIC_COUNTER,
    "Commits of the log." },
};

static const Number channel_numbers[] = {
  { TRUE,
    G_STRUCT_OFFSET (UsherChannelFigures, n_events),
    "usher_bus_channel_events",
    USHER_METRIC_GAUGE,
    "Events that a channel keeps." },
  { TRUE,
    G_STRUCT_OFFSET (UsherChannelFigures, n_bytes),
    "usher_bus_channel_bytes",
    USHER_METRIC_GAUGE,
    "Their bytes." },
  { TRUE,
    G_STRUCT_OFFSET (UsherChannelFigures, last),
    "usher_bus_channel_last_sequence",
    USHER_METRIC_GAUGE,
    "The last sequence of a channel." },
  { FALSE,
    G_STRUCT_OFFSET (UsherChannelFigures, is_full),
    "usher_bus_channel_full",
    USHER_METRIC_GAUGE,
    "1 while a channel refuses events for want of room." },
};

static const Number group_numbers[] = {
  { FALSE,
    G_STRUCT_OFFSET (UsherGroupFigures, n_members),
    "usher_bus_group_members",
    USHER_METRIC_GAUGE,
    "Members of a group." },
  { TRUE,
    G_STRUCT_OFFSET (UsherGroupFigures, lag),
    "usher_bus_group_lag_events",
    USHER_METRIC_GAUGE,
    "Events between what a group has done and the end of the channel." },
  { FALSE,
    G_STRUCT_OFFSET (UsherGroupFigures, n_out),
    "usher_bus_group_out_events",
    USHER_METRIC_GAUGE,
    "Events that members have and did not answer." },
  { FALSE,
    G_STRUCT_OFFSET (UsherGroupFigures, n_pending),
    "usher_bus_group_pending_events",
    USHER_METRIC_GAUGE,
    "Events that are out or wait to go out again." },
  { FALSE,
    G_STRUCT_OFFSET (UsherGroupFigures, n_suspects),
    "usher_bus_group_suspect_events",
    USHER_METRIC_GAUGE,
    "Events that were out when a process died." },
  { TRUE,
    G_STRUCT_OFFSET (UsherGroupFigures, n_redelivered),
    "usher_bus_group_redelivered_events_total",
    USHER_METRIC_COUNTER,
    "Events that went out again." },
  { TRUE,
    G_STRUCT_OFFSET (UsherGroupFigures, n_missed),
    "usher_bus_group_missed_events_total",
    USHER_METRIC_COUNTER,
    "Events that bus.max-age dropped before the group had done them." },
  { FALSE,
    G_STRUCT_OFFSET (UsherGroupFigures, n_parked),
    "usher_bus_group_parked_events",
    USHER_METRIC_GAUGE,
    "Events that a group could not do." },
};

static void
add_numbers (UsherMetrics *metrics,
             gconstpointer record,
             const Number *numbers,
             gsize n_numbers,
             const char *const *labels)
{
  for (gsize i = 0; i < n_numbers; i++)
    {
      const Number *number = &numbers[i];
      guint64 value = number->is_wide ? G_STRUCT_MEMBER (guint64, record, number->offset)
                                      : G_STRUCT_MEMBER (guint, record, number->offset);

      usher_metrics_declare (metrics, number->name, number->type, number->help);
      usher_metrics_add (metrics, number->name, labels, (double) value);
    }
}

static void
add_commit_times (UsherMetrics *metrics, const UsherBusFigures *figures)
{
  static const char name[] = "usher_bus_commit_duration_seconds";
  const struct
  {
    const char *quantile;
    gint64 duration;
  } times[] = {
    { "0.5", figures->commit_median },
    { "0.99", figures->commit_p99 },
    { "1", figures->commit_max },
  };

  usher_metrics_declare (
      metrics,
      name,
      USHER_METRIC_GAUGE,
      "How long the last commits of the log took, by quantile; 1 is the longest.");
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      const char *const labels[] = { "quantile", times[i].quantile, NULL };

      usher_metrics_add (metrics, name, labels, (double) times[i].duration * MICROSECONDS);
    }
}

static void
add_channels (UsherMetrics *metrics, const UsherBusFigures *figures)
{
  for (guint i = 0; i < figures->channels->len; i++)
    {
      const UsherChannelFigures *channel = g_ptr_array_index (figures->channels, i);
      const char *const labels[] = { "channel", channel->name, NULL };

      add_numbers (metrics, channel, channel_numbers, G_N_ELEMENTS (channel_numbers), labels);
    }
}

static void
add_groups (UsherMetrics *metrics, const UsherBusFigures *figures)
{
  for (guint i = 0; i < figures->groups->len; i++)
    {
      const UsherGroupFigures *group = g_ptr_array_index (figures->groups, i);
      const char *const labels[] = { "channel", group->channel, "group", group->name, NULL };

      add_numbers (metrics, group, group_numbers, G_N_ELEMENTS (group_numbers), labels);
    }
}

/**
 * usher_bus_add_metrics:
 * @self: a bus
 * @metrics: where the numbers go
 * @error: return location for a [error@Error]
 *
 * Asks the bus and adds its numbers, those of its channels and those of their groups. It waits for the answer, so not on
 * the bus's own thread. Where many processes are members of one bus, one of them should tell.
 *
 * Returns: whether the bus answered; else `USHER_ERROR_UNAVAILABLE`
 */
gboolean
usher_bus_add_metrics (UsherBus *self, UsherMetrics *metrics, GError **error)
{
  g_autoptr (UsherBusFigures) figures = NULL;

  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (USHER_IS_METRICS (metrics), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!usher_bus_is_connected (self))
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the bus does not answer");
      return FALSE;
    }

  figures = usher_bus_get_figures (self, USHER_BUS_PART_CHANNELS | USHER_BUS_PART_GROUPS, error);
  if (figures == NULL)
    return FALSE;

  add_numbers (metrics, figures, bus_numbers, G_N_ELEMENTS (bus_numbers), NULL);
  add_commit_times (metrics, figures);
  add_channels (metrics, figures);
  add_groups (metrics, figures);

  return TRUE;
}
