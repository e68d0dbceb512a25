/* http-peer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-peer.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE (USHER_TEST_PATIENCE / G_TIME_SPAN_SECOND)

void
http_peer_finish_with (UsherExchange *exchange, char *text)
{
  g_autoptr (UsherExchange) owned = exchange;

  usher_reply_take_json (usher_exchange_get_reply (owned), text);
  usher_exchange_finish (owned);
}

static void
on_hello (UsherExchange *exchange, gpointer user_data)
{
  http_peer_finish_with (exchange, g_strdup ("\"hello\""));
}

static void
on_echo (UsherExchange *exchange, gpointer user_data)
{
  GBytes *body = usher_request_get_body (usher_exchange_get_request (exchange));

  http_peer_finish_with (exchange,
                         body != NULL
                             ? g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body))
                             : g_strdup ("null"));
}

static void
on_who (UsherExchange *exchange, gpointer user_data)
{
  UsherRequest *request = usher_exchange_get_request (exchange);

  http_peer_finish_with (exchange,
                         g_strdup (
                             usher_session_get_user_id (usher_request_get_session (request))));
}

static void
on_address (UsherExchange *exchange, gpointer user_data)
{
  UsherRequest *request = usher_exchange_get_request (exchange);

  http_peer_finish_with (exchange,
                         g_strdup_printf ("%s %s",
                                          usher_request_get_address (request),
                                          usher_request_is_secure (request) ? "secure" : "plain"));
}

static void
on_hop (UsherExchange *exchange, gpointer user_data)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  const char *hop = usher_request_get_header (request, "X-Hop");

  http_peer_finish_with (exchange, g_strdup (hop != NULL ? hop : "-"));
}

static void
on_later (UsherExchange *exchange, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_async_queue_push (fixture->later, exchange);
}

static void
on_sign_in (UsherExchange *exchange, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (UsherSession) session = usher_sessions_begin (fixture->sessions, "u1", "a@b.example");

  usher_reply_set_session (usher_exchange_get_reply (exchange), session);
  http_peer_finish_with (exchange, g_strdup ("{}"));
}

static void
on_sign_out (UsherExchange *exchange, gpointer user_data)
{
  usher_reply_set_session (usher_exchange_get_reply (exchange), NULL);
  http_peer_finish_with (exchange, g_strdup ("{}"));
}

static void
on_idle (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_atomic_int_inc (&fixture->n_idle);
}

static void
add_routes (Fixture *fixture)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    UsherRouteFlags flags;
    UsherRouteFunc func;
  } routes[] = {
    { "GET", "/hello", USHER_ROUTE_NONE, on_hello },
    { "POST", "/echo", USHER_ROUTE_NONE, on_echo },
    { "GET", "/who", USHER_ROUTE_SIGNED_IN, on_who },
    { "GET", "/address", USHER_ROUTE_NONE, on_address },
    { "GET", "/hop", USHER_ROUTE_NONE, on_hop },
    { "POST", "/secret", USHER_ROUTE_SIGNED_IN, on_who },
    { "GET", "/later", USHER_ROUTE_NONE, on_later },
    { "POST", "/later", USHER_ROUTE_NONE, on_later },
    { "POST", "/sign-in", USHER_ROUTE_NONE, on_sign_in },
    { "POST", "/sign-out", USHER_ROUTE_NONE, on_sign_out },
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      usher_router_add (fixture->router,
                        routes[i].method,
                        routes[i].pattern,
                        routes[i].flags,
                        routes[i].func,
                        fixture,
                        NULL,
                        &error);
      g_assert_no_error (error);
    }
}

UsherSettings *
http_peer_make_settings (const char *const *assignments)
{
  UsherSettings *settings = usher_settings_new ();
  g_autoptr (GError) error = NULL;

  usher_front_declare_settings (settings, &error);
  g_assert_no_error (error);
  for (guint i = 0; assignments != NULL && assignments[i] != NULL; i++)
    {
      usher_settings_assign (settings, assignments[i], "test", &error);
      g_assert_no_error (error);
    }

  return settings;
}

void
http_peer_set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-front-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->key_file = g_build_filename (fixture->directory, "key", NULL);
  fixture->clock = usher_real_clock_new ();
  fixture->settings = http_peer_make_settings (data);
  fixture->later = g_async_queue_new_full (g_object_unref);

  fixture->sessions =
      usher_sessions_new (fixture->key_file, G_TIME_SPAN_MINUTE, fixture->clock, &error);
  g_assert_no_error (error);
  fixture->router =
      usher_router_new (fixture->sessions,
                        (gsize) usher_settings_get_integer (fixture->settings, "http", "max-body"));
  add_routes (fixture);

  fixture->front =
      usher_front_new (fixture->router, fixture->sessions, fixture->settings, fixture->clock);
  usher_front_set_idle_func (fixture->front, on_idle, fixture, NULL);
  usher_front_start (fixture->front, "127.0.0.1:0", &error);
  g_assert_no_error (error);
}

gboolean
http_peer_restart (Fixture *fixture, const char *listen, GError **error)
{
  g_assert_finalize_object (fixture->front);
  fixture->front =
      usher_front_new (fixture->router, fixture->sessions, fixture->settings, fixture->clock);

  return usher_front_start (fixture->front, listen, error);
}

void
http_peer_tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->front != NULL)
    g_assert_finalize_object (fixture->front);
  g_async_queue_unref (fixture->later);
  g_assert_finalize_object (fixture->router);
  g_assert_finalize_object (fixture->sessions);
  g_assert_finalize_object (fixture->settings);
  g_assert_finalize_object (fixture->clock);
  g_unlink (fixture->key_file);
  g_rmdir (fixture->directory);
  g_free (fixture->key_file);
  g_free (fixture->directory);
}

GSocket *
http_peer_make_socket (void)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_set_timeout (socket, PATIENCE);

  return socket;
}

static GSocketAddress *
make_address (const char *text)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GError) error = NULL;

  if (g_str_has_prefix (text, "unix:"))
    return g_unix_socket_address_new (text + strlen ("unix:"));

  uri = g_uri_parse (text, 0, &error);
  g_assert_no_error (error);

  return g_inet_socket_address_new_from_string (g_uri_get_host (uri), (guint) g_uri_get_port (uri));
}

void
http_peer_connect_socket (Fixture *fixture, GSocket *socket)
{
  g_autoptr (GSocketAddress) address = make_address (usher_front_get_uri (fixture->front));
  g_autoptr (GError) error = NULL;

  g_socket_connect (socket, address, NULL, &error);
  g_assert_no_error (error);
}

GSocket *
http_peer_connect_uri (const char *uri)
{
  g_autoptr (GSocketAddress) address = make_address (uri);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address),
                                  G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT,
                                  &error);

  g_assert_no_error (error);
  g_socket_set_timeout (socket, PATIENCE);
  g_socket_connect (socket, address, NULL, &error);
  g_assert_no_error (error);

  return socket;
}

gboolean
http_peer_can_connect (const char *uri)
{
  g_autoptr (GSocketAddress) address = make_address (uri);
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_DEFAULT,
                                             NULL);

  g_assert_nonnull (socket);

  return g_socket_connect (socket, address, NULL, NULL);
}

GSocket *
http_peer_connect (Fixture *fixture)
{
  return http_peer_connect_uri (usher_front_get_uri (fixture->front));
}

/* That the other side has closed is for the test to see when it reads. */
void
http_peer_send_bytes (GSocket *socket, const char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = g_socket_send (socket, data, length, NULL, NULL);

      if (n <= 0)
        return;
      data += n;
      length -= (gsize) n;
    }
}

void
http_peer_send (GSocket *socket, const char *text)
{
  http_peer_send_bytes (socket, text, strlen (text));
}

void
http_peer_answer_free (Answer *answer)
{
  g_free (answer->head);
  g_free (answer->body);
  g_free (answer);
}

static gboolean
read_bytes (GSocket *socket, GString *into, gsize length)
{
  g_autofree char *buffer = g_malloc (length);

  while (length > 0)
    {
      gssize n = g_socket_receive (socket, buffer, length, NULL, NULL);

      if (n <= 0)
        return FALSE;
      g_string_append_len (into, buffer, n);
      length -= (gsize) n;
    }

  return TRUE;
}

Answer *
http_peer_receive (GSocket *socket, gboolean has_body)
{
  g_autoptr (GString) head = g_string_new (NULL);
  GString *body = g_string_new (NULL);
  Answer *answer = g_new0 (Answer, 1);
  const char *length = NULL;

  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    if (!read_bytes (socket, head, 1))
      break;

  if (g_str_has_prefix (head->str, "HTTP/1.1 "))
    answer->status = (guint) g_ascii_strtoull (head->str + 9, NULL, 10);
  answer->head = g_strdup (strstr (head->str, "\r\n"));
  length = answer->head != NULL ? strstr (answer->head, "\r\nContent-Length: ") : NULL;
  if (length != NULL && has_body)
    g_assert_true (read_bytes (socket, body, (gsize) g_ascii_strtoull (length + 18, NULL, 10)));
  answer->body = g_string_free (body, FALSE);

  return answer;
}

Answer *
http_peer_ask (Fixture *fixture, const char *text)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  http_peer_send (socket, text);

  return http_peer_receive (socket, TRUE);
}

void
http_peer_assert_next (GSocket *socket, guint status, const char *body)
{
  g_autoptr (Answer) answer = http_peer_receive (socket, TRUE);

  g_assert_cmpuint (answer->status, ==, status);
  if (body != NULL)
    g_assert_cmpstr (answer->body, ==, body);
}

UsherExchange *
http_peer_pop_later (Fixture *fixture)
{
  return usher_test_pop (fixture->later);
}

void
http_peer_finish (UsherExchange *exchange, const char *text)
{
  usher_reply_take_json (usher_exchange_get_reply (exchange), g_strdup (text));
  usher_exchange_finish (exchange);
}

gboolean
http_peer_is_closed (GSocket *socket)
{
  g_autoptr (GError) error = NULL;
  char buffer[1024];
  gssize n = 0;

  g_socket_set_timeout (socket, PATIENCE);
  do
    n = g_socket_receive (socket, buffer, sizeof buffer, NULL, &error);
  while (n > 0);

  return n == 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

void
http_peer_assert_refused (Fixture *fixture, const char *text, guint status)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) answer = NULL;

  g_test_message ("%.200s", text);
  http_peer_send (socket, text);
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, status);
  g_assert_nonnull (strstr (answer->head, "\r\nConnection: close\r\n"));
  g_assert_true (http_peer_is_closed (socket));
}
