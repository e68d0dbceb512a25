/* usher-host-metrics.c: what a host counts
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-metrics-private.h"

#include "usher-host-view-private.h"
#include "usher-router-private.h"

typedef struct
{
  UsherHost *host;
  UsherMetrics *metrics;
} Fill;

static void
add_route (const UsherRouteFigures *figures, gpointer user_data)
{
  static const char *const classes[USHER_ROUTE_N_CLASSES] = { "1xx", "2xx", "3xx", "4xx", "5xx" };
  const Fill *fill = user_data;
  const char *service =
      usher_host_find_route_service (fill->host, figures->method, figures->pattern);
  const char *labels[] = { "service", service != NULL ? service : "",
                           "method",  figures->method,
                           "route",   figures->pattern,
                           NULL,      NULL,
                           NULL };

  usher_metrics_add_histogram (fill->metrics,
                               "usher_request_duration_seconds",
                               labels,
                               figures->n_bounds,
                               figures->bounds,
                               figures->counts,
                               figures->duration);
  labels[6] = "status";
  for (guint i = 0; i < USHER_ROUTE_N_CLASSES; i++)
    {
      guint64 count = figures->answers[i];

      /* nobody answers so, mostly */
      if (count == 0 && (i == 0 || i == 2))
        continue;

      labels[7] = classes[i];
      usher_metrics_add (fill->metrics, "usher_requests_total", labels, (double) count);
    }
}

static void
add_requests (UsherHost *self, UsherMetrics *metrics)
{
  Fill fill = { self, metrics };

  usher_metrics_declare (
      metrics,
      "usher_requests_total",
      USHER_METRIC_COUNTER,
      "Public requests by the class of their answer; without a route: those that found none.");
  usher_metrics_declare (metrics,
                         "usher_request_duration_seconds",
                         USHER_METRIC_HISTOGRAM,
                         "From a request's head to its answer.");
  usher_router_foreach_figures (usher_host_get_router (self), add_route, &fill);
}

static const struct
{
  UsherCount count;
  const char *name;
  const char *help;
} service_counts[] = {
  { USHER_COUNT_COMMITS, "usher_commits_total", "Units of work that were committed." },
  { USHER_COUNT_CONFLICTS,
    "usher_conflicts_total",
    "Handlers that ran again because somebody else was first." },
  { USHER_COUNT_REFUSED,
    "usher_queue_refused_requests_total",
    "Requests that were refused because the queue was full." },
  { USHER_COUNT_REPEATED,
    "usher_repeated_requests_total",
    "Requests that got the answer which was kept under their Idempotency-Key." },
  { USHER_COUNT_FIRED, "usher_timers_fired_total", "Timers whose handler succeeded." },
  { USHER_COUNT_MISFIRED, "usher_timers_failed_total", "Timers that are tried again." },
};

static void
add_gauge (UsherMetrics *metrics,
           const char *name,
           const char *help,
           const char *service,
           double value)
{
  const char *const labels[] = { "service", service, NULL };

  usher_metrics_declare (metrics, name, USHER_METRIC_GAUGE, help);
  usher_metrics_add (metrics, name, labels, value);
}

static void
add_relay (UsherMetrics *metrics, const char *name, const UsherLaneFigures *figures)
{
  add_gauge (metrics,
             "usher_unconfirmed_events",
             "Events that the bus has and did not confirm.",
             name,
             figures->n_unconfirmed);
  add_gauge (metrics,
             "usher_outbox_behind",
             "Whether the outbox has more than was given to the bus.",
             name,
             figures->is_behind);
  add_gauge (metrics,
             "usher_outbox_full_channels",
             "Channels of the bus that have no room for events of the outbox.",
             name,
             figures->n_full);
}

static void
add_service (UsherMetrics *metrics, UsherSettings *settings, UsherLane *lane)
{
  const char *name = usher_lane_get_name (lane);
  const char *const labels[] = { "service", name, NULL };
  UsherLaneFigures figures;

  for (guint i = 0; i < G_N_ELEMENTS (service_counts); i++)
    {
      usher_metrics_declare (metrics,
                             service_counts[i].name,
                             USHER_METRIC_COUNTER,
                             service_counts[i].help);
      usher_metrics_add (metrics,
                         service_counts[i].name,
                         labels,
                         (double) usher_lane_get_count (lane, service_counts[i].count));
    }

  usher_lane_get_figures (lane, &figures);
  add_gauge (metrics,
             "usher_waiting_requests",
             "Requests that wait for a document.",
             name,
             figures.n_waiting);
  add_gauge (metrics,
             "usher_deferred_events",
             "Events that wait in memory for another one.",
             name,
             figures.n_deferred);
  add_gauge (metrics,
             "usher_queued_jobs",
             "Requests, steps and timers that wait for a thread of the service.",
             name,
             figures.n_queued);
  add_relay (metrics, name, &figures);
  add_gauge (metrics,
             "usher_store_keep_inbox_seconds",
             "How long the store knows which events were applied.",
             name,
             (double) usher_settings_get_integer (settings, "store", "keep-inbox"));
  add_gauge (metrics,
             "usher_store_keep_requests_seconds",
             "How long idempotency keys are kept.",
             name,
             (double) usher_settings_get_integer (settings, "store", "keep-requests"));
}

/* What stores count, and how that is called outside; names that are not here are taken as they are. Those of a client of a server are as
 * OpenTelemetry names them. */
static const struct
{
  const char *figure;
  const char *name;
  const char *help;
  UsherMetricType type;
  gint64 divisor; /* 0: it is taken as it is */
} store_figures[] = {
  { "documents", "usher_store_documents", "Documents in the store.", USHER_METRIC_GAUGE },
  { "documents-bytes", "usher_store_document_bytes", "What they take.", USHER_METRIC_GAUGE },
  { "outbox",
    "usher_store_outbox_events",
    "Events that are not on the bus yet.",
    USHER_METRIC_GAUGE },
  { "outbox-bytes", "usher_store_outbox_bytes", "What they take.", USHER_METRIC_GAUGE },
  { "inbox",
    "usher_store_inbox_rows",
    "Events that the store knows as applied.",
    USHER_METRIC_GAUGE },
  { "inbox-bytes", "usher_store_inbox_bytes", "What they take.", USHER_METRIC_GAUGE },
  { "requests", "usher_store_request_keys", "Idempotency keys that are kept.", USHER_METRIC_GAUGE },
  { "requests-bytes", "usher_store_request_bytes", "What they take.", USHER_METRIC_GAUGE },
  { "timers", "usher_store_timers", "Timers that are set.", USHER_METRIC_GAUGE },
  { "timers-bytes", "usher_store_timer_bytes", "What they take.", USHER_METRIC_GAUGE },
  { "timers-failing",
    "usher_store_timers_failing",
    "Timers whose handler failed, and is tried again.",
    USHER_METRIC_GAUGE },
  { "timers-parked",
    "usher_store_timers_parked",
    "Timers that wait for an operator.",
    USHER_METRIC_GAUGE },
  { "file-bytes", "usher_store_file_bytes", "The size of the file.", USHER_METRIC_GAUGE },
  { "log-bytes", "usher_store_log_bytes", "The size of its log.", USHER_METRIC_GAUGE },
  { "read-only", "usher_store_read_only", "1 while the disk refuses changes.", USHER_METRIC_GAUGE },
  { "away",
    "usher_store_away",
    "1 while the server of the store does not answer.",
    USHER_METRIC_GAUGE },
  { "connections-used",
    "db_client_connections_used",
    "Connections to the server of the store that are in use.",
    USHER_METRIC_GAUGE },
  { "commands",
    "db_client_operation_duration_seconds_count",
    "Commands that the server of the store was sent.",
    USHER_METRIC_COUNTER },
  { "commands-time",
    "db_client_operation_duration_seconds_sum",
    "How long their answers took.",
    USHER_METRIC_COUNTER,
    G_USEC_PER_SEC },
  { "commands-failed",
    "db_client_operation_errors_total",
    "Those that failed, or got no answer.",
    USHER_METRIC_COUNTER },
};

static void
add_figure (UsherMetrics *metrics, const char *service, const char *figure, gint64 value)
{
  const char *const labels[] = { "service", service, NULL };
  g_autofree char *name = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (store_figures); i++)
    if (g_str_equal (store_figures[i].figure, figure))
      {
        double divisor = (double) MAX (1, store_figures[i].divisor);

        usher_metrics_declare (metrics,
                               store_figures[i].name,
                               store_figures[i].type,
                               store_figures[i].help);
        usher_metrics_add (metrics, store_figures[i].name, labels, (double) value / divisor);
        return;
      }

  name = g_strconcat ("usher_store_", figure, NULL);
  g_strdelimit (name, "-", '_');
  add_gauge (metrics, name, "As the store counts it.", service, (double) value);
}

static void
add_store (UsherMetrics *metrics, UsherClock *clock, UsherLane *lane)
{
  /* a store that cannot be read tells its requests so, not its numbers */
  gint64 due = G_MAXINT64;
  g_autoptr (GVariant) figures = usher_lane_describe_store (lane, &due);
  const char *name = usher_lane_get_name (lane);
  GVariantIter iter;
  const char *figure = NULL;
  gint64 value = 0;

  if (figures == NULL)
    return;

  g_variant_iter_init (&iter, figures);
  while (g_variant_iter_next (&iter, "{&sx}", &figure, &value))
    add_figure (metrics, name, figure, value);

  add_gauge (metrics,
             "usher_timers_late_seconds",
             "For how long the earliest timer has been due.",
             name,
             MAX (0, (double) (usher_clock_get_time (clock) - due) / G_USEC_PER_SEC));
}

static void
add_listener (UsherMetrics *metrics, const char *service, const UsherListener *listener)
{
  static const char *const results[USHER_N_EVENT_COUNTS] = {
    [USHER_COUNT_HANDLED] = "handled",
    [USHER_COUNT_DEFERRED] = "deferred",
    [USHER_COUNT_FAILED] = "failed",
    [USHER_COUNT_KNOWN] = "known",
  };

  usher_metrics_declare (
      metrics,
      "usher_events_total",
      USHER_METRIC_COUNTER,
      "Events that came to a listener, and what became of them; known: the inbox had them.");
  for (guint i = 0; i < USHER_N_EVENT_COUNTS; i++)
    {
      const char *const labels[] = { "service", service,
                                     "channel", usher_listener_get_channel (listener),
                                     "group",   usher_listener_get_group (listener),
                                     "result",  results[i],
                                     NULL };

      usher_metrics_add (metrics,
                         "usher_events_total",
                         labels,
                         (double) usher_listener_get_count (listener, i));
    }
}

void
usher_host_metrics_fill (UsherHost *host, UsherMetrics *metrics)
{
  usher_metrics_add_process (metrics);
  usher_metrics_declare (metrics,
                         "usher_ready",
                         USHER_METRIC_GAUGE,
                         "Whether requests are served.");
  usher_metrics_add (metrics, "usher_ready", NULL, usher_host_is_ready (host, NULL));
  usher_metrics_declare (metrics,
                         "usher_open_jobs",
                         USHER_METRIC_GAUGE,
                         "Requests, events and timers that are under way.");
  usher_metrics_add (metrics, "usher_open_jobs", NULL, usher_host_get_n_open (host));

  add_requests (host, metrics);
  usher_host_add_listener_metrics (host, metrics);
  usher_host_add_session_metrics (host, metrics);
  for (guint i = 0; i < usher_host_get_n_lanes (host); i++)
    {
      UsherLane *lane = usher_host_get_lane (host, i);

      add_service (metrics, usher_host_get_settings (host), lane);
      add_store (metrics, usher_host_get_clock (host), lane);
      for (guint j = 0; j < usher_lane_get_n_listeners (lane); j++)
        add_listener (metrics, usher_lane_get_name (lane), usher_lane_get_listener (lane, j));
    }
}
