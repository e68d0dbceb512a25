/* test-kit-placements.c: the same test, wherever the services run
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher-test.h>

#define TOLL   "toll"
#define PATH   "/api/passages"
#define PASS   "{\"road\":\"A1\"}"
#define N_PASS 10

static void
test_flow (UsherTestHost *host)
{
  UsherTestUser *ann = usher_test_host_as (host, "ann");

  g_test_summary ("What one host commits another one reads, and each event is applied once.");

  for (guint i = 0; i < N_PASS; i++)
    {
      g_autofree char *id = usher_test_user_create (ann, PATH, PASS);
      g_autofree char *path = g_strconcat (PATH "/", id, NULL);
      g_autoptr (UsherReply) reply = usher_test_user_get (ann, path);
      g_autofree char *receipt = NULL;

      usher_test_assert_member (reply, "paid", "true");
      g_assert_cmpuint (usher_test_host_settle (host), ==, 0);
      receipt = usher_test_host_dup_document (host, TOLL, "receipts", id);
      g_assert_nonnull (receipt);
    }
}

static void
test_restart (UsherTestHost *host)
{
  UsherTestUser *ann = usher_test_host_as (host, "ann");
  g_autofree char *id = usher_test_user_create (ann, PATH, PASS);
  g_autofree char *receipt = NULL;

  g_test_summary ("Hosts and hub start again on what they had.");

  usher_test_host_restart (host);
  usher_test_host_settle (host);
  receipt = usher_test_host_dup_document (host, TOLL, "receipts", id);
  g_assert_nonnull (receipt);
}

static void
test_timer (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherEvent) created = NULL;
  g_autofree char *id = NULL;
  g_autofree char *paid = NULL;

  g_test_summary ("Timers run by the clock of the box, once, whichever host has them.");

  usher_test_host_crash (host, TOLL, USHER_TEST_AFTER_COMMIT, 1);
  reply = usher_test_user_post (usher_test_host_as (host, "ann"), PATH, PASS);
  g_assert_null (reply);
  created = usher_test_host_take_event (host, TOLL, "passage:created");
  id = usher_test_dup_event_member (created, "id");
  usher_test_host_turn (host, G_TIME_SPAN_MINUTE - 1);
  usher_test_assert_quiet (host, TOLL);

  usher_test_host_turn (host, 1);
  g_object_unref (usher_test_host_call_admin (host, "GET", "/readyz"));
  usher_event_unref (usher_test_host_await_event (host, TOLL, "passage:paid"));
  usher_test_host_settle (host);
  usher_test_assert_quiet (host, TOLL);
  paid = usher_test_host_dup_field (host, TOLL, "passages", id, "paid");
  g_assert_cmpstr (paid, ==, "true");
}

static void
test_hosts (void)
{
  static const struct
  {
    UsherTestPlacement placement;
    gboolean differs;
  } rows[] = {
    { USHER_TEST_ONE, FALSE },
    { USHER_TEST_SPREAD, FALSE },
    { USHER_TEST_PAIRS, TRUE },
  };

  g_test_summary ("In pairs a service has two hosts, which take turns; else it has one.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherTestHost) host = usher_test_host_new (TOLL, rows[i].placement);
      UsherHost *first = usher_test_host_get_host (host, TOLL);
      UsherHost *second = usher_test_host_get_host (host, TOLL);

      g_assert_cmpint (first != second, ==, rows[i].differs);
      g_assert_true (usher_test_host_get_host (host, TOLL) == first);
    }
}

int
main (int argc, char **argv)
{
  usher_test_init (&argc, &argv);

  usher_test_add ("/kit/placements/flow/by-hand", TOLL, test_flow);
  usher_test_add_all_placements ("/kit/placements/flow", TOLL, test_flow);
  usher_test_add_all_placements ("/kit/placements/restart", TOLL, test_restart);
  usher_test_add_all_placements ("/kit/placements/timer", TOLL, test_timer);
  g_test_add_func ("/kit/placements/hosts", test_hosts);

  return g_test_run ();
}
