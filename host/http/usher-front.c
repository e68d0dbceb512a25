/* usher-front.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-front.h"

#include <string.h>

#include "usher-error.h"
#include "usher-server-private.h"
#include "usher-settings-private.h"

#define GROUP     "http"
#define IDLE_DATA "usher-idle-data"

/* clang-format off */
static const UsherSetting settings_table[] = {
  { GROUP, "access-log", USHER_SETTING_BOOLEAN, "false", 0, 0, "log a line a request, at level info" },
  { GROUP, "body-timeout", USHER_SETTING_INTEGER, "30000", 10, 3600000, "milliseconds in which a body must have come" },
  { GROUP, "forward-timeout", USHER_SETTING_INTEGER, "30000", 10, 3600000, "milliseconds in which a host must have answered a gateway" },
  { GROUP, "forwarded", USHER_SETTING_STRING, "x-forwarded", 0, 0, "what the trusted proxies set: x-forwarded (X-Forwarded-For, -Proto, -Host) or forwarded (RFC 7239)" },
  { GROUP, "head-timeout", USHER_SETTING_INTEGER, "15000", 10, 3600000, "milliseconds in which the head of a request must have come" },
  { GROUP, "idle-timeout", USHER_SETTING_INTEGER, "60000", 10, 3600000, "milliseconds for which a connection is kept between requests, and waits for a slow reader" },
  { GROUP, "max-body", USHER_SETTING_INTEGER, "65536", 0, 67108864, "bytes that a body may have" },
  { GROUP, "max-connections", USHER_SETTING_INTEGER, "10000", 1, 1000000, "connections at once" },
  { GROUP, "max-connections-per-address", USHER_SETTING_INTEGER, "2000", 1, 1000000, "connections at once from one address; trusted proxies may have more" },
  { GROUP, "max-fields", USHER_SETTING_INTEGER, "200", 10, 10000, "headers that a request may have" },
  { GROUP, "max-head", USHER_SETTING_INTEGER, "16384", 1024, 1048576, "bytes that the head of a request may have" },
  { GROUP, "max-requests", USHER_SETTING_INTEGER, "0", 0, G_MAXINT32, "requests after which a connection is closed, 0: any" },
  { GROUP, "max-target", USHER_SETTING_INTEGER, "8192", 64, 1048576, "bytes that the path and the query of a request may have" },
  { GROUP, "proxy-protocol", USHER_SETTING_BOOLEAN, "false", 0, 0, "every connection comes from a trusted proxy and begins with a header of the PROXY protocol" },
  { GROUP, "rate", USHER_SETTING_INTEGER, "0", 0, 1000000, "requests a second an address, 0: any" },
  { GROUP, "threads", USHER_SETTING_INTEGER, "0", 0, 64, "threads that answer, 0: one a core, at most 8" },
  { GROUP, "trusted-proxies", USHER_SETTING_LIST, "", 0, 0, "addresses or networks of proxies that are believed whose a request is" },
};
/* clang-format on */

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

  UsherLoopFunc idle;    /* (nullable) */
  gpointer idle_data;    /* (unowned) */
  UsherProxies *proxies; /* (owned) (nullable) */
  UsherLimiter *limiter; /* (owned) (nullable) */
  UsherServer *server;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (UsherFront, usher_front, G_TYPE_OBJECT)

static void
usher_front_finalize (GObject *object)
{
  UsherFront *self = USHER_FRONT (object);

  g_clear_pointer (&self->server, usher_server_free);
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
  G_OBJECT_CLASS (klass)->finalize = usher_front_finalize;
}

static void
usher_front_init (UsherFront *self)
{
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
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): called on a listener thread after each batch of requests
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data, with the front
 *
 * Sets what is called before a listener thread sleeps: the place to end what a batch of requests shares, such as
 * a read transaction.
 */
void
usher_front_set_idle_func (UsherFront *self,
                           UsherFrontIdleFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_FRONT (self));
  g_return_if_fail (self->server == NULL);

  self->idle = func;
  self->idle_data = user_data;
  g_object_set_data_full (G_OBJECT (self), IDLE_DATA, user_data, destroy);
}

/* What may change while the front runs. */
static void
take_changes (UsherSettings *settings, UsherFront *self)
{
  usher_limiter_set_max (self->limiter,
                         (guint) usher_settings_get_integer (settings, GROUP, "rate"));
  g_atomic_int_set (&usher_server_get_serving (self->server)->access_log,
                    usher_settings_get_boolean (settings, GROUP, "access-log"));
}

static UsherProxies *
make_proxies (UsherSettings *settings, GError **error)
{
  g_auto (GStrv) list = usher_settings_dup_list (settings, GROUP, "trusted-proxies");
  const char *family = usher_settings_get_string (settings, GROUP, "forwarded");
  g_autofree char *public = usher_settings_dup_public (settings, GROUP, "forwarded");
  gboolean is_standard = strcmp (family, "forwarded") == 0;

  if (is_standard || strcmp (family, "x-forwarded") == 0)
    return usher_proxies_new ((const char *const *) list, is_standard, error);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "http.forwarded is “%s”, but wants x-forwarded or forwarded",
               public);

  return NULL;
}

static gboolean
prepare (UsherFront *self, GError **error)
{
  UsherServing serving = {
    .name = "http",
    .router = self->router,
    .sessions = self->sessions,
    .idle = self->idle,
    .idle_data = self->idle_data,
    .n_threads = (guint) usher_settings_get_integer (self->settings, GROUP, "threads"),
    .trusts_paths = TRUE,
    .proxy_protocol = usher_settings_get_boolean (self->settings, GROUP, "proxy-protocol"),
  };

  self->proxies = make_proxies (self->settings, error);
  if (self->proxies == NULL)
    return FALSE;

  self->limiter = usher_limiter_new (self->clock, 0, G_USEC_PER_SEC);
  serving.proxies = self->proxies;
  serving.limiter = self->limiter;
  usher_serving_read_settings (&serving, self->settings);
  self->server = usher_server_new (&serving);
  take_changes (self->settings, self);
  g_signal_connect_object (
      self->settings, "changed::" GROUP ".rate", G_CALLBACK (take_changes), self, 0);
  g_signal_connect_object (
      self->settings, "changed::" GROUP ".access-log", G_CALLBACK (take_changes), self, 0);

  return TRUE;
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
  g_return_val_if_fail (self->server == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return prepare (self, error) && usher_server_start (self->server, listen, error);
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

  return self->server != NULL ? usher_server_get_uri (self->server) : NULL;
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

  if (self->server != NULL)
    usher_server_drain (self->server);
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
  g_return_if_fail (USHER_IS_FRONT (self));

  if (self->server != NULL)
    usher_server_stop (self->server, timeout);
}

/**
 * usher_front_add_metrics:
 * @self: a listener
 * @metrics: where to
 *
 * Adds how many connections there are, and what was refused. Any thread.
 */
void
usher_front_add_metrics (UsherFront *self, UsherMetrics *metrics)
{
  g_return_if_fail (USHER_IS_FRONT (self));
  g_return_if_fail (USHER_IS_METRICS (metrics));

  if (self->server != NULL)
    usher_server_add_metrics (self->server, metrics);
}
