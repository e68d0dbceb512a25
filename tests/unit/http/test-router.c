/* test-router.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "usher-error.h"
#include "usher-router.h"

#define MAX_BODY 16

typedef struct
{
  char *directory; /* (owned) */
  char *key_file;  /* (owned) */
  UsherSessions *sessions;
  UsherRouter *router;
  UsherReply *reply; /* (owned) (nullable): the last one */
  char *token;       /* (owned) */
  guint n_done;
} Fixture;

/* Answers the name of the route and the parameters that it knows of. */
static void
on_route (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherRequest *request = usher_exchange_get_request (owned);
  const char *id = usher_request_get_parameter (request, "id");
  const char *other = usher_request_get_parameter (request, "other");

  usher_reply_take_json (
      usher_exchange_get_reply (owned),
      g_strjoin (" ", user_data, id != NULL ? id : other, id != NULL ? other : NULL, NULL));
  usher_exchange_finish (owned);
}

static void
add (Fixture *fixture, const char *method, const char *pattern, UsherRouteFlags flags)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_router_add (fixture->router,
                                   method,
                                   pattern,
                                   flags,
                                   on_route,
                                   g_strconcat (method, pattern, NULL),
                                   g_free,
                                   &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (UsherSession) session = NULL;
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-router-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->key_file = g_build_filename (fixture->directory, "key", NULL);
  fixture->sessions = usher_sessions_new (fixture->key_file, G_TIME_SPAN_MINUTE, clock, &error);
  g_assert_no_error (error);
  session = usher_sessions_begin (fixture->sessions, "u1", "a@b.example");
  fixture->token = usher_sessions_make_token (fixture->sessions, session, &error);
  g_assert_no_error (error);

  fixture->router = usher_router_new (fixture->sessions, MAX_BODY);
  add (fixture, "GET", "/tickets", USHER_ROUTE_NONE);
  add (fixture, "POST", "/tickets", USHER_ROUTE_SIGNED_IN);
  add (fixture, "GET", "/tickets/:id", USHER_ROUTE_NONE);
  add (fixture, "PUT", "/tickets/:id", USHER_ROUTE_SIGNED_IN);
  add (fixture, "POST", "/tickets/new", USHER_ROUTE_NONE);
  add (fixture, "GET", "/tickets/:id/parts/:other", USHER_ROUTE_NONE);
  add (fixture, "GET", "/users/:other", USHER_ROUTE_NONE);
  add (fixture, "GET", "/users/me", USHER_ROUTE_SIGNED_IN);
  add (fixture, "GET", "/slash/", USHER_ROUTE_NONE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->reply);
  g_assert_finalize_object (fixture->router);
  g_assert_finalize_object (fixture->sessions);
  g_unlink (fixture->key_file);
  g_rmdir (fixture->directory);
  g_free (fixture->key_file);
  g_free (fixture->directory);
  g_free (fixture->token);
}

static void
on_done (UsherExchange *exchange, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_done++;
}

/* @headers: lines "Name: value"; NULL ends */
static guint
ask (Fixture *fixture, const char *method, const char *target, const char *body, ...)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, target);
  g_autoptr (UsherExchange) exchange = NULL;
  const char *header = NULL;
  va_list headers;

  va_start (headers, body);
  while ((header = va_arg (headers, const char *)) != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (header, ": ", 2);

      usher_request_add_header (request, parts[0], parts[1]);
    }
  va_end (headers);
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      usher_request_set_body (request, bytes);
    }

  fixture->n_done = 0;
  exchange = usher_exchange_new (request, on_done, fixture);
  g_set_object (&fixture->reply, usher_exchange_get_reply (exchange));
  usher_router_run (fixture->router, g_steal_pointer (&exchange));
  g_assert_cmpuint (fixture->n_done, ==, 1);

  return usher_reply_get_status (fixture->reply);
}

static void
assert_answer (Fixture *fixture, const char *expected)
{
  GBytes *body = usher_reply_get_body (fixture->reply);
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));

  g_assert_cmpstr (text, ==, expected);
}

static void
test_match (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *target;
    const char *answer; /* NULL: 404 */
  } cases[] = {
    { "GET", "/tickets", "GET/tickets" },
    { "GET", "/tickets?x=/", "GET/tickets" },
    { "HEAD", "/tickets", "GET/tickets" },
    { "GET", "/tickets/7", "GET/tickets/:id 7" },
    { "GET", "/tickets/a%2Fb%20c", "GET/tickets/:id a/b c" },
    { "GET", "/tickets/new", "GET/tickets/:id new" },
    { "GET", "/tickets/1/parts/2", "GET/tickets/:id/parts/:other 1 2" },
    { "GET", "/%74ickets", "GET/tickets" },
    { "GET", "/users/you", "GET/users/:other you" },
    { "GET", "/slash/", "GET/slash/" },
    { "GET", "/slash", NULL },
    { "GET", "/tickets/", NULL },
    { "GET", "//tickets", NULL },
    { "GET", "/tickets//parts/2", NULL },
    { "GET", "/tickets/%00", NULL },
    { "GET", "/tickets%00", NULL },
    { "GET", "/tickets/%zz", NULL },
    { "GET", "/tickets/%4", NULL },
    { "GET", "/tickets/%ff", NULL },
    { "GET", "/tickets/..", NULL },
    { "GET", "/tickets/%2e%2E", NULL },
    { "GET", "/tickets/./x", NULL },
    { "GET", "/", NULL },
    { "GET", "", NULL },
    { "GET", "*", NULL },
    { "GET", "/TICKETS", NULL },
    { "GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z", NULL },
  };

  g_test_summary ("A path is matched segment by segment, decoded, a literal first");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint status = ask (fixture, cases[i].method, cases[i].target, NULL, NULL);

      g_test_message ("%s %s", cases[i].method, cases[i].target);
      g_assert_cmpuint (status, ==, cases[i].answer != NULL ? 200 : 404);
      if (cases[i].answer != NULL)
        assert_answer (fixture, cases[i].answer);
    }
}

static void
test_literal_first (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A literal beats a parameter");

  g_assert_cmpuint (ask (fixture, "GET", "/users/me", NULL, NULL), ==, 401);
}

static void
test_not_allowed (Fixture *fixture, gconstpointer data)
{
  static const char *const methods[] = { "DELETE", "BREW", "get" };

  g_test_summary ("A method that a path does not know is 405 with those that it knows");

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_assert_cmpuint (ask (fixture, methods[i], "/tickets", NULL, NULL), ==, 405);
      g_assert_cmpstr (usher_reply_get_header (fixture->reply, "Allow"),
                       ==,
                       "GET, HEAD, POST, OPTIONS");
    }

  g_assert_cmpuint (ask (fixture, "DELETE", "/tickets/new", NULL, NULL), ==, 405);
  g_assert_cmpstr (usher_reply_get_header (fixture->reply, "Allow"),
                   ==,
                   "POST, GET, HEAD, PUT, OPTIONS");
}

static void
test_options (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("OPTIONS of a path is 204 with its methods, of one that is not there 404");

  g_assert_cmpuint (ask (fixture, "OPTIONS", "/tickets", NULL, NULL), ==, 204);
  g_assert_cmpstr (usher_reply_get_header (fixture->reply, "Allow"),
                   ==,
                   "GET, HEAD, POST, OPTIONS");
  g_assert_cmpuint (ask (fixture, "OPTIONS", "*", NULL, NULL), ==, 204);
  g_assert_cmpuint (ask (fixture, "OPTIONS", "/none", NULL, NULL), ==, 404);
}

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Method and pattern are taken once, whatever a parameter is called");

  g_assert_false (usher_router_add (
      fixture->router, "GET", "/tickets/:name", 0, on_route, g_strdup (""), g_free, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
}

static void
test_bad_pattern (Fixture *fixture, gconstpointer data)
{
  static const char *const patterns[] = {
    "", "tickets", "/:a/:b/:c/:d/:e/:f/:g", "/:id/of/:id", "/1/2/3/4/5/6/7/8/9/10/11/12/13"
  };

  g_test_summary (
      "A pattern begins with a slash, has a bounded number of segments and each parameter once");

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (
          usher_router_add (fixture->router, "GET", patterns[i], 0, on_route, NULL, NULL, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

static void
test_bad_method (Fixture *fixture, gconstpointer data)
{
  static const char *const methods[] = { "", "get", "Get", "G T" };

  g_test_summary ("A method that no request could have is refused, and named");

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (
          usher_router_add (fixture->router, methods[i], "/new", 0, on_route, NULL, NULL, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "/new"));
    }
}

#define LARGE   "[1,2,3,4,5,6,7,8,9]"
#define FOREIGN "Origin: http://evil.example"
#define PLAIN   "Content-Type: text/plain"

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Checks come in order: route, size, origin, media type, signed in");

  g_assert_cmpuint (ask (fixture, "POST", "/none", LARGE, FOREIGN, PLAIN, NULL), ==, 404);
  g_assert_cmpuint (ask (fixture, "DELETE", "/tickets", LARGE, FOREIGN, PLAIN, NULL), ==, 405);
  g_assert_cmpuint (ask (fixture, "POST", "/tickets", LARGE, FOREIGN, PLAIN, NULL), ==, 413);
  g_assert_cmpuint (ask (fixture, "POST", "/tickets", "{}", FOREIGN, PLAIN, NULL), ==, 403);
  g_assert_cmpuint (ask (fixture, "POST", "/tickets", "{}", PLAIN, NULL), ==, 415);
  g_assert_cmpuint (ask (fixture, "POST", "/tickets", "{}", "Content-Type: application/json", NULL),
                    ==,
                    401);
}

static void
test_admit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", "/tickets/new");
  g_autoptr (UsherExchange) exchange = usher_exchange_new (request, on_done, fixture);

  g_test_summary ("A body that is announced too large is refused before it is read");

  usher_request_add_header (request, "Content-Type", "application/json");
  g_assert_true (usher_router_admit (fixture->router, exchange, MAX_BODY));
  g_assert_false (usher_router_admit (fixture->router, exchange, MAX_BODY + 1));
  g_assert_cmpuint (usher_reply_get_status (usher_exchange_get_reply (exchange)), ==, 413);
  usher_exchange_finish (exchange);
}

static void
test_admit_head (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *path;
    const char *header;
    guint status;
  } cases[] = {
    { "/none", NULL, 404 },
    { "/tickets", NULL, 415 },
    { "/tickets", "application/json", 401 },
    { "/tickets/new", "text/plain", 415 },
  };

  g_test_summary ("All that the head tells is refused before the body is read");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UsherRequest) request = usher_request_new ("POST", cases[i].path);
      g_autoptr (UsherExchange) exchange = usher_exchange_new (request, on_done, fixture);

      if (cases[i].header != NULL)
        usher_request_add_header (request, "Content-Type", cases[i].header);
      g_assert_false (usher_router_admit (fixture->router, exchange, -1));
      g_assert_cmpuint (usher_reply_get_status (usher_exchange_get_reply (exchange)),
                        ==,
                        cases[i].status);
      usher_exchange_finish (exchange);
    }
}

typedef struct
{
  const char *host;
  const char *origin;
  const char *site;
  guint status; /* of a POST: a GET is always taken */
} OriginCase;

static void
assert_origins (Fixture *fixture, const OriginCase *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      const char *first = cases[i].origin != NULL ? cases[i].origin : cases[i].site;
      const char *second = cases[i].origin != NULL ? cases[i].site : NULL;

      g_test_message ("%s, %s", cases[i].host, first);
      g_assert_cmpuint (
          ask (fixture, "POST", "/tickets/new", NULL, cases[i].host, first, second, NULL),
          ==,
          cases[i].status);
      g_assert_cmpuint (ask (fixture, "GET", "/tickets", NULL, cases[i].host, first, second, NULL),
                        ==,
                        200);
    }
}

static void
test_origin (Fixture *fixture, gconstpointer data)
{
  static const OriginCase cases[] = {
    { "Host: a.example", NULL, NULL, 200 },
    { "Host: a.example", "Origin: http://a.example", NULL, 200 },
    { "Host: A.example:80", "Origin: http://a.EXAMPLE", NULL, 200 },
    { "Host: a.example:3000", "Origin: http://a.example:3000", "Sec-Fetch-Site: same-origin", 200 },
    { "Host: a.example", "Origin: https://a.example", NULL, 403 },
    { "Host: a.example", "Origin: http://a.example:3000", NULL, 403 },
    { "Host: a.example", "Origin: http://a.example.evil", NULL, 403 },
    { "Host: a.example", "Origin: http://evil.a.example", NULL, 403 },
    { "Host: a.example", "Origin: null", NULL, 403 },
    { "Host: a.example", "Origin: ", NULL, 403 },
    { "X-Nothing: a", "Origin: http://a.example", NULL, 403 },
    { "Host: [::1]", "Origin: http://[::1]", NULL, 200 },
    { "Host: [::1]:80", "Origin: http://[::1]", NULL, 200 },
    { "Host: [::1]:3000", "Origin: http://[::1]:3000", NULL, 200 },
    { "Host: [::1]:3000", "Origin: http://[::1]", NULL, 403 },
    { "Host: [fe80::80]", "Origin: http://[FE80::80]", NULL, 200 },
    { "Host: [fe80::80]", "Origin: http://[fe80:]", NULL, 403 },
    { "Host: a.example", "Origin: http://a.example:80", NULL, 200 },
    { "Host: a.example", "Origin: http://a.example:443", NULL, 403 },
    { "Host: a.example:443", "Origin: http://a.example", NULL, 403 },
    { "Host: a.example", "Origin: HTTP://a.example", NULL, 200 },
    { "Host: a.example", "Origin: http://a.example/", NULL, 403 },
    { "Host: a.example", "Origin: http://", NULL, 403 },
    { "Host: :80", "Origin: http://", NULL, 403 },
  };

  g_test_summary ("A browser that names no site may change state from our own pages only");

  assert_origins (fixture, cases, G_N_ELEMENTS (cases));
}

static void
test_site (Fixture *fixture, gconstpointer data)
{
  static const OriginCase cases[] = {
    { "Host: a.example", NULL, "Sec-Fetch-Site: same-origin", 200 },
    { "Host: a.example", NULL, "Sec-Fetch-Site: none", 200 },
    { "Host: a.example", NULL, "Sec-Fetch-Site: cross-site", 403 },
    { "Host: a.example", NULL, "Sec-Fetch-Site: same-site", 403 },
    { "Host: a.example", NULL, "Sec-Fetch-Site: Same-Origin", 403 },
    { "Host: a.example", NULL, "Sec-Fetch-Site: ", 403 },
    { "Host: a.example", "Origin: http://a.example", "Sec-Fetch-Site: cross-site", 403 },
    { "Host: a.example", "Origin: http://a.example", "Sec-Fetch-Site: later", 403 },
    { "Host: 127.0.0.1:3000", "Origin: https://a.example", "Sec-Fetch-Site: same-origin", 200 },
    { "Host: a.example", "Origin: null", "Sec-Fetch-Site: same-origin", 200 },
    { "Host: a.example", "Origin: null", "Sec-Fetch-Site: none", 200 },
  };

  g_test_summary ("Where a browser says of which site a page is, that decides");

  assert_origins (fixture, cases, G_N_ELEMENTS (cases));
}

static void
test_site_twice (Fixture *fixture, gconstpointer data)
{
  static const char *const twice[][2] = {
    { "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site" },
    { "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: same-origin" },
    { "Origin: http://a.example", "Origin: http://evil.example" },
    { "Origin: http://a.example", "Origin: http://a.example" },
  };

  g_test_summary ("No browser says either twice");

  for (guint i = 0; i < G_N_ELEMENTS (twice); i++)
    g_assert_cmpuint (ask (fixture,
                           "POST",
                           "/tickets/new",
                           NULL,
                           "Host: a.example",
                           twice[i][0],
                           twice[i][1],
                           NULL),
                      ==,
                      403);
}

static void
test_media_type (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *type;
    const char *body;
    guint status;
  } cases[] = {
    { "Content-Type: application/json", "{}", 200 },
    { "Content-Type: Application/JSON; charset=utf-8", "{}", 200 },
    { "Content-Type: application/json ;x", "{}", 200 },
    { "X-Nothing: a", NULL, 200 },
    { "Content-Type: text/plain", "", 200 },
    { "X-Nothing: a", "{}", 415 },
    { "Content-Type: text/plain", "{}", 415 },
    { "Content-Type: application/jsonp", "{}", 415 },
    { "Content-Type: application/x-www-form-urlencoded", "a=b", 415 },
  };

  g_test_summary ("A body is JSON; no body needs no type");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (ask (fixture, "POST", "/tickets/new", cases[i].body, cases[i].type, NULL),
                      ==,
                      cases[i].status);
}

static void
test_session (Fixture *fixture, gconstpointer data)
{
  g_autofree char *cookie = g_strconcat ("Cookie: a=b; session=", fixture->token, NULL);
  g_autofree char *bearer = g_strconcat ("Authorization: Bearer ", fixture->token, NULL);

  g_test_summary ("A session comes by cookie or as a bearer token; garbage is nobody");

  g_assert_cmpuint (ask (fixture, "GET", "/users/me", NULL, cookie, NULL), ==, 200);
  g_assert_cmpuint (ask (fixture, "GET", "/users/me", NULL, bearer, NULL), ==, 200);
  g_assert_cmpuint (ask (fixture, "GET", "/users/me", NULL, "Cookie: session=bad", bearer, NULL),
                    ==,
                    200);
  g_assert_cmpuint (ask (fixture, "GET", "/users/me", NULL, "Cookie: session=bad", NULL), ==, 401);
  g_assert_cmpuint (ask (fixture, "GET", "/tickets", NULL, "Authorization: Basic eDp5", NULL),
                    ==,
                    200);
}

static void
test_drain (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "A draining router answers 503 before anything else, and says that nothing was run");

  usher_router_drain (fixture->router);
  g_assert_cmpuint (ask (fixture, "GET", "/tickets", NULL, NULL), ==, 503);
  g_assert_nonnull (usher_reply_get_header (fixture->reply, "Retry-After"));
  g_assert_cmpstr (usher_reply_get_header (fixture->reply, "X-Usher-Draining"), ==, "1");
  g_assert_cmpuint (ask (fixture, "GET", "/none", NULL, NULL), ==, 503);
}

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/router/match", test_match);
  test ("/router/literal-first", test_literal_first);
  test ("/router/not-allowed", test_not_allowed);
  test ("/router/options", test_options);
  test ("/router/add/taken", test_taken);
  test ("/router/add/bad-pattern", test_bad_pattern);
  test ("/router/add/bad-method", test_bad_method);
  test ("/router/order", test_order);
  test ("/router/admit", test_admit);
  test ("/router/admit/head", test_admit_head);
  test ("/router/origin", test_origin);
  test ("/router/site", test_site);
  test ("/router/site-twice", test_site_twice);
  test ("/router/media-type", test_media_type);
  test ("/router/session", test_session);
  test ("/router/drain", test_drain);

  return g_test_run ();
}
