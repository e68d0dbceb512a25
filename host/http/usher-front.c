/* usher-front.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-front.h"

#include <string.h>

#include "usher-error.h"
#include "usher-front-thread-private.h"
#include "usher-router-private.h"

#define GROUP       "http"
#define MAX_THREADS 8
#define POLL_US     1000

static const UsherSetting settings_table[] = {
  { GROUP,
    "access-log",
    USHER_SETTING_BOOLEAN,
    "false",
    0,
    0,
    "log a line a request, at level info" },
  { GROUP,
    "body-timeout",
    USHER_SETTING_INTEGER,
    "30000",
    10,
    3600000,
    "milliseconds in which a body must have come" },
  { GROUP,
    "forward-timeout",
    USHER_SETTING_INTEGER,
    "30000",
    10,
    3600000,
    "milliseconds in which a host must have answered a gateway" },
  { GROUP,
    "head-timeout",
    USHER_SETTING_INTEGER,
    "15000",
    10,
    3600000,
    "milliseconds in which the head of a request must have come" },
  { GROUP,
    "idle-timeout",
    USHER_SETTING_INTEGER,
    "60000",
    10,
    3600000,
    "milliseconds for which a connection is kept between requests, and waits for a slow reader" },
  { GROUP, "max-body", USHER_SETTING_INTEGER, "65536", 0, 67108864, "bytes that a body may have" },
  { GROUP, "max-connections", USHER_SETTING_INTEGER, "10000", 1, 1000000, "connections at once" },
  { GROUP,
    "max-connections-per-address",
    USHER_SETTING_INTEGER,
    "2000",
    1,
    1000000,
    "connections at once from one address; trusted proxies may have more" },
  { GROUP,
    "max-head",
    USHER_SETTING_INTEGER,
    "8192",
    1024,
    65536,
    "bytes that the head of a request may have" },
  { GROUP, "rate", USHER_SETTING_INTEGER, "0", 0, 1000000, "requests a second an address, 0: any" },
  { GROUP,
    "threads",
    USHER_SETTING_INTEGER,
    "0",
    0,
    64,
    "threads that answer, 0: one a core, at most 8" },
  { GROUP,
    "trusted-proxies",
    USHER_SETTING_LIST,
    "",
    0,
    0,
    "addresses or networks whose X-Forwarded headers count" },
};

/**
 * UsherFront:
 *
 * The public HTTP listener.
 *
 * One thread takes connections and counts them, several answer: each has its connections to itself, so an answer
 * that is ready when the router returns never leaves its thread. Exchanges may be finished on any thread.
 * Limits and deadlines are the listener's own.
 */
struct _UsherFront
{
  GObject parent_instance;

  UsherRouter *router;     /* (owned) */
  UsherSessions *sessions; /* (owned) (nullable) */
  UsherSettings *settings; /* (owned) */
  UsherClock *clock;       /* (owned) */

  UsherFrontShared shared;
  UsherProxies *proxies;   /* (owned) (nullable) */
  UsherAcceptor *acceptor; /* (owned) (nullable) */
  UsherLimiter *limiter;   /* (owned) */
  GPtrArray *threads;      /* (owned) (element-type UsherFrontThread) */
};

G_DEFINE_FINAL_TYPE (UsherFront, usher_front, G_TYPE_OBJECT)

static void
usher_front_dispose (GObject *object)
{
  usher_front_stop (USHER_FRONT (object), 0);

  G_OBJECT_CLASS (usher_front_parent_class)->dispose (object);
}

static void
usher_front_finalize (GObject *object)
{
  UsherFront *self = USHER_FRONT (object);

  g_clear_pointer (&self->threads, g_ptr_array_unref);
  g_clear_pointer (&self->acceptor, usher_acceptor_free);
  g_clear_pointer (&self->proxies, usher_proxies_free);
  g_clear_object (&self->limiter);
  g_clear_object (&self->router);
  g_clear_object (&self->sessions);
  g_clear_object (&self->settings);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (usher_front_parent_class)->finalize (object);
}

static void
usher_front_class_init (UsherFrontClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = usher_front_dispose;
  object_class->finalize = usher_front_finalize;
}

static void
usher_front_init (UsherFront *self)
{
  self->threads = g_ptr_array_new ();
}

/**
 * usher_front_declare_settings:
 * @settings: settings
 * @error: return location for a [error@Error]
 *
 * Declares the group `[http]`.
 *
 * Returns: whether it could be declared and the values fit
 */
gboolean
usher_front_declare_settings (UsherSettings *settings, GError **error)
{
  g_return_val_if_fail (USHER_IS_SETTINGS (settings), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return usher_settings_declare (settings, settings_table, G_N_ELEMENTS (settings_table), error);
}

/**
 * usher_front_new:
 * @router: what answers
 * @sessions: (nullable): what makes session cookies
 * @settings: settings on which [func@Front.declare_settings] was called
 * @clock: the clock
 *
 * Makes a listener that does not listen yet.
 *
 * Returns: (transfer full): the listener
 */
UsherFront *
usher_front_new (UsherRouter *router,
                 UsherSessions *sessions,
                 UsherSettings *settings,
                 UsherClock *clock)
{
  UsherFront *self = NULL;

  g_return_val_if_fail (USHER_IS_ROUTER (router), NULL);
  g_return_val_if_fail (sessions == NULL || USHER_IS_SESSIONS (sessions), NULL);
  g_return_val_if_fail (USHER_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  self = g_object_new (USHER_TYPE_FRONT, NULL);
  self->router = g_object_ref (router);
  self->sessions = sessions != NULL ? g_object_ref (sessions) : NULL;
  self->settings = g_object_ref (settings);
  self->clock = g_object_ref (clock);

  return self;
}

/**
 * usher_front_set_idle_func:
 * @self: a listener that does not listen yet
 * @func: (nullable) (scope forever) (closure user_data): called on a listener thread after each batch of requests
 * @user_data: data for @func
 *
 * Sets what is called before a listener thread sleeps: the place to end what a batch of requests shares, such as
 * a read transaction.
 */
void
usher_front_set_idle_func (UsherFront *self, UsherFrontIdleFunc func, gpointer user_data)
{
  g_return_if_fail (USHER_IS_FRONT (self));
  g_return_if_fail (self->acceptor == NULL);

  self->shared.idle_func = func;
  self->shared.idle_data = user_data;
}

static guint
get_number (UsherFront *self, const char *key)
{
  return (guint) usher_settings_get_integer (self->settings, GROUP, key);
}

/* What may change while the front runs. */
static void
take_changes (UsherSettings *settings, UsherFront *self)
{
  usher_limiter_set_max (self->limiter, get_number (self, "rate"));
  g_atomic_int_set (&self->shared.access_log,
                    usher_settings_get_boolean (settings, GROUP, "access-log"));
}

static gboolean
prepare (UsherFront *self, GError **error)
{
  UsherFrontShared *shared = &self->shared;
  g_auto (GStrv) proxies = usher_settings_dup_list (self->settings, GROUP, "trusted-proxies");

  self->proxies = usher_proxies_new ((const char *const *) proxies, error);
  if (self->proxies == NULL)
    return FALSE;

  self->limiter = usher_limiter_new (self->clock, 0, G_USEC_PER_SEC);
  self->acceptor = usher_acceptor_new (get_number (self, "max-connections"),
                                       get_number (self, "max-connections-per-address"),
                                       self->proxies);

  shared->router = self->router;
  shared->sessions = self->sessions;
  shared->proxies = self->proxies;
  shared->acceptor = self->acceptor;
  shared->limiter = self->limiter;
  shared->max_connections = get_number (self, "max-connections");
  shared->max_head = get_number (self, "max-head");
  shared->max_body = usher_router_get_max_body (self->router);
  shared->head_timeout = (gint64) get_number (self, "head-timeout") * 1000;
  shared->body_timeout = (gint64) get_number (self, "body-timeout") * 1000;
  shared->idle_timeout = (gint64) get_number (self, "idle-timeout") * 1000;
  take_changes (self->settings, self);
  g_signal_connect_object (
      self->settings, "changed::" GROUP ".rate", G_CALLBACK (take_changes), self, 0);
  g_signal_connect_object (
      self->settings, "changed::" GROUP ".access-log", G_CALLBACK (take_changes), self, 0);

  return TRUE;
}

static gboolean
start_threads (UsherFront *self, GError **error)
{
  guint n = get_number (self, "threads");

  if (n == 0)
    n = MIN (g_get_num_processors (), MAX_THREADS);

  for (guint i = 0; i < n; i++)
    {
      UsherFrontThread *thread = usher_front_thread_new (&self->shared, i, error);

      if (thread == NULL)
        return FALSE;
      g_ptr_array_add (self->threads, thread);
    }

  return TRUE;
}

/* The thread with the fewest connections gets the next. */
static void
on_incoming (const UsherIncoming *incoming, gpointer user_data)
{
  UsherFront *self = user_data;
  UsherFrontThread *least = g_ptr_array_index (self->threads, 0);

  for (guint i = 1; i < self->threads->len; i++)
    {
      UsherFrontThread *thread = g_ptr_array_index (self->threads, i);

      if (usher_front_thread_get_n_connections (thread) <
          usher_front_thread_get_n_connections (least))
        least = thread;
    }

  usher_front_thread_add (least, incoming);
}

/**
 * usher_front_start:
 * @self: a listener
 * @listen: `ADDR:PORT`, `[ADDR]:PORT`, `unix:PATH` or `fd:N`, a socket that listens already; port 0 is any that is
 *   free
 * @error: return location for a [error@Error]
 *
 * Binds and begins to answer. A path is made with mode 0600, in the place of one on which nobody accepts, and
 * removed at the end; who comes by it is a trusted proxy, and limits of an address do not concern it.
 *
 * Returns: whether it listens; `USHER_ERROR_BUSY` names an address that is in use, `USHER_ERROR_INVALID` one that
 *   is none, `USHER_ERROR_UNAVAILABLE` tells what the system refused
 */
gboolean
usher_front_start (UsherFront *self, const char *listen, GError **error)
{
  g_return_val_if_fail (USHER_IS_FRONT (self), FALSE);
  g_return_val_if_fail (listen != NULL, FALSE);
  g_return_val_if_fail (self->acceptor == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (prepare (self, error) && start_threads (self, error) &&
      usher_acceptor_start (self->acceptor, listen, on_incoming, self, error))
    {
      g_info ("listening on %s with %u threads", usher_front_get_uri (self), self->threads->len);
      return TRUE;
    }

  usher_front_stop (self, 0);

  return FALSE;
}

/**
 * usher_front_get_uri:
 * @self: a listener
 *
 * Gets where it listens, such as `http://127.0.0.1:3000`, or `unix:PATH`.
 *
 * Returns: (nullable): the address, `NULL` before it listens
 */
const char *
usher_front_get_uri (UsherFront *self)
{
  g_return_val_if_fail (USHER_IS_FRONT (self), NULL);

  return self->acceptor != NULL ? usher_acceptor_get_uri (self->acceptor) : NULL;
}

/**
 * usher_front_drain:
 * @self: a listener
 *
 * Closes the listening socket. Open exchanges go on; each connection is closed after its next answer.
 */
void
usher_front_drain (UsherFront *self)
{
  g_return_if_fail (USHER_IS_FRONT (self));

  g_atomic_int_set (&self->shared.draining, 1);
  if (self->acceptor != NULL)
    usher_acceptor_close (self->acceptor);
}

static gboolean
has_open (UsherFront *self)
{
  for (guint i = 0; i < self->threads->len; i++)
    if (usher_front_thread_get_n_open (g_ptr_array_index (self->threads, i)) > 0)
      return TRUE;

  return FALSE;
}

/**
 * usher_front_stop:
 * @self: a listener
 * @timeout: how many microseconds to wait for open exchanges
 *
 * Drains, waits for the open exchanges, then closes everything. An exchange that is finished later goes nowhere.
 */
void
usher_front_stop (UsherFront *self, gint64 timeout)
{
  gint64 deadline = g_get_monotonic_time () + timeout;

  g_return_if_fail (USHER_IS_FRONT (self));

  usher_front_drain (self);
  while (has_open (self) && g_get_monotonic_time () < deadline)
    g_usleep (POLL_US);

  for (guint i = 0; i < self->threads->len; i++)
    usher_front_thread_stop (g_ptr_array_index (self->threads, i));
  g_ptr_array_set_size (self->threads, 0);
}
