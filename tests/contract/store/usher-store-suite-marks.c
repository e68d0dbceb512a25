/* usher-store-suite-marks.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-id.h"
#include "usher-store-suite.h"

/* where an outbox begins */
static const UsherMark begin = { 0 };

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

  usher_commit_set_inbox (usher_unit_get_commit (unit), EVENT, subscriber);

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
  g_assert_false (usher_commit_was_applied (usher_unit_get_commit (first)));
  g_assert_true (was_applied (fixture, "orders"));

  usher_unit_publish (second, "item:created", "{}");
  usher_store_fixture_commit (fixture, second);
  g_assert_true (usher_commit_was_applied (usher_unit_get_commit (second)));
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
  g_assert_false (usher_commit_was_applied (usher_unit_get_commit (second)));
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
  usher_commit_set_inbox (usher_unit_get_commit (unit), EVENT, "orders");
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);

  g_assert_false (was_applied (fixture, "orders"));
}

static void
test_inbox_alone (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);

  g_test_summary ("An event that changes nothing is marked as applied.");

  usher_commit_set_inbox (usher_unit_get_commit (unit), EVENT, "orders");
  g_assert_false (usher_commit_is_empty (usher_unit_get_commit (unit)));
  usher_store_fixture_commit (fixture, unit);

  g_assert_false (usher_commit_was_applied (usher_unit_get_commit (unit)));
  g_assert_true (was_applied (fixture, "orders"));
}

static GPtrArray *
list_outbox (UsherStoreFixture *fixture, const UsherMark *after, guint limit, GArray *marks)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *events = usher_store_list_outbox (fixture->store, after, limit, marks, &error);

  g_assert_no_error (error);

  return events;
}

static void
publish (UsherStoreFixture *fixture, const char *first, const char *second, UsherMark *marks)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  UsherCommit *commit = usher_unit_get_commit (unit);

  usher_unit_publish (unit, first, "{\"n\":1}");
  usher_unit_publish (unit, second, "{\"n\":2}");
  usher_store_fixture_commit (fixture, unit);
  marks[0] = *usher_commit_get_before (commit);
  marks[1] = *usher_commit_get_mark (commit, 0);
  marks[2] = *usher_commit_get_mark (commit, 1);
}

static void
assert_outbox (UsherStoreFixture *fixture,
               const UsherMark *after,
               guint limit,
               const char *expected)
{
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = list_outbox (fixture, after, limit, marks);
  g_autoptr (GString) channels = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    g_string_append (channels, usher_event_get_channel (g_ptr_array_index (events, i)));
  g_assert_cmpstr (channels->str, ==, expected);
  g_assert_cmpuint (marks->len, ==, events->len);
}

static void
test_outbox_event (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherCommit) commit = usher_commit_new (7);
  g_autoptr (UsherEvent) published = usher_event_new_full (
      EVENT, "item:created", 0, 5, "request-1", "cause", "00-trace", "{}", -1);
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;
  UsherEvent *event;

  g_test_summary ("An event stands in the outbox as it was published.");

  usher_commit_publish (commit, published);
  g_assert_true (usher_store_commit_sync (fixture->store, commit, &error));

  events = list_outbox (fixture, &begin, 10, marks);
  g_assert_cmpuint (events->len, ==, 1);
  g_assert_true (
      usher_mark_equal (&g_array_index (marks, UsherMark, 0), usher_commit_get_mark (commit, 0)));
  event = g_ptr_array_index (events, 0);
  g_assert_cmpstr (usher_event_get_id (event), ==, EVENT);
  g_assert_cmpstr (usher_event_get_channel (event), ==, "item:created");
  g_assert_cmpint (usher_event_get_time (event), ==, 5);
  g_assert_cmpstr (usher_event_get_correlation (event), ==, "request-1");
  g_assert_cmpstr (usher_event_get_causation (event), ==, "cause");
  g_assert_cmpstr (usher_event_get_traceparent (event), ==, "00-trace");
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, "{}");
}

static void
test_outbox_order (UsherStoreFixture *fixture, gconstpointer data)
{
  UsherMark first[3];
  UsherMark second[3];

  g_test_summary ("Events are listed in commit order; those of a commit stand together.");

  publish (fixture, "a", "b", first);
  publish (fixture, "c", "d", second);

  g_assert_true (usher_mark_equal (&second[0], &first[2]));
  assert_outbox (fixture, &begin, 10, "abcd");
  assert_outbox (fixture, &begin, 3, "abc");
  assert_outbox (fixture, &first[1], 10, "bcd");
  assert_outbox (fixture, &second[0], 10, "cd");
  assert_outbox (fixture, &second[2], 10, "");
}

static void
test_outbox_trim (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UsherMark first[3];
  UsherMark second[3];
  UsherMark third[3];

  g_test_summary ("Trimmed events are gone, after a restart too, and their marks not given again.");

  publish (fixture, "a", "b", first);
  publish (fixture, "c", "d", second);
  usher_store_trim_outbox (fixture->store, &first[1]);
  assert_outbox (fixture, &begin, 10, "bcd");
  usher_store_trim_outbox (fixture->store, &second[2]);
  assert_outbox (fixture, &begin, 10, "");

  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);
  assert_outbox (fixture, &begin, 10, "");
  publish (fixture, "e", "f", third);
  for (guint i = 1; i < G_N_ELEMENTS (third); i++)
    for (guint j = 0; j < G_N_ELEMENTS (first); j++)
      {
        g_assert_false (usher_mark_equal (&third[i], &first[j]));
        g_assert_false (usher_mark_equal (&third[i], &second[j]));
      }
  assert_outbox (fixture, &begin, 10, "ef");
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

  assert_outbox (fixture, &begin, 10, "");
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
  assert_outbox (fixture, &begin, 10, "");
  usher_unit_publish (second, "item:created", largest);
  usher_store_fixture_commit (fixture, second);
  assert_outbox (fixture, &begin, 10, "item:created");
}

static void
set_request (UsherUnit *unit, const char *key, guint status, const char *body)
{
  UsherCommit *commit = usher_unit_get_commit (unit);

  usher_commit_take_request (commit, usher_request_record_new (key, "hash", "process-1"));
  usher_commit_take_answer (commit, status, g_strdup (body));
}

static UsherRequestRecord *
find_request (UsherStoreFixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  UsherRequestRecord *record = NULL;

  usher_store_lookup_request (fixture->store, key, &record, &error);
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
  g_assert_false (usher_store_commit_sync (fixture->store, usher_unit_get_commit (second), &error));
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
  usher_commit_take_request (usher_unit_get_commit (other),
                             usher_request_record_new ("user:key", "hash", "process-2"));
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
on_kinds_committed (UsherCommit *commit, const GError *error, gpointer user_data)
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
        usher_store_commit (fixture->store, usher_unit_get_commit (unit), on_kinds_committed, NULL);
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
on_observed (UsherStore *store, UsherCommit *commit, gpointer user_data)
{
  GString *journal = user_data;

  g_assert_cmpuint (usher_commit_get_n_changes (commit), ==, 1);
  g_string_append (journal,
                   usher_document_get_string (usher_commit_get_change (commit, 0)->document,
                                              "name"));
}

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
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
  usher_store_commit (fixture->store, usher_unit_get_commit (first), on_committed, journal);
  applied = begin_event (fixture, "a", &b);
  usher_store_commit (fixture->store, usher_unit_get_commit (applied), on_committed, journal);
  usher_store_commit (fixture->store, usher_unit_get_commit (empty), on_committed, journal);
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
