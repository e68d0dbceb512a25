/* test-kit-crash.c: what is left when a host dies, and that another one takes over
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher-test.h>

#define TOLL "toll"
#define PATH "/api/passages"
#define PASS "{\"road\":\"A1\"}"

/* who answers, or dies of it */
static UsherReply *
post (UsherTestHost *host)
{
  return usher_test_user_post (usher_test_host_as (host, "ann"), PATH, PASS);
}

/* how many passages were charged outside */
static guint
count_charges (UsherTestHost *host)
{
  g_autofree char *path = g_build_filename (usher_test_host_get_directory (host), TOLL, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

/* (transfer full): the id of the passage that was begun */
static char *
take_id (UsherTestHost *host)
{
  g_autoptr (GPtrArray) events = usher_test_host_take_events (host, TOLL);

  g_assert_cmpuint (events->len, >, 0);

  return usher_test_dup_event_member (events->pdata[0], "id");
}

/* (transfer full): the id of a passage whose request is never answered, as the host dies of that commit of it */
static char *
post_and_die (UsherTestHost *host, UsherTestCrash point, guint nth)
{
  g_autoptr (UsherReply) reply = NULL;

  usher_test_host_crash (host, TOLL, point, nth);
  reply = post (host);
  g_assert_null (reply);

  return take_id (host);
}

static void
assert_paid (UsherTestHost *host, const char *id, const char *expected)
{
  g_autofree char *paid = usher_test_host_dup_field (host, TOLL, "passages", id, "paid");

  g_assert_cmpstr (paid, ==, expected);
}

static void
test_before (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherReply) again = NULL;

  g_test_summary ("Before the commit nothing is left, and nobody is answered.");

  usher_test_host_crash (host, TOLL, USHER_TEST_BEFORE_COMMIT, 1);
  reply = post (host);
  g_assert_null (reply);
  g_assert_cmpuint (usher_test_host_count_crashes (host), ==, 1);
  usher_test_assert_quiet (host, TOLL);
  g_assert_cmpuint (count_charges (host), ==, 0);

  again = post (host);
  usher_test_assert_status (again, 201);
  g_assert_cmpuint (count_charges (host), ==, 1);
}

static void
test_after (UsherTestHost *host)
{
  g_autofree char *id = NULL;
  g_autofree char *receipt = NULL;

  g_test_summary (
      "After the commit what was promised is there; no step follows, and the timer takes over.");

  id = post_and_die (host, USHER_TEST_AFTER_COMMIT, 1);
  assert_paid (host, id, NULL);
  g_assert_cmpuint (count_charges (host), ==, 0);

  usher_test_host_turn (host, G_TIME_SPAN_MINUTE);
  assert_paid (host, id, "true");
  g_assert_cmpuint (count_charges (host), ==, 1);
  usher_test_host_settle (host);
  receipt = usher_test_host_dup_document (host, TOLL, "receipts", id);
  g_assert_nonnull (receipt);
  g_assert_cmpuint (usher_test_host_count_crashes (host), ==, 1);
}

static void
test_charged (UsherTestHost *host)
{
  g_autofree char *id = NULL;

  g_test_summary ("Between a charge and its record there is one charge, and the timer records it.");

  id = post_and_die (host, USHER_TEST_BEFORE_COMMIT, 2);
  assert_paid (host, id, NULL);
  g_assert_cmpuint (count_charges (host), ==, 1);

  usher_test_host_turn (host, G_TIME_SPAN_MINUTE);
  assert_paid (host, id, "true");
  g_assert_cmpuint (count_charges (host), ==, 1);
  usher_test_assert_event (host, TOLL, "passage:paid");
}

static void
test_unsaid (UsherTestHost *host)
{
  g_autofree char *id = NULL;

  g_test_summary ("After the last step all is done, but for the answer.");

  id = post_and_die (host, USHER_TEST_AFTER_COMMIT, 2);
  assert_paid (host, id, "true");
}

static void
test_relayed (UsherTestHost *host)
{
  g_autofree char *id = NULL;
  g_autofree char *receipt = NULL;

  g_test_summary ("What was committed when a host died is sent by the one that takes over.");

  id = post_and_die (host, USHER_TEST_AFTER_COMMIT, 2);
  usher_test_host_settle (host);
  receipt = usher_test_host_dup_document (host, TOLL, "receipts", id);
  g_assert_nonnull (receipt);
}

static void
test_listener (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *id = NULL;
  g_autofree char *receipt = NULL;

  g_test_summary ("An event that a host dies of is delivered again, and was applied once.");

  /* the passage, its payment, and then the receipt */
  usher_test_host_crash (host, TOLL, USHER_TEST_AFTER_COMMIT, 3);
  reply = post (host);
  usher_test_assert_status (reply, 201);
  id = usher_test_dup_member (reply, "id");
  g_assert_cmpuint (usher_test_host_settle (host), ==, 0);
  g_assert_cmpuint (usher_test_host_count_crashes (host), ==, 1);
  receipt = usher_test_host_dup_document (host, TOLL, "receipts", id);
  g_assert_nonnull (receipt);
}

static void
test_feed (UsherTestHost *host)
{
  g_autoptr (UsherEvent) event =
      usher_test_host_make_event (host, "passage:paid", "{\"id\":\"" USHER_TEST_NOTHING "\"}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who feeds the event that a host dies of is told so.");

  usher_test_host_crash (host, TOLL, USHER_TEST_AFTER_COMMIT, 1);
  g_assert_false (usher_test_host_feed (host, TOLL, NULL, event, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  usher_test_host_deliver (host, TOLL, NULL, event);
}

static void
test_timer (UsherTestHost *host)
{
  g_autofree char *id = NULL;

  g_test_summary ("A timer that a host dies of fires again.");

  id = post_and_die (host, USHER_TEST_BEFORE_COMMIT, 2);
  usher_test_host_crash (host, TOLL, USHER_TEST_BEFORE_COMMIT, 1);
  usher_test_host_turn (host, G_TIME_SPAN_MINUTE);
  g_assert_cmpuint (usher_test_host_count_crashes (host), ==, 2);
  assert_paid (host, id, NULL);

  usher_test_host_turn (host, G_TIME_SPAN_MINUTE);
  assert_paid (host, id, "true");
}

static void
test_failed_commit (UsherTestHost *host)
{
  g_autoptr (UsherReply) full = NULL;
  g_autoptr (UsherReply) raced = NULL;

  g_test_summary ("A full disk is told, and a lost race is run again.");

  usher_test_host_fail_commit (host, TOLL, USHER_ERROR_FULL, 1);
  full = post (host);
  usher_test_assert_status (full, 503);
  usher_test_assert_quiet (host, TOLL);

  usher_test_host_fail_commit (host, TOLL, USHER_ERROR_CONFLICT, 1);
  raced = post (host);
  usher_test_assert_status (raced, 201);
}

typedef struct
{
  UsherTestHost *host;
  gint n_answered; /* (atomic) */
} Crowd;

static gpointer
join (gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (UsherReply) reply = post (crowd->host);

  if (reply != NULL)
    g_atomic_int_inc (&crowd->n_answered);

  return NULL;
}

static void
test_crowd (UsherTestHost *host)
{
  Crowd crowd = { .host = host };

  g_test_summary ("Of many who ask while a host dies, each gets an answer, or none.");

  usher_test_host_crash (host, TOLL, USHER_TEST_AFTER_COMMIT, 5);
  usher_test_race (8, join, &crowd);
  g_assert_cmpuint (usher_test_host_count_crashes (host), ==, 1);
  g_assert_cmpint (crowd.n_answered, <, 8);
  usher_test_host_turn (host, G_TIME_SPAN_MINUTE);
  usher_test_host_settle (host);
}

int
main (int argc, char **argv)
{
  usher_test_init (&argc, &argv);

  usher_test_add ("/kit/crash/before", TOLL, test_before);
  usher_test_add ("/kit/crash/after", TOLL, test_after);
  usher_test_add ("/kit/crash/charged", TOLL, test_charged);
  usher_test_add ("/kit/crash/unsaid", TOLL, test_unsaid);
  usher_test_add ("/kit/crash/listener", TOLL, test_listener);
  usher_test_add ("/kit/crash/feed", TOLL, test_feed);
  usher_test_add ("/kit/crash/timer", TOLL, test_timer);
  usher_test_add ("/kit/crash/failed-commit", TOLL, test_failed_commit);
  usher_test_add ("/kit/crash/crowd", TOLL, test_crowd);
  usher_test_add_all_placements ("/kit/crash/relayed", TOLL, test_relayed);
  usher_test_add_all_placements ("/kit/crash/crowd", TOLL, test_crowd);

  return g_test_run ();
}
