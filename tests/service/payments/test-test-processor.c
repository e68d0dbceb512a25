/* test-test-processor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-processor.h"

#include <glib/gstdio.h>
#include <usher-test.h>

#define RACERS 4
#define KEYS   8

typedef struct
{
  char *directory;               /* (owned) */
  UsherClock *clock;             /* (owned) */
  UsherCardProcessor *processor; /* (owned) */
} Fixture;

static void
open_processor (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->processor = usher_test_processor_new (fixture->directory, fixture->clock, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-card-processor-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->clock = usher_real_clock_new ();
  open_processor (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ledger =
      g_build_filename (fixture->directory, USHER_TEST_PROCESSOR_LEDGER, NULL);

  usher_card_processor_unref (fixture->processor);
  g_object_unref (fixture->clock);
  g_assert_cmpint (g_remove (ledger), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
}

static gboolean
charge_card (Fixture *fixture,
             const char *key,
             const char *token,
             UsherCharge *charge,
             GError **error)
{
  const UsherPurchase purchase = { .key = key, .amount = 1999, .currency = "usd" };

  return fixture->processor->charge (fixture->processor, &purchase, token, charge, error);
}

static char *
pay (Fixture *fixture, const char *key, const char *token)
{
  g_auto (UsherCharge) charge = { 0 };
  g_autoptr (GError) error = NULL;

  charge_card (fixture, key, token, &charge, &error);
  g_assert_no_error (error);
  g_assert_cmpint (charge.outcome, ==, USHER_CHARGE_PAID);
  g_assert_nonnull (charge.id);

  return g_steal_pointer (&charge.id);
}

static void
decline (Fixture *fixture, const char *key, const char *token, const char *message)
{
  g_auto (UsherCharge) charge = { 0 };
  g_autoptr (GError) error = NULL;

  charge_card (fixture, key, token, &charge, &error);
  g_assert_no_error (error);
  g_assert_cmpint (charge.outcome, ==, USHER_CHARGE_DECLINED);
  g_assert_cmpstr (charge.message, ==, message);
  g_assert_null (charge.id);
}

/* NULL: no money was taken */
static char *
settle (Fixture *fixture, const char *key)
{
  const UsherPurchase purchase = { .key = key };
  g_auto (UsherCharge) charge = { 0 };
  g_autoptr (GError) error = NULL;

  fixture->processor->settle (fixture->processor, &purchase, USHER_SETTLE_CLOSE, &charge, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&charge.id);
}

static char *
refund (Fixture *fixture, const char *key, const char *charge_id)
{
  g_auto (UsherCharge) refund = { 0 };
  g_autoptr (GError) error = NULL;

  fixture->processor->refund (fixture->processor, key, charge_id, &refund, &error);
  g_assert_no_error (error);
  g_assert_cmpint (refund.outcome, ==, USHER_CHARGE_PAID);

  return g_steal_pointer (&refund.id);
}

static void
test_tokens (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = pay (fixture, "a", "tok_visa");

  g_test_summary ("The token decides.");

  decline (fixture, "b", "tok_chargeDeclined", "Your card was declined.");
  decline (fixture, "c", "tok_unheardOf", "No such token");
  decline (fixture, "d", "", "No such token");
}

static void
test_slow (Fixture *fixture, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();
  g_autofree char *first = pay (fixture, "a", "tok_slow");
  g_autofree char *second = NULL;

  g_test_summary ("A slow card takes two seconds, and a known key none, whatever the card.");

  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 2 * G_TIME_SPAN_SECOND);
  second = pay (fixture, "a", "tok_held");
  g_assert_cmpstr (first, ==, second);
}

static void
test_same_key (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = pay (fixture, "a", "tok_visa");
  g_autofree char *second = pay (fixture, "a", "tok_visa");
  g_autofree char *third = pay (fixture, "a", "tok_chargeDeclined");
  g_autofree char *other = pay (fixture, "b", "tok_visa");

  g_test_summary ("A key has one outcome, whatever is asked with it later.");

  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, ==, third);
  g_assert_cmpstr (first, !=, other);
  decline (fixture, "c", "tok_chargeDeclined", "Your card was declined.");
  decline (fixture, "c", "tok_visa", "Your card was declined.");
}

static void
test_reopen (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = pay (fixture, "a", "tok_visa");
  g_autofree char *first_refund = refund (fixture, "a:refund", first);
  g_autofree char *second = NULL;
  g_autofree char *second_refund = NULL;

  g_test_summary ("The ledger outlives the process.");

  usher_card_processor_unref (fixture->processor);
  open_processor (fixture);
  second = pay (fixture, "a", "tok_visa");
  second_refund = refund (fixture, "a:refund", second);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first_refund, ==, second_refund);
}

static void
test_settle (Fixture *fixture, gconstpointer data)
{
  g_autofree char *paid = pay (fixture, "a", "tok_visa");
  g_autofree char *found = settle (fixture, "a");

  g_test_summary ("What was paid is found; what was not seen is closed for good.");

  g_assert_cmpstr (paid, ==, found);
  g_assert_null (settle (fixture, "b"));
  decline (fixture, "b", "tok_visa", "The payment took too long, try again");
  g_assert_null (settle (fixture, "b"));
}

static void
test_lost_answer (Fixture *fixture, gconstpointer data)
{
  g_auto (UsherCharge) charge = { 0 };
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of a lost answer nothing is known, but the money was taken.");

  g_assert_false (charge_card (fixture, "a", "tok_lostAnswer", &charge, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  id = settle (fixture, "a");
  g_assert_nonnull (id);
}

static void
test_unavailable (Fixture *fixture, gconstpointer data)
{
  g_auto (UsherCharge) charge = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("What did not arrive took no money.");

  g_assert_false (charge_card (fixture, "a", "tok_unavailable", &charge, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_null (settle (fixture, "a"));
}

static void
test_settle_other (Fixture *fixture, gconstpointer data)
{
  const UsherPurchase purchase = { .key = "a", .intent_id = "pi_1" };
  g_auto (UsherCharge) charge = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("What another processor was to charge is not closed, for that one may have taken "
                  "money.");

  g_assert_false (fixture->processor->settle (
      fixture->processor, &purchase, USHER_SETTLE_CLOSE, &charge, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "“pi_1”"));
}

static void
test_refund (Fixture *fixture, gconstpointer data)
{
  g_autofree char *charge_id = pay (fixture, "a", "tok_visa");
  g_autofree char *first = refund (fixture, "a:refund", charge_id);
  g_autofree char *second = refund (fixture, "a:refund", charge_id);
  g_auto (UsherCharge) none = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A charge is refunded once, whatever key is used.");

  g_assert_cmpstr (first, ==, second);
  g_assert_false (
      fixture->processor->refund (fixture->processor, "b:refund", charge_id, &none, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

static void
test_refund_unknown (Fixture *fixture, gconstpointer data)
{
  g_auto (UsherCharge) none = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("What was not charged is not refunded.");

  g_assert_false (
      fixture->processor->refund (fixture->processor, "a:refund", "ch_0", &none, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

static void
test_refund_later (Fixture *fixture, gconstpointer data)
{
  g_autofree char *charge_id = pay (fixture, "a", "tok_refundLater");
  g_autofree char *refund_id = NULL;

  g_test_summary ("The first three refunds fail.");

  for (guint i = 0; i < 3; i++)
    {
      g_auto (UsherCharge) none = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (
          fixture->processor->refund (fixture->processor, "a:refund", charge_id, &none, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
    }
  refund_id = refund (fixture, "a:refund", charge_id);
  g_assert_nonnull (refund_id);
}

static gpointer
pay_all_keys (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < KEYS; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      g_ptr_array_add (ids, pay (fixture, key, "tok_visa"));
    }

  return g_steal_pointer (&ids);
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[RACERS];
  GPtrArray *ids[RACERS];

  g_test_summary ("All threads get the same answer for a key.");

  for (guint i = 0; i < RACERS; i++)
    threads[i] = g_thread_new ("payer", pay_all_keys, fixture);
  for (guint i = 0; i < RACERS; i++)
    ids[i] = g_thread_join (threads[i]);
  for (guint i = 0; i < KEYS; i++)
    for (guint j = 1; j < RACERS; j++)
      g_assert_cmpstr (g_ptr_array_index (ids[0], i), ==, g_ptr_array_index (ids[j], i));
  for (guint i = 0; i < RACERS; i++)
    g_ptr_array_unref (ids[i]);
}

static void
test_two_processes (Fixture *fixture, gconstpointer data)
{
  Fixture other = { .directory = fixture->directory, .clock = fixture->clock };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_test_summary ("Two that share a ledger agree.");

  open_processor (&other);
  first = pay (fixture, "a", "tok_visa");
  second = pay (&other, "a", "tok_visa");
  g_assert_cmpstr (first, ==, second);
  g_assert_null (settle (&other, "b"));
  decline (fixture, "b", "tok_visa", "The payment took too long, try again");
  usher_card_processor_unref (other.processor);
}

static void
test_no_ledger (void)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A ledger that cannot be opened is named.");

  g_assert_null (usher_test_processor_new ("/nonexistent/folder", clock, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "/nonexistent/folder/" USHER_TEST_PROCESSOR_LEDGER));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/test-processor/charge/tokens", test_tokens);
  add ("/test-processor/charge/slow", test_slow);
  add ("/test-processor/charge/same-key", test_same_key);
  add ("/test-processor/charge/lost-answer", test_lost_answer);
  add ("/test-processor/charge/unavailable", test_unavailable);
  add ("/test-processor/charge/threads", test_threads);
  add ("/test-processor/settle/once", test_settle);
  add ("/test-processor/settle/other", test_settle_other);
  add ("/test-processor/refund/once", test_refund);
  add ("/test-processor/refund/unknown", test_refund_unknown);
  add ("/test-processor/refund/later", test_refund_later);
  add ("/test-processor/ledger/reopen", test_reopen);
  add ("/test-processor/ledger/two-processes", test_two_processes);
#undef add
  g_test_add_func ("/test-processor/ledger/none", test_no_ledger);

  return g_test_run ();
}
