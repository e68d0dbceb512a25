/* usher-admin-listener.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-admin-listener.h"

#include <libsoup/soup.h>
#include <string.h>

#include "usher-error.h"
#include "usher-listen-address-private.h"
#include "usher-request-private.h"
#include "usher-router-private.h"

#define KEY  "usher-too-large"
#define GONE "usher-gone"

/**
 * UsherAdminListener:
 *
 * HTTP for the few who run the host.
 *
 * It stands on libsoup, on a thread and a main context of its own, and hands requests to a router as the public
 * listener does. Beyond loopback a token is asked for. Every answer closes its connection: the server of libsoup 3.2
 * leaks a descriptor for an idle connection that its client closes.
 */
struct _UsherAdminListener
{
  GObject parent_instance;

  UsherRouter *router; /* (owned) */
  char *token;         /* (owned) (nullable) */
  gboolean asks_token;

  GMainContext *context;   /* (owned) */
  GMainLoop *loop;         /* (owned) */
  GThread *thread;         /* (owned) (nullable) */
  GSocket *socket;         /* (owned) (nullable) */
  GSocketService *service; /* (owned) (nullable) (thread thread) */
  SoupServer *server;      /* (owned) (nullable) (thread thread) */
  char *uri;               /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (UsherAdminListener, usher_admin_listener, G_TYPE_OBJECT)

/* A message that waits for its exchange. */
typedef struct
{
  GMainContext *context;      /* (owned) */
  SoupServerMessage *message; /* (owned) */
  UsherReply *reply;          /* (owned) */
  UsherRequest *request;      /* (owned) */
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_main_context_unref (answer->context);
  g_object_unref (answer->message);
  g_object_unref (answer->reply);
  g_object_unref (answer->request);
  g_free (answer);
}

static void
usher_admin_listener_dispose (GObject *object)
{
  usher_admin_listener_stop (USHER_ADMIN_LISTENER (object));

  G_OBJECT_CLASS (usher_admin_listener_parent_class)->dispose (object);
}

static void
usher_admin_listener_finalize (GObject *object)
{
  UsherAdminListener *self = USHER_ADMIN_LISTENER (object);

  g_clear_object (&self->router);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (usher_admin_listener_parent_class)->finalize (object);
}

static void
usher_admin_listener_class_init (UsherAdminListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = usher_admin_listener_dispose;
  object_class->finalize = usher_admin_listener_finalize;
}

static void
usher_admin_listener_init (UsherAdminListener *self)
{
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
}

/**
 * usher_admin_listener_new:
 * @router: what answers
 * @token: (nullable): what clients beyond loopback must know
 *
 * Makes a listener that does not listen yet.
 *
 * Returns: (transfer full): the listener
 */
UsherAdminListener *
usher_admin_listener_new (UsherRouter *router, const char *token)
{
  UsherAdminListener *self = NULL;

  g_return_val_if_fail (USHER_IS_ROUTER (router), NULL);

  self = g_object_new (USHER_TYPE_ADMIN_LISTENER, NULL);
  self->router = g_object_ref (router);
  self->token = g_strdup (token);

  return self;
}

static void
append_header (const char *name, const char *value, gpointer user_data)
{
  soup_message_headers_replace (user_data, name, value);
}

static void
fill_message (SoupServerMessage *message, UsherRequest *request, UsherReply *reply)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  GBytes *body = usher_reply_get_body (reply);

  soup_server_message_set_status (message, usher_reply_get_status (reply), NULL);
  usher_reply_foreach_header (reply, append_header, headers);
  append_header ("X-Request-Id", usher_request_get_id (request), headers);
  append_header ("X-Content-Type-Options", "nosniff", headers);
  append_header ("Cache-Control", "no-store", headers);
  append_header ("Connection", "close", headers);
  if (body == NULL)
    return;

  soup_message_headers_set_content_type (headers, usher_reply_get_media_type (reply), NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), body);
}

static gboolean
send_answer (gpointer user_data)
{
  Answer *answer = user_data;

  if (g_object_get_data (G_OBJECT (answer->message), GONE) == NULL)
    {
      fill_message (answer->message, answer->request, answer->reply);
      soup_server_message_unpause (answer->message);
    }

  return G_SOURCE_REMOVE;
}

/* On any thread; the message belongs to ours. */
static void
on_done (UsherExchange *exchange, gpointer user_data)
{
  Answer *answer = user_data;
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, send_answer, answer, answer_free);
  g_source_attach (source, answer->context);
}

static void
copy_header (const char *name, const char *value, gpointer user_data)
{
  usher_request_add_header (user_data, name, value);
}

/* NULL when it is empty, or was dropped for its size. */
static GBytes *
take_body (SoupServerMessage *message)
{
  g_autoptr (GBytes) body = NULL;

  if (g_object_get_data (G_OBJECT (message), KEY) != NULL)
    return NULL;

  body = soup_message_body_flatten (soup_server_message_get_request_body (message));

  return g_bytes_get_size (body) > 0 ? g_steal_pointer (&body) : NULL;
}

static UsherRequest *
make_request (SoupServerMessage *message)
{
  GUri *uri = soup_server_message_get_uri (message);
  const char *query = g_uri_get_query (uri);
  const char *address = soup_server_message_get_remote_host (message);
  g_autofree char *target =
      g_strconcat (g_uri_get_path (uri), query != NULL ? "?" : NULL, query, NULL);
  g_autoptr (UsherRequest) request =
      usher_request_new (soup_server_message_get_method (message), target);
  g_autoptr (GBytes) body = take_body (message);

  soup_message_headers_foreach (soup_server_message_get_request_headers (message),
                                copy_header,
                                request);
  usher_request_adopt_id (request);
  usher_request_set_origin (request, address != NULL ? address : "", FALSE);
  usher_request_set_body (request, body);

  return g_steal_pointer (&request);
}

static gboolean
equals_secret (const char *given, const char *secret)
{
  gsize length = strlen (secret);
  guchar difference = 0;

  if (strlen (given) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    difference |= (guchar) (given[i] ^ secret[i]);

  return difference == 0;
}

static gboolean
is_allowed (UsherAdminListener *self, UsherRequest *request)
{
  const char *authorization = usher_request_peek_header (request, USHER_HEADER_AUTHORIZATION);

  if (!self->asks_token)
    return TRUE;

  return authorization != NULL && g_ascii_strncasecmp (authorization, "Bearer ", 7) == 0 &&
         equals_secret (authorization + 7, self->token);
}

/* A client that does not wait for its answer; one that is told to libsoup then is a mistake. */
static void
on_gone (SoupServerMessage *message, gpointer user_data)
{
  g_object_set_data (G_OBJECT (message), GONE, GINT_TO_POINTER (TRUE));
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  UsherAdminListener *self = user_data;
  Answer *answer = g_new0 (Answer, 1);
  g_autoptr (UsherExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;

  answer->context = g_main_context_ref (self->context);
  answer->message = g_object_ref (message);
  answer->request = make_request (message);
  exchange = usher_exchange_new (answer->request, on_done, answer);
  answer->reply = g_object_ref (usher_exchange_get_reply (exchange));
  g_signal_connect (message, "finished", G_CALLBACK (on_gone), NULL);
  g_signal_connect (message, "disconnected", G_CALLBACK (on_gone), NULL);
  soup_server_message_pause (message);

  if (g_object_get_data (G_OBJECT (message), KEY) != NULL)
    error = g_error_new_literal (USHER_ERROR, USHER_ERROR_TOO_LARGE, "too large");
  else if (!is_allowed (self, answer->request))
    error = g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAUTHORIZED, "wrong token");

  if (error != NULL)
    usher_exchange_fail (exchange, error);
  else
    usher_router_run (self->router, g_steal_pointer (&exchange));
}

/* The server of libsoup has no limit: what is over ours is read and dropped. */
static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  UsherAdminListener *self = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if ((guint64) body->length <= usher_router_get_max_body (self->router))
    return;

  g_object_set_data (G_OBJECT (message), KEY, GINT_TO_POINTER (TRUE));
  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
}

static void
on_head (SoupServer *server,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer user_data)
{
  g_signal_connect_object (message, "got-chunk", G_CALLBACK (on_chunk), user_data, 0);
}

/* The server of libsoup takes every address for one of the internet. Takes ownership of @address. */
static GSocketAddress *
make_inet (GSocketAddress *address)
{
  g_autoptr (GSocketAddress) owned = address;
  g_autoptr (GInetAddress) loopback = NULL;

  if (G_IS_INET_SOCKET_ADDRESS (owned))
    return g_steal_pointer (&owned);

  loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  return g_inet_socket_address_new (loopback, 0);
}

/* The server's own accepting leaks an object for each connection, and ends at the first failure. */
static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source_object,
             gpointer user_data)
{
  UsherAdminListener *self = user_data;
  g_autoptr (GSocketAddress) local =
      make_inet (g_socket_connection_get_local_address (connection, NULL));
  g_autoptr (GSocketAddress) remote =
      make_inet (g_socket_connection_get_remote_address (connection, NULL));
  g_autoptr (GError) error = NULL;

  if (!soup_server_accept_iostream (self->server, G_IO_STREAM (connection), local, remote, &error))
    g_message ("a connection of an operator was not taken: %s", error->message);

  return TRUE;
}

static gpointer
run (gpointer data)
{
  UsherAdminListener *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  while (g_main_context_iteration (self->context, FALSE))
    continue;
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static gboolean
open_server (UsherAdminListener *self, GSocket *socket, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean ok = FALSE;

  self->uri = usher_listen_address_make_uri (socket);

  g_main_context_push_thread_default (self->context);
  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_add_early_handler (self->server, NULL, on_head, self, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  self->service = g_socket_service_new ();
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  ok = g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket, NULL, &local_error);
  g_main_context_pop_thread_default (self->context);

  if (!ok)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "the admin listener did not start: %s",
                 local_error->message);

  return ok;
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
  g_autoptr (GSocket) socket = NULL;

  g_return_val_if_fail (USHER_IS_ADMIN_LISTENER (self), FALSE);
  g_return_val_if_fail (listen != NULL, FALSE);
  g_return_val_if_fail (self->thread == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  socket = usher_listen_address_open (listen, error);
  if (socket == NULL)
    return FALSE;

  self->asks_token = !usher_listen_address_is_local (socket);
  if (self->asks_token && self->token == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_FORBIDDEN,
                   "the admin listener needs a token on “%s”, beyond loopback",
                   listen);
      return FALSE;
    }

  if (!open_server (self, socket, error))
    {
      usher_listen_address_forget (socket);
      g_clear_object (&self->service);
      g_clear_object (&self->server);
      return FALSE;
    }

  self->socket = g_steal_pointer (&socket);
  self->thread = g_thread_try_new ("usher-admin", run, self, error);

  return self->thread != NULL;
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

  return self->uri;
}

static gboolean
on_stop (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
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
  g_autoptr (GSource) source = NULL;

  g_return_if_fail (USHER_IS_ADMIN_LISTENER (self));

  if (self->thread == NULL)
    return;

  /* after what is ready to be sent */
  source = g_idle_source_new ();
  g_source_set_callback (source, on_stop, self->loop, NULL);
  g_source_attach (source, self->context);
  usher_listen_address_forget (self->socket);
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_object (&self->socket);
}
