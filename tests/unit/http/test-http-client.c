/* test-http-client.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-http-client.h"

/* A server that takes one connection, reads the request and answers what the test says. */
typedef struct
{
  GSocketListener *listener; /* (owned) */
  guint16 port;
  char *uri;          /* (owned) */
  const char *answer; /* (unowned) (nullable): NULL: none */
  gsize fill;         /* bytes that follow the answer */
  GThread *thread;    /* (owned) (nullable) */
  GString *request;   /* (owned) */
  UsherHttpClient *client;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->listener = g_socket_listener_new ();
  fixture->port = g_socket_listener_add_any_inet_port (fixture->listener, NULL, &error);
  g_assert_no_error (error);
  fixture->uri = g_strdup_printf ("http://127.0.0.1:%u/v1/charges?a=b", fixture->port);
  fixture->request = g_string_new (NULL);
  fixture->client = usher_http_client_new (G_USEC_PER_SEC);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->thread != NULL)
    g_thread_join (fixture->thread);
  g_assert_finalize_object (fixture->client);
  g_assert_finalize_object (fixture->listener);
  g_string_free (fixture->request, TRUE);
  g_free (fixture->uri);
}

static void
read_request (Fixture *fixture, GInputStream *in)
{
  char buffer[4096];
  gssize n = 0;

  do
    {
      n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL);
      if (n > 0)
        g_string_append_len (fixture->request, buffer, n);
    }
  while (n > 0 && !g_str_has_suffix (fixture->request->str, "\r\n\r\n{}"));
}

static gpointer
serve (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GSocketConnection) connection =
      g_socket_listener_accept (fixture->listener, NULL, NULL, NULL);
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autofree char *fill = g_strnfill (fixture->fill, 'x');

  read_request (fixture, in);
  if (fixture->answer != NULL)
    {
      g_output_stream_write_all (out, fixture->answer, strlen (fixture->answer), NULL, NULL, NULL);
      g_output_stream_write_all (out, fill, fixture->fill, NULL, NULL, NULL);
    }
  else
    /* until the client has had enough */
    while (g_input_stream_skip (in, 4096, NULL, NULL) > 0)
      continue;

  return NULL;
}

static GBytes *
ask (Fixture *fixture, const char *answer, gsize fill, guint *status, GError **error)
{
  static const char *const headers[] = { "Idempotency-Key: k:1", "Authorization: Bearer x", NULL };
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  fixture->answer = answer;
  fixture->fill = fill;
  fixture->thread = g_thread_new ("server", serve, fixture);

  return usher_http_client_send (
      fixture->client, "POST", fixture->uri, headers, body, status, error);
}

static void
test_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  guint status = 0;

  g_test_summary ("An answer of any status comes back, and the headers went out");

  body = ask (fixture,
              "HTTP/1.1 402 Payment Required\r\nContent-Length: 8\r\n\r\ndeclined",
              0,
              &status,
              &error);
  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 402);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "declined", 8);
  g_assert_true (g_str_has_prefix (fixture->request->str, "POST /v1/charges?a=b HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (fixture->request->str, "\r\nIdempotency-Key: k:1\r\n"));
  g_assert_nonnull (strstr (fixture->request->str, "\r\nAuthorization: Bearer x\r\n"));
}

static void
test_headers (Fixture *fixture, gconstpointer data)
{
  static const char answer[] = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\n"
                               "Retry-After: 7\r\nContent-Length: 4\r\n\r\nbusy";
  g_autoptr (GBytes) sent = g_bytes_new_static ("{}", 2);
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *body = NULL;

  g_test_summary ("Who asks has status, headers and body; what they are called is any case");

  fixture->answer = answer;
  fixture->thread = g_thread_new ("server", serve, fixture);
  reply = usher_http_client_ask (fixture->client, "POST", fixture->uri, NULL, sent, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 429);
  g_assert_cmpstr (usher_reply_get_header (reply, "retry-after"), ==, "7");
  g_assert_cmpstr (usher_reply_get_header (reply, "Content-Type"), ==, "text/plain");
  g_assert_null (usher_reply_get_header (reply, "ETag"));
  body = usher_reply_get_body (reply);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "busy", 4);
}

static void
test_redirect (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  guint status = 0;

  g_test_summary ("A redirect is an answer, it is not followed");

  body = ask (fixture,
              "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
              0,
              &status,
              &error);
  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 302);
}

static void
assert_no_answer (Fixture *fixture, const char *answer, gsize fill, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ask (fixture, answer, fill, NULL, &error));
  g_assert_error (error, USHER_ERROR, code);
}

static void
test_timeout (Fixture *fixture, gconstpointer data)
{
  gint64 began = g_get_monotonic_time ();

  g_test_summary ("A server that does not answer in time is UNAVAILABLE");

  assert_no_answer (fixture, NULL, 0, USHER_ERROR_UNAVAILABLE);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_USEC_PER_SEC / 2);
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort";

  g_test_summary ("An answer that ends before its end is UNAVAILABLE");

  assert_no_answer (fixture, answer, 0, USHER_ERROR_UNAVAILABLE);
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An answer that is no HTTP is UNAVAILABLE");

  assert_no_answer (fixture, "hello\r\n\r\n", 0, USHER_ERROR_UNAVAILABLE);
}

static void
test_large (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An answer over 1 MiB is refused");

  assert_no_answer (fixture, "HTTP/1.1 200 OK\r\n\r\n", 3 * 1024 * 1024, USHER_ERROR_TOO_LARGE);
}

static void
test_nobody (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Where nobody listens it is UNAVAILABLE");

  g_socket_listener_close (fixture->listener);
  g_assert_null (
      usher_http_client_send (fixture->client, "GET", fixture->uri, NULL, NULL, NULL, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

static void
test_invalid (Fixture *fixture, gconstpointer data)
{
  static const char *const headers[] = { "no colon", NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A request that is none is INVALID");

  g_assert_null (
      usher_http_client_send (fixture->client, "GET", "nowhere", NULL, NULL, NULL, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (
      usher_http_client_send (fixture->client, "GET", fixture->uri, headers, NULL, NULL, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

static gpointer
ask_elsewhere (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GBytes) body =
      ask (fixture, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, NULL, NULL);

  return GINT_TO_POINTER (body != NULL);
}

static void
test_thread (Fixture *fixture, gconstpointer data)
{
  GThread *thread = g_thread_new ("asker", ask_elsewhere, fixture);

  g_test_summary ("A client serves another thread than the one that made it");

  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
}

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/http-client/answer", test_answer);
  test ("/http-client/headers", test_headers);
  test ("/http-client/redirect", test_redirect);
  test ("/http-client/timeout", test_timeout);
  test ("/http-client/cut", test_cut);
  test ("/http-client/garbage", test_garbage);
  test ("/http-client/large", test_large);
  test ("/http-client/nobody", test_nobody);
  test ("/http-client/invalid", test_invalid);
  test ("/http-client/thread", test_thread);

  return g_test_run ();
}
