/* test-payments-listeners.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-till.h"

#define CREATED(members) "{\"id\":\"" USHER_TEST_ORDER "\",\"version\":0," members "}"

static gboolean
feed (UsherTestTill *till, const char *channel, const char *payload, GError **error)
{
  g_autoptr (UsherEvent) event = usher_test_host_make_event (till->host, channel, payload);

  return usher_test_host_feed (till->host, "payments", NULL, event, error);
}

static void
assert_deferred (UsherTestTill *till,
                 const char *channel,
                 const char *payload,
                 const char *waits_for)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (feed (till, channel, payload, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
  g_assert_nonnull (strstr (error->message, waits_for));
}

static void
assert_invalid (UsherTestTill *till, const char *channel, const char *payload, const char *member)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (feed (till, channel, payload, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, member));
}

static void
assert_field (UsherTestTill *till, const char *field, const char *expected)
{
  g_autofree char *found = usher_test_till_dup_field (till, field);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_created (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("An order is copied; a second event of it changes nothing.");

  usher_test_till_give_created (till, USHER_TEST_ORDER, "19.99");
  assert_field (till, "status", "created");
  assert_field (till, "userId", USHER_TEST_ALICE);
  assert_field (till, "price", "19.99");
  assert_field (till, "expiresAt", "2026-01-01T00:15:00.000Z");
  assert_field (till, "orderVersion", "0");
  assert_field (till, "version", "0");

  usher_test_till_give_created (till, USHER_TEST_ORDER, "29.99");
  assert_field (till, "price", "19.99");
  assert_field (till, "version", "0");
  usher_test_assert_quiet (till->host, "payments");
}

static void
test_in_order (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("Events in order are applied, each once.");

  usher_test_till_give_created (till, USHER_TEST_ORDER, "19.99");
  usher_test_till_give_updated (till, USHER_TEST_ORDER, 1, "awaiting:payment");
  usher_test_till_give_updated (till, USHER_TEST_ORDER, 1, "awaiting:payment");
  assert_field (till, "status", "awaiting:payment");
  assert_field (till, "orderVersion", "1");
  assert_field (till, "version", "1");

  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  assert_field (till, "status", "cancelled");
  assert_field (till, "orderVersion", "2");
  assert_field (till, "version", "2");
}

static void
test_same_event_twice (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("One event that comes twice is applied once.");

  usher_test_till_give_created (till, USHER_TEST_ORDER, "19.99");
  event = usher_test_host_make_event (till->host,
                                      "order:updated",
                                      "{\"id\":\"" USHER_TEST_ORDER
                                      "\",\"version\":1,\"status\":\"awaiting:payment\"}");
  for (guint i = 0; i < 3; i++)
    {
      usher_test_host_feed (till->host, "payments", NULL, event, &error);
      g_assert_no_error (error);
    }
  assert_field (till, "version", "1");
}

static void
test_early (UsherTestTill *till, gconstpointer data)
{
  static const char updated[] =
      "{\"id\":\"" USHER_TEST_ORDER "\",\"version\":1,\"status\":\"awaiting:payment\"}";
  static const char cancelled[] =
      "{\"id\":\"" USHER_TEST_ORDER "\",\"version\":2,\"ticket\":{\"id\":\"" USHER_TEST_NOTHING
      "\"}}";
  g_autoptr (GError) error = NULL;

  g_test_summary ("An event that comes early is deferred and says what it waits for.");

  assert_deferred (till, "order:updated", updated, "version 0");
  assert_deferred (till, "order:cancelled", cancelled, "version 0");
  usher_test_till_give_created (till, USHER_TEST_ORDER, "19.99");
  assert_deferred (till, "order:cancelled", cancelled, "version 1");
  assert_field (till, "status", "created");

  feed (till, "order:updated", updated, &error);
  g_assert_no_error (error);
  feed (till, "order:cancelled", cancelled, &error);
  g_assert_no_error (error);
  assert_field (till, "status", "cancelled");
}

static void
test_cancelled_for_good (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("A cancelled order stays so, whatever is said of it later.");

  usher_test_till_give_created (till, USHER_TEST_ORDER, "19.99");
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 1);
  usher_test_till_give_updated (till, USHER_TEST_ORDER, 2, "cancelled");
  usher_test_till_give_updated (till, USHER_TEST_ORDER, 3, "complete");
  assert_field (till, "status", "cancelled");
  assert_field (till, "orderVersion", "3");
}

static void
test_bad (UsherTestTill *till, gconstpointer data)
{
  g_test_summary (
      "§3.11: a bad event is an error that names what is wrong, and nothing is written.");

  assert_invalid (till, "order:created", "{\"version\":0}", "“id”");
  assert_invalid (till, "order:created", "{\"id\":\"nonsense\",\"version\":0}", "“id”");
  assert_invalid (till, "order:created", "{\"id\":\"" USHER_TEST_ORDER "\"}", "“version”");
  assert_invalid (till, "order:created", CREATED ("\"userId\":\"x\""), "“status”");
  assert_invalid (till, "order:created", CREATED ("\"status\":\"created\""), "“userId”");
  assert_invalid (till,
                  "order:created",
                  CREATED ("\"status\":\"created\",\"userId\":\"" USHER_TEST_ALICE "\""),
                  "“expiresAt”");
  assert_invalid (till,
                  "order:created",
                  CREATED (
                      "\"status\":\"created\",\"userId\":\"" USHER_TEST_ALICE
                      "\",\"expiresAt\":\"2026-01-01T00:15:00.000Z\",\"ticket\":{\"price\":1.999}"),
                  "“ticket.price”");
  assert_invalid (till,
                  "order:created",
                  CREATED (
                      "\"status\":\"created\",\"userId\":\"" USHER_TEST_ALICE
                      "\",\"expiresAt\":\"2026-01-01T00:15:00.000Z\",\"ticket\":{\"price\":-1}"),
                  "“ticket.price”");

  usher_test_till_give_created (till, USHER_TEST_ORDER, "19.99");
  assert_invalid (till,
                  "order:updated",
                  "{\"id\":\"" USHER_TEST_ORDER "\",\"version\":1}",
                  "“status”");
  assert_invalid (till,
                  "order:cancelled",
                  "{\"id\":\"" USHER_TEST_ORDER "\",\"version\":\"1\"}",
                  "“version”");
  assert_field (till, "version", "0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_till_add ("/payments/listen/created", test_created);
  usher_test_till_add ("/payments/listen/in-order", test_in_order);
  usher_test_till_add ("/payments/listen/same-event-twice", test_same_event_twice);
  usher_test_till_add ("/payments/listen/early", test_early);
  usher_test_till_add ("/payments/listen/cancelled-for-good", test_cancelled_for_good);
  usher_test_till_add ("/payments/listen/bad", test_bad);

  return g_test_run ();
}
