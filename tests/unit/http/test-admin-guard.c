/* test-admin-guard.c: whom an admin listener lets in, and what a probe sees
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#include "http-peer.h"
#include "usher-admin-listener.h"

#define TOKEN     "the-token"
#define N_IDLE    1100
#define LOCAL     "Host: localhost\r\n"
#define FOREIGN   "Origin: https://evil.example\r\n"
#define BEARER    "Authorization: Bearer " TOKEN "\r\n"
#define CROSS     "Sec-Fetch-Site: cross-site\r\n"
#define JSON      "Content-Type: application/json\r\nContent-Length: 2\r\n"
#define NAVIGATED "Sec-Fetch-Mode: navigate\r\n"

/* how a listener begins, and where */
typedef struct
{
  const char *listen;
  const char *assignments[4];
  gboolean is_probe;
} Place;

static const Place loopback = { "127.0.0.1:0",
                                { "admin.hosts=Admin.Example.; 10.1.2.3:8222 ;[2001:db8::1]",
                                  "http.idle-timeout=300",
                                  "http.head-timeout=300",
                                  NULL } };
static const Place specific = { "127.0.0.5:0", { NULL } };
static const Place everywhere = { "0.0.0.0:0",
                                  { "admin.hosts=admin.example", "admin.token=" TOKEN, NULL } };
static const Place probe = { "0.0.0.0:0", { NULL }, TRUE };

typedef struct
{
  Fixture peer;
  UsherAdminListener *listener;
  char *uri; /* (owned): where clients go */
} GuardFixture;

static void
on_stream (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  g_autoptr (UsherStream) stream =
      usher_reply_stream (usher_exchange_get_reply (owned), "text/event-stream");

  usher_stream_write (stream, ": hello\n\n", -1, NULL);
  usher_stream_end (stream);
  usher_exchange_finish (owned);
}

static void
on_page (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  usher_reply_take_json (usher_exchange_get_reply (owned), g_strdup ("\"page\""));
  usher_exchange_finish (owned);
}

static void
add_routes (UsherRouter *router)
{
  static const char *const pages[] = { "/healthz", "/readyz", "/metrics", "/streaming/serverz" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      usher_router_add (router, "GET", pages[i], 0, on_page, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  usher_router_add (router, "POST", "/healthz", 0, on_page, NULL, NULL, &error);
  g_assert_no_error (error);
  usher_router_add (router, "GET", "/events", 0, on_stream, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up_at (GuardFixture *fixture, const Place *place, const char *listen)
{
  UsherSettings *settings = NULL;
  g_autoptr (GError) error = NULL;
  const char *uri = NULL;

  http_peer_set_up (&fixture->peer, place->assignments);
  settings = fixture->peer.settings;
  add_routes (fixture->peer.router);
  usher_admin_listener_declare_settings (settings, &error);
  g_assert_no_error (error);

  fixture->listener = place->is_probe
                          ? usher_admin_listener_new_probe (fixture->peer.router, settings)
                          : usher_admin_listener_new (fixture->peer.router, settings);
  usher_admin_listener_start (fixture->listener, listen, &error);
  g_assert_no_error (error);

  uri = usher_admin_listener_get_uri (fixture->listener);
  fixture->uri = g_str_has_prefix (uri, "http://0.0.0.0")
                     ? g_strconcat ("http://127.0.0.1", strrchr (uri, ':'), NULL)
                     : g_strdup (uri);
}

static void
set_up (GuardFixture *fixture, gconstpointer data)
{
  const Place *place = data;

  set_up_at (fixture, place, place->listen);
}

static void
tear_down (GuardFixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->listener);
  g_free (fixture->uri);
  http_peer_tear_down (&fixture->peer, data);
}

/* @line: a method and a target; @fields: with their line ends. Until it closes. */
static guint
ask (GuardFixture *fixture, const char *line, const char *fields)
{
  g_autoptr (GSocket) socket = http_peer_connect_uri (fixture->uri);
  g_autofree char *text = g_strconcat (line, " HTTP/1.1\r\n", fields, "\r\n", NULL);
  g_autoptr (Answer) answer = NULL;

  if (strstr (fields, JSON) != NULL)
    {
      g_autofree char *head = g_steal_pointer (&text);

      text = g_strconcat (head, "{}", NULL);
    }
  http_peer_send (socket, text);
  answer = http_peer_receive (socket, !g_str_has_prefix (line, "HEAD"));
  if (answer->status >= 400 && !g_str_has_prefix (line, "HEAD"))
    g_assert_true (g_str_has_prefix (answer->body, "{\"errors\":[{\"message\":\""));

  return answer->status;
}

typedef struct
{
  const char *line;
  const char *fields;
  guint status;
} Case;

static void
assert_cases (GuardFixture *fixture, const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_test_message ("%s\n%s", cases[i].line, cases[i].fields);
      g_assert_cmpuint (ask (fixture, cases[i].line, cases[i].fields), ==, cases[i].status);
    }
}

/* @status: of a GET with that Host */
static void
assert_host (GuardFixture *fixture, const char *host, guint status)
{
  g_autofree char *fields = g_strdup_printf ("Host: %s\r\n", host);
  const Case one = { "GET /hello", fields, status };

  assert_cases (fixture, &one, 1);
}

static void
test_host (GuardFixture *fixture, gconstpointer data)
{
  static const char *const own[] = {
    "localhost",      "LocalHost",          "localhost.",         "localhost:8222",
    "localhost.:1",   "127.0.0.1",          "127.0.0.1:8222",     "127.0.0.5",
    "[::1]",          "[::1]:8222",         "[0:0::1]",           "admin.example",
    "ADMIN.example.", "admin.example.:443", "10.1.2.3",           "10.1.2.3:9",
    "[2001:DB8::1]",  "[2001:db8:0::1]:80", "[2001:db8:0:0::1]:",
  };
  static const char *const foreign[] = {
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.localhost",
    "example",
    "www.admin.example",
    "10.1.2.4",
    "128.0.0.1",
    "0.0.0.0",
    "[::]",
    "127.1",
    "2130706433",
    "0x7f000001",
    "[::ffff:10.0.0.1]",
    "[2001:db8::2]",
    "localhost..",
    "%6cocalhost",
    "localhost;evil.example",
  };

  g_test_summary ("A name that somebody else can lead here is none of the listener's.");

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    assert_host (fixture, own[i], 200);
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    assert_host (fixture, foreign[i], 421);
}

static void
test_host_form (GuardFixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "GET /hello", "", 400 },
    { "GET /hello", LOCAL LOCAL, 400 },
    { "GET /hello", "Host: evil@localhost\r\n", 400 },
    { "GET /hello", "Host: [::1%25lo]\r\n", 400 },
    { "GET /hello", "Host: \r\n", 421 },
    { "GET http://localhost/hello", "Host: evil.example\r\n", 200 },
    { "GET http://evil.example/hello", LOCAL, 421 },
    { "GET /hello", LOCAL "X-Forwarded-Host: evil.example\r\n", 200 },
    { "GET /hello", "Host: evil.example\r\nX-Forwarded-Host: localhost\r\n", 421 },
    { "GET /hello", "Host: evil.example\r\nForwarded: host=localhost\r\n", 421 },
    { "GET /nowhere", "Host: evil.example\r\n", 421 },
    { "OPTIONS *", "Host: evil.example\r\n", 421 },
    { "POST /echo", "Host: evil.example\r\n" JSON, 421 },
  };
  g_autoptr (GSocket) socket = http_peer_connect_uri (fixture->uri);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("What counts is the authority that the request is for, and no header beside it.");

  assert_cases (fixture, cases, G_N_ELEMENTS (cases));
  http_peer_send (socket, "GET /hello HTTP/1.0\r\n\r\n");
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 421);
  g_assert_nonnull (strstr (answer->body, "admin.hosts"));
}

static void
test_host_specific (GuardFixture *fixture, gconstpointer data)
{
  g_test_summary ("Loopback names are those of each loopback address.");

  assert_host (fixture, "127.0.0.5", 200);
  assert_host (fixture, "localhost", 200);
  assert_host (fixture, "admin.example", 421);
}

static void
test_origin (GuardFixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "GET /hello", LOCAL "Origin: http://localhost\r\n", 200 },
    { "GET /hello", LOCAL "Origin: HTTP://LOCALHOST\r\n", 200 },
    { "GET /hello", LOCAL FOREIGN, 403 },
    { "GET /hello", LOCAL "Origin: null\r\n", 403 },
    { "GET /hello", LOCAL "Origin: \r\n", 403 },
    { "GET /hello", LOCAL "Origin: https://localhost\r\n", 403 },
    { "GET /hello", LOCAL "Origin: http://localhost:3000\r\n", 403 },
    { "GET /hello", LOCAL "Origin: http://localhost.evil.example\r\n", 403 },
    { "GET /hello", LOCAL "Origin: http://localhost\r\n" FOREIGN, 403 },
    { "GET /hello", "Host: localhost:8222\r\nOrigin: http://localhost:8222\r\n", 200 },
    { "GET /hello", "Host: localhost:8222\r\nOrigin: http://127.0.0.1:8222\r\n", 403 },
    { "GET /hello", LOCAL "Connection: Origin\r\n" FOREIGN, 400 },
    { "HEAD /hello", LOCAL FOREIGN, 403 },
    { "OPTIONS /hello", LOCAL FOREIGN "Access-Control-Request-Method: POST\r\n", 403 },
    { "OPTIONS /hello", LOCAL, 204 },
    { "OPTIONS *", LOCAL, 204 },
    { "POST /echo", LOCAL JSON, 200 },
    { "POST /echo", LOCAL JSON "Origin: http://localhost\r\n", 200 },
    { "POST /echo", LOCAL JSON FOREIGN, 403 },
    { "POST /echo", LOCAL JSON "Origin: null\r\n", 403 },
    { "POST /echo", LOCAL "Content-Type: text/plain\r\nContent-Length: 0\r\n" FOREIGN, 403 },
    { "POST /nowhere", LOCAL JSON FOREIGN, 403 },
  };

  g_test_summary ("Another site may neither change nor read anything.");

  assert_cases (fixture, cases, G_N_ELEMENTS (cases));
}

static void
test_fetched (GuardFixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "GET /hello", LOCAL "Sec-Fetch-Site: none\r\n", 200 },
    { "GET /hello", LOCAL "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n", 200 },
    { "GET /hello", LOCAL CROSS, 403 },
    { "GET /hello", LOCAL "Sec-Fetch-Site: same-site\r\n", 403 },
    { "GET /hello", LOCAL "Sec-Fetch-Site: \r\n", 403 },
    { "GET /hello", LOCAL "Sec-Fetch-Site: none\r\n" CROSS, 403 },
    { "GET /hello", LOCAL CROSS "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n", 403 },
    { "GET /hello", LOCAL CROSS "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n", 403 },
    { "GET /hello", LOCAL CROSS NAVIGATED, 403 },
    { "GET /hello", LOCAL CROSS NAVIGATED "Sec-Fetch-Dest: document\r\n", 200 },
    { "GET /hello", LOCAL CROSS NAVIGATED "Sec-Fetch-Dest: iframe\r\n", 403 },
    { "GET /hello", LOCAL CROSS NAVIGATED "Sec-Fetch-Dest: frame\r\n", 403 },
    { "GET /hello", LOCAL CROSS NAVIGATED "Sec-Fetch-Dest: object\r\n", 403 },
    { "GET /hello", LOCAL CROSS NAVIGATED "Sec-Fetch-Dest: embed\r\n", 403 },
    { "POST /echo", LOCAL JSON CROSS NAVIGATED "Sec-Fetch-Dest: document\r\n", 403 },
    { "POST /echo", LOCAL JSON "Sec-Fetch-Site: same-origin\r\n", 200 },
    { "POST /echo", LOCAL JSON FOREIGN "Sec-Fetch-Site: same-origin\r\n", 200 },
    { "POST /echo", LOCAL JSON "Origin: http://localhost\r\n" CROSS, 403 },
    { "GET /hello", LOCAL CROSS CROSS NAVIGATED "Sec-Fetch-Dest: document\r\n", 403 },
    { "GET /hello", LOCAL FOREIGN CROSS NAVIGATED "Sec-Fetch-Dest: document\r\n", 403 },
    { "GET /hello",
      LOCAL "Sec-Fetch-Site: later\r\n" NAVIGATED "Sec-Fetch-Dest: document\r\n",
      403 },
  };

  g_test_summary ("A link may be followed here; no site may load, show or frame what is here.");

  assert_cases (fixture, cases, G_N_ELEMENTS (cases));
}

static void
test_stream (GuardFixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "GET /events", LOCAL "Accept: text/event-stream\r\n", 200 },
    { "GET /events", "Host: evil.example\r\n", 421 },
    { "GET /events", LOCAL FOREIGN, 403 },
    { "GET /events", LOCAL CROSS "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n", 403 },
    { "GET /events", LOCAL "Connection: Upgrade\r\nUpgrade: websocket\r\n" FOREIGN, 403 },
  };

  g_test_summary ("Streams have the same rules.");

  assert_cases (fixture, cases, G_N_ELEMENTS (cases));
}

static void
test_callback (GuardFixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect_uri (fixture->uri);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("No page can be wrapped for a script of another site.");

  http_peer_send (socket, "GET /streaming/serverz?callback=steal HTTP/1.1\r\n" LOCAL "\r\n");
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (answer->body, ==, "\"page\"");
  g_assert_nonnull (strstr (answer->head, "\r\nX-Content-Type-Options: nosniff\r\n"));
  g_assert_nonnull (strstr (answer->head, "\r\nContent-Type: application/json"));
  g_assert_nonnull (strstr (answer->head, "\r\nCross-Origin-Resource-Policy: same-origin\r\n"));
  g_assert_null (strstr (answer->head, "\r\nAccess-Control-"));
}

static void
test_token (GuardFixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "GET /hello", LOCAL, 401 },
    { "GET /hello", LOCAL BEARER, 200 },
    { "GET /hello", LOCAL "Authorization: bearer " TOKEN "\r\n", 200 },
    { "GET /hello", LOCAL "Authorization: Bearer the-tokem\r\n", 401 },
    { "GET /hello", LOCAL "Authorization: Bearer " TOKEN "x\r\n", 401 },
    { "GET /hello", LOCAL "Authorization: Bearer \r\n", 401 },
    { "GET /hello", LOCAL "Authorization: Basic " TOKEN "\r\n", 401 },
    { "GET /hello?token=" TOKEN, LOCAL, 401 },
    { "GET /hello", "Host: admin.example\r\n" BEARER, 200 },
    { "GET /nowhere", LOCAL, 401 },
    { "GET /healthz", LOCAL, 401 },
    { "GET /events", LOCAL, 401 },
    { "GET /events", LOCAL BEARER, 200 },
    { "HEAD /hello", LOCAL, 401 },
    { "OPTIONS /hello", LOCAL, 401 },
    { "OPTIONS *", LOCAL, 401 },
    { "POST /echo", LOCAL JSON, 401 },
    { "POST /echo", LOCAL JSON BEARER, 200 },
    /* whoever is not meant does not get to know whether the token was right */
    { "GET /hello", "Host: evil.example\r\n", 421 },
    { "GET /hello", "Host: evil.example\r\n" BEARER, 421 },
    { "GET /hello", LOCAL FOREIGN, 403 },
    { "GET /hello", LOCAL FOREIGN BEARER, 403 },
    /* nobody's name */
    { "GET /hello", "Host: 0.0.0.0\r\n" BEARER, 421 },
    { "GET /hello", "Host: 10.0.0.1\r\n" BEARER, 421 },
  };

  g_test_summary ("Beyond loopback each request needs the token, after its name and its origin.");

  assert_cases (fixture, cases, G_N_ELEMENTS (cases));
}

static void
test_path (GuardFixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "GET /hello", LOCAL, 200 },
    { "GET /hello", "Host: any.example\r\n", 200 },
    { "POST /echo", "Host: any.example\r\n" JSON, 200 },
    { "GET /hello", LOCAL FOREIGN, 403 },
    { "GET /hello", LOCAL CROSS, 403 },
    { "POST /echo", LOCAL JSON FOREIGN, 403 },
    { "POST /echo", LOCAL JSON "Origin: null\r\n", 403 },
  };
  g_autofree char *directory = g_dir_make_tmp ("usher-admin-XXXXXX", NULL);
  g_autofree char *listen = g_strdup_printf ("unix:%s/socket", directory);

  g_test_summary ("By a path any name and no token will do, but what a page of another site asks.");

  set_up_at (fixture, &everywhere, listen);
  assert_cases (fixture, cases, G_N_ELEMENTS (cases));
  tear_down (fixture, NULL);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static void
test_probe (GuardFixture *fixture, gconstpointer data)
{
  static const Case cases[] = {
    { "GET /healthz", LOCAL, 200 },
    { "GET /readyz", "Host: any.example\r\n", 200 },
    { "GET /metrics", "Host: 10.0.0.1:9100\r\n", 200 },
    { "GET /metrics?all=1", "Host: 10.0.0.1:9100\r\n", 200 },
    { "HEAD /readyz", "Host: any.example\r\n", 200 },
    { "OPTIONS /readyz", "Host: any.example\r\n", 204 },
    { "GET /hello", LOCAL BEARER, 404 },
    { "GET /", LOCAL, 404 },
    { "GET /events", LOCAL, 404 },
    { "GET /streaming/serverz", LOCAL, 404 },
    { "GET /healthz/", LOCAL, 404 },
    { "GET //healthz", LOCAL, 404 },
    { "GET /healthz/../hello", LOCAL, 404 },
    { "GET /%68ealthz", LOCAL, 404 },
    { "OPTIONS *", LOCAL, 404 },
    { "OPTIONS /hello", LOCAL, 404 },
    { "POST /healthz", LOCAL JSON, 404 },
    { "DELETE /healthz", LOCAL, 404 },
    { "POST /echo", LOCAL JSON, 404 },
  };
  g_autoptr (GSocket) socket = http_peer_connect_uri (fixture->uri);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A probe has three pages, under any name and without a token, and nothing else.");

  assert_cases (fixture, cases, G_N_ELEMENTS (cases));
  http_peer_send (socket, "GET /healthz HTTP/1.0\r\n\r\n");
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
}

static void
test_kept (GuardFixture *fixture, gconstpointer data)
{
  static const guint statuses[] = { 200, 421, 403, 200 };
  g_autoptr (GSocket) socket = http_peer_connect_uri (fixture->uri);

  g_test_summary ("A refusal ends no connection, and the next request is looked at for itself.");

  http_peer_send (socket,
                  "GET /hello HTTP/1.1\r\n" LOCAL "\r\n"
                  "POST /echo HTTP/1.1\r\nHost: evil.example\r\n" JSON "\r\n{}"
                  "GET /hello HTTP/1.1\r\n" LOCAL FOREIGN "\r\n"
                  "GET /hello HTTP/1.1\r\n" LOCAL "\r\n");
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (Answer) answer = http_peer_receive (socket, TRUE);

      g_assert_cmpuint (answer->status, ==, statuses[i]);
    }
}

static void
test_idle (GuardFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  struct rlimit limit;

  g_test_summary ("Many that say nothing starve nobody, and are closed when their time is over.");

  /* both ends of them are this process's */
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < 4 * N_IDLE)
    {
      g_test_skip ("so many descriptors are not allowed here");
      return;
    }

  for (guint i = 0; i < N_IDLE; i++)
    g_ptr_array_add (sockets, http_peer_connect_uri (fixture->uri));
  /* operators, and the public of the same process */
  g_assert_cmpuint (ask (fixture, "GET /hello", LOCAL), ==, 200);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (Answer) answer =
          http_peer_ask (&fixture->peer, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");

      g_assert_cmpuint (answer->status, ==, 200);
    }

  for (guint i = 0; i < sockets->len; i++)
    g_assert_true (http_peer_is_closed (g_ptr_array_index (sockets, i)));
  g_assert_cmpuint (ask (fixture, "GET /hello", LOCAL), ==, 200);
}

static void
test_counted (GuardFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherMetrics) metrics = usher_metrics_new ();
  g_autofree char *text = NULL;

  g_test_summary ("Foreign names and origins are counted.");

  assert_host (fixture, "evil.example", 421);
  assert_host (fixture, "evil.example", 421);
  g_assert_cmpuint (ask (fixture, "GET /hello", LOCAL FOREIGN), ==, 403);
  usher_admin_listener_add_metrics (fixture->listener, metrics);
  text = usher_metrics_dup_text (metrics);
  g_assert_nonnull (
      strstr (text, "usher_http_refused_total{listener=\"admin\",reason=\"host\"} 2\n"));
  g_assert_nonnull (
      strstr (text, "usher_http_refused_total{listener=\"admin\",reason=\"origin\"} 1\n"));
}

#define test(path, place, func) g_test_add (path, GuardFixture, place, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/admin-guard/host/names", &loopback, test_host);
  test ("/admin-guard/host/form", &loopback, test_host_form);
  test ("/admin-guard/host/specific", &specific, test_host_specific);
  test ("/admin-guard/host/counted", &loopback, test_counted);
  test ("/admin-guard/origin", &loopback, test_origin);
  test ("/admin-guard/fetched", &loopback, test_fetched);
  test ("/admin-guard/stream", &loopback, test_stream);
  test ("/admin-guard/callback", &loopback, test_callback);
  test ("/admin-guard/token", &everywhere, test_token);
  g_test_add ("/admin-guard/path", GuardFixture, NULL, NULL, test_path, NULL);
  test ("/admin-guard/probe", &probe, test_probe);
  test ("/admin-guard/kept", &loopback, test_kept);
  test ("/admin-guard/idle", &loopback, test_idle);

  return g_test_run ();
}
