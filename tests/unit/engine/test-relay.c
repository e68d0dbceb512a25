/* test-relay.c: from the outbox to the bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"

typedef struct
{
  Stage stage;
  guint n_events;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  stage_init (&fixture->stage, NULL, NULL, TRUE, NULL);
  fake_bus_hold (fixture->stage.bus);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

/* one unit */
static void
publish (Fixture *fixture, guint n)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"n\":%u}", fixture->n_events++);

      usher_unit_publish (unit, "things", payload);
    }
  stage_commit (&fixture->stage, unit);
}

static void
assert_published (Fixture *fixture, guint index, guint n)
{
  g_autofree char *expected = g_strdup_printf ("{\"n\":%u}", n);

  g_assert_cmpstr (fake_bus_get_payload (fixture->stage.bus, index), ==, expected);
}

static void
confirm (Fixture *fixture, guint n)
{
  for (guint i = 0; i < n; i++)
    fake_bus_confirm (fixture->stage.bus, NULL);
}

static guint
count_outbox (Fixture *fixture)
{
  g_autoptr (GPtrArray) events = usher_host_list_outbox (fixture->stage.host, "stage", NULL);

  return events != NULL ? events->len : G_MAXUINT;
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Events go to the bus in the order of their commits");

  for (guint i = 1; i <= 10; i++)
    publish (fixture, i);
  for (guint i = 0; i < 55; i++)
    assert_published (fixture, i, i);
  confirm (fixture, 55);
  g_assert_cmpuint (count_outbox (fixture), ==, 0);
}

static void
test_trim (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The outbox is trimmed up to the first event that is not confirmed");

  publish (fixture, 4);
  fake_bus_confirm_at (fixture->stage.bus, 1, NULL);
  fake_bus_confirm_at (fixture->stage.bus, 1, NULL);
  g_assert_cmpuint (count_outbox (fixture), ==, 4);
  fake_bus_confirm_at (fixture->stage.bus, 0, NULL);
  g_assert_cmpuint (count_outbox (fixture), ==, 1);
  g_assert_false (usher_relay_is_idle (usher_lane_get_relay (fixture->stage.lane)));
  confirm (fixture, 1);
  g_assert_cmpuint (count_outbox (fixture), ==, 0);
  g_assert_true (usher_relay_is_idle (usher_lane_get_relay (fixture->stage.lane)));
}

static char *
dup_full (Fixture *fixture, guint *n)
{
  return usher_relay_dup_full (usher_lane_get_relay (fixture->stage.lane), n);
}

static void
test_full (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) full = g_error_new_literal (USHER_ERROR, USHER_ERROR_FULL, "no room");
  g_autoptr (GError) away = g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "no hub");
  g_autofree char *channel = NULL;
  guint n = 0;

  g_test_summary ("A channel counts as full from a refusal for that until it takes an event");

  publish (fixture, 2);
  fake_bus_confirm (fixture->stage.bus, away);
  g_assert_null (dup_full (fixture, &n));
  fake_bus_confirm (fixture->stage.bus, full);
  channel = dup_full (fixture, &n);
  g_assert_cmpstr (channel, ==, "things");
  g_assert_cmpuint (n, ==, 1);

  fake_bus_await_published (fixture->stage.bus, 4);
  confirm (fixture, 2);
  g_assert_null (dup_full (fixture, &n));
  g_assert_cmpuint (n, ==, 0);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) full = g_error_new_literal (USHER_ERROR, USHER_ERROR_FULL, "no room");

  g_test_summary ("An event that the bus refused stays in the outbox and is sent again by itself");

  publish (fixture, 2);
  fake_bus_confirm (fixture->stage.bus, full);
  confirm (fixture, 1);
  g_assert_cmpuint (count_outbox (fixture), ==, 2);
  fake_bus_await_published (fixture->stage.bus, 3);
  assert_published (fixture, 2, 0);
  confirm (fixture, 1);
  g_assert_cmpuint (count_outbox (fixture), ==, 0);
}

static void
test_refused_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) full = g_error_new_literal (USHER_ERROR, USHER_ERROR_FULL, "no room");

  g_test_summary ("What is committed behind an event that was refused goes to the bus behind it");

  publish (fixture, 1);
  fake_bus_confirm (fixture->stage.bus, full);
  publish (fixture, 1);
  fake_bus_await_published (fixture->stage.bus, 3);
  assert_published (fixture, 1, 0);
  assert_published (fixture, 2, 1);
  confirm (fixture, 2);
  g_assert_cmpuint (count_outbox (fixture), ==, 0);
}

static void
test_behind (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What does not fit is read back from the outbox, each event once and in order");

  for (guint i = 0; i < 8; i++)
    publish (fixture, 1000);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), ==, 5000);

  /* at half of what may be out it reads on, and what is new waits behind that */
  confirm (fixture, 2952);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), ==, 5000);
  confirm (fixture, 1);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), <, 8000);
  publish (fixture, 10);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), <, 8000);
  g_assert_cmpuint (count_outbox (fixture), ==, 8010 - 2953);
  confirm (fixture, 8010 - 2953);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), ==, 8010);
  for (guint i = 0; i < 8010; i++)
    assert_published (fixture, i, i);
  g_assert_cmpuint (count_outbox (fixture), ==, 0);
}

static void
test_earlier (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What an earlier run left is sent before anything new");

  publish (fixture, 3);
  confirm (fixture, 1);
  usher_host_stop (fixture->stage.host, 0, NULL);

  g_assert_finalize_object (fixture->stage.host);
  g_assert_finalize_object (fixture->stage.bus);
  fixture->stage.bus = fake_bus_new ();
  fake_bus_hold (fixture->stage.bus);
  stage_make_host (&fixture->stage);
  stage_start (&fixture->stage);
  publish (fixture, 1);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), ==, 3);
  for (guint i = 0; i < 3; i++)
    assert_published (fixture, i, i + 1);
  confirm (fixture, 3);
  g_assert_cmpuint (count_outbox (fixture), ==, 0);
}

#define LOG   "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f01"
#define OTHER "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f02"

static void
make_next (Fixture *fixture, const char *log, guint64 position)
{
  /* what is not confirmed stays */
  usher_host_stop (fixture->stage.host, 0, NULL);
  g_assert_finalize_object (fixture->stage.host);
  g_assert_finalize_object (fixture->stage.bus);
  fixture->stage.bus = fake_bus_new ();
  fake_bus_hold (fixture->stage.bus);
  fake_bus_set_reach (fixture->stage.bus, log, position);
  stage_make_host (&fixture->stage);
}

static void
assert_reach (Fixture *fixture, const char *log, guint64 position)
{
  UsherReach reach;
  g_autoptr (GError) error = NULL;
  UsherStore *store = stage_get_store (&fixture->stage);

  usher_store_lookup_reach (store, &reach, &error);
  g_assert_no_error (error);
  usher_store_end_reads (store);
  g_assert_cmpstr (reach.log, ==, log);
  g_assert_cmpuint (reach.position, ==, position);
}

static void
test_reach (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "With what the outbox lets go it is kept which log has that, and how far it had come");

  make_next (fixture, LOG, 5);
  stage_start (&fixture->stage);
  publish (fixture, 2);
  fake_bus_set_reach (fixture->stage.bus, LOG, 7);
  confirm (fixture, 2);
  publish (fixture, 1);
  g_assert_cmpuint (count_outbox (fixture), ==, 1);
  assert_reach (fixture, LOG, 7);
  make_next (fixture, LOG, 8);
  stage_start (&fixture->stage);
  confirm (fixture, 1);
  assert_reach (fixture, LOG, 7);
}

static void
test_applied (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A service that publishes nothing keeps it too, with what it commits");

  make_next (fixture, LOG, 5);
  stage_start (&fixture->stage);
  stage_insert (&fixture->stage, "6b0c7a16beea6600eb562643", "a", 1);
  assert_reach (fixture, LOG, 5);
}

static void
refuse_to_start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (usher_host_start (fixture->stage.host, USHER_BUS (fixture->stage.bus), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "“stage”"));
  g_assert_nonnull (strstr (error->message, "another log"));
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), ==, 0);
}

static void
test_other_log (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Where the log is another one, or has not come as far, nothing starts or is published");

  make_next (fixture, LOG, 5);
  stage_start (&fixture->stage);
  publish (fixture, 2);
  make_next (fixture, OTHER, 9);
  refuse_to_start (fixture);
  make_next (fixture, LOG, 4);
  refuse_to_start (fixture);
  make_next (fixture, LOG, 5);
  stage_start (&fixture->stage);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), ==, 2);
  confirm (fixture, 2);
}

#define add(path, func) g_test_add ("/relay/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("order", test_order);
  add ("trim", test_trim);
  add ("reach", test_reach);
  add ("reach/applied", test_applied);
  add ("reach/other", test_other_log);
  add ("full", test_full);
  add ("refused", test_refused);
  add ("refused/order", test_refused_order);
  add ("behind", test_behind);
  add ("earlier", test_earlier);

  return g_test_run ();
}
