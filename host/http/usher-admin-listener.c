/* usher-admin-listener.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-admin-listener.h"

#include <sodium.h>
#include <string.h>

#include "usher-error.h"
#include "usher-listen-address-private.h"
#include "usher-origin-private.h"
#include "usher-request-private.h"
#include "usher-router-private.h"
#include "usher-server-private.h"

#define GROUP "admin"
/* for answers that are under way when it stops */
#define PATIENCE (G_USEC_PER_SEC / 2)
/* operators are few; the descriptors are the public's */
#define MAX_CONNECTIONS 6144

/* clang-format off */
static const UsherSetting settings_table[] = {
  { GROUP, "hosts", USHER_SETTING_LIST, "", 0, 0, "names by which operators reach the admin listener, beside loopback and its own address" },
  { GROUP, "token", USHER_SETTING_STRING, "", 0, 0, "what the admin listener asks for beyond loopback" },
};
/* clang-format on */

/**
 * UsherAdminListener:
 *
 * HTTP for the few who run the host.
 *
 * It guards itself against pages of other sites that an operator's browser has open: a `Host` that is neither loopback nor
 * its own address nor in `admin.hosts` gets 421, so no name of somebody else's leads here; a foreign `Origin`, and what a
 * browser says comes from another site, get 403, reads too. Beyond loopback a token is asked for (`Authorization: Bearer`).
 * A listener made by [ctor@AdminListener.new_probe] answers `/healthz`, `/readyz` and `/metrics` alone, to anybody.
 */
struct _UsherAdminListener
{
  GObject parent_instance;

  UsherRouter *router;     /* (owned) */
  UsherSettings *settings; /* (owned) */
  gboolean is_probe;
  GPtrArray
      *hosts; /* (owned) (element-type utf8): names, as usher_listen_address_dup_host() has them */
  UsherProxies *proxies; /* (owned) (nullable): none */
  UsherServer *server;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (UsherAdminListener, usher_admin_listener, G_TYPE_OBJECT)

static void
usher_admin_listener_finalize (GObject *object)
{
  UsherAdminListener *self = USHER_ADMIN_LISTENER (object);

  usher_admin_listener_stop (self);
  g_clear_pointer (&self->server, usher_server_free);
  g_clear_pointer (&self->proxies, usher_proxies_free);
  g_clear_object (&self->router);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->hosts, g_ptr_array_unref);

  G_OBJECT_CLASS (usher_admin_listener_parent_class)->finalize (object);
}

static void
usher_admin_listener_class_init (UsherAdminListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_admin_listener_finalize;
}

static void
usher_admin_listener_init (UsherAdminListener *self)
{
  self->hosts = g_ptr_array_new_with_free_func (g_free);
}

/**
 * usher_admin_listener_declare_settings:
 * @settings: settings
 * @error: return location for a [error@Error]
 *
 * Declares the group `[admin]`.
 *
 * Returns: whether it could be declared and the values fit
 */
gboolean
usher_admin_listener_declare_settings (UsherSettings *settings, GError **error)
{
  g_return_val_if_fail (USHER_IS_SETTINGS (settings), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return usher_settings_declare (settings, settings_table, G_N_ELEMENTS (settings_table), error);
}

/**
 * usher_admin_listener_new:
 * @router: what answers
 * @settings: settings on which [func@AdminListener.declare_settings] and [func@Front.declare_settings] were called: limits
 *   and deadlines are those of `[http]`
 *
 * Makes a listener that does not listen yet.
 *
 * Returns: (transfer full): the listener
 */
UsherAdminListener *
usher_admin_listener_new (UsherRouter *router, UsherSettings *settings)
{
  UsherAdminListener *self = NULL;
  g_auto (GStrv) hosts = NULL;

  g_return_val_if_fail (USHER_IS_ROUTER (router), NULL);
  g_return_val_if_fail (USHER_IS_SETTINGS (settings), NULL);

  self = g_object_new (USHER_TYPE_ADMIN_LISTENER, NULL);
  self->router = g_object_ref (router);
  self->settings = g_object_ref (settings);
  hosts = usher_settings_dup_list (settings, GROUP, "hosts");
  for (guint i = 0; hosts[i] != NULL; i++)
    g_ptr_array_add (self->hosts, usher_listen_address_dup_host (hosts[i]));

  return self;
}

/**
 * usher_admin_listener_new_probe:
 * @router: what answers
 * @settings: settings, as for [ctor@AdminListener.new]
 *
 * Makes a listener for those who look from outside whether all is well. It answers `GET` of `/healthz`, `/readyz` and
 * `/metrics`, to any `Host`, and asks for no token.
 *
 * Returns: (transfer full): the listener
 */
UsherAdminListener *
usher_admin_listener_new_probe (UsherRouter *router, UsherSettings *settings)
{
  UsherAdminListener *self = usher_admin_listener_new (router, settings);

  if (self != NULL)
    self->is_probe = TRUE;

  return self;
}

static gboolean
is_loopback (const char *name)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);

  return strcmp (name, "localhost") == 0 ||
         (address != NULL && g_inet_address_get_is_loopback (address));
}

/* Who listens everywhere has no address of his own. */
static gboolean
is_own_address (UsherAdminListener *self, const char *name)
{
  const char *uri = usher_server_get_uri (self->server);
  gsize scheme = g_str_has_prefix (uri, "http://") ? strlen ("http://") : 0;
  g_autofree char *own = usher_listen_address_dup_host (uri + scheme);

  return g_strcmp0 (own, name) == 0 && strcmp (name, "0.0.0.0") != 0 && strcmp (name, "::") != 0;
}

static gboolean
is_own_host (UsherAdminListener *self, UsherRequest *request)
{
  const char *authority = usher_request_get_authority (request);
  g_autofree char *name = authority != NULL ? usher_listen_address_dup_host (authority) : NULL;

  /* whoever comes by a path is no browser */
  if (*usher_request_get_address (request) == '\0')
    return TRUE;

  return name != NULL && (is_loopback (name) || is_own_address (self, name) ||
                          g_ptr_array_find_with_equal_func (self->hosts, name, g_str_equal, NULL));
}

/* A link to a page may be followed, as long as nothing is shown inside another site's. */
static gboolean
is_link (UsherRequest *request)
{
  const char *site = usher_request_peek_header (request, USHER_HEADER_SEC_FETCH_SITE);
  const char *mode = usher_request_get_header (request, "Sec-Fetch-Mode");
  const char *into = usher_request_get_header (request, "Sec-Fetch-Dest");

  return (g_strcmp0 (site, "cross-site") == 0 || g_strcmp0 (site, "same-site") == 0) &&
         !usher_request_has_twice (request, USHER_HEADER_SEC_FETCH_SITE) &&
         usher_request_peek_header (request, USHER_HEADER_ORIGIN) == NULL &&
         strcmp (usher_request_get_method (request), "GET") == 0 &&
         g_strcmp0 (mode, "navigate") == 0 && g_strcmp0 (into, "document") == 0;
}

static gboolean
knows_token (UsherAdminListener *self, UsherRequest *request)
{
  const char *authorization = usher_request_peek_header (request, USHER_HEADER_AUTHORIZATION);
  g_autoptr (UsherSecret) token = NULL;
  const char *text = NULL;

  if (usher_server_is_local (self->server))
    return TRUE;

  token = usher_settings_dup_secret (self->settings, GROUP, "token");
  if (token == NULL || authorization == NULL ||
      g_ascii_strncasecmp (authorization, "Bearer ", 7) != 0)
    return FALSE;

  text = usher_secret_get_text (token);

  return strlen (authorization + 7) == strlen (text) &&
         sodium_memcmp (authorization + 7, text, strlen (text)) == 0;
}

static void
refuse_host (UsherAdminListener *self, UsherRequest *request, UsherReply *reply)
{
  usher_refusals_count (usher_server_get_serving (self->server)->refusals,
                        USHER_REFUSAL_HOST,
                        usher_request_get_address (request));
  usher_reply_refuse (
      reply,
      421,
      "The admin listener does not go by this name: use localhost or its address, or "
      "add the name to the setting admin.hosts");
}

static gboolean
guard (UsherExchange *exchange, gpointer user_data)
{
  UsherAdminListener *self = user_data;
  UsherRequest *request = usher_exchange_get_request (exchange);
  UsherReply *reply = usher_exchange_get_reply (exchange);

  if (!is_own_host (self, request))
    refuse_host (self, request, reply);
  else if (!usher_origin_is_own (request) && !is_link (request))
    usher_reply_refuse (reply, 403, usher_refusal_get_message (USHER_REFUSAL_ORIGIN));
  else if (!knows_token (self, request))
    {
      usher_reply_refuse (reply, 401, "The token is missing or wrong, see the setting admin.token");
      usher_reply_set_header (reply, "WWW-Authenticate", "Bearer");
    }
  else
    {
      /* for browsers that do not say whose page it is */
      usher_reply_set_header (reply, "Cross-Origin-Resource-Policy", "same-origin");
      return TRUE;
    }

  return FALSE;
}

static gboolean
guard_probe (UsherExchange *exchange, gpointer user_data)
{
  static const char *const paths[] = { "/healthz", "/readyz", "/metrics", NULL };
  static const char *const methods[] = { "GET", "HEAD", "OPTIONS", NULL };
  UsherRequest *request = usher_exchange_get_request (exchange);

  if (g_strv_contains (paths, usher_request_get_path (request)) &&
      g_strv_contains (methods, usher_request_get_method (request)))
    return TRUE;

  usher_reply_refuse (usher_exchange_get_reply (exchange), 404, "Not Found");

  return FALSE;
}

static UsherServer *
make_server (UsherAdminListener *self)
{
  const char *const nobody[] = { NULL };
  UsherServing serving = {
    .name = self->is_probe ? "probe" : "admin",
    .router = self->router,
    .guard = self->is_probe ? guard_probe : guard,
    .guard_data = self,
    .n_threads = 1,
  };

  self->proxies = usher_proxies_new (nobody, FALSE, NULL);
  serving.proxies = self->proxies;
  usher_serving_read_settings (&serving, self->settings);
  serving.max_connections = MIN (serving.max_connections, MAX_CONNECTIONS);

  return usher_server_new (&serving);
}

/* Until it is known nobody gets in: without a token none is right. */
static gboolean
may_listen (UsherAdminListener *self, const char *listen, GError **error)
{
  const char *token = usher_settings_get_string (self->settings, GROUP, "token");

  if (self->is_probe || *token != '\0' || usher_server_is_local (self->server))
    return TRUE;

  usher_server_stop (self->server, 0);
  g_set_error (
      error,
      USHER_ERROR,
      USHER_ERROR_FORBIDDEN,
      "the admin listener needs a token on “%s”, beyond loopback: set admin.token, in a file "
      "or as USHER_ADMIN__TOKEN",
      listen);

  return FALSE;
}

/**
 * usher_admin_listener_start:
 * @self: a listener
 * @listen: `ADDR:PORT`, `[ADDR]:PORT`, `unix:PATH` or `fd:N`; port 0 is any that is free
 * @error: return location for a [error@Error]
 *
 * Binds and begins to answer.
 *
 * Returns: whether it listens; `USHER_ERROR_FORBIDDEN` for an address beyond loopback without a token,
 *   `USHER_ERROR_BUSY` names an address that is in use
 */
gboolean
usher_admin_listener_start (UsherAdminListener *self, const char *listen, GError **error)
{
  g_return_val_if_fail (USHER_IS_ADMIN_LISTENER (self), FALSE);
  g_return_val_if_fail (listen != NULL, FALSE);
  g_return_val_if_fail (self->server == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  self->server = make_server (self);

  return usher_server_start (self->server, listen, error) && may_listen (self, listen, error);
}

/**
 * usher_admin_listener_get_uri:
 * @self: a listener
 *
 * Gets where it listens, such as `http://127.0.0.1:8222`.
 *
 * Returns: (nullable): the address, `NULL` before it listens
 */
const char *
usher_admin_listener_get_uri (UsherAdminListener *self)
{
  g_return_val_if_fail (USHER_IS_ADMIN_LISTENER (self), NULL);

  return self->server != NULL ? usher_server_get_uri (self->server) : NULL;
}

/**
 * usher_admin_listener_stop:
 * @self: a listener
 *
 * Closes the socket and all connections. May be called twice.
 */
void
usher_admin_listener_stop (UsherAdminListener *self)
{
  g_return_if_fail (USHER_IS_ADMIN_LISTENER (self));

  if (self->server != NULL)
    usher_server_stop (self->server, PATIENCE);
}

/**
 * usher_admin_listener_add_metrics:
 * @self: a listener
 * @metrics: where to
 *
 * Adds how many connections there are, and what was refused. Any thread.
 */
void
usher_admin_listener_add_metrics (UsherAdminListener *self, UsherMetrics *metrics)
{
  g_return_if_fail (USHER_IS_ADMIN_LISTENER (self));
  g_return_if_fail (USHER_IS_METRICS (metrics));

  if (self->server != NULL)
    usher_server_add_metrics (self->server, metrics);
}
