/* usher-store-suite-inbox.c: an event is applied once
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

#define EVENT "0198c0de-0000-7000-8000-000000000001"

/* a unit of @subscriber that inserts an item for the event */
static UsherUnit *
begin_event (UsherStoreFixture *fixture, const char *subscriber)
{
  UsherUnit *unit = usher_store_fixture_begin_insert (fixture, "chair");

  usher_commit_set_inbox (usher_unit_get_commit (unit), EVENT, subscriber);

  return unit;
}

static gboolean
knows (UsherStoreFixture *fixture, const char *subscriber)
{
  return usher_store_fixture_was_applied (fixture, EVENT, subscriber);
}

static gboolean
came_second (UsherUnit *unit)
{
  return usher_commit_was_applied (usher_unit_get_commit (unit));
}

static void
test_once (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) first = begin_event (fixture, "orders");
  g_autoptr (UsherUnit) second = begin_event (fixture, "orders");

  g_test_summary ("An event is applied once; its second unit changes nothing and succeeds.");

  g_assert_false (knows (fixture, "orders"));
  usher_store_fixture_commit (fixture, first);
  g_assert_false (came_second (first));
  g_assert_true (knows (fixture, "orders"));

  usher_store_fixture_commit (fixture, second);
  g_assert_true (came_second (second));
  g_assert_true (usher_store_fixture_has_item (fixture, first));
  g_assert_false (usher_store_fixture_has_item (fixture, second));
}

static void
test_silent (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) first = begin_event (fixture, "orders");
  g_autoptr (UsherUnit) second = begin_event (fixture, "orders");

  g_test_summary ("The second unit of an event publishes nothing, and sets no timer.");

  usher_unit_publish (second, "item:created", "{}");
  usher_unit_schedule (second, "expire", "chair", 1, NULL);
  usher_store_fixture_commit (fixture, first);
  usher_store_fixture_commit (fixture, second);

  usher_store_fixture_assert_outbox (fixture, NULL, "");
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, G_MAXINT64);
}

static void
test_subscribers (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) first = begin_event (fixture, "orders");
  g_autoptr (UsherUnit) second = begin_event (fixture, "payments");

  g_test_summary ("Each subscriber applies an event.");

  usher_store_fixture_commit (fixture, first);
  g_assert_false (knows (fixture, "payments"));
  usher_store_fixture_commit (fixture, second);
  g_assert_false (came_second (second));
  g_assert_true (knows (fixture, "payments"));
}

static void
test_refused (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_taken (fixture);

  g_test_summary ("An event whose unit is refused is not applied.");

  usher_commit_set_inbox (usher_unit_get_commit (unit), EVENT, "orders");
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);

  g_assert_false (knows (fixture, "orders"));
}

static void
test_alone (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);

  g_test_summary ("An event that changes nothing is marked as applied.");

  usher_commit_set_inbox (usher_unit_get_commit (unit), EVENT, "orders");
  g_assert_false (usher_commit_is_empty (usher_unit_get_commit (unit)));
  usher_store_fixture_commit (fixture, unit);

  g_assert_false (came_second (unit));
  g_assert_true (knows (fixture, "orders"));
}

void
usher_store_suite_add_inbox (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "inbox/once", test_once);
  usher_store_suite_add_test (maker, "inbox/silent", test_silent);
  usher_store_suite_add_test (maker, "inbox/subscribers", test_subscribers);
  usher_store_suite_add_test (maker, "inbox/refused", test_refused);
  usher_store_suite_add_test (maker, "inbox/alone", test_alone);
}
