/* test-stripe-crash.c: a host that dies while it pays by Stripe
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-contract.h"
#include "usher-test-counter.h"

/* where the host dies: around its nth commit after the order is reserved */
typedef struct
{
  const char *path;
  UsherTestCrash point;
  guint nth;
  gint64 n_intents;
  gint64 n_paid; /* once it has died */
  const char *rule;
} Window;

/* clang-format off */
static const Window windows[] = {
  { "/stripe/crash/before-open",     USHER_TEST_BEFORE_COMMIT, 1, 0, 0, "Before the attempt is written: it never was" },
  { "/stripe/crash/before-create",   USHER_TEST_AFTER_COMMIT,  1, 0, 0, "Before the intent is made: it fails" },
  { "/stripe/crash/after-create",    USHER_TEST_BEFORE_COMMIT, 2, 1, 0, "Before the intent's id is written: nothing is taken by it, ever" },
  { "/stripe/crash/before-confirm",  USHER_TEST_AFTER_COMMIT,  2, 1, 0, "Before it is confirmed: it is closed" },
  { "/stripe/crash/after-confirm",   USHER_TEST_BEFORE_COMMIT, 3, 1, 1, "Before the outcome is written: it is found" },
  { "/stripe/crash/after-outcome",   USHER_TEST_AFTER_COMMIT,  3, 1, 1, "Before the answer: it is paid" },
};
/* clang-format on */

static void
die (UsherTestCounter *counter, const Window *window)
{
  usher_test_host_crash (counter->till.host, "payments", window->point, window->nth);
  usher_test_counter_pay_and_die (counter, "tok_visa");
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "intents"), ==, window->n_intents);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "paid"), ==, window->n_paid);
}

static void
test_window (UsherTestCounter *counter, gconstpointer data)
{
  const Window *window = data;

  g_test_summary (window->rule);

  die (counter, window);
  usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);
  usher_test_counter_assert_books (counter, window->n_paid, window->n_paid * 1999);

  if (window->n_paid == 0)
    usher_test_till_assert_paid (&counter->till, "tok_visa");
  else
    usher_test_assert_event (counter->till.host, "payments", USHER_PAYMENTS_CREATED);
  usher_test_till_assert_state (&counter->till, "completed");
  usher_test_counter_assert_books (counter, 1, 1999);
}

static void
test_cancelled (UsherTestCounter *counter, gconstpointer data)
{
  const Window *window = data;

  g_test_summary ("Of an order that is cancelled after that no money is kept.");

  die (counter, window);
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);

  usher_test_counter_assert_books (counter, window->n_paid, 0);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "refunds"), ==, window->n_paid);
  if (window->n_paid > 0)
    usher_test_till_assert_state (&counter->till, "refunded");
}

typedef struct
{
  const char *path;
  UsherTestCrash point;
  guint nth;
  gint64 n_refunds;
  const char *rule;
} RefundWindow;

/* clang-format off */
static const RefundWindow refund_windows[] = {
  { "/stripe/crash/before-refund", USHER_TEST_AFTER_COMMIT,  1, 0, "Before the refund: it is made later" },
  { "/stripe/crash/after-refund",  USHER_TEST_BEFORE_COMMIT, 2, 1, "Before the refund is written: it is found, and made once" },
};
/* clang-format on */

static void
test_refund (UsherTestCounter *counter, gconstpointer data)
{
  const RefundWindow *window = data;
  g_autoptr (UsherEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (window->rule);

  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_host_crash (counter->till.host, "payments", window->point, window->nth);
  event = usher_test_host_make_event (counter->till.host,
                                      "order:cancelled",
                                      "{\"id\":\"" USHER_TEST_ORDER
                                      "\",\"version\":2,\"ticket\":{\"id\":\"" USHER_TEST_NOTHING
                                      "\"}}");
  usher_test_host_feed (counter->till.host, "payments", NULL, event, &error);
  if (usher_test_host_count_crashes (counter->till.host) == 0)
    usher_test_host_turn (counter->till.host, 0);
  g_assert_cmpuint (usher_test_host_count_crashes (counter->till.host), ==, 1);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "refunds"), ==, window->n_refunds);

  usher_test_host_restart (counter->till.host);
  usher_test_host_turn (counter->till.host, G_TIME_SPAN_MINUTE);
  usher_test_till_assert_state (&counter->till, "refunded");
  usher_test_counter_assert_books (counter, 1, 0);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.refund"), ==, 1);
}

static void
add_windows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      g_autofree char *cancelled = g_strconcat (windows[i].path, "/cancelled", NULL);
      g_autofree char *alive = g_strconcat (windows[i].path, "/alive", NULL);

      usher_test_counter_add_row (alive, &windows[i], test_window);
      usher_test_counter_add_row (cancelled, &windows[i], test_cancelled);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_windows ();
  for (guint i = 0; i < G_N_ELEMENTS (refund_windows); i++)
    usher_test_counter_add_row (refund_windows[i].path, &refund_windows[i], test_refund);

  return g_test_run ();
}
