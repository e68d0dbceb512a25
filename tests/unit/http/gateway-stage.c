/* gateway-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "gateway-stage.h"
#include "usher-test-base.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

static const char *const routes[][2] = {
  { "GET", "" },       { "POST", "/echo" },  { "GET", "/headers" }, { "GET", "/status/:status" },
  { "GET", "/later" }, { "POST", "/later" }, { "GET", "/stream" },
};

static void
answer_status (UsherExchange *exchange)
{
  UsherReply *reply = usher_exchange_get_reply (exchange);
  const char *status =
      usher_request_get_parameter (usher_exchange_get_request (exchange), "status");

  usher_reply_set_status (reply, (guint) g_ascii_strtoull (status, NULL, 10));
  usher_reply_set_header (reply, "X-Mine", "kept");
  usher_reply_set_header (reply, "Set-Cookie", "a=1");
  usher_exchange_finish (exchange);
  g_object_unref (exchange);
}

static void
answer_headers (UsherExchange *exchange)
{
  static const char *const names[] = {
    "X-Mine",      "Host",         "Cookie", "X-Forwarded-For",
    "Traceparent", "X-Request-Id", "X-Hop",  "X-Forwarded-Proto"
  };
  UsherRequest *request = usher_exchange_get_request (exchange);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = usher_request_get_header (request, names[i]);

      g_string_append_printf (text, "%s=%s;", names[i], value != NULL ? value : "-");
    }
  g_string_append_printf (text, "address=%s", usher_request_get_address (request));
  http_peer_finish_with (exchange, g_strdup (text->str));
}

static void
on_request (UsherExchange *exchange, gpointer user_data)
{
  GatewayCopy *copy = user_data;
  UsherRequest *request = usher_exchange_get_request (exchange);
  const char *path = usher_request_get_path (request);
  GBytes *body = usher_request_get_body (request);

  g_atomic_int_inc (&copy->n_requests);
  if (g_str_has_suffix (path, "/stream"))
    http_streams_take (&copy->streams, exchange);
  else if (g_str_has_suffix (path, "/later"))
    g_async_queue_push (copy->later, exchange);
  else if (g_str_has_suffix (path, "/headers"))
    answer_headers (exchange);
  else if (strstr (path, "/status/") != NULL)
    answer_status (exchange);
  else if (body != NULL)
    http_peer_finish_with (exchange,
                           g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body)));
  else
    http_peer_finish_with (exchange, g_strdup (copy->name));
}

static void
copy_free (gpointer data)
{
  GatewayCopy *copy = data;

  if (copy->front != NULL)
    g_assert_finalize_object (copy->front);
  g_async_queue_unref (copy->later);
  http_streams_clear (&copy->streams);
  g_assert_finalize_object (copy->router);
  g_free (copy->name);
  g_free (copy->service);
  g_free (copy->listen);
  g_free (copy);
}

void
gateway_stage_set_up (GatewayStage *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("usher-gate-XXXXXX", &error);
  g_assert_no_error (error);
  self->clock = usher_real_clock_new ();
  self->settings = http_peer_make_settings (data);
  self->copies = g_ptr_array_new_with_free_func (copy_free);
  self->gateway = usher_gateway_new (self->directory, self->settings, self->clock);
  usher_gateway_start (self->gateway, "127.0.0.1:0", &error);
  g_assert_no_error (error);
}

void
gateway_stage_add_test (const char *path,
                        const char *const *settings,
                        void (*func) (GatewayStage *stage, gconstpointer data))
{
  g_test_add (path, GatewayStage, settings, gateway_stage_set_up, func, gateway_stage_tear_down);
}

void
gateway_stage_tear_down (GatewayStage *self, gconstpointer data)
{
  if (self->gateway != NULL)
    g_assert_finalize_object (self->gateway);
  g_ptr_array_unref (self->copies);
  g_assert_finalize_object (self->settings);
  g_assert_finalize_object (self->clock);
  usher_test_remove_tree (self->directory);
  g_free (self->directory);
}

void
gateway_stage_register (GatewayStage *self,
                        const char *name,
                        const char *service,
                        const char *listen)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.json", self->directory, name);
  g_autoptr (GString) json = g_string_new (NULL);

  g_string_append_printf (json,
                          "{\"name\":\"%s\",\"pid\":1,\"services\":[\"%s\"],\"listen\":\"%s\","
                          "\"admin\":null,\"routes\":[",
                          name,
                          service,
                          listen);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    g_string_append_printf (json,
                            "%s{\"service\":\"%s\",\"method\":\"%s\",\"pattern\":\"/%s%s\"}",
                            i > 0 ? "," : "",
                            service,
                            routes[i][0],
                            service,
                            routes[i][1]);
  g_string_append (json, "]}");
  g_assert_true (g_file_set_contents (path, json->str, -1, NULL));
}

void
gateway_stage_unregister (GatewayStage *self, const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.json", self->directory, name);

  g_assert_cmpint (g_unlink (path), ==, 0);
  gateway_stage_await_state (self, name, NULL);
}

static const char *
get_state (GatewayStage *self, const char *name)
{
  g_autoptr (GPtrArray) copies = usher_gateway_list (self->gateway);

  for (guint i = 0; i < copies->len; i++)
    {
      UsherGatewayCopy *copy = g_ptr_array_index (copies, i);

      if (strcmp (copy->name, name) == 0)
        return copy->state;
    }

  return NULL;
}

void
gateway_stage_await_state (GatewayStage *self, const char *name, const char *state)
{
  usher_test_until (g_strcmp0 (get_state (self, name), state) == 0);
}

static GatewayCopy *
add (GatewayStage *self, const char *name, const char *service, const char *listen)
{
  GatewayCopy *copy = g_new0 (GatewayCopy, 1);
  g_autoptr (GError) error = NULL;

  copy->stage = self;
  copy->name = g_strdup (name);
  copy->service = g_strdup (service);
  copy->later = g_async_queue_new_full (g_object_unref);
  http_streams_init (&copy->streams);
  copy->router =
      usher_router_new (NULL,
                        (gsize) usher_settings_get_integer (self->settings, "http", "max-body"));
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_autofree char *pattern = g_strdup_printf ("/%s%s", service, routes[i][1]);

      usher_router_add (copy->router, routes[i][0], pattern, 0, on_request, copy, NULL, &error);
      g_assert_no_error (error);
    }

  copy->front = usher_front_new (copy->router, NULL, self->settings, self->clock);
  usher_front_start (copy->front, listen, &error);
  g_assert_no_error (error);
  copy->listen = g_strdup (usher_front_get_uri (copy->front));
  g_ptr_array_add (self->copies, copy);
  gateway_stage_register (self, name, service, copy->listen);
  gateway_stage_await_state (self, name, "ready");

  return copy;
}

GatewayCopy *
gateway_stage_add (GatewayStage *self, const char *name, const char *service)
{
  g_autofree char *listen = g_strdup_printf ("unix:%s/%s.http", self->directory, name);

  return add (self, name, service, listen);
}

GatewayCopy *
gateway_stage_add_tcp (GatewayStage *self, const char *name, const char *service)
{
  return add (self, name, service, "127.0.0.1:0");
}

void
gateway_stage_kill (GatewayCopy *copy)
{
  g_assert_finalize_object (copy->front);
  copy->front = NULL;
}

/* One connection of an impostor. */
typedef struct
{
  GatewayImpostor *impostor; /* (unowned) */
  GSocket *socket;           /* (owned) */
} Caller;

static void
serve_one (GatewayImpostor *impostor, GSocket *socket)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *length = NULL;
  const char *end = NULL;
  char buffer[4096];
  gssize n = 0;

  do
    {
      n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL);
      g_string_append_len (text, buffer, MAX (n, 0));
      length = strstr (text->str, "Content-Length: ");
      end = strstr (text->str, "\r\n\r\n");
    }
  while (n > 0 && (end == NULL || (length != NULL &&
                                   strlen (end + 4) < g_ascii_strtoull (length + 16, NULL, 10))));

  /* the gateway looks whether somebody is there */
  if (n <= 0)
    return;

  g_atomic_int_inc (&impostor->n_requests);
  if (impostor->answer != NULL)
    g_socket_send (socket, impostor->answer, strlen (impostor->answer), NULL, NULL);
}

static gpointer
run_caller (gpointer data)
{
  Caller *caller = data;
  GatewayImpostor *impostor = caller->impostor;

  serve_one (impostor, caller->socket);
  g_mutex_lock (&impostor->mutex);
  if (!impostor->holds)
    g_socket_close (caller->socket, NULL);
  g_mutex_unlock (&impostor->mutex);
  g_object_unref (caller->socket);
  g_free (caller);

  return NULL;
}

/* The gateway keeps connections on which it says nothing, so each has a thread. */
static gpointer
run_impostor (gpointer data)
{
  GatewayImpostor *impostor = data;

  for (;;)
    {
      GSocket *socket = g_socket_accept (impostor->socket, NULL, NULL);
      Caller *caller = NULL;

      if (socket == NULL)
        return NULL;

      g_ptr_array_add (impostor->sockets, socket);
      if (g_atomic_int_get (&impostor->stopping))
        return NULL;
      caller = g_new0 (Caller, 1);
      caller->impostor = impostor;
      caller->socket = g_object_ref (socket);
      g_ptr_array_add (impostor->threads, g_thread_new ("caller", run_caller, caller));
    }
}

GatewayImpostor *
gateway_stage_add_impostor (GatewayStage *self,
                            const char *name,
                            const char *service,
                            const char *answer,
                            gboolean holds)
{
  GatewayImpostor *impostor = g_new0 (GatewayImpostor, 1);
  g_autofree char *path = g_strdup_printf ("%s/%s.http", self->directory, name);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  impostor->answer = g_strdup (answer);
  impostor->holds = holds;
  g_mutex_init (&impostor->mutex);
  impostor->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  impostor->threads = g_ptr_array_new ();
  impostor->uri = g_strconcat ("unix:", path, NULL);
  impostor->socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (impostor->socket, address, FALSE, NULL));
  g_assert_true (g_socket_listen (impostor->socket, NULL));
  impostor->thread = g_thread_new ("impostor", run_impostor, impostor);
  gateway_stage_register (self, name, service, impostor->uri);
  gateway_stage_await_state (self, name, "ready");

  return impostor;
}

void
gateway_impostor_free (GatewayImpostor *impostor)
{
  g_autoptr (GSocket) last = NULL;

  g_atomic_int_set (&impostor->stopping, 1);
  last = http_peer_connect_uri (impostor->uri);
  g_thread_join (impostor->thread);

  g_mutex_lock (&impostor->mutex);
  for (guint i = 0; i < impostor->sockets->len; i++)
    g_socket_shutdown (g_ptr_array_index (impostor->sockets, i), TRUE, TRUE, NULL);
  g_mutex_unlock (&impostor->mutex);
  for (guint i = 0; i < impostor->threads->len; i++)
    g_thread_join (g_ptr_array_index (impostor->threads, i));

  g_ptr_array_unref (impostor->threads);
  g_ptr_array_unref (impostor->sockets);
  g_mutex_clear (&impostor->mutex);
  g_object_unref (impostor->socket);
  g_free (impostor->answer);
  g_free (impostor->uri);
  g_free (impostor);
}

GSocket *
gateway_stage_ask_later (GatewayStage *self, GatewayCopy *copy, UsherExchange **exchange)
{
  g_autofree char *text =
      g_strdup_printf ("GET /%s/later HTTP/1.1\r\nHost: a\r\n\r\n", copy->service);
  GSocket *socket = http_peer_connect_uri (usher_gateway_get_uri (self->gateway));

  http_peer_send (socket, text);
  *exchange = usher_test_pop (copy->later);

  return socket;
}

Answer *
gateway_stage_ask (GatewayStage *self, const char *text)
{
  g_autoptr (GSocket) socket = http_peer_connect_uri (usher_gateway_get_uri (self->gateway));

  http_peer_send (socket, text);

  return http_peer_receive (socket, !g_str_has_prefix (text, "HEAD "));
}

void
gateway_stage_expect (GatewayStage *self, const char *text, guint status, const char *body)
{
  g_autoptr (Answer) answer = gateway_stage_ask (self, text);

  g_test_message ("%.200s", text);
  g_assert_cmpuint (answer->status, ==, status);
  if (body != NULL)
    g_assert_cmpstr (answer->body, ==, body);
}
