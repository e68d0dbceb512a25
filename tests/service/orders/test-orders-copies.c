/* test-orders-copies.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-json.h"
#include "usher-test-host.h"

#define TICKET "111111111111111111111111"
#define ORDER  "222222222222222222222222"

typedef struct
{
  UsherTestHost *host;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("orders", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_host_free (fixture->host);
}

static gboolean
feed (Fixture *fixture, const char *channel, const char *payload, GError **error)
{
  g_autoptr (UsherEvent) event = usher_test_event_new (fixture->host, channel, payload);

  return usher_test_host_feed (fixture->host, "orders", NULL, event, error);
}

static gboolean
feed_version (Fixture *fixture, guint version, GError **error)
{
  g_autofree char *payload = NULL;

  payload = g_strdup_printf ("{\"id\":\"" TICKET "\",\"version\":%u,\"title\":\"v%u\","
                             "\"price\":%u.5,\"userId\":\"" USHER_TEST_ALICE "\"%s}",
                             version,
                             version,
                             version + 1,
                             version == 2 ? ",\"orderId\":\"" ORDER "\"" : "");

  return feed (fixture, version == 0 ? "ticket:created" : "ticket:updated", payload, error);
}

static void
assert_applied (Fixture *fixture, guint version)
{
  g_autoptr (GError) error = NULL;

  feed_version (fixture, version, &error);
  g_assert_no_error (error);
}

static void
assert_deferred (Fixture *fixture, guint version, const char *waits_for)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (feed_version (fixture, version, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
  g_assert_nonnull (strstr (error->message, TICKET));
  g_assert_nonnull (strstr (error->message, waits_for));
}

static UsherJson *
read_copy (Fixture *fixture)
{
  UsherHost *host = usher_test_host_get_host (fixture->host);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = usher_host_dup_document (host, "orders", "tickets", TICKET, &error);
  UsherJson *json;

  g_assert_no_error (error);
  if (text == NULL)
    return NULL;

  json = usher_json_parse (text, -1, &error);
  g_assert_no_error (error);

  return json;
}

static void
assert_copy (Fixture *fixture, gint64 version)
{
  g_autoptr (UsherJson) json = read_copy (fixture);
  g_autofree char *title = g_strdup_printf ("v%" G_GINT64_FORMAT, version);
  gint64 found = -1;
  gint64 cents = 0;

  g_assert_nonnull (json);
  g_assert_true (usher_json_get_integer (json, "ticketVersion", &found));
  g_assert_cmpint (found, ==, version);
  g_assert_cmpstr (usher_json_get_string (json, "title"), ==, title);
  g_assert_true (usher_json_get_money (json, "price", &cents));
  g_assert_cmpint (cents, ==, (version + 1) * 100 + 50);
  g_assert_cmpstr (usher_json_get_string (json, "orderId"), ==, version == 2 ? ORDER : NULL);
}

static void
test_in_order (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A copy follows its ticket version by version.");

  for (guint version = 0; version < 4; version++)
    {
      assert_applied (fixture, version);
      assert_copy (fixture, version);
    }
}

static void
test_twice (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What has been applied is acknowledged and changes nothing.");

  assert_applied (fixture, 0);
  assert_applied (fixture, 0);
  assert_applied (fixture, 1);
  assert_applied (fixture, 2);
  assert_applied (fixture, 1);
  assert_applied (fixture, 0);
  assert_applied (fixture, 2);

  assert_copy (fixture, 2);
}

static void
test_same_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("One event that is delivered twice is applied once.");

  event = usher_test_event_new (fixture->host,
                                "ticket:created",
                                "{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"v0\","
                                "\"price\":1.5,\"userId\":\"" USHER_TEST_ALICE "\"}");
  for (guint i = 0; i < 2; i++)
    {
      usher_test_host_feed (fixture->host, "orders", NULL, event, &error);
      g_assert_no_error (error);
    }

  assert_copy (fixture, 0);
}

static void
test_updated_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherJson) none = NULL;

  g_test_summary ("An update that overtakes the create waits for it.");

  assert_deferred (fixture, 1, "waits for version 0");
  none = read_copy (fixture);
  g_assert_null (none);

  assert_applied (fixture, 0);
  assert_applied (fixture, 1);
  assert_copy (fixture, 1);
}

static void
test_out_of_order (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Later versions wait for the one between, then all are applied in order.");

  assert_applied (fixture, 0);
  assert_deferred (fixture, 3, "waits for version 1");
  assert_deferred (fixture, 2, "waits for version 1");
  assert_copy (fixture, 0);

  assert_applied (fixture, 1);
  assert_deferred (fixture, 3, "waits for version 2");
  assert_applied (fixture, 2);
  assert_applied (fixture, 3);
  assert_copy (fixture, 3);
}

static void
test_bad_events (Fixture *fixture, gconstpointer data)
{
  static const char *const payloads[] = {
    "{}",
    "[]",
    "{\"id\":\"" TICKET "\"}",
    "{\"id\":\"x\",\"version\":0}",
    "{\"id\":\"" TICKET "\",\"version\":\"0\"}",
    "{\"id\":\"" TICKET "\",\"version\":0}",
    "{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"a\"}",
    "{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"a\",\"price\":[]}",
    "{\"id\":\"" TICKET "\",\"version\":0,\"title\":7,\"price\":1}",
    "{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"a\",\"price\":1,\"orderId\":\"x\"}",
  };

  g_test_summary (
      "§3.11: an event that is no ticket is an error with a reason, and copies nothing.");

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UsherJson) none = NULL;

      g_test_message ("%s", payloads[i]);
      g_assert_false (feed (fixture, "ticket:created", payloads[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      none = read_copy (fixture);
      g_assert_null (none);
    }
}

static void
test_says_nothing (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A copy is no change that others hear of.");

  assert_applied (fixture, 0);
  assert_applied (fixture, 1);

  usher_test_host_assert_quiet (fixture->host, "orders");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/orders/copies/in-order", test_in_order);
  add ("/orders/copies/twice", test_twice);
  add ("/orders/copies/same-event", test_same_event);
  add ("/orders/copies/updated-first", test_updated_first);
  add ("/orders/copies/out-of-order", test_out_of_order);
  add ("/orders/copies/bad-events", test_bad_events);
  add ("/orders/copies/quiet", test_says_nothing);

  return g_test_run ();
}
