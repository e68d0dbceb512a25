/* copy-stock.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "copy-stock.h"

#include <string.h>

#define TIME G_GINT64_CONSTANT (1700000000123456)

static const UsherField fields[] = {
  { .name = "n", .type = USHER_FIELD_INTEGER, .flags = USHER_FIELD_INDEXED },
  { .name = "name", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_UNIQUE },
  { .name = "ticket.id", .type = USHER_FIELD_ID },
  { .name = "ticket.price", .type = USHER_FIELD_MONEY },
  { .name = "sold", .type = USHER_FIELD_BOOLEAN },
  { .name = "at", .type = USHER_FIELD_TIME },
  { .name = "more", .type = USHER_FIELD_JSON },
  { .name = "hash", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_PRIVATE },
};

static const char *const numbers[] = { "1.50", "12345678901234567890", "1E+3", "-0.25", "7" };

UsherStore *
copy_stock_open (const char *uri, UsherClock *clock, GError **error)
{
  g_autoptr (UsherSchema) schema = usher_schema_new ("items", fields, G_N_ELEMENTS (fields), error);
  g_autoptr (UsherStore) store = usher_store_open (uri, clock, NULL, error);

  usher_schema_set_level (schema, 3);
  if (store == NULL || !usher_store_add_collection (store, schema, error))
    return NULL;

  return g_steal_pointer (&store);
}

void
copy_stock_close (UsherStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_store_close (store, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (store);
}

static void
commit (UsherStore *store, UsherCommit *work)
{
  g_autoptr (GError) error = NULL;

  usher_store_commit_sync (store, work, &error);
  g_assert_no_error (error);
}

/* some have members that no schema knows, and are of other levels */
static UsherDocument *
make_document (UsherStore *store, guint n)
{
  UsherSchema *schema = usher_store_get_schema (store, "items");
  g_autofree char *id = g_strdup_printf ("%08x%016x", 0x65000000u + n, n * 7919);
  g_autofree char *name = g_strdup_printf ("name “%u”\n", n);
  g_autofree char *rest = g_strdup_printf (
      "{\"extra\":{\"number\":%s,\"list\":[null,true,\"%u\"]},\"ticket\":{\"row\":\"A\"}}",
      numbers[n % G_N_ELEMENTS (numbers)],
      n);
  UsherDocument *document =
      usher_document_new_from_text (schema, id, 0, n % 2 == 0 ? rest : "{}", -1, NULL);

  usher_document_set_integer (document, "n", n);
  usher_document_set_string (document, "name", name);
  usher_document_set_string (document, "ticket.id", id);
  usher_document_set_integer (document, "ticket.price", 10 * (gint64) n + 5);
  usher_document_set_boolean (document, "sold", n % 3 == 0);
  usher_document_set_integer (document, "at", TIME + n);
  usher_document_set_string (document, "more", "{\"b\":[1,2.50],\"a\":null}");
  usher_document_set_string (document, "hash", "of a password");
  usher_document_set_level (document, n % 4);

  return document;
}

void
copy_stock_insert (UsherStore *store, guint first, guint end)
{
  for (guint n = first; n < end; n++)
    {
      g_autoptr (UsherCommit) work = usher_commit_new (TIME);
      g_autoptr (UsherDocument) document = make_document (store, n);
      g_autofree char *event_id = g_strdup_printf ("0198c0de-0000-7000-8000-%012x", n);
      g_autoptr (UsherEvent) event = usher_event_new_full (
          event_id, "item:created", 0, TIME + n, "correlation", NULL, NULL, "{\"n\":1.0}", -1);
      g_autoptr (GError) error = NULL;

      g_assert_true (usher_commit_insert (work, document, &error));
      usher_commit_publish (work, event);
      commit (store, work);
    }
}

void
copy_stock_change (UsherStore *store)
{
  g_autoptr (UsherCommit) work = usher_commit_new (TIME);
  g_autoptr (UsherDocument) document = NULL;
  g_autofree char *id = g_strdup_printf ("%08x%016x", 0x65000000u, 0u);
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_store_lookup (store, "items", id, &document, &error));
  usher_document_set_integer (document, "n", usher_document_get_integer (document, "n") - 1);
  g_assert_true (usher_commit_replace (work, document, &error));
  commit (store, work);
}

static UsherTimer *
find_timer (UsherStore *store, const char *key)
{
  UsherTimer *timer = NULL;

  g_assert_true (usher_store_lookup_timer (store, "expire", key, &timer, NULL));

  return timer;
}

/* one that is parked, one that fails, and others */
static void
set_timers (UsherStore *store)
{
  static const char *const keys[] = { "parked", "fails", "plain", "payload" };
  g_autoptr (UsherCommit) work = usher_commit_new (TIME);
  g_autoptr (UsherCommit) trouble = usher_commit_new (TIME + 1);
  g_autoptr (UsherTimer) parked = NULL;
  g_autoptr (UsherTimer) fails = NULL;
  g_autoptr (UsherOrigin) origin = usher_origin_new ("request-1", NULL, "00-trace");
  UsherTimerHistory *history = usher_timer_history_new ();

  G_STATIC_ASSERT (G_N_ELEMENTS (keys) == COPY_STOCK_N_TIMERS);
  usher_commit_set_origin (work, origin);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    usher_commit_schedule (work, "expire", keys[i], TIME + i, i == 3 ? "{\"a\":1.20}" : NULL, i);
  commit (store, work);

  usher_timer_history_add_reason (history, "it was tried");
  usher_timer_history_add_reason (history, "and again");
  fails = find_timer (store, "fails");
  usher_commit_set_anew (trouble, fails, TIME + 7, 2, history);
  commit (store, trouble);

  g_clear_pointer (&trouble, usher_commit_unref);
  trouble = usher_commit_new (TIME + 2);
  history->parked = TIME;
  history->n_deaths = 5;
  parked = find_timer (store, "parked");
  usher_commit_set_anew (trouble, parked, TIME, 5, history);
  commit (store, trouble);
  usher_timer_history_free (history);
}

static void
keep_request (UsherStore *store, const char *key, guint status)
{
  g_autoptr (UsherCommit) work = usher_commit_new (TIME + status);
  UsherRequestRecord *record =
      usher_request_record_new (key, "hash", usher_store_get_owner (store));

  usher_commit_take_request (work, record);
  if (status != 0)
    usher_commit_take_answer (work, status, g_strdup ("{\"id\":\"1\"}"));
  commit (store, work);
}

void
copy_stock_fill (UsherStore *store, guint n_documents)
{
  UsherReach reach = { .run = 2, .position = 17, .time = TIME };

  copy_stock_insert (store, 0, n_documents);
  copy_stock_change (store);
  set_timers (store);
  keep_request (store, "user:one", 201);
  keep_request (store, "user:two", 0);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (UsherCommit) work = usher_commit_new (TIME + i);
      g_autofree char *subscriber = g_strdup_printf ("subscriber-%u", i);

      usher_commit_set_inbox (work, "0198c0de-0000-7000-8000-00000000000a", subscriber);
      commit (store, work);
    }

  usher_reach_set_log (&reach, "0198c0de-0000-4000-8000-000000000001");
  usher_store_keep_reach (store, &reach);
}

static GPtrArray *
list_documents (UsherStore *store)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GError) error = NULL;
  GPtrArray *documents = NULL;

  usher_query_limit (query, 10000);
  documents = usher_store_query (store, query, &error);
  g_assert_no_error (error);

  return documents;
}

static void
compare_documents (UsherStore *from, UsherStore *to)
{
  g_autoptr (GPtrArray) was = list_documents (from);
  g_autoptr (GPtrArray) is = list_documents (to);

  g_assert_cmpuint (is->len, ==, was->len);
  for (guint i = 0; i < was->len; i++)
    {
      UsherDocument *before = g_ptr_array_index (was, i);
      UsherDocument *after = g_ptr_array_index (is, i);
      g_autofree char *private_before = usher_document_dup_private_text (before);
      g_autofree char *private_after = usher_document_dup_private_text (after);

      g_assert_cmpstr (usher_document_get_id (after), ==, usher_document_get_id (before));
      g_assert_cmpint (usher_document_get_version (after), ==, usher_document_get_version (before));
      g_assert_cmpuint (usher_document_get_level (after), ==, usher_document_get_level (before));
      g_assert_cmpstr (usher_document_get_text (after, NULL),
                       ==,
                       usher_document_get_text (before, NULL));
      g_assert_cmpstr (private_after, ==, private_before);
    }
}

static void
compare_events (UsherStore *from, UsherStore *to)
{
  static const UsherMark begin = { { 0 } };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) was = usher_store_list_outbox (from, &begin, 10000, marks, NULL);
  g_autoptr (GPtrArray) is = usher_store_list_outbox (to, &begin, 10000, marks, NULL);

  g_assert_cmpuint (is->len, ==, was->len);
  for (guint i = 0; i < was->len; i++)
    {
      UsherEvent *before = g_ptr_array_index (was, i);
      UsherEvent *after = g_ptr_array_index (is, i);

      g_assert_cmpstr (usher_event_get_id (after), ==, usher_event_get_id (before));
      g_assert_cmpstr (usher_event_get_channel (after), ==, usher_event_get_channel (before));
      g_assert_cmpint (usher_event_get_time (after), ==, usher_event_get_time (before));
      g_assert_cmpstr (usher_event_get_correlation (after),
                       ==,
                       usher_event_get_correlation (before));
      g_assert_cmpstr (usher_event_get_payload (after, NULL),
                       ==,
                       usher_event_get_payload (before, NULL));
    }
}

static void
compare_timer (UsherTimer *before, UsherTimer *after)
{
  const UsherTimerHistory *was = usher_timer_get_history (before);
  const UsherTimerHistory *is = usher_timer_get_history (after);

  g_assert_cmpstr (usher_timer_get_key (after), ==, usher_timer_get_key (before));
  g_assert_cmpint (usher_timer_get_due (after), ==, usher_timer_get_due (before));
  g_assert_cmpint (usher_timer_get_since (after), ==, usher_timer_get_since (before));
  g_assert_cmpuint (usher_timer_get_attempt (after), ==, usher_timer_get_attempt (before));
  g_assert_cmpstr (usher_timer_get_payload (after), ==, usher_timer_get_payload (before));
  g_assert_true ((is == NULL) == (was == NULL));
  if (was == NULL)
    return;

  g_assert_cmpint (is->parked, ==, was->parked);
  g_assert_cmpuint (is->n_deaths, ==, was->n_deaths);
  g_assert_cmpstrv (is->reasons, was->reasons);
}

static void
compare_timers (UsherStore *from, UsherStore *to)
{
  static const char *const keys[] = { "parked", "fails", "plain", "payload" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (UsherTimer) before = find_timer (from, keys[i]);
      g_autoptr (UsherTimer) after = find_timer (to, keys[i]);

      g_assert_nonnull (after);
      compare_timer (before, after);
    }
  g_assert_cmpint (usher_store_get_next_due (to), ==, usher_store_get_next_due (from));
}

static void
compare_request (UsherStore *from, UsherStore *to, const char *key)
{
  g_autoptr (UsherRequestRecord) before = NULL;
  g_autoptr (UsherRequestRecord) after = NULL;

  g_assert_true (usher_store_lookup_request (from, key, &before, NULL));
  g_assert_true (usher_store_lookup_request (to, key, &after, NULL));
  g_assert_nonnull (after);
  g_assert_cmpstr (after->hash, ==, before->hash);
  g_assert_cmpstr (after->owner, ==, before->owner);
  g_assert_cmpuint (after->status, ==, before->status);
  g_assert_cmpstr (after->body, ==, before->body);
  g_assert_cmpint (after->time, ==, before->time);
}

static void
compare_inbox (UsherStore *to)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *subscriber = g_strdup_printf ("subscriber-%u", i);
      gboolean is_applied = FALSE;

      g_assert_true (usher_store_was_applied (
          to, "0198c0de-0000-7000-8000-00000000000a", subscriber, &is_applied, NULL));
      g_assert_true (is_applied);
    }
}

void
copy_stock_compare (UsherStore *from, UsherStore *to)
{
  UsherReach was = { 0 };
  UsherReach is = { 0 };

  compare_documents (from, to);
  compare_events (from, to);
  compare_timers (from, to);
  compare_request (from, to, "user:one");
  compare_request (from, to, "user:two");
  compare_inbox (to);
  g_assert_true (usher_store_lookup_reach (from, &was, NULL));
  g_assert_true (usher_store_lookup_reach (to, &is, NULL));
  g_assert_cmpstr (is.log, ==, was.log);
  g_assert_cmpuint (is.position, ==, was.position);
}
