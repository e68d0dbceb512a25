/* usher-otlp-exporter.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-otlp-exporter-private.h"

#include <string.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-http-client-private.h"
#include "usher-json.h"
#include "usher-otlp-json-private.h"

/* spans of a message, and how long the first of them waits for the others */
#define BATCH 512
#define DELAY G_TIME_SPAN_SECOND
/* of one message, and of what is left at the end */
#define TIMEOUT  (5 * G_TIME_SPAN_SECOND)
#define FAREWELL (2 * G_TIME_SPAN_SECOND)
/* a collector has little to say */
#define MAX_ANSWER 65536
/* between two tries of one message, and how often it is tried */
#define FIRST_PAUSE (G_TIME_SPAN_SECOND / 2)
#define MAX_PAUSE   (30 * G_TIME_SPAN_SECOND)
#define MAX_TRIES   20

typedef enum
{
  TAKEN,
  REFUSED, /* for good */
  LATER,
} Outcome;

struct _UsherOtlpExporter
{
  UsherTracer *tracer;       /* (owned) */
  char *uri;                 /* (owned) */
  char *instance;            /* (owned) */
  UsherHttpClient *client;   /* (owned) */
  GCancellable *cancellable; /* (owned): there is no more time */
  GThread *thread;           /* (owned) (nullable) */
  gboolean is_told;          /* (of the thread): that the collector does not take them */

  GMutex mutex;
  GCond cond;
  gboolean has_ended; /* (mutex mutex) */
  guint64 n_exported; /* (mutex mutex) */
  guint64 n_refused;  /* (mutex mutex): by the collector, or given up */
  guint64 n_failures; /* (mutex mutex): messages that were not taken */
};

UsherOtlpExporter *
usher_otlp_exporter_new (UsherTracer *tracer, const char *endpoint)
{
  UsherOtlpExporter *self = g_new0 (UsherOtlpExporter, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->tracer = usher_tracer_ref (tracer);
  self->uri =
      g_strconcat (endpoint, g_str_has_suffix (endpoint, "/") ? "" : "/", "v1/traces", NULL);
  self->instance = g_strdup_printf ("%s:%d", g_get_host_name (), (int) getpid ());
  self->cancellable = g_cancellable_new ();
  self->client = usher_http_client_new (TIMEOUT);
  usher_http_client_set_max_answer (self->client, MAX_ANSWER);
  usher_http_client_set_cancellable (self->client, self->cancellable);

  return self;
}

void
usher_otlp_exporter_free (UsherOtlpExporter *self)
{
  usher_otlp_exporter_stop (self);
  g_object_unref (self->client);
  g_object_unref (self->cancellable);
  usher_tracer_unref (self->tracer);
  g_free (self->uri);
  g_free (self->instance);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
usher_otlp_exporter_set_instance (UsherOtlpExporter *self, const char *instance)
{
  g_free (self->instance);
  self->instance = g_strdup_printf ("%s:%s", g_get_host_name (), instance);
}

static void
count (UsherOtlpExporter *self, guint64 *counter, guint64 n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *counter += n;
}

/* Of those that it has taken as a whole, how many it did not. */
static guint64
read_rejected (UsherReply *reply, guint64 n_spans)
{
  GBytes *body = usher_reply_get_body (reply);
  gsize size = 0;
  const char *data = body != NULL ? g_bytes_get_data (body, &size) : NULL;
  g_autoptr (UsherJson) json = size > 0 ? usher_json_parse (data, (gssize) size, NULL) : NULL;
  const char *text =
      json != NULL ? usher_json_get_string (json, "partialSuccess.rejectedSpans") : NULL;
  guint64 n = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, n_spans, &n, NULL);

  return n;
}

/* Once, and once more when it goes well again. */
static void
complain (UsherOtlpExporter *self, const char *what, const char *reason)
{
  if (!self->is_told)
    g_message ("spans are not exported%s: %s", what, reason);
  self->is_told = TRUE;
}

static Outcome
judge (UsherOtlpExporter *self, UsherReply *reply, guint64 n_spans, gint64 *pause)
{
  guint status = usher_reply_get_status (reply);
  const char *after = usher_reply_get_header (reply, "Retry-After");
  g_autofree char *reason = g_strdup_printf ("the collector answers %u", status);
  guint64 seconds = 0;

  if (status >= 200 && status < 300)
    {
      guint64 n_rejected = read_rejected (reply, n_spans);

      count (self, &self->n_refused, n_rejected);
      count (self, &self->n_exported, n_spans - n_rejected);
      if (self->is_told)
        g_message ("spans are exported again");
      self->is_told = FALSE;
      return TAKEN;
    }

  count (self, &self->n_failures, 1);
  if (status != 429 && status != 502 && status != 503 && status != 504)
    {
      complain (self, "", reason);
      return REFUSED;
    }

  complain (self, ", and tried again", reason);
  if (after != NULL && g_ascii_string_to_unsigned (after, 10, 0, G_MAXINT32, &seconds, NULL))
    *pause = CLAMP ((gint64) seconds * G_TIME_SPAN_SECOND, FIRST_PAUSE, MAX_PAUSE);

  return LATER;
}

static Outcome
send (UsherOtlpExporter *self, GBytes *body, guint64 n_spans, gint64 *pause)
{
  static const char *const headers[] = { "Content-Type: application/json", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherReply) reply =
      usher_http_client_ask (self->client, "POST", self->uri, headers, body, &error);

  if (reply != NULL)
    return judge (self, reply, n_spans, pause);

  count (self, &self->n_failures, 1);
  if (g_error_matches (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE))
    {
      complain (self, ", and tried again", error->message);
      return LATER;
    }
  complain (self, "", error->message);

  return REFUSED;
}

/* Whether there is time for another try. Those who come back at the same time come apart. */
static gboolean
rest (UsherOtlpExporter *self, gint64 pause)
{
  gint64 apart = g_random_int_range (0, (gint32) MAX (pause / 4, 1));

  return !usher_tracer_await_wake (self->tracer, g_get_monotonic_time () + pause + apart);
}

/* At the end each message has one more try. */
static void export(UsherOtlpExporter *self, GPtrArray *spans)
{
  g_autofree char *text = usher_otlp_json_print (spans, self->instance);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  Outcome outcome = LATER;
  gint64 backoff = FIRST_PAUSE;

  for (guint i = 0; i < MAX_TRIES && outcome == LATER; i++)
    {
      gint64 pause = backoff;
      gboolean is_last = FALSE;

      outcome = send (self, body, spans->len, &pause);
      backoff = MIN (2 * backoff, MAX_PAUSE);
      if (outcome == LATER)
        is_last = i + 1 < MAX_TRIES && !rest (self, pause);
      if (is_last)
        {
          outcome = send (self, body, spans->len, &pause);
          break;
        }
    }
  if (outcome != TAKEN)
    count (self, &self->n_refused, spans->len);
}

static gpointer
run (gpointer data)
{
  UsherOtlpExporter *self = data;
  gboolean is_stopping = FALSE;
  guint n_spans = 0;

  do
    {
      g_autoptr (GPtrArray) spans = NULL;

      is_stopping = usher_tracer_await_wake (self->tracer, 0);
      spans = usher_tracer_take (self->tracer, BATCH, DELAY);
      n_spans = spans->len;
      if (n_spans > 0 && !g_cancellable_is_cancelled (self->cancellable))
        export(self, spans);
      else
        count (self, &self->n_refused, n_spans);
    }
  while (!is_stopping || n_spans > 0);

  g_mutex_lock (&self->mutex);
  self->has_ended = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  return NULL;
}

gboolean
usher_otlp_exporter_start (UsherOtlpExporter *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  self->thread = g_thread_try_new ("usher-otlp", run, self, &cause);
  if (self->thread != NULL)
    return TRUE;

  g_set_error (
      error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "no thread exports spans: %s", cause->message);

  return FALSE;
}

void
usher_otlp_exporter_stop (UsherOtlpExporter *self)
{
  gint64 deadline = g_get_monotonic_time () + FAREWELL;

  if (self->thread == NULL)
    return;

  usher_tracer_wake (self->tracer);
  g_mutex_lock (&self->mutex);
  while (!self->has_ended && g_cond_wait_until (&self->cond, &self->mutex, deadline))
    continue;
  g_mutex_unlock (&self->mutex);

  g_cancellable_cancel (self->cancellable);
  g_thread_join (g_steal_pointer (&self->thread));
}

void
usher_otlp_exporter_add_metrics (UsherOtlpExporter *self, UsherMetrics *metrics)
{
  static const char name[] = "usher_trace_spans_total";
  const char *const exported[] = { "outcome", "exported", NULL };
  const char *const refused[] = { "outcome", "refused", NULL };
  const char *const dropped[] = { "outcome", "dropped", NULL };
  UsherTracerFigures figures;
  g_autoptr (GMutexLocker) locker = NULL;

  usher_tracer_get_figures (self->tracer, &figures);
  locker = g_mutex_locker_new (&self->mutex);
  usher_metrics_declare (metrics, name, USHER_METRIC_COUNTER, "Spans, by what became of them.");
  usher_metrics_add (metrics, name, exported, (double) self->n_exported);
  usher_metrics_add (metrics, name, refused, (double) self->n_refused);
  usher_metrics_add (metrics, name, dropped, (double) figures.n_dropped);
  usher_metrics_declare (metrics,
                         "usher_trace_failed_exports_total",
                         USHER_METRIC_COUNTER,
                         "Messages that the collector did not take.");
  usher_metrics_add (metrics, "usher_trace_failed_exports_total", NULL, (double) self->n_failures);
  usher_metrics_declare (metrics,
                         "usher_trace_waiting_spans",
                         USHER_METRIC_GAUGE,
                         "Spans that wait for their export.");
  usher_metrics_add (metrics, "usher_trace_waiting_spans", NULL, (double) figures.n_waiting);
}
