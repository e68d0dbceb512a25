/* test-load.c: processes are replaced and stopped while people wait for answers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "usher-test-checker.h"
#include "usher-test-children.h"
#include "usher-test-shop.h"

#define CONNECTIONS 32
/* seconds */
#define SATURATION 2
#define LOAD       8

typedef struct
{
  UsherTestProcess *process;
  UsherTestChecker *checker;
  UsherTestClient *admin;
  char *cookie;
  char *ticket_id;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) seller = NULL;

  fixture->process = usher_test_process_new (NULL);
  usher_test_process_start (fixture->process);
  fixture->checker = usher_test_checker_new (fixture->process);
  fixture->admin = usher_test_client_new_admin (fixture->process);
  seller = usher_test_sign_up (fixture->process, "seller@example.com");
  fixture->ticket_id = usher_test_create_ticket (seller, "Concert", "10");
  fixture->cookie = g_strconcat ("session=", usher_test_client_get_session (seller), NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_children_await_ready (fixture->process);
  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);

  usher_test_client_free (fixture->admin);
  usher_test_checker_free (fixture->checker);
  usher_test_process_free (fixture->process);
  g_free (fixture->cookie);
  g_free (fixture->ticket_id);
}

/* @pause: milliseconds of each connection between two requests, on the average */
static GSubprocess *
start_wrk (Fixture *fixture, guint seconds, guint pause)
{
  g_autofree char *address = usher_test_process_dup_address (fixture->process, FALSE);
  g_autofree char *uri = g_strconcat ("http://", address, NULL);
  g_autofree char *duration = g_strdup_printf ("-d%us", seconds);
  g_autofree char *connections = g_strdup_printf ("-c%d", CONNECTIONS);
  g_autofree char *between = g_strdup_printf ("%u", pause);
  g_autoptr (GError) error = NULL;
  GSubprocess *wrk = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                       &error,
                                       "wrk",
                                       "-t2",
                                       connections,
                                       duration,
                                       "--timeout=5s",
                                       "-s",
                                       g_getenv ("USHER_TEST_MIX"),
                                       uri,
                                       "--",
                                       fixture->cookie,
                                       fixture->ticket_id,
                                       between,
                                       NULL);

  g_assert_no_error (error);

  return wrk;
}

static char *
await_wrk (GSubprocess *wrk)
{
  g_autoptr (GError) error = NULL;
  char *report = NULL;

  g_subprocess_communicate_utf8 (wrk, NULL, NULL, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (wrk), ==, 0);
  g_test_message ("%s", report);

  return report;
}

/* requests a second */
static double
get_rate (const char *report)
{
  const char *rate = strstr (report, "Requests/sec:");

  g_assert_nonnull (rate);

  return g_ascii_strtod (rate + strlen ("Requests/sec:"), NULL);
}

/* Load at half of what the host bears. */
static GSubprocess *
start_half (Fixture *fixture)
{
  g_autoptr (GSubprocess) wrk = start_wrk (fixture, SATURATION, 0);
  g_autofree char *report = await_wrk (wrk);

  return start_wrk (fixture, LOAD, (guint) (CONNECTIONS * 2 * 1000 / get_rate (report)));
}

/* wrk is silent about what did not happen */
static void
assert_no_failure (GSubprocess *wrk)
{
  g_autofree char *report = await_wrk (wrk);

  g_assert_null (strstr (report, "Socket errors"));
  g_assert_null (strstr (report, "Non-2xx"));
  g_assert_cmpfloat (get_rate (report), >, 0);
}

static void
assert_running (GSubprocess *wrk)
{
  g_assert_nonnull (g_subprocess_get_identifier (wrk));
}

static void
reload (Fixture *fixture, const char *service)
{
  g_autofree char *path = g_strdup_printf ("/services/%s/reload", service);
  guint status = usher_test_client_send (fixture->admin, "POST", path, NULL);

  if (status != 200 && status != 204)
    g_error ("%s: %u %s", path, status, usher_test_client_get_body (fixture->admin));
}

static void
test_reload (Fixture *fixture, gconstpointer data)
{
  static const char *const services[] = { "tickets", "auth", "orders", "tickets" };
  g_autoptr (GSubprocess) wrk = NULL;

  g_test_summary ("No request fails while services are reloaded under load");

  wrk = start_half (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    {
      reload (fixture, services[i]);
      assert_running (wrk);
    }
  assert_no_failure (wrk);
}

static void
stop_copy (Fixture *fixture, const char *service, guint copy)
{
  GPid pid = usher_test_children_signal (fixture->process, service, copy, SIGTERM);

  g_assert_cmpint (pid, >, 0);
  usher_test_children_await_replaced (fixture->process, pid);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) wrk = NULL;

  g_test_summary ("No request fails while one of two copies is told to stop under load");

  wrk = start_half (fixture);
  stop_copy (fixture, "tickets", 0);
  stop_copy (fixture, "tickets", 1);
  stop_copy (fixture, "auth", 0);
  assert_running (wrk);
  assert_no_failure (wrk);
}

#define add(path, func) g_test_add ("/load/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("reload", test_reload);
  if (usher_test_placement_get_default () == USHER_TEST_PAIRS)
    add ("stop-one-of-two", test_stop);

  return g_test_run ();
}
