/* test-kit-deliveries.c: events fed by hand, and the clock
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher-test.h>

#define TOLL    "toll"
#define PAID    "passage:paid"
#define STAMPED "passage:stamped"
#define ID      "0123456789abcdef01234567"
#define OF_ID   "{\"id\":\"" ID "\"}"
#define N_BATCH 20

/* (nullable): how often the receipt was stamped */
static char *
dup_stamps (UsherTestHost *host)
{
  return usher_test_host_dup_field (host, TOLL, "receipts", ID, "stamps");
}

static void
test_twice (UsherTestHost *host)
{
  g_autoptr (UsherEvent) stamped = usher_test_host_make_event (host, STAMPED, OF_ID);
  g_autofree char *stamps = NULL;

  g_test_summary ("The same event again is known by the inbox, another one like it is not.");

  usher_test_host_give (host, TOLL, NULL, PAID, OF_ID);
  usher_test_host_deliver (host, TOLL, NULL, stamped);
  usher_test_host_deliver (host, TOLL, NULL, stamped);
  stamps = dup_stamps (host);
  g_assert_cmpstr (stamps, ==, "1");

  usher_test_host_restart (host);
  usher_test_host_deliver (host, TOLL, NULL, stamped);
  usher_test_host_give (host, TOLL, NULL, STAMPED, OF_ID);
  g_free (stamps);
  stamps = dup_stamps (host);
  g_assert_cmpstr (stamps, ==, "2");
}

static void
test_out_of_order (UsherTestHost *host)
{
  g_autoptr (UsherEvent) stamped = usher_test_host_make_event (host, STAMPED, OF_ID);
  g_autoptr (GError) error = NULL;
  g_autofree char *stamps = NULL;

  g_test_summary ("What comes too early is wanted later.");

  g_assert_false (usher_test_host_feed (host, TOLL, NULL, stamped, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);

  usher_test_host_give (host, TOLL, NULL, PAID, OF_ID);
  usher_test_host_deliver (host, TOLL, NULL, stamped);
  stamps = dup_stamps (host);
  g_assert_cmpstr (stamps, ==, "1");
}

static void
test_batch (UsherTestHost *host)
{
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  g_autofree char *stamps = NULL;
  guint n_taken = 0;

  g_test_summary ("Events that come together race, and whoever loses too often comes again.");

  usher_test_host_give (host, TOLL, NULL, PAID, OF_ID);
  for (guint i = 0; i < N_BATCH; i++)
    g_ptr_array_add (events, usher_test_host_make_event (host, STAMPED, OF_ID));
  while (n_taken < N_BATCH)
    n_taken = usher_test_host_feed_batch (host, TOLL, NULL, events);

  stamps = dup_stamps (host);
  g_assert_cmpstr (stamps, ==, G_STRINGIFY (N_BATCH));
}

static void
test_bad (UsherTestHost *host)
{
  static const UsherTestBadEvent events[] = {
    { NULL, PAID, "{}", USHER_ERROR_INVALID },
    { NULL, PAID, "{\"id\":\"x\"}", USHER_ERROR_INVALID },
    { "toll-service.other", PAID, OF_ID, USHER_ERROR_NOT_FOUND },
  };

  g_test_summary ("What no later delivery mends is an error.");

  usher_test_host_assert_bad (host, TOLL, events, G_N_ELEMENTS (events));
}

static void
test_settle (UsherTestHost *host)
{
  UsherTestUser *ann = usher_test_host_as (host, "ann");
  g_autofree char *id = usher_test_user_create (ann, "/api/passages", "{\"road\":\"A1\"}");
  g_autofree char *before = usher_test_host_dup_document (host, TOLL, "receipts", id);
  g_autofree char *after = NULL;
  g_autoptr (GPtrArray) events = NULL;

  g_test_summary (
      "Nothing moves by itself; what is carried comes to whoever listens, and can be looked at.");

  g_assert_null (before);
  g_assert_cmpuint (usher_test_host_settle (host), ==, 0);
  after = usher_test_host_dup_document (host, TOLL, "receipts", id);
  g_assert_nonnull (after);

  events = usher_test_host_take_events (host, TOLL);
  g_assert_cmpuint (events->len, ==, 2);
  usher_test_assert_event_member (events->pdata[1], "paid", "true");
  usher_test_assert_quiet (host, TOLL);
}

static void
test_hold (UsherTestHost *host)
{
  UsherTestUser *ann = usher_test_host_as (host, "ann");
  g_autoptr (UsherEvent) created = NULL;
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherEvent) paid = NULL;
  g_autofree char *id = NULL;
  g_autofree char *receipt = NULL;

  g_test_summary ("What the test carries itself is not carried.");

  usher_test_host_crash (host, TOLL, USHER_TEST_BEFORE_COMMIT, 2);
  reply = usher_test_user_post (ann, "/api/passages", "{\"road\":\"A1\"}");
  created = usher_test_host_hold_event (host, TOLL, "passage:created");
  id = usher_test_dup_event_member (created, "id");
  usher_test_host_turn (host, G_TIME_SPAN_MINUTE);
  paid = usher_test_host_hold_event (host, TOLL, PAID);
  usher_test_host_settle (host);
  receipt = usher_test_host_dup_document (host, TOLL, "receipts", id);
  g_assert_null (receipt);

  usher_test_host_deliver (host, TOLL, NULL, paid);
  receipt = usher_test_host_dup_document (host, TOLL, "receipts", id);
  g_assert_nonnull (receipt);
}

int
main (int argc, char **argv)
{
  usher_test_init (&argc, &argv);

  usher_test_add ("/kit/deliveries/twice", TOLL, test_twice);
  usher_test_add ("/kit/deliveries/out-of-order", TOLL, test_out_of_order);
  usher_test_add ("/kit/deliveries/batch", TOLL, test_batch);
  usher_test_add ("/kit/deliveries/bad", TOLL, test_bad);
  usher_test_add ("/kit/deliveries/settle", TOLL, test_settle);
  usher_test_add ("/kit/deliveries/hold", TOLL, test_hold);

  return g_test_run ();
}
