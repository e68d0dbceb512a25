/* test-bad-input.c: what the host must bear from strangers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-base.h"
#include "usher-test-log-reader.h"
#include "usher-test-shop.h"

#define MANY         1000
#define N_SLOW       40
#define MEBIBYTE     (1024 * 1024)
#define OTHER_SOURCE "127.0.0.2"

typedef struct
{
  UsherTestProcess *process;
  UsherTestClient *client; /* signed in */
  UsherTestClient *admin;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *const settings[] = { "http.head-timeout=1000", "http.body-timeout=1000", NULL };

  fixture->process = usher_test_process_new (settings);
  usher_test_process_start (fixture->process);
  fixture->client = usher_test_sign_up (fixture->process, "a@example.com");
  fixture->admin = usher_test_client_new_admin (fixture->process);
}

/* whatever came before, others are served and the host goes in order */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) other = usher_test_client_new (fixture->process);

  g_assert_cmpuint (usher_test_client_send (fixture->admin, "GET", "/readyz", NULL), ==, 200);
  usher_test_client_set_source (other, OTHER_SOURCE);
  g_assert_cmpuint (usher_test_client_send (other, "GET", "/api/tickets", NULL), ==, 200);
  usher_test_note_events (fixture->process);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);

  usher_test_client_free (fixture->client);
  usher_test_client_free (fixture->admin);
  usher_test_process_free (fixture->process);
}

static void
assert_refused (UsherTestClient *client, guint status, const char *what)
{
  if (usher_test_client_get_status (client) != status)
    g_error ("“%s” got %u instead of %u: %s",
             what,
             usher_test_client_get_status (client),
             status,
             usher_test_client_get_body (client));
  g_assert_nonnull (usher_test_get_message (client));
}

static void
test_json (Fixture *fixture, gconstpointer data)
{
  static const char *const bodies[] = {
    "",
    "{",
    "null",
    "[]",
    "42",
    "\"title\"",
    "{\"title\":\"a\",\"price\":10",
    "{\"title\":\"a\",\"price\":10}}",
    "{\"title\":\"a\",\"price\":10} x",
    "{'title':'a','price':10}",
    "{\"title\":\"a\",\"price\":0x10}",
    "{\"title\":\"a\",\"price\":010}",
    "{\"title\":\"a\",\"price\":1e400}",
    "{\"title\":\"a\",\"price\":NaN}",
    "{\"title\":\"a\",\"title\":\"b\",\"price\":10}",
    "{\"title\":\"a\x01\",\"price\":10}",
    "{\"title\":\"\xff\xfe\",\"price\":10}",
    "{\"title\":\"\\ud800\",\"price\":10}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
  };

  g_test_summary ("What is no JSON object is refused with 400 and the one error shape");

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      usher_test_client_send (fixture->client, "POST", "/api/tickets", bodies[i]);
      assert_refused (fixture->client, 400, bodies[i]);
    }
}

static void
test_types (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *path;
    const char *body;
    const char *message;
  } rows[] = {
    { "/api/tickets", "{\"title\":7,\"price\":10}", "Title must be text" },
    { "/api/tickets", "{\"title\":[\"a\"],\"price\":10}", "Title must be text" },
    { "/api/tickets", "{\"title\":\"   \",\"price\":10}", "Title is required" },
    { "/api/tickets", "{\"title\":null,\"price\":10}", "Title is required" },
    { "/api/tickets", "{\"title\":\"a\",\"price\":[10]}", "Price must be a number" },
    { "/api/tickets", "{\"title\":\"a\",\"price\":{}}", "Price must be a number" },
    { "/api/tickets", "{\"title\":\"a\",\"price\":true}", "Price must be a number" },
    { "/api/tickets", "{\"title\":\"a\",\"price\":\"ten\"}", "Price must be a number" },
    { "/api/tickets",
      "{\"title\":\"a\",\"price\":\"1e3\"}",
      "Price must be written without an exponent" },
    { "/api/tickets", "{\"title\":\"a\",\"price\":-1}", "Price must be greater than 0" },
    { "/api/tickets", "{\"title\":\"a\",\"price\":0}", "Price must be greater than 0" },
    { "/api/tickets", "{\"title\":\"a\",\"price\":0.001}", "Price must have at most 2 decimals" },
    { "/api/tickets", "{\"title\":\"a\",\"price\":1000000.01}", "Price must be at most 1000000" },
    { "/api/tickets", "{\"title\":\"\\u200b\\ufeff\",\"price\":10}", "Title is required" },
    { "/api/tickets", "{\"title\":\"\\u0301\",\"price\":10}", "Title is required" },
    { "/api/orders", "{}", "TicketId must be provided" },
    { "/api/orders", "{\"ticketId\":12}", "TicketId must be provided" },
    { "/api/orders", "{\"ticketId\":\"12\"}", "TicketId must be provided" },
    { "/api/orders", "{\"ticketId\":{\"$gt\":\"\"}}", "TicketId must be provided" },
    { "/api/orders", "{\"ticketId\":\"'; DROP TABLE orders; --\"}", "TicketId must be provided" },
    { "/api/users/signup", "{\"email\":{},\"password\":\"12345678\"}", "Email must be valid" },
    { "/api/users/signup",
      "{\"email\":\"b@example.com\",\"password\":12345678}",
      "Password must be at least 8 characters" },
    { "/api/users/signin",
      "{\"email\":\"a@example.com\",\"password\":\"wrong horse\"}",
      "Invalid credentials" },
  };

  g_test_summary ("Values of wrong types and ranges are refused with the message of their field");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      usher_test_client_send (fixture->client, "POST", rows[i].path, rows[i].body);
      assert_refused (fixture->client, 400, rows[i].body);
      g_assert_cmpstr (usher_test_get_message (fixture->client), ==, rows[i].message);
    }
}

static void
test_routes (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *path;
    guint status;
  } rows[] = {
    { "GET", "/", 404 },
    { "GET", "/api", 404 },
    { "GET", "/api/tickets/12", 404 },
    { "GET", "/api/tickets/ZZZZZZZZZZZZZZZZZZZZZZZZ", 404 },
    { "GET", "/api/tickets/000000000000000000000000", 404 },
    { "GET", "/api/orders/000000000000000000000000", 404 },
    { "GET", "/api/tickets/../../etc/passwd", 404 },
    { "GET", "/admin/users/000000000000000000000000/ban", 404 },
    { "GET", "/healthz", 404 },
    { "PATCH", "/api/tickets", 405 },
    { "DELETE", "/api/tickets", 405 },
    { "POST", "/api/orders/000000000000000000000000", 405 },
  };

  g_test_summary ("What is no route, no method of a route or no document is 404 and 405");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      usher_test_client_send (fixture->client, rows[i].method, rows[i].path, NULL);
      assert_refused (fixture->client, rows[i].status, rows[i].path);
      if (rows[i].status == 405)
        g_assert_nonnull (usher_test_client_get_header (fixture->client, "Allow"));
    }
}

static void
test_large_body (Fixture *fixture, gconstpointer data)
{
  g_autofree char *title = g_strnfill (MEBIBYTE, 'a');
  g_autofree char *body = g_strdup_printf ("{\"title\":\"%s\",\"price\":10}", title);
  guint status = 0;

  g_test_summary (
      "A body of a mebibyte is refused with 413, or the connection cut, on both listeners");

  for (guint i = 0; i < 20; i++)
    {
      status = usher_test_client_send (fixture->client, "POST", "/api/tickets", body);
      g_assert_true (status == 413 || status == 0);
      usher_test_client_disconnect (fixture->client);
    }

  status = usher_test_client_send (fixture->admin, "POST", "/parked/1/replay", body);
  g_assert_true (status == 413 || status == 404 || status == 0);
  usher_test_client_disconnect (fixture->admin);
}

static void
test_headers (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Other media types are 415, requests from other sites 403");

  usher_test_client_set_header (fixture->client, "Content-Type", "text/plain");
  usher_test_client_send (fixture->client, "POST", "/api/tickets", "{\"title\":\"a\",\"price\":1}");
  assert_refused (fixture->client, 415, "text/plain");
  usher_test_client_set_header (fixture->client, "Content-Type", NULL);

  usher_test_client_set_header (fixture->client, "Origin", "https://evil.example");
  usher_test_client_send (fixture->client, "POST", "/api/tickets", "{\"title\":\"a\",\"price\":1}");
  assert_refused (fixture->client, 403, "Origin");
  usher_test_client_set_header (fixture->client, "Origin", NULL);

  usher_test_client_set_header (fixture->client, "Sec-Fetch-Site", "cross-site");
  usher_test_client_send (fixture->client, "POST", "/api/tickets", "{\"title\":\"a\",\"price\":1}");
  assert_refused (fixture->client, 403, "Sec-Fetch-Site");
}

/* (transfer full): base64 for URLs */
static char *
encode (const char *text)
{
  char *code = g_base64_encode ((const guchar *) text, strlen (text));

  g_strdelimit (code, "+", '-');
  g_strdelimit (code, "/", '_');
  g_strdelimit (code, "=", '\0');

  return code;
}

static GPtrArray *
forge_tokens (const char *token)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit (token, ".", 3);
  g_autofree char *none = encode ("{\"alg\":\"none\",\"typ\":\"JWT\"}");
  g_autofree char *stronger = encode ("{\"alg\":\"HS512\",\"typ\":\"JWT\"}");
  g_autofree char *claims = encode ("{\"sub\":\"000000000000000000000000\","
                                    "\"email\":\"x@example.com\",\"iat\":1,\"exp\":99999999999}");

  g_ptr_array_add (tokens, g_strdup ("garbage"));
  g_ptr_array_add (tokens, g_strdup (".."));
  g_ptr_array_add (tokens, g_strdup ("a.b.c"));
  g_ptr_array_add (tokens, g_strdup_printf ("%s.%s.", none, parts[1]));
  g_ptr_array_add (tokens, g_strdup_printf ("%s.%s.%s", none, parts[1], parts[2]));
  g_ptr_array_add (tokens, g_strdup_printf ("%s.%s.%s", stronger, parts[1], parts[2]));
  g_ptr_array_add (tokens, g_strdup_printf ("%s.%s.%s", parts[0], claims, parts[2]));
  g_ptr_array_add (tokens, g_strdup_printf ("%s.%s.", parts[0], parts[1]));
  g_ptr_array_add (tokens, g_strdup_printf ("%s.%s", parts[0], parts[1]));
  g_ptr_array_add (tokens, g_strdup_printf ("%sx", token));
  g_ptr_array_add (tokens, g_strndup (token, strlen (token) - 2));
  g_ptr_array_add (tokens, g_strnfill (4000, 'x'));

  return tokens;
}

static void
test_sessions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) forger = usher_test_client_new (fixture->process);
  g_autoptr (GPtrArray) tokens = forge_tokens (usher_test_client_get_session (fixture->client));

  g_test_summary ("A forged session is anonymous, in a cookie and as a bearer");

  for (guint i = 0; i < tokens->len; i++)
    {
      const char *token = g_ptr_array_index (tokens, i);
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

      usher_test_client_set_session (forger, token);
      usher_test_client_send (forger, "GET", "/api/users/currentuser", NULL);
      g_assert_cmpstr (usher_test_client_get_body (forger), ==, "{\"currentUser\":null}");
      usher_test_client_set_session (forger, NULL);
      usher_test_client_set_header (forger, "Authorization", bearer);
      usher_test_client_send (forger, "GET", "/api/orders", NULL);
      assert_refused (forger, 401, token);
      usher_test_client_set_header (forger, "Authorization", NULL);
    }

  usher_test_client_send (fixture->client, "GET", "/api/users/currentuser", NULL);
  g_assert_cmpstr (usher_test_client_get_string (fixture->client, "currentUser.email"),
                   ==,
                   "a@example.com");
}

static void
test_broken_http (Fixture *fixture, gconstpointer data)
{
#define START "POST /api/users/signin HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
  static const char *const texts[] = {
    "GARBAGE\r\n\r\n",
    "\r\n\r\n\r\n\r\n\r\n",
    "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "GET /api/tickets%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /api/tickets/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /api/tickets/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /api/tickets HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET /api/tickets HTTP/1.1\r\n\r\n",
    "GET /api/tickets HTTP/1.1\r\nHost : a\r\n\r\n",
    START "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    START "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    START "Content-Length: -1\r\n\r\n",
    START "Content-Length: 99999999999999999999\r\n\r\n",
    START "Content-Length: two\r\n\r\n{}",
    START "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    START "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
  };
#undef START

  g_test_summary ("Broken and ambiguous HTTP is refused or cut off, never served");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (UsherTestClient) client = usher_test_client_new (fixture->process);
      guint status = usher_test_client_send_raw (client, texts[i], -1);

      if (status != 0 && (status < 400 || status > 505 || status == 500))
        g_error ("“%s” got %u", texts[i], status);
    }
}

static void
test_large_head (Fixture *fixture, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (MEBIBYTE, 'x');
  g_autofree char *path = g_strconcat ("/", filler, NULL);
  guint status = 0;

  g_test_summary ("A head of a mebibyte is refused or cut off");

  status = usher_test_client_send (fixture->client, "GET", path, NULL);
  g_assert_true (status == 0 || status == 400 || status == 414 || status == 431);
  usher_test_client_disconnect (fixture->client);

  usher_test_client_set_header (fixture->client, "X-Filler", filler);
  status = usher_test_client_send (fixture->client, "GET", "/api/tickets", NULL);
  g_assert_true (status == 0 || status == 400 || status == 413 || status == 431);
}

static void
assert_serves_others (Fixture *fixture)
{
  g_autoptr (UsherTestClient) other = usher_test_client_new (fixture->process);

  usher_test_client_set_source (other, OTHER_SOURCE);
  g_assert_cmpuint (usher_test_client_send (other, "GET", "/api/tickets", NULL), ==, 200);
}

static void
test_idle_connections (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) idle =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_test_client_free);

  g_test_summary (
      "A thousand idle connections keep nobody else out, when they come and when they go");

  for (guint i = 0; i < MANY; i++)
    {
      UsherTestClient *client = usher_test_client_new (fixture->process);

      g_ptr_array_add (idle, client);
      usher_test_client_connect (client);
    }
  assert_serves_others (fixture);
  g_ptr_array_set_size (idle, 0);
  assert_serves_others (fixture);
}

static void
test_cut_off (Fixture *fixture, gconstpointer data)
{
  static const char start[] = "POST /api/users/signin HTTP/1.1\r\nHost: a\r\n"
                              "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"em";

  g_test_summary ("Clients that go away in mid-request leave nothing behind that hurts");

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (UsherTestClient) client = usher_test_client_new (fixture->process);
      GSocketConnection *connection = usher_test_client_connect (client);

      g_assert_nonnull (connection);
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                 start,
                                 i % sizeof start,
                                 NULL,
                                 NULL,
                                 NULL);
    }
  assert_serves_others (fixture);
}

typedef struct
{
  Fixture *fixture;
  UsherTestClient *clients[N_SLOW];
  GSocket *sockets[N_SLOW]; /* (unowned) (nullable): NULL once the host has cut it off */
} Slow;

static void
begin_slowly (Slow *slow, guint index)
{
  static const char *const starts[] = {
    "GET /api/tickets HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    "POST /api/users/signin HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    "Content-Length: 60000\r\n\r\n{\"email\":\"",
  };
  const char *start = starts[index % G_N_ELEMENTS (starts)];
  UsherTestClient *client = usher_test_client_new (slow->fixture->process);
  GSocketConnection *connection = usher_test_client_connect (client);

  g_assert_nonnull (connection);
  slow->clients[index] = client;
  slow->sockets[index] = g_socket_connection_get_socket (connection);
  g_socket_send (slow->sockets[index], start, strlen (start), NULL, NULL);
}

/* one byte more on each; TRUE when the host has had enough of all */
static gboolean
trickle (UsherTestClient *client, gpointer user_data)
{
  Slow *slow = user_data;
  gboolean any = FALSE;

  for (guint i = 0; i < N_SLOW; i++)
    {
      if (slow->sockets[i] == NULL)
        continue;
      if (g_socket_condition_check (slow->sockets[i], G_IO_IN | G_IO_HUP | G_IO_ERR) != 0 ||
          g_socket_send (slow->sockets[i], "x", 1, NULL, NULL) != 1)
        slow->sockets[i] = NULL;
      else
        any = TRUE;
    }
  assert_serves_others (slow->fixture);

  return !any;
}

static void
test_slow_senders (Fixture *fixture, gconstpointer data)
{
  Slow slow = { .fixture = fixture };

  g_test_summary ("Who trickles a head or a body is cut off in time, and keeps nobody else out");

  for (guint i = 0; i < N_SLOW; i++)
    begin_slowly (&slow, i);
  usher_test_client_until (fixture->client, trickle, &slow);
  for (guint i = 0; i < N_SLOW; i++)
    usher_test_client_free (slow.clients[i]);
}

#define add(path, func) g_test_add ("/bad-input/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  usher_test_allow_many_files ();

  add ("json", test_json);
  add ("types", test_types);
  add ("routes", test_routes);
  add ("large-body", test_large_body);
  add ("headers", test_headers);
  add ("sessions", test_sessions);
  add ("broken-http", test_broken_http);
  add ("large-head", test_large_head);
  add ("idle-connections", test_idle_connections);
  add ("cut-off", test_cut_off);
  add ("slow-senders", test_slow_senders);

  return g_test_run ();
}
