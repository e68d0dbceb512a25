/* usher-server.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-server-private.h"

#include <unistd.h>

#include "usher-server-thread-private.h"

#define GROUP       "http"
#define MAX_THREADS 8
#define POLL_US     1000
/* for those who write streams, to end them, and for clients who do not take their answers */
#define LAST_WORD (G_TIME_SPAN_SECOND / 4)
/* what a gateway may add to a head */
#define MAX_ADDED 4096

/* One thread takes connections and counts them, several answer: each has its connections to itself, so an answer that is
 * ready when the router returns never leaves its thread. */
struct _UsherServer
{
  UsherServing serving;
  GPtrArray *threads; /* (owned) (element-type UsherServerThread) */
};

static guint
get_number (UsherSettings *settings, const char *key)
{
  return (guint) usher_settings_get_integer (settings, GROUP, key);
}

void
usher_serving_read_settings (UsherServing *serving, UsherSettings *settings)
{
  serving->max_connections = get_number (settings, "max-connections");
  serving->max_per_address = get_number (settings, "max-connections-per-address");
  serving->max_requests = get_number (settings, "max-requests");
  serving->limits.max_head = get_number (settings, "max-head");
  serving->limits.max_target = get_number (settings, "max-target");
  serving->limits.max_fields = get_number (settings, "max-fields");
  serving->head_timeout = (gint64) get_number (settings, "head-timeout") * 1000;
  serving->body_timeout = (gint64) get_number (settings, "body-timeout") * 1000;
  serving->idle_timeout = (gint64) get_number (settings, "idle-timeout") * 1000;
}

static void
thread_unref (gpointer thread)
{
  usher_server_thread_unref (thread);
}

UsherServer *
usher_server_new (const UsherServing *serving)
{
  UsherServer *self = g_new0 (UsherServer, 1);

  self->serving = *serving;
  self->serving.path_limits = serving->limits;
  self->serving.path_limits.max_added = MAX_ADDED;
  self->serving.refusals = usher_refusals_new ();
  self->threads = g_ptr_array_new_with_free_func (thread_unref);

  return self;
}

void
usher_server_free (UsherServer *self)
{
  usher_server_stop (self, 0);
  g_ptr_array_unref (self->threads);
  g_clear_pointer (&self->serving.acceptor, usher_acceptor_free);
  usher_refusals_free (self->serving.refusals);
  g_free (self);
}

UsherServing *
usher_server_get_serving (UsherServer *self)
{
  return &self->serving;
}

static gboolean
start_threads (UsherServer *self, GError **error)
{
  guint n = self->serving.n_threads;

  if (n == 0)
    n = MIN (g_get_num_processors (), MAX_THREADS);

  for (guint i = 0; i < n; i++)
    {
      UsherServerThread *thread = usher_server_thread_new (&self->serving, i, error);

      if (thread == NULL)
        return FALSE;
      g_ptr_array_add (self->threads, thread);
    }

  return TRUE;
}

/* A connection on its way to its thread. */
typedef struct
{
  UsherTask task;
  UsherServerThread *thread; /* (unowned) */
  UsherIncoming incoming;
} Arrival;

static void
on_arrival (UsherTask *task)
{
  Arrival *arrival = task->data;

  usher_connection_start (arrival->thread, &arrival->incoming);
  g_free (arrival);
}

/* The thread with the fewest connections gets the next. */
static void
on_incoming (const UsherIncoming *incoming, gpointer user_data)
{
  UsherServer *self = user_data;
  UsherServerThread *least = g_ptr_array_index (self->threads, 0);
  Arrival *arrival = g_new0 (Arrival, 1);

  for (guint i = 1; i < self->threads->len; i++)
    {
      UsherServerThread *thread = g_ptr_array_index (self->threads, i);

      if (g_atomic_int_get (&thread->n_connections) < g_atomic_int_get (&least->n_connections))
        least = thread;
    }

  g_atomic_int_inc (&least->n_connections);
  arrival->thread = least;
  arrival->incoming = *incoming;
  arrival->task.func = on_arrival;
  arrival->task.data = arrival;
  usher_loop_post (least->loop, &arrival->task);
}

gboolean
usher_server_start (UsherServer *self, const char *listen, GError **error)
{
  UsherServing *serving = &self->serving;

  serving->acceptor = usher_acceptor_new (serving->max_connections,
                                          serving->max_per_address,
                                          serving->proxies,
                                          serving->refusals);
  if (start_threads (self, error) &&
      usher_acceptor_start (serving->acceptor, listen, on_incoming, self, error))
    {
      g_info ("listening on %s with %u threads", usher_server_get_uri (self), self->threads->len);
      return TRUE;
    }

  usher_server_stop (self, 0);

  return FALSE;
}

const char *
usher_server_get_uri (UsherServer *self)
{
  return self->serving.acceptor != NULL ? usher_acceptor_get_uri (self->serving.acceptor) : NULL;
}

gboolean
usher_server_is_local (UsherServer *self)
{
  return self->serving.acceptor != NULL && usher_acceptor_is_local (self->serving.acceptor);
}

guint
usher_server_get_n_connections (UsherServer *self)
{
  guint n = 0;

  for (guint i = 0; i < self->threads->len; i++)
    {
      UsherServerThread *thread = g_ptr_array_index (self->threads, i);

      n += (guint) g_atomic_int_get (&thread->n_connections);
    }

  return n;
}

void
usher_server_drain (UsherServer *self)
{
  gboolean was_draining = g_atomic_int_exchange (&self->serving.draining, 1) != 0;

  if (self->serving.acceptor != NULL)
    usher_acceptor_close (self->serving.acceptor);
  for (guint i = 0; !was_draining && i < self->threads->len; i++)
    usher_server_thread_drain (g_ptr_array_index (self->threads, i));
}

static gboolean
has_open (UsherServer *self, gboolean counts_lasting)
{
  for (guint i = 0; i < self->threads->len; i++)
    {
      UsherServerThread *thread = g_ptr_array_index (self->threads, i);

      if (g_atomic_int_get (&thread->n_open) > 0 ||
          (counts_lasting && g_atomic_int_get (&thread->n_lasting) > 0))
        return TRUE;
    }

  return FALSE;
}

void
usher_server_stop (UsherServer *self, gint64 timeout)
{
  gint64 now = g_get_monotonic_time ();
  gint64 deadline = now + timeout;
  gint64 last_word = now + LAST_WORD;

  usher_server_drain (self);
  while (now < deadline && has_open (self, now < last_word))
    {
      g_usleep (POLL_US);
      now = g_get_monotonic_time ();
    }

  for (guint i = 0; i < self->threads->len; i++)
    usher_server_thread_stop (g_ptr_array_index (self->threads, i));
}

void
usher_server_add_metrics (UsherServer *self, UsherMetrics *metrics)
{
  const char *const labels[] = { "listener", self->serving.name, NULL };

  usher_metrics_declare (metrics,
                         "usher_http_connections",
                         USHER_METRIC_GAUGE,
                         "Connections of clients that are open.");
  usher_metrics_add (metrics,
                     "usher_http_connections",
                     labels,
                     usher_server_get_n_connections (self));
  usher_metrics_declare (metrics,
                         "usher_http_refused_total",
                         USHER_METRIC_COUNTER,
                         "What a listener did not take, by its reason.");
  usher_refusals_add_metrics (self->serving.refusals, self->serving.name, metrics);
}
