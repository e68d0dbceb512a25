/* usher-store-suite-homes.c: what goes with documents does not depend on which of them it went with
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

#define EVENT "0198c0de-0000-7000-8000-000000000003"
#define KEY   "user:key"
#define MANY  100

static UsherDocument *
find (UsherUnit *unit, const char *id)
{
  g_autoptr (GError) error = NULL;
  UsherDocument *document = usher_unit_find (unit, "items", id, &error);

  g_assert_no_error (error);

  return document;
}

/* a unit that changes item @id */
static UsherUnit *
begin_change (UsherStoreFixture *fixture, const char *id)
{
  g_autoptr (GError) error = NULL;
  UsherUnit *unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);

  usher_document_set_string (document, "name", "changed");
  usher_unit_replace (unit, document, &error);
  g_assert_no_error (error);

  return unit;
}

/* a unit that removes item @id */
static UsherUnit *
begin_remove (UsherStoreFixture *fixture, const char *id)
{
  g_autoptr (GError) error = NULL;
  UsherUnit *unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);

  usher_unit_remove (unit, document, &error);
  g_assert_no_error (error);

  return unit;
}

static void
reopen (UsherStoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);
}

/* item @id is changed, and a timer of key “k” set with it */
static void
set_with (UsherStoreFixture *fixture, const char *id, gint64 due)
{
  g_autoptr (UsherUnit) unit = begin_change (fixture, id);

  usher_unit_schedule (unit, "expire", "k", due, NULL);
  usher_store_fixture_commit (fixture, unit);
}

static GPtrArray *
list_timers (UsherStoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *timers = usher_store_list_timers (fixture->store, G_MAXINT64, 2 * MANY, &error);

  g_assert_no_error (error);

  return timers;
}

/* the one timer there is; @due: 0: none */
static void
assert_timer (UsherStoreFixture *fixture, gint64 due)
{
  g_autoptr (GPtrArray) timers = list_timers (fixture);
  g_autoptr (UsherTimer) timer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (timers->len, ==, due != 0 ? 1 : 0);
  usher_store_lookup_timer (fixture->store, "expire", "k", &timer, &error);
  g_assert_no_error (error);
  g_assert_true ((timer != NULL) == (due != 0));
  if (timer != NULL)
    g_assert_cmpint (usher_timer_get_due (timer), ==, due);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, due != 0 ? due : G_MAXINT64);
}

static void
test_timer_moves (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *a = usher_store_fixture_insert (fixture, "a");
  g_autofree char *b = usher_store_fixture_insert (fixture, "b");
  g_autoptr (UsherUnit) unset = NULL;

  g_test_summary ("A timer that was set with one document is set anew and unset with another.");

  set_with (fixture, a, 100);
  set_with (fixture, b, 200);
  assert_timer (fixture, 200);
  set_with (fixture, a, 300);
  assert_timer (fixture, 300);
  reopen (fixture);
  assert_timer (fixture, 300);

  unset = begin_change (fixture, b);
  usher_unit_unschedule (unset, "expire", "k");
  usher_store_fixture_commit (fixture, unset);
  g_clear_object (&unset);
  assert_timer (fixture, 0);
  reopen (fixture);
  assert_timer (fixture, 0);
}

static void
test_timer_fires_elsewhere (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *a = usher_store_fixture_insert (fixture, "a");
  g_autofree char *b = usher_store_fixture_insert (fixture, "b");
  g_autoptr (UsherUnit) first = NULL;
  g_autoptr (UsherUnit) second = NULL;
  g_autoptr (GPtrArray) timers = NULL;
  g_autoptr (UsherDocument) left = NULL;

  g_test_summary ("A timer that was set with one document fires once, with others.");

  set_with (fixture, a, 100);
  timers = list_timers (fixture);
  first = begin_change (fixture, b);
  second = usher_store_fixture_begin_insert (fixture, "late");
  usher_commit_set_fired (usher_unit_get_commit (first), g_ptr_array_index (timers, 0));
  usher_commit_set_fired (usher_unit_get_commit (second), g_ptr_array_index (timers, 0));
  usher_store_fixture_commit (fixture, first);
  usher_store_fixture_commit (fixture, second);

  g_assert_false (usher_commit_was_applied (usher_unit_get_commit (first)));
  g_assert_true (usher_commit_was_applied (usher_unit_get_commit (second)));
  g_assert_false (usher_store_fixture_has_item (fixture, second));
  left = usher_store_fixture_read (fixture, b);
  g_assert_cmpint (usher_document_get_version (left), ==, 1);
  assert_timer (fixture, 0);
}

static void
test_timers_together (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) set = usher_store_fixture_begin_insert (fixture, "a");
  g_autoptr (UsherUnit) unset = usher_store_fixture_begin_insert (fixture, "b");
  g_autoptr (GPtrArray) half = NULL;
  g_autoptr (GPtrArray) none = NULL;

  g_test_summary ("A unit sets many timers at once, and another one unsets and sets of them.");

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      usher_unit_schedule (set, "expire", key, 1000 + i, NULL);
      if (i % 2 == 0)
        usher_unit_unschedule (unset, "expire", key);
      else
        usher_unit_schedule (unset, "expire", key, 500 - i, NULL);
    }
  usher_store_fixture_commit (fixture, set);
  none = list_timers (fixture);
  g_assert_cmpuint (none->len, ==, MANY);
  usher_store_fixture_commit (fixture, unset);

  half = list_timers (fixture);
  g_assert_cmpuint (half->len, ==, MANY / 2);
  g_assert_cmpstr (usher_timer_get_key (g_ptr_array_index (half, 0)), ==, "99");
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 500 - 99);
}

static void
test_request_answered_elsewhere (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *a = usher_store_fixture_insert (fixture, "a");
  g_autofree char *b = usher_store_fixture_insert (fixture, "b");
  g_autoptr (UsherUnit) first = begin_change (fixture, a);
  g_autoptr (UsherUnit) last = begin_change (fixture, b);
  g_autoptr (UsherUnit) late = NULL;
  g_autoptr (UsherRequestRecord) record = NULL;

  g_test_summary ("A request whose key went with one document is answered with another.");

  usher_store_fixture_set_request (first, KEY, "process-1");
  usher_store_fixture_commit (fixture, first);
  usher_store_fixture_set_request (last, KEY, "process-1");
  usher_commit_take_answer (usher_unit_get_commit (last), 201, g_strdup ("{}"));
  usher_store_fixture_commit (fixture, last);
  g_clear_object (&first);
  g_clear_object (&last);
  reopen (fixture);

  record = usher_store_fixture_lookup_request (fixture, KEY);
  g_assert_cmpuint (record->status, ==, 201);
  late = begin_change (fixture, a);
  usher_store_fixture_set_request (late, KEY, "process-1");
  usher_store_fixture_refuse (fixture, late, USHER_ERROR_TAKEN);
}

static void
test_removed (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "a");
  g_autoptr (UsherUnit) unit = begin_remove (fixture, id);
  g_autoptr (UsherUnit) again = usher_store_fixture_begin_insert (fixture, "again");
  g_autoptr (UsherDocument) gone = NULL;
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What goes with the removal of a document stays when that is gone.");

  usher_unit_publish (unit, "item:removed", "{}");
  usher_unit_schedule (unit, "expire", "k", 100, NULL);
  usher_commit_set_inbox (usher_unit_get_commit (unit), EVENT, "orders");
  usher_store_fixture_set_request (unit, KEY, "process-1");
  usher_store_fixture_commit (fixture, unit);
  g_clear_object (&unit);
  g_clear_object (&again);
  reopen (fixture);

  gone = usher_store_fixture_read (fixture, id);
  g_assert_null (gone);
  found = usher_store_query (fixture->store, query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 0);
  usher_store_fixture_assert_outbox (fixture, NULL, "item:removed");
  assert_timer (fixture, 100);
  g_assert_true (usher_store_fixture_was_applied (fixture, EVENT, "orders"));
}

static void
test_removed_again (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "a");
  g_autoptr (UsherUnit) remove = begin_remove (fixture, id);
  g_autoptr (UsherUnit) insert = NULL;
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherDocument) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The id of a document that was removed with events is free, and those stay.");

  usher_unit_publish (remove, "a", "{}");
  usher_store_fixture_commit (fixture, remove);
  insert = usher_store_fixture_begin (fixture);
  document = usher_store_fixture_make (fixture, insert, "b");
  usher_document_set_id (document, id);
  usher_unit_insert (insert, document, &error);
  g_assert_no_error (error);
  usher_unit_publish (insert, "b", "{}");
  usher_store_fixture_commit (fixture, insert);

  found = usher_store_fixture_read (fixture, id);
  g_assert_cmpstr (usher_document_get_string (found, "name"), ==, "b");
  g_assert_cmpint (usher_document_get_version (found), ==, 0);
  usher_store_fixture_assert_outbox (fixture, NULL, "ab");
}

static void
test_events_in_order (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "a");
  g_autoptr (GString) expected = g_string_new (NULL);

  g_test_summary ("Events of one document are in the order of its commits, after a restart too.");

  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (UsherUnit) unit = begin_change (fixture, id);
      g_autofree char *first = g_strdup_printf ("%c", (char) ('a' + i));
      g_autofree char *second = g_strdup_printf ("%c", (char) ('A' + i));

      usher_unit_publish (unit, first, "{}");
      usher_unit_publish (unit, second, "{}");
      usher_store_fixture_commit (fixture, unit);
      g_string_append_printf (expected, "%s%s", first, second);
    }
  usher_store_fixture_assert_outbox (fixture, NULL, expected->str);
  reopen (fixture);
  usher_store_fixture_assert_outbox (fixture, NULL, expected->str);
}

static void
test_many_events (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_insert (fixture, "a");
  const UsherMark begin = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A commit has as many events as it wants, in its order.");

  for (guint i = 0; i < 10 * MANY; i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"n\":%u}", i);

      usher_unit_publish (unit, "item:created", payload);
    }
  usher_store_fixture_commit (fixture, unit);

  events = usher_store_list_outbox (fixture->store, &begin, 20 * MANY, marks, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 10 * MANY);
  for (guint i = 0; i < events->len; i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"n\":%u}", i);

      g_assert_cmpstr (usher_event_get_payload (g_ptr_array_index (events, i), NULL), ==, payload);
    }
}

static void
test_many_applied (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "a");

  g_test_summary ("A document that applies many events knows them all.");

  for (guint i = 0; i < MANY; i++)
    {
      g_autoptr (UsherUnit) unit = begin_change (fixture, id);
      g_autofree char *event = g_strdup_printf ("0198c0de-0000-7000-8000-%012u", i);

      usher_commit_set_inbox (usher_unit_get_commit (unit), event, "orders");
      usher_store_fixture_commit (fixture, unit);
    }
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *event = g_strdup_printf ("0198c0de-0000-7000-8000-%012u", i);

      g_assert_true (usher_store_fixture_was_applied (fixture, event, "orders"));
    }
}

void
usher_store_suite_add_homes (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "homes/timer-moves", test_timer_moves);
  usher_store_suite_add_test (maker, "homes/timer-fires-elsewhere", test_timer_fires_elsewhere);
  usher_store_suite_add_test (maker, "homes/timers-together", test_timers_together);
  usher_store_suite_add_test (maker,
                              "homes/request-answered-elsewhere",
                              test_request_answered_elsewhere);
  usher_store_suite_add_test (maker, "homes/removed", test_removed);
  usher_store_suite_add_test (maker, "homes/removed/again", test_removed_again);
  usher_store_suite_add_test (maker, "homes/events-in-order", test_events_in_order);
  usher_store_suite_add_test (maker, "homes/many-events", test_many_events);
  usher_store_suite_add_test (maker, "homes/many-applied", test_many_applied);
}
