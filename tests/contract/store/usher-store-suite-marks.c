/* usher-store-suite-marks.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-id.h"
#include "usher-store-suite.h"

#define EVENT "0198c0de-0000-7000-8000-000000000001"

/* a unit that inserts an item */
static UsherUnit *
begin_insert (UsherStoreFixture *fixture, const char *name, UsherDocument **document)
{
  g_autoptr (GError) error = NULL;
  UsherUnit *unit = usher_store_fixture_begin (fixture);

  *document = usher_store_fixture_make (fixture, unit, name);
  g_assert_true (usher_unit_insert (unit, *document, &error));

  return unit;
}

static UsherUnit *
begin_event (UsherStoreFixture *fixture, const char *subscriber, UsherDocument **document)
{
  UsherUnit *unit = begin_insert (fixture, subscriber, document);

  unit->event_id = g_strdup (EVENT);
  unit->subscriber = g_strdup (subscriber);

  return unit;
}

static gboolean
was_applied (UsherStoreFixture *fixture, const char *subscriber)
{
  g_autoptr (GError) error = NULL;
  gboolean applied = FALSE;

  usher_store_was_applied (fixture->store, EVENT, subscriber, &applied, &error);
  g_assert_no_error (error);

  return applied;
}

static void
test_inbox_once (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherDocument) again = NULL;
  g_autoptr (UsherDocument) missing = NULL;
  g_autoptr (UsherUnit) first = begin_event (fixture, "orders", &document);
  g_autoptr (UsherUnit) second = begin_event (fixture, "orders", &again);

  g_test_summary ("An event is applied once; its second unit changes nothing and succeeds.");

  g_assert_false (was_applied (fixture, "orders"));
  usher_store_fixture_commit (fixture, first);
  g_assert_false (first->was_applied);
  g_assert_true (was_applied (fixture, "orders"));

  usher_unit_publish (second, "item:created", "{}");
  usher_store_fixture_commit (fixture, second);
  g_assert_true (second->was_applied);
  missing = usher_store_fixture_read (fixture, usher_document_get_id (again));
  g_assert_null (missing);
}

static void
test_inbox_subscribers (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) one = NULL;
  g_autoptr (UsherDocument) other = NULL;
  g_autoptr (UsherUnit) first = begin_event (fixture, "orders", &one);
  g_autoptr (UsherUnit) second = begin_event (fixture, "payments", &other);

  g_test_summary ("Each subscriber applies an event.");

  usher_store_fixture_commit (fixture, first);
  g_assert_false (was_applied (fixture, "payments"));
  usher_store_fixture_commit (fixture, second);
  g_assert_false (second->was_applied);
}

static void
test_inbox_refused (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "chair");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "other");
  g_autoptr (GError) error = NULL;

  g_test_summary ("An event whose unit is refused is not applied.");

  usher_document_set_id (document, id);
  g_assert_true (usher_unit_insert (unit, document, &error));
  unit->event_id = g_strdup (EVENT);
  unit->subscriber = g_strdup ("orders");
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);

  g_assert_false (was_applied (fixture, "orders"));
}

static void
test_inbox_alone (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);

  g_test_summary ("An event that changes nothing is marked as applied.");

  unit->event_id = g_strdup (EVENT);
  unit->subscriber = g_strdup ("orders");
  g_assert_false (usher_unit_is_empty (unit));
  usher_store_fixture_commit (fixture, unit);

  g_assert_false (unit->was_applied);
  g_assert_true (was_applied (fixture, "orders"));
}

static GPtrArray *
list_outbox (UsherStoreFixture *fixture, gint64 after, guint limit, gint64 *last)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *events = usher_store_list_outbox (fixture->store, after, limit, last, &error);

  g_assert_no_error (error);

  return events;
}

static void
publish (UsherStoreFixture *fixture, const char *first, const char *second, gint64 *last)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);

  usher_unit_publish (unit, first, "{\"n\":1}");
  usher_unit_publish (unit, second, "{\"n\":2}");
  usher_store_fixture_commit (fixture, unit);
  *last = unit->outbox_last;
}

static void
assert_outbox (UsherStoreFixture *fixture, gint64 after, guint limit, const char *expected)
{
  gint64 last;
  g_autoptr (GPtrArray) events = list_outbox (fixture, after, limit, &last);
  g_autoptr (GString) channels = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    g_string_append (channels, usher_event_get_channel (g_ptr_array_index (events, i)));
  g_assert_cmpstr (channels->str, ==, expected);
}

static void
test_outbox_event (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherUnit) unit = begin_insert (fixture, "chair", &document);
  g_autoptr (GPtrArray) events = NULL;
  gint64 last = 0;
  UsherEvent *event;

  g_test_summary ("An event stands in the outbox as it was published.");

  unit->correlation = g_strdup ("request-1");
  unit->causation = g_strdup (EVENT);
  unit->traceparent = g_strdup ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  usher_unit_publish_document (unit, "item:created", document);
  usher_store_fixture_commit (fixture, unit);

  events = list_outbox (fixture, 0, 10, &last);
  g_assert_cmpuint (events->len, ==, 1);
  g_assert_cmpint (last, ==, unit->outbox_last);
  event = g_ptr_array_index (events, 0);
  g_assert_true (usher_uuid_is_valid (usher_event_get_id (event)));
  g_assert_cmpstr (usher_event_get_channel (event), ==, "item:created");
  g_assert_cmpint (usher_event_get_time (event), ==, usher_unit_get_time (unit));
  g_assert_cmpstr (usher_event_get_correlation (event), ==, "request-1");
  g_assert_cmpstr (usher_event_get_causation (event), ==, EVENT);
  g_assert_cmpstr (usher_event_get_traceparent (event), ==, unit->traceparent);
  g_assert_cmpstr (usher_event_get_payload (event, NULL),
                   ==,
                   usher_document_get_text (document, NULL));
}

static void
test_outbox_order (UsherStoreFixture *fixture, gconstpointer data)
{
  gint64 first;
  gint64 second;

  g_test_summary ("Events are listed in commit order; those of a unit stand together.");

  publish (fixture, "a", "b", &first);
  publish (fixture, "c", "d", &second);

  g_assert_cmpint (second, ==, first + 2);
  assert_outbox (fixture, 0, 10, "abcd");
  assert_outbox (fixture, 0, 3, "abc");
  assert_outbox (fixture, first - 1, 10, "bcd");
  assert_outbox (fixture, second, 10, "");
}

static void
test_outbox_trim (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 first;
  gint64 second;
  gint64 third;

  g_test_summary (
      "Trimmed events are gone, after a restart too, and their numbers not used again.");

  publish (fixture, "a", "b", &first);
  publish (fixture, "c", "d", &second);
  usher_store_trim_outbox (fixture->store, first);
  assert_outbox (fixture, 0, 10, "cd");
  usher_store_trim_outbox (fixture->store, second);
  assert_outbox (fixture, 0, 10, "");

  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);
  assert_outbox (fixture, 0, 10, "");
  publish (fixture, "e", "f", &third);
  g_assert_cmpint (third, ==, second + 2);
  assert_outbox (fixture, 0, 10, "ef");
}

static void
test_outbox_refused (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "chair");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "other");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A unit that is refused publishes nothing.");

  usher_document_set_id (document, id);
  g_assert_true (usher_unit_insert (unit, document, &error));
  usher_unit_publish (unit, "item:created", "{}");
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);

  assert_outbox (fixture, 0, 10, "");
}

static void
test_outbox_large (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (USHER_EVENT_MAX_PAYLOAD - 2, 'x');
  g_autofree char *largest = g_strconcat ("\"", filler, "\"", NULL);
  g_autofree char *larger = g_strconcat ("\"x", filler, "\"", NULL);
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) second = usher_store_fixture_begin (fixture);

  g_test_summary ("An event that no bus would take is refused with its unit.");

  usher_unit_publish (unit, "item:created", larger);
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TOO_LARGE);
  assert_outbox (fixture, 0, 10, "");
  usher_unit_publish (second, "item:created", largest);
  usher_store_fixture_commit (fixture, second);
  assert_outbox (fixture, 0, 10, "item:created");
}

static void
set_request (UsherUnit *unit, const char *key, guint status, const char *body)
{
  unit->request_key = g_strdup (key);
  unit->request_hash = g_strdup ("hash");
  unit->request_owner = g_strdup ("process-1");
  unit->answer_status = status;
  unit->answer_body = g_strdup (body);
}

static UsherRequestRecord *
find_request (UsherStoreFixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  UsherRequestRecord *record = NULL;

  usher_store_find_request (fixture->store, key, &record, &error);
  g_assert_no_error (error);

  return record;
}

static void
test_request_kept (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherUnit) unit = begin_insert (fixture, "chair", &document);
  g_autoptr (UsherRequestRecord) before = NULL;
  g_autoptr (UsherRequestRecord) after = NULL;

  g_test_summary ("The key of a request is kept with its answer.");

  before = find_request (fixture, "user:key");
  g_assert_null (before);
  set_request (unit, "user:key", 201, "{\"id\":1}");
  usher_store_fixture_commit (fixture, unit);

  after = find_request (fixture, "user:key");
  g_assert_nonnull (after);
  g_assert_cmpstr (after->hash, ==, "hash");
  g_assert_cmpstr (after->owner, ==, "process-1");
  g_assert_cmpuint (after->status, ==, 201);
  g_assert_cmpstr (after->body, ==, "{\"id\":1}");
  g_assert_cmpint (after->time, ==, usher_unit_get_time (unit));
}

static void
test_request_taken (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) one = NULL;
  g_autoptr (UsherDocument) other = NULL;
  g_autoptr (UsherDocument) missing = NULL;
  g_autoptr (UsherUnit) first = begin_insert (fixture, "first", &one);
  g_autoptr (UsherUnit) second = begin_insert (fixture, "second", &other);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The key of a request is used once.");

  set_request (first, "user:key", 201, "{}");
  usher_store_fixture_commit (fixture, first);

  set_request (second, "user:key", 201, "{}");
  g_assert_false (usher_store_commit_sync (fixture->store, second, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_nonnull (strstr (error->message, "request key"));
  missing = usher_store_fixture_read (fixture, usher_document_get_id (other));
  g_assert_null (missing);
}

static void
begin_steps (UsherStoreFixture *fixture)
{
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherUnit) unit = begin_insert (fixture, "attempt", &document);

  set_request (unit, "user:key", 0, NULL);
  usher_store_fixture_commit (fixture, unit);
}

static void
test_request_steps (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) last = usher_store_fixture_begin (fixture);
  g_autoptr (UsherRequestRecord) before = NULL;
  g_autoptr (UsherRequestRecord) after = NULL;

  g_test_summary ("The answer of a later step is kept under the key, without a document too.");

  begin_steps (fixture);
  before = find_request (fixture, "user:key");
  g_assert_cmpuint (before->status, ==, 0);

  set_request (last, "user:key", 402, "{\"errors\":[]}");
  usher_store_fixture_commit (fixture, last);
  after = find_request (fixture, "user:key");
  g_assert_cmpuint (after->status, ==, 402);
  g_assert_cmpstr (after->body, ==, "{\"errors\":[]}");
}

static void
test_request_owner (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherUnit) other = begin_insert (fixture, "other", &document);
  g_autoptr (UsherRequestRecord) record = NULL;

  g_test_summary ("A request that another process runs is not answered by this one.");

  begin_steps (fixture);
  set_request (other, "user:key", 201, "{}");
  g_free (other->request_owner);
  other->request_owner = g_strdup ("process-2");
  usher_store_fixture_refuse (fixture, other, USHER_ERROR_TAKEN);

  record = find_request (fixture, "user:key");
  g_assert_cmpuint (record->status, ==, 0);
}

static void
test_prune (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) one = NULL;
  g_autoptr (UsherDocument) other = NULL;
  g_autoptr (UsherUnit) old = begin_event (fixture, "orders", &one);
  g_autoptr (UsherUnit) new = NULL;
  g_autoptr (UsherRequestRecord) pruned = NULL;
  g_autoptr (UsherRequestRecord) kept = NULL;
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  gboolean has_more = TRUE;
  gint64 between;

  g_test_summary ("What is too old to come again is forgotten, documents never.");

  set_request (old, "user:old", 201, "{}");
  usher_store_fixture_commit (fixture, old);
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  between = usher_clock_get_time (USHER_CLOCK (fixture->clock));
  new = begin_event (fixture, "payments", &other);
  set_request (new, "user:new", 201, "{}");
  usher_store_fixture_commit (fixture, new);

  g_assert_true (usher_store_prune (fixture->store, between, between, &has_more, &error));
  g_assert_no_error (error);
  g_assert_false (was_applied (fixture, "orders"));
  g_assert_true (was_applied (fixture, "payments"));
  pruned = find_request (fixture, "user:old");
  g_assert_null (pruned);
  kept = find_request (fixture, "user:new");
  g_assert_nonnull (kept);
  document = usher_store_fixture_read (fixture, usher_document_get_id (one));
  g_assert_nonnull (document);
}

static void
on_kinds_committed (UsherUnit *unit, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
}

/* @n units, each with an event that it applies and one that it publishes, a timer and the key of a request */
static void
commit_all_kinds (UsherStoreFixture *fixture, guint n)
{
  g_autofree char *body = g_strnfill (200, 'x');

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherDocument) document = NULL;
      g_autofree char *key = g_strdup_printf ("user:%u", i);
      g_autofree char *subscriber = g_strdup_printf ("subscriber-%u", i);
      g_autoptr (UsherUnit) unit = begin_event (fixture, subscriber, &document);

      usher_unit_publish (unit, "item:created", "{}");
      usher_unit_schedule (unit, "expire", key, i, NULL);
      set_request (unit, key, 201, body);
      if (i + 1 < n)
        usher_store_commit (fixture->store, unit, on_kinds_committed, NULL);
      else
        usher_store_fixture_commit (fixture, unit);
    }
}

static void
test_describe (UsherStoreFixture *fixture, gconstpointer data)
{
  const char *const kinds[] = { "documents", "outbox", "inbox", "requests", "timers" };
  g_autoptr (GVariant) figures = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A store counts what it holds, exactly.");

  commit_all_kinds (fixture, 300);

  figures = usher_store_describe (fixture->store, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *bytes = g_strconcat (kinds[i], "-bytes", NULL);
      gint64 value = 0;

      g_assert_true (g_variant_lookup (figures, kinds[i], "x", &value));
      g_assert_cmpint (value, ==, 300);
      g_assert_true (g_variant_lookup (figures, bytes, "x", &value));
      g_assert_cmpint (value, >, 300 * 4);
    }
}

static gint64
get_figure (UsherStoreFixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) figures = usher_store_describe (fixture->store, &error);
  gint64 value = -1;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (figures, name, "x", &value));

  return value;
}

static void
test_prune_slices (UsherStoreFixture *fixture, gconstpointer data)
{
  gboolean has_more = TRUE;
  gint64 longest = 0;
  guint n_slices = 0;

  g_test_summary (
      "What is forgotten is forgotten a slice at a time, and the store says when it was.");

  commit_all_kinds (fixture, 800);
  g_assert_cmpint (get_figure (fixture, "last-prune"), ==, 0);
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);

  for (; has_more; n_slices++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;

      usher_store_prune (fixture->store, G_MAXINT64, G_MAXINT64, &has_more, &error);
      g_assert_no_error (error);
      longest = MAX (longest, g_get_monotonic_time () - start);
    }

  g_test_message ("%u slices, the longest %" G_GINT64_FORMAT " µs", n_slices, longest);
  g_assert_cmpuint (n_slices, >, 1);
  g_assert_cmpint (get_figure (fixture, "last-prune"),
                   ==,
                   usher_clock_get_time (USHER_CLOCK (fixture->clock)));
  g_assert_null (find_request (fixture, "user:799"));
  g_assert_false (was_applied (fixture, "subscriber-0"));
}

static void
on_observed (UsherStore *store, UsherUnit *unit, gpointer user_data)
{
  GString *journal = user_data;
  UsherChange *change;

  g_assert_nonnull (unit->changes);
  change = &g_array_index (unit->changes, UsherChange, 0);
  g_string_append (journal, usher_document_get_string (change->document, "name"));
}

static void
on_committed (UsherUnit *unit, const GError *error, gpointer user_data)
{
  g_string_append_c (user_data, error == NULL ? '.' : '!');
}

static void
test_observer (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) journal = g_string_new (NULL);
  g_autoptr (UsherDocument) a = NULL;
  g_autoptr (UsherDocument) b = NULL;
  g_autoptr (UsherDocument) c = NULL;
  g_autoptr (UsherUnit) first = NULL;
  g_autoptr (UsherUnit) applied = NULL;
  g_autoptr (UsherUnit) empty = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) last = NULL;

  g_test_summary ("The observer hears of each change, in order and before the commit is answered.");

  usher_store_set_observer (fixture->store, on_observed, journal);
  first = begin_event (fixture, "a", &a);
  usher_store_commit (fixture->store, first, on_committed, journal);
  applied = begin_event (fixture, "a", &b);
  usher_store_commit (fixture->store, applied, on_committed, journal);
  usher_store_commit (fixture->store, empty, on_committed, journal);
  last = begin_insert (fixture, "c", &c);
  usher_store_fixture_commit (fixture, last);

  g_assert_cmpstr (journal->str, ==, "a...c");
}

void
usher_store_suite_add_marks (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "inbox/once", test_inbox_once);
  usher_store_suite_add_test (maker, "inbox/subscribers", test_inbox_subscribers);
  usher_store_suite_add_test (maker, "inbox/refused", test_inbox_refused);
  usher_store_suite_add_test (maker, "inbox/alone", test_inbox_alone);
  usher_store_suite_add_test (maker, "outbox/event", test_outbox_event);
  usher_store_suite_add_test (maker, "outbox/order", test_outbox_order);
  usher_store_suite_add_test (maker, "outbox/trim", test_outbox_trim);
  usher_store_suite_add_test (maker, "outbox/refused", test_outbox_refused);
  usher_store_suite_add_test (maker, "outbox/large", test_outbox_large);
  usher_store_suite_add_test (maker, "request/kept", test_request_kept);
  usher_store_suite_add_test (maker, "request/taken", test_request_taken);
  usher_store_suite_add_test (maker, "request/steps", test_request_steps);
  usher_store_suite_add_test (maker, "request/owner", test_request_owner);
  usher_store_suite_add_test (maker, "prune/old", test_prune);
  usher_store_suite_add_test (maker, "prune/slices", test_prune_slices);
  usher_store_suite_add_test (maker, "describe", test_describe);
  usher_store_suite_add_test (maker, "observer", test_observer);
}
