/* test-admin-listener.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "usher-admin-forward.h"
#include "usher-admin-listener.h"
#include "usher-error.h"
#include "usher-front.h"
#include "usher-test-base.h"

#define TOKEN "the-token"

typedef struct
{
  UsherSettings *settings;
  UsherRouter *router;
  UsherAdminListener *listener; /* (owned) (nullable) */
  GAsyncQueue *later;           /* (owned) (element-type UsherExchange) */
} Fixture;

static void
on_hello (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherRequest *request = usher_exchange_get_request (owned);
  const char *name = usher_request_get_parameter (request, "name");
  const char *query = usher_request_get_query (request, "q");

  usher_reply_take_json (usher_exchange_get_reply (owned),
                         g_strconcat (name, " ", query != NULL ? query : "-", NULL));
  usher_exchange_finish (owned);
}

static void
on_later (UsherExchange *exchange, gpointer user_data)
{
  g_async_queue_push (user_data, exchange);
}

static UsherSettings *
make_settings (const char *token)
{
  UsherSettings *settings = usher_settings_new ();
  g_autofree char *assignment = g_strconcat ("admin.token=", token, NULL);
  g_autoptr (GError) error = NULL;

  usher_front_declare_settings (settings, &error);
  g_assert_no_error (error);
  usher_admin_listener_declare_settings (settings, &error);
  g_assert_no_error (error);
  usher_settings_assign (settings, assignment, "test", &error);
  g_assert_no_error (error);

  return settings;
}

static void
set_up (Fixture *fixture, gconstpointer token)
{
  const char *listen = token != NULL ? "0.0.0.0:0" : "127.0.0.1:0";
  g_autoptr (GError) error = NULL;

  fixture->later = g_async_queue_new_full (g_object_unref);
  fixture->router = usher_router_new (NULL, 1024);
  usher_router_add (fixture->router, "GET", "/hello/:name", 0, on_hello, NULL, NULL, &error);
  g_assert_no_error (error);
  usher_router_add (fixture->router, "POST", "/later", 0, on_later, fixture->later, NULL, &error);
  g_assert_no_error (error);

  fixture->settings = make_settings (token);
  fixture->listener = usher_admin_listener_new (fixture->router, fixture->settings);
  usher_admin_listener_start (fixture->listener, listen, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer token)
{
  if (fixture->listener != NULL)
    g_assert_finalize_object (fixture->listener);
  g_async_queue_unref (fixture->later);
  g_assert_finalize_object (fixture->router);
  g_assert_finalize_object (fixture->settings);
}

static GSocketConnection *
send_text (Fixture *fixture, const char *text)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  const char *uri = usher_admin_listener_get_uri (fixture->listener);
  const char *rest = strrchr (uri, ':') + 1;
  g_autoptr (GSocketAddress) address = NULL;
  GSocketConnection *connection = NULL;

  if (*rest == '/')
    address = g_unix_socket_address_new (rest);
  else
    address = g_inet_socket_address_new_from_string ("127.0.0.1",
                                                     (guint) g_ascii_strtoull (rest, NULL, 10));
  g_socket_client_set_timeout (client, USHER_TEST_PATIENCE / G_TIME_SPAN_SECOND);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             text,
                             strlen (text),
                             NULL,
                             NULL,
                             NULL);

  return connection;
}

/* Reads until the listener closes, as all requests here want. */
static char *
receive_text (GSocketConnection *connection)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GString *text = g_string_new (NULL);
  char buffer[4096];
  gssize n = 0;

  while ((n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (text, buffer, n);
  g_assert_cmpint (n, ==, 0);

  return g_string_free (text, FALSE);
}

static char *
ask (Fixture *fixture, const char *text)
{
  g_autoptr (GSocketConnection) connection = send_text (fixture, text);

  return receive_text (connection);
}

static void
assert_status (const char *answer, guint status)
{
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 "));
  g_assert_cmpuint (g_ascii_strtoull (answer + 9, NULL, 10), ==, status);
}

static void
test_get (Fixture *fixture, gconstpointer token)
{
  g_autofree char *answer = ask (fixture,
                                 "GET /hello/a%20b?q=c%26 HTTP/1.1\r\nHost: "
                                 "localhost\r\nConnection: close\r\nX-Request-Id: id-1\r\n\r\n");

  g_test_summary ("A request goes through the router, and is answered once");

  assert_status (answer, 200);
  g_assert_true (g_str_has_suffix (answer, "\r\n\r\na b c&"));
  g_assert_nonnull (strstr (answer, "\r\nX-Request-Id: id-1\r\n"));
  g_assert_nonnull (strstr (answer, "\r\nConnection: close\r\n"));
  g_assert_nonnull (strstr (answer, "\r\nContent-Type: application/json"));
}

static void
test_head (Fixture *fixture, gconstpointer token)
{
  g_autofree char *answer =
      ask (fixture, "HEAD /hello/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

  g_test_summary ("HEAD is GET without the body");

  assert_status (answer, 200);
  g_assert_true (g_str_has_suffix (answer, "\r\n\r\n"));
}

static void
test_unknown (Fixture *fixture, gconstpointer token)
{
  g_autofree char *none =
      ask (fixture, "GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  g_autofree char *nul =
      ask (fixture, "GET /hello/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  g_autofree char *put = ask (
      fixture,
      "PUT /later HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

  g_test_summary ("What the router refuses is refused here");

  assert_status (none, 404);
  assert_status (nul, 404);
  assert_status (put, 405);
  g_assert_nonnull (strstr (put, "\r\nAllow: POST, OPTIONS\r\n"));
}

#define POST                                                                       \
  "POST /later HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: " \
  "application/json\r\n"

static void
test_later (Fixture *fixture, gconstpointer token)
{
  g_autoptr (GSocketConnection) connection =
      send_text (fixture, POST "Content-Length: 2\r\n\r\n{}");
  g_autoptr (UsherExchange) exchange = usher_test_pop (fixture->later);
  g_autofree char *answer = NULL;

  g_test_summary ("An exchange may be finished on another thread");

  usher_reply_take_json (usher_exchange_get_reply (exchange), g_strdup ("1"));
  usher_exchange_finish (exchange);
  answer = receive_text (connection);
  assert_status (answer, 200);
  g_assert_true (g_str_has_suffix (answer, "\r\n\r\n1"));
}

static void
test_large (Fixture *fixture, gconstpointer token)
{
  g_autofree char *fill = g_strnfill (100000, '1');
  g_autofree char *text = g_strconcat (POST "Content-Length: 100000\r\n\r\n", fill, NULL);
  g_autofree char *answer = ask (fixture, text);

  g_test_summary ("A body that is too large is refused");

  assert_status (answer, 413);
}

static void
test_stop_open (Fixture *fixture, gconstpointer token)
{
  g_autoptr (GSocketConnection) connection =
      send_text (fixture, POST "Content-Length: 2\r\n\r\n{}");
  g_autoptr (UsherExchange) exchange = usher_test_pop (fixture->later);

  g_test_summary ("Stopping with an open exchange, and finishing it later, does no harm");

  g_assert_finalize_object (g_steal_pointer (&fixture->listener));
  usher_exchange_finish (exchange);
}

static gpointer
finish_exchange (gpointer data)
{
  usher_exchange_finish (data);

  return NULL;
}

static void
test_stop_race (Fixture *fixture, gconstpointer token)
{
  g_test_summary (
      "An answer that comes while the listener stops, or to a client that left, is no harm");

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GSocketConnection) connection =
          send_text (fixture, POST "Content-Length: 2\r\n\r\n{}");
      g_autoptr (UsherExchange) exchange = usher_test_pop (fixture->later);
      g_autoptr (GError) error = NULL;
      GThread *thread = NULL;

      if (i % 2 == 0)
        g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      thread = g_thread_new ("finish", finish_exchange, exchange);
      g_assert_finalize_object (g_steal_pointer (&fixture->listener));
      g_thread_join (thread);

      fixture->listener = usher_admin_listener_new (fixture->router, fixture->settings);
      usher_admin_listener_start (fixture->listener, "127.0.0.1:0", &error);
      g_assert_no_error (error);
    }
}

static void
test_token (Fixture *fixture, gconstpointer token)
{
  g_autofree char *without =
      ask (fixture, "GET /hello/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  g_autofree char *wrong = ask (fixture,
                                "GET /hello/a HTTP/1.1\r\nHost: localhost\r\nConnection: "
                                "close\r\nAuthorization: Bearer the-tokem\r\n\r\n");
  g_autofree char *right = ask (fixture,
                                "GET /hello/a HTTP/1.1\r\nHost: localhost\r\nConnection: "
                                "close\r\nAuthorization: Bearer " TOKEN "\r\n\r\n");

  g_test_summary ("Beyond loopback the token is asked for");

  assert_status (without, 401);
  g_assert_nonnull (strstr (without, "\r\nWWW-Authenticate: Bearer\r\n"));
  assert_status (wrong, 401);
  assert_status (right, 200);
}

static void
test_no_token (void)
{
  g_autoptr (UsherRouter) router = usher_router_new (NULL, 1024);
  g_autoptr (UsherSettings) settings = make_settings (NULL);
  g_autoptr (UsherAdminListener) listener = usher_admin_listener_new (router, settings);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without a token nothing beyond loopback is listened on");

  g_assert_false (usher_admin_listener_start (listener, "0.0.0.0:0", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
  g_assert_nonnull (strstr (error->message, "admin.token"));
}

static void
test_busy (Fixture *fixture, gconstpointer token)
{
  g_autoptr (UsherAdminListener) other =
      usher_admin_listener_new (fixture->router, fixture->settings);
  g_autoptr (GError) error = NULL;
  const char *address = usher_admin_listener_get_uri (fixture->listener) + strlen ("http://");

  g_test_summary ("An address in use is BUSY and named");

  g_assert_false (usher_admin_listener_start (other, address, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, address));
}

#define test(path, token, func) g_test_add (path, Fixture, token, set_up, func, tear_down)

static void
test_path (Fixture *fixture, gconstpointer data)
{
  g_autofree char *directory = g_dir_make_tmp ("usher-admin-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "socket", NULL);
  g_autofree char *listen = g_strconcat ("unix:", path, NULL);
  g_autofree char *old = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A path answers, whatever host is named or none, and asks for no token");

  g_assert_finalize_object (fixture->listener);
  fixture->listener = usher_admin_listener_new (fixture->router, fixture->settings);
  usher_admin_listener_start (fixture->listener, listen, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (usher_admin_listener_get_uri (fixture->listener), ==, listen);

  old = ask (fixture, "GET /hello/a HTTP/1.0\r\n\r\n");
  g_assert_nonnull (strstr (old, "a -"));
  text = ask (fixture, "GET /hello/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  g_assert_nonnull (strstr (text, "b -"));

  usher_admin_listener_stop (fixture->listener);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

typedef struct
{
  char *admin; /* (owned) */
} Other;

static void
on_forward (UsherExchange *exchange, gpointer user_data)
{
  const Other *other = user_data;

  usher_admin_forward (exchange, other->admin, "/hello/there?q=1");
}

static void
test_forward (Fixture *fixture, gconstpointer data)
{
  g_autofree char *directory = g_dir_make_tmp ("usher-admin-XXXXXX", NULL);
  g_autoptr (UsherRouter) router = usher_router_new (NULL, 1024);
  UsherAdminListener *listener = usher_admin_listener_new (router, fixture->settings);
  Other other = { g_strdup_printf ("unix:%s/socket", directory) };
  g_autofree char *text = NULL;
  g_autofree char *later = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is passed on is answered by the other process, or 503 when it is gone");

  usher_router_add (router, "GET", "/hello/:name", 0, on_hello, NULL, NULL, &error);
  g_assert_no_error (error);
  usher_admin_listener_start (listener, other.admin, &error);
  g_assert_no_error (error);
  usher_router_add (fixture->router, "GET", "/other", 0, on_forward, &other, NULL, &error);
  g_assert_no_error (error);

  text = ask (fixture, "GET /other HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 200 "));
  g_assert_nonnull (strstr (text, "there 1"));

  g_assert_finalize_object (listener);
  later = ask (fixture, "GET /other HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  g_assert_true (g_str_has_prefix (later, "HTTP/1.1 503 "));
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  g_free (other.admin);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/admin-listener/get", NULL, test_get);
  test ("/admin-listener/head", NULL, test_head);
  test ("/admin-listener/unknown", NULL, test_unknown);
  test ("/admin-listener/later", NULL, test_later);
  test ("/admin-listener/large", NULL, test_large);
  test ("/admin-listener/stop-open", NULL, test_stop_open);
  test ("/admin-listener/stop-race", NULL, test_stop_race);
  test ("/admin-listener/token", TOKEN, test_token);
  test ("/admin-listener/path", TOKEN, test_path);
  test ("/admin-listener/forward", NULL, test_forward);
  test ("/admin-listener/start/busy", NULL, test_busy);
  g_test_add_func ("/admin-listener/start/no-token", test_no_token);

  return g_test_run ();
}
