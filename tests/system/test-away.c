/* test-away.c: a server of databases that is away, hangs, is slow, full, or asks who one is
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-base.h"
#include "usher-test-checker.h"
#include "usher-test-old-mongodb.h"
#include "usher-test-program.h"
#include "usher-test-proxy.h"
#include "usher-test-shop.h"

/* that an answer waits for a server at most, as the default has it, and what a busy machine adds */
#define BOUND (20 * G_TIME_SPAN_SECOND)
/* milliseconds */
#define SHORT "serverSelectionTimeoutMS=500&connectTimeoutMS=500&socketTimeoutMS=500"
/* of each way */
#define DELAY (100 * G_TIME_SPAN_MILLISECOND)
/* who waits for the server meanwhile */
#define N_READERS 12
#define N_ASKED   200

typedef struct
{
  UsherTestProcess *process;
  UsherTestMongodb *server; /* (unowned) */
  UsherTestProxy *proxy;
  UsherTestChecker *checker;
  UsherTestClient *seller;
  UsherTestClient *watcher; /* of the admin listener */
  char *ticket_id;
} Fixture;

/* @options: (nullable): of the server's address, by way of a proxy; NULL: as any host has it */
static void
start (Fixture *fixture, const char *options)
{
  const char *const settings[] = { "payments.settle-seconds=1", NULL };
  g_autofree char *uri = NULL;
  g_autofree char *setting = NULL;

  fixture->process = usher_test_process_new (settings);
  fixture->server = usher_test_process_get_server (fixture->process);
  fixture->proxy = usher_test_proxy_new (usher_test_mongodb_get_port (fixture->server));
  if (options != NULL)
    {
      uri = usher_test_mongodb_make_uri_by (fixture->server,
                                            usher_test_proxy_get_port (fixture->proxy),
                                            usher_test_process_get_base (fixture->process),
                                            options);
      setting = g_strconcat ("store.uri=", uri, NULL);
      usher_test_process_add_setting (fixture->process, setting);
    }
  usher_test_process_start (fixture->process);
  fixture->checker = usher_test_checker_new (fixture->process);
  fixture->watcher = usher_test_client_new_admin (fixture->process);
  fixture->seller = usher_test_sign_up (fixture->process, "seller@example.com");
  fixture->ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
}

static void
clear (Fixture *fixture)
{
  usher_test_client_free (fixture->seller);
  usher_test_client_free (fixture->watcher);
  usher_test_checker_free (fixture->checker);
  usher_test_proxy_free (fixture->proxy);
  usher_test_process_free (fixture->process);
  g_free (fixture->ticket_id);
}

/* whatever the server did, what was confirmed is there */
static void
stop (Fixture *fixture)
{
  g_autofree char *fault = NULL;

  usher_test_process_assert_alive (fixture->process);
  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  fault = usher_test_checker_find_fault (fixture->checker, TRUE);
  g_assert_cmpstr (fault, ==, NULL);

  clear (fixture);
}

static gboolean
sell (UsherTestClient *client, gpointer user_data)
{
  Fixture *fixture = user_data;
  guint status = usher_test_client_send (client,
                                         "POST",
                                         "/api/tickets",
                                         "{\"title\":\"Concert\",\"price\":10}");

  if (status == 503)
    return FALSE;
  if (status != 201)
    g_error ("status %u: %s", status, usher_test_client_get_body (client));
  usher_test_checker_note (fixture->checker,
                           USHER_TEST_SAID_TICKET,
                           usher_test_client_get_string (client, "id"),
                           0);

  return TRUE;
}

static gboolean
is_refused (UsherTestClient *client, gpointer user_data)
{
  return !sell (client, user_data);
}

static gboolean
has_ticket (UsherTestClient *client, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *path = g_strconcat ("/api/tickets/", fixture->ticket_id, NULL);
  guint status = usher_test_client_send (client, "GET", path, NULL);

  g_assert_true (status == 200 || status == 503);

  return status == 200;
}

static gboolean
is_ready (UsherTestClient *watcher, gpointer user_data)
{
  return usher_test_client_send (watcher, "GET", "/readyz", NULL) == 200;
}

static gboolean
is_not_ready (UsherTestClient *watcher, gpointer user_data)
{
  return !is_ready (watcher, user_data);
}

/* 503 within the bound, in words that name no way to the server */
static void
assert_away (Fixture *fixture, const char *method, const char *path, const char *body)
{
  gint64 start = g_get_monotonic_time ();
  guint status = usher_test_client_send (fixture->seller, method, path, body);

  g_test_message ("%s %s: %u after %" G_GINT64_FORMAT " ms: %s",
                  method,
                  path,
                  status,
                  (g_get_monotonic_time () - start) / 1000,
                  usher_test_client_get_body (fixture->seller));
  g_assert_cmpuint (status, ==, 503);
  g_assert_cmpint (g_get_monotonic_time () - start, <, BOUND);
  g_assert_nonnull (usher_test_client_get_header (fixture->seller, "Retry-After"));
  g_assert_null (strstr (usher_test_client_get_body (fixture->seller), "127.0.0.1"));
}

/* the host serves what needs no database, and says how it is */
static void
assert_stays_up (Fixture *fixture)
{
  for (guint i = 0; i < 5; i++)
    {
      assert_away (fixture, "GET", "/api/tickets", NULL);
      assert_away (fixture, "POST", "/api/tickets", "{\"title\":\"Concert\",\"price\":10}");
      g_assert_cmpuint (
          usher_test_client_send (fixture->seller, "GET", "/api/users/currentuser", NULL), ==, 200);
      g_assert_cmpuint (usher_test_client_send (fixture->watcher, "GET", "/healthz", NULL),
                        ==,
                        200);
    }
  usher_test_client_until (fixture->watcher, is_not_ready, NULL);
  usher_test_process_assert_alive (fixture->process);
}

/* nobody does anything for it */
static void
assert_comes_back (Fixture *fixture)
{
  g_autofree char *order_id = NULL;

  usher_test_client_until (fixture->watcher, is_ready, NULL);
  usher_test_client_until (fixture->seller, has_ticket, fixture);
  usher_test_client_until (fixture->seller, sell, fixture);
  order_id = usher_test_order_when_free (fixture->seller, fixture->ticket_id);
  usher_test_await_order (fixture->seller, order_id, "awaiting:payment");
  g_assert_cmpuint (usher_test_pay (fixture->seller, order_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->seller, order_id, "complete");
}

static void
test_killed (void)
{
  Fixture fixture = { 0 };

  g_test_summary (
      "While its server is away a host answers 503 soon and is not ready; it comes back "
      "by itself with all it had");

  start (&fixture, NULL);
  usher_test_mongodb_kill (fixture.server);
  assert_stays_up (&fixture);
  usher_test_mongodb_start (fixture.server);
  assert_comes_back (&fixture);
  stop (&fixture);
}

/* of five services, each with a database: one after the other would take more than ten seconds */
static void
test_stopped (void)
{
  Fixture fixture = { 0 };
  gint64 began = 0;

  g_test_summary ("A stop waits for servers that are away no longer than for one");

  start (&fixture, NULL);
  usher_test_mongodb_kill (fixture.server);
  assert_stays_up (&fixture);
  began = g_get_monotonic_time ();
  g_assert_cmpint (usher_test_process_stop (fixture.process), ==, 0);
  g_test_message ("stopped in %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - began) / 1000);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 8 * G_TIME_SPAN_SECOND);
  clear (&fixture);
}

static void
test_hangs (void)
{
  Fixture fixture = { 0 };

  g_test_summary ("A server that takes requests and never answers is away too, within the bound");

  start (&fixture, SHORT);
  usher_test_proxy_stall (fixture.proxy);
  usher_test_proxy_shut (fixture.proxy, TRUE);
  assert_stays_up (&fixture);
  usher_test_proxy_shut (fixture.proxy, FALSE);
  assert_comes_back (&fixture);
  stop (&fixture);
}

static void
test_cut (void)
{
  Fixture fixture = { 0 };

  g_test_summary ("Connections that are cut in the middle of commits lose and double nothing");

  start (&fixture, "");
  for (guint i = 0; i < 20; i++)
    {
      sell (fixture.seller, &fixture);
      usher_test_proxy_cut (fixture.proxy);
    }
  assert_comes_back (&fixture);
  stop (&fixture);
}

static void
test_full (void)
{
  Fixture fixture = { 0 };

  g_test_summary ("A server whose disk is full makes the host read-only: 503, reads go on, and it "
                  "recovers");

  start (&fixture, NULL);
  usher_test_mongodb_fail (fixture.server,
                           "[\"insert\",\"update\",\"findAndModify\",\"delete\"]",
                           14031);
  usher_test_client_until (fixture.seller, is_refused, &fixture);
  g_assert_nonnull (usher_test_client_get_header (fixture.seller, "Retry-After"));
  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (is_refused (fixture.seller, &fixture));
      g_assert_true (has_ticket (fixture.seller, &fixture));
    }
  usher_test_process_assert_alive (fixture.process);

  usher_test_mongodb_fail (fixture.server,
                           "[\"insert\",\"update\",\"findAndModify\",\"delete\"]",
                           0);
  assert_comes_back (&fixture);
  stop (&fixture);
}

/* someone who waits for the server all the time */
typedef struct
{
  UsherTestClient *client;
  int *is_over;   /* (unowned) (atomic) */
  gint64 fastest; /* microseconds */
  GThread *thread;
} Reader;

static gint64
ask (UsherTestClient *client, const char *path)
{
  gint64 start = g_get_monotonic_time ();

  g_assert_cmpuint (usher_test_client_send (client, "GET", path, NULL), ==, 200);

  return g_get_monotonic_time () - start;
}

static gpointer
read_on (gpointer data)
{
  Reader *reader = data;

  while (!g_atomic_int_get (reader->is_over))
    reader->fastest = MIN (reader->fastest, ask (reader->client, "/api/tickets"));

  return NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 *first = a;
  const gint64 *second = b;

  return (*first > *second) - (*first < *second);
}

/* of @n questions that need no database: the time that nine of ten take at most */
static gint64
measure (UsherTestClient *client)
{
  gint64 times[N_ASKED];

  for (guint i = 0; i < N_ASKED; i++)
    times[i] = ask (client, "/api/users/currentuser");
  qsort (times, N_ASKED, sizeof *times, compare);

  return times[N_ASKED * 9 / 10];
}

static void
test_slow (void)
{
  Fixture fixture = { 0 };
  Reader readers[N_READERS] = { 0 };
  int is_over = 0;
  gint64 before = 0;
  gint64 slow = 0;

  g_test_summary ("Who needs no database does not wait for one that is far away");

  start (&fixture, "");
  before = measure (fixture.seller);
  usher_test_proxy_delay (fixture.proxy, DELAY);
  for (guint i = 0; i < N_READERS; i++)
    {
      readers[i] = (Reader){
        .client = usher_test_client_new (fixture.process),
        .is_over = &is_over,
        .fastest = G_MAXINT64,
      };
      readers[i].thread = g_thread_new ("reader", read_on, &readers[i]);
    }
  slow = measure (fixture.seller);
  g_atomic_int_set (&is_over, 1);
  for (guint i = 0; i < N_READERS; i++)
    {
      g_thread_join (readers[i].thread);
      usher_test_client_free (readers[i].client);
      g_test_message ("without a database %" G_GINT64_FORMAT " µs, then %" G_GINT64_FORMAT
                      " µs; with it %" G_GINT64_FORMAT " µs",
                      before,
                      slow,
                      readers[i].fastest);
      g_assert_cmpint (readers[i].fastest, >, 2 * DELAY);
      g_assert_cmpint (slow, <, readers[i].fastest / 4);
    }
  usher_test_proxy_delay (fixture.proxy, 0);
  stop (&fixture);
}

/* @uri: of all databases, in a file of settings; what “usher run” says, which ends by itself, with no success */
static char *
run_in_vain (const char *uri)
{
  UsherTestProgram program = { 0 };
  g_autofree char *settings = g_strdup_printf ("[store]\nuri=%s\n", uri);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *more = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;

  usher_test_program_set_up (&program, NULL);
  usher_test_program_set_variable (&program,
                                   "USHER_PLUGIN_PATH",
                                   g_getenv ("USHER_TEST_PLUGIN_DIR"));
  usher_test_program_add_file (program.directory, "usher.conf", settings);
  more = g_strdup_printf (" --config %s/usher.conf", program.directory);
  arguments = usher_test_program_make_arguments (&program, "run", more);
  process = usher_test_program_spawn (&program, arguments);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);
  g_assert_false (g_subprocess_get_successful (process));
  usher_test_program_tear_down (&program, NULL);
  g_test_message ("%s%s", out, err);

  return g_strconcat (out, err, NULL);
}

static void
assert_says (const char *said, const char *word)
{
  if (strstr (said, word) == NULL)
    g_error ("“%s” is not in “%s”", word, said);
}

static void
test_credentials (void)
{
  UsherTestMongodb *server = usher_test_mongodb_new (USHER_TEST_MONGODB_AUTH);
  guint16 port = usher_test_mongodb_get_port (server);
  g_autofree char *wrong =
      g_strdup_printf ("mongodb://usher:sesame-closed@127.0.0.1:%u/x?authSource=admin", port);
  g_autofree char *none = g_strdup_printf ("mongodb://127.0.0.1:%u/x", port);
  g_autofree char *said = NULL;

  g_test_summary ("Wrong credentials end the host with words that have none of them");

  said = run_in_vain (wrong);
  assert_says (said, "127.0.0.1");
  assert_says (said, "password");
  g_assert_null (strstr (said, "sesame"));
  g_free (said);
  said = run_in_vain (none);
  assert_says (said, "127.0.0.1");
  assert_says (said, "readWrite");
  g_assert_null (strstr (said, "waits up to"));
  usher_test_mongodb_free (server);
}

static void
test_certificate (void)
{
  UsherTestMongodb *server = usher_test_mongodb_new (USHER_TEST_MONGODB_TLS);
  g_autofree char *uri = g_strdup_printf ("mongodb://127.0.0.1:%u/x?tls=true&%s",
                                          usher_test_mongodb_get_port (server),
                                          SHORT);
  g_autofree char *no_file = g_strconcat (uri, "&tlsCAFile=/nowhere/ca.pem", NULL);
  g_autofree char *no_set = g_strconcat (uri, "&tlsInsecure=true&replicaSet=nobodys", NULL);
  g_autofree char *said = NULL;

  g_test_summary ("A server whose certificate nobody vouches for is not believed, and what is "
                  "wrong with an address is named");

  said = run_in_vain (uri);
  assert_says (said, "127.0.0.1");
  assert_says (said, "TLS");
  g_free (said);
  said = run_in_vain (no_file);
  assert_says (said, "file “/nowhere/ca.pem” cannot be read");
  g_free (said);
  said = run_in_vain (no_set);
  assert_says (said, "replica set “nobodys”");
  usher_test_mongodb_free (server);
}

static void
test_old (void)
{
  g_autoptr (UsherTestOldMongodb) server = usher_test_old_mongodb_new ();
  g_autofree char *uri =
      g_strdup_printf ("mongodb://127.0.0.1:%u/x", usher_test_old_mongodb_get_port (server));
  g_autofree char *said = NULL;

  g_test_summary ("A server that is too old ends the host, which says what it needs");

  said = run_in_vain (uri);
  assert_says (said, "127.0.0.1");
  assert_says (said, "4.0");
}

static void
skip (gconstpointer lack)
{
  g_test_summary ("A server of ours can be killed");

  g_test_skip (lack);
}

int
main (int argc, char *argv[])
{
  const char *lack = NULL;

  g_test_init (&argc, &argv, NULL);

  lack = usher_test_mongodb_get_lack (USHER_TEST_MONGODB_STANDALONE, TRUE);
  if (lack != NULL)
    {
      g_test_add_data_func ("/away/server", lack, skip);
      return g_test_run ();
    }
  g_test_add_func ("/away/killed", test_killed);
  g_test_add_func ("/away/stopped", test_stopped);
  g_test_add_func ("/away/hangs", test_hangs);
  g_test_add_func ("/away/cut", test_cut);
  g_test_add_func ("/away/full", test_full);
  g_test_add_func ("/away/slow", test_slow);
  g_test_add_func ("/away/credentials", test_credentials);
  g_test_add_func ("/away/certificate", test_certificate);
  g_test_add_func ("/away/old", test_old);

  return g_test_run ();
}
