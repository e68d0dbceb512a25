/* test-mongo-timers.c: what documents of MongoDB carry, as any crash may have left it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "mongo-fixture.h"
#include "usher-mongo-census-private.h"
#include "usher-mongo-inbox-private.h"
#include "usher-mongo-prune-private.h"
#include "usher-mongo-requests-private.h"
#include "usher-mongo-timer-entry-private.h"
#include "usher-mongo-timers-private.h"
#include "usher-mongo-transfer-batch-private.h"
#include "usher-test-base.h"

/* no cached number is old enough */
#define ANY_AGE G_MAXINT64

static const UsherField fields[] = {
  { "name", USHER_FIELD_STRING },
};

typedef struct
{
  MongoFixture base;
  UsherMongoTables *tables;
  UsherMongoTimers *timers;
  UsherMongoOwners *owners;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  UsherMongoTable *table = mongo_fixture_make_table (fields, G_N_ELEMENTS (fields), NULL);
  g_autoptr (GError) error = NULL;

  mongo_fixture_set_up (&fixture->base, data);
  mongo_fixture_add (&fixture->base, table, TRUE);
  fixture->tables = usher_mongo_tables_new ();
  usher_mongo_tables_add (fixture->tables, table);
  fixture->timers = usher_mongo_timers_new (fixture->base.database, fixture->tables);
  fixture->owners = usher_mongo_owners_new (fixture->base.database, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_mongo_owners_end (fixture->owners);
  usher_mongo_owners_unref (fixture->owners);
  usher_mongo_timers_unref (fixture->timers);
  usher_mongo_tables_free (fixture->tables);
  mongo_fixture_tear_down (&fixture->base, data);
}

/* What is left of a document @id of @collection, as of the first moment, with one entry of @member. */
static void
insert (Fixture *fixture,
        const char *collection,
        const char *id,
        const char *member,
        const bson_t *entry)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_autoptr (GError) error = NULL;

  BCON_APPEND (&command, "insert", BCON_UTF8 (collection));
  BCON_APPEND (&command,
               "documents",
               "[",
               "{",
               "_id",
               BCON_UTF8 (id),
               "_removed",
               BCON_DATE_TIME (1),
               member,
               "[",
               BCON_DOCUMENT (entry),
               "]",
               "}",
               "]");
  usher_mongo_database_write (fixture->base.database, NULL, &command, NULL, &error);
  g_assert_no_error (error);
}

/* a timer “ring” of @key in a document of its own; @due: 0: it is dead */
static void
insert_timer (Fixture *fixture,
              const char *collection,
              const char *key,
              gint64 generation,
              gint64 due)
{
  UsherTimerChange change = {
    .name = (char *) "ring", .key = (char *) key, .set = due != 0, .due = due
  };
  g_autofree char *id = g_strdup_printf ("%s-%" G_GINT64_FORMAT, key, generation);
  g_auto (bson_t) entry = BSON_INITIALIZER;

  usher_mongo_timer_entry_append (&entry, &change, generation, 5000);
  insert (fixture, collection, id, "_timers", &entry);
}

/* the keys of those that are due, one after the other */
static void
assert_due (Fixture *fixture, gint64 due, guint limit, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) timers = usher_mongo_timers_list (fixture->timers, due, limit, &error);
  g_autoptr (GString) keys = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < timers->len; i++)
    g_string_append (keys, usher_timer_get_key (g_ptr_array_index (timers, i)));
  g_assert_cmpstr (keys->str, ==, expected);
}

static void
assert_next_due (Fixture *fixture, gint64 expected)
{
  g_assert_cmpint (usher_mongo_timers_get_next_due (fixture->timers, ANY_AGE), ==, expected);
}

static gboolean
contains (Fixture *fixture, const char *collection, const char *text)
{
  g_autofree char *command = g_strdup_printf ("{\"find\":\"%s\"}", collection);
  g_autofree char *answer = mongo_fixture_ask (&fixture->base, command);

  return strstr (answer, text) != NULL;
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Timers of all collections are listed to the microsecond, earliest first.");

  insert_timer (fixture, "items", "c", 1, 2001003);
  insert_timer (fixture, "_carriers", "b", 1, 2001002);
  insert_timer (fixture, "items", "a", 1, 2001001);

  assert_due (fixture, 2001000, 10, "");
  assert_due (fixture, 2001002, 10, "ab");
  assert_due (fixture, G_MAXINT64, 1, "a");
  assert_next_due (fixture, 2001001);
}

static void
test_superseded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherTimer) dropped = NULL;
  g_autoptr (UsherTimer) timer = NULL;

  g_test_summary (
      "Of the entries of a timer the highest generation counts; others go when they are met.");

  insert_timer (fixture, "items", "a", 1, 1000);
  insert_timer (fixture, "items", "a", 2, 2000);
  insert_timer (fixture, "_carriers", "a", 3, 9000);
  insert_timer (fixture, "items", "b", 4, 1500);
  insert_timer (fixture, "_carriers", "b", 5, 0);
  insert_timer (fixture, "items", "c", 1, 3000);

  assert_due (fixture, 5000, 10, "c");
  g_assert_false (contains (fixture, "items", "ring\\u001fa"));
  g_assert_false (contains (fixture, "items", "ring\\u001fb"));
  assert_next_due (fixture, 3000);
  usher_mongo_timers_find (fixture->timers, "ring", "a", &timer, &error);
  g_assert_no_error (error);
  g_assert_cmpint (usher_timer_get_due (timer), ==, 9000);
  g_assert_cmpint (usher_timer_get_generation (timer), ==, 3);
  usher_mongo_timers_find (fixture->timers, "ring", "b", &dropped, &error);
  g_assert_no_error (error);
  g_assert_null (dropped);
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) timers = NULL;

  g_test_summary ("Of many timers the next ones are known, and then those behind them.");

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      insert_timer (fixture, i % 2 == 0 ? "items" : "_carriers", key, 1, (i + 1) * 1000);
    }
  timers = usher_mongo_timers_list (fixture->timers, G_MAXINT64, 290, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (timers->len, ==, 290);
  g_assert_cmpint (usher_timer_get_due (g_ptr_array_index (timers, 289)), ==, 290000);

  assert_next_due (fixture, 1000);
  for (guint i = 0; i < 299; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);
      g_autofree char *whole = usher_mongo_timer_entry_dup_key ("ring", key);

      usher_mongo_timers_note (fixture->timers, whole, 2, G_MAXINT64);
    }
  /* the server still has them all, so what is not known is read */
  assert_next_due (fixture, 1000);
}

static void
test_notes (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "What commits of this process do to timers is known without reading, the others' is read.");

  assert_next_due (fixture, G_MAXINT64);
  usher_mongo_timers_note (fixture->timers,
                           "ring\x1f"
                           "a",
                           5,
                           700);
  assert_next_due (fixture, 700);
  usher_mongo_timers_note (fixture->timers,
                           "ring\x1f"
                           "a",
                           4,
                           100);
  assert_next_due (fixture, 700);
  usher_mongo_timers_note (fixture->timers,
                           "ring\x1f"
                           "b",
                           4,
                           300);
  assert_next_due (fixture, 300);
  usher_mongo_timers_note (fixture->timers,
                           "ring\x1f"
                           "b",
                           5,
                           G_MAXINT64);
  assert_next_due (fixture, 700);

  insert_timer (fixture, "items", "c", 1, 200);
  assert_next_due (fixture, 700);
  usher_mongo_timers_forget (fixture->timers);
  usher_test_until (usher_mongo_timers_get_next_due (fixture->timers, ANY_AGE) == 200);
  insert_timer (fixture, "items", "d", 1, 100);
  usher_test_until (usher_mongo_timers_get_next_due (fixture->timers, 1) == 100);
}

static void
insert_request (Fixture *fixture, const char *id, gint64 generation, guint status)
{
  g_autoptr (UsherRequestRecord) record = usher_request_record_new ("user:key", "hash", "owner");
  g_auto (bson_t) entry = BSON_INITIALIZER;

  record->status = status;
  record->time = 5000;
  usher_mongo_request_entry_append (&entry, record, generation);
  insert (fixture, "items", id, "_request", &entry);
}

static void
test_request (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherRequestRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of two entries of a request the one that was written last is its record.");

  insert_request (fixture, "last", 2, 201);
  insert_request (fixture, "first", 1, 0);
  usher_mongo_requests_find (fixture->base.database, fixture->tables, "user:key", &record, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (record->status, ==, 201);
  g_assert_cmpint (record->time, ==, 5000);
}

static void
prune (Fixture *fixture, gint64 before)
{
  UsherMongoPrune prune = {
    fixture->base.database, fixture->tables, fixture->owners, before, before, FALSE
  };
  g_autoptr (GError) error = NULL;

  usher_mongo_prune_run (&prune, 77, &error);
  g_assert_no_error (error);
  g_assert_false (prune.has_more);
}

static void
test_prune (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (bson_t) applied = BSON_INITIALIZER;
  gboolean is_known = FALSE;
  gint64 last = 0;

  g_test_summary ("What carries nothing any more goes, with what was dropped long ago and all that "
                  "this supersedes.");

  insert_timer (fixture, "items", "a", 1, 9000);
  insert_timer (fixture, "_carriers", "a", 2, 0);
  insert_timer (fixture, "_carriers", "b", 1, 9000);
  insert_request (fixture, "request", 1, 201);
  usher_mongo_inbox_entry_append (&applied, "event\x1flistener", 5000);
  insert (fixture, "_carriers", "event", "_applied", &applied);

  prune (fixture, 4000);
  usher_mongo_inbox_find (
      fixture->base.database, fixture->tables, "event", "listener", &is_known, &error);
  g_assert_no_error (error);
  g_assert_true (is_known);
  g_assert_true (contains (fixture, "_carriers", "a-2"));

  prune (fixture, 6000);
  prune (fixture, 6000);
  usher_mongo_inbox_find (
      fixture->base.database, fixture->tables, "event", "listener", &is_known, &error);
  g_assert_no_error (error);
  g_assert_false (is_known);
  g_assert_false (contains (fixture, "items", "_id"));
  g_assert_false (contains (fixture, "_carriers", "a-2"));
  g_assert_false (contains (fixture, "_carriers", "event"));
  g_assert_true (contains (fixture, "_carriers", "b-1"));
  usher_mongo_prune_get_last (fixture->base.database, &last, &error);
  g_assert_no_error (error);
  g_assert_cmpint (last, ==, 77);
}

static void
test_copied (Fixture *fixture, gconstpointer data)
{
  const UsherTransferRow row = {
    USHER_TRANSFER_APPLIED, .applied = "event", .subscriber = "listener", .time = 5000
  };
  UsherMongoTransferBatch *batch = usher_mongo_transfer_batch_new (fixture->base.database);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What came by a copy goes like all else when it carries nothing any more.");

  usher_mongo_transfer_batch_carry (batch, &row, &error);
  g_assert_no_error (error);
  usher_mongo_transfer_batch_flush (batch, &error);
  g_assert_no_error (error);
  usher_mongo_transfer_batch_free (batch);
  g_assert_true (contains (fixture, "_carriers", "listener"));

  prune (fixture, 6000);
  g_assert_false (contains (fixture, "_carriers", "listener"));
}

static void
test_census (Fixture *fixture, gconstpointer data)
{
  UsherMongoCensus census = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What documents are and carry is counted, and nothing of what was removed is a document.");

  mongo_fixture_run (&fixture->base,
                     "{\"insert\":\"items\",\"documents\":[{\"_id\":1,\"version\":0,\"_outbox\":"
                     "[{\"id\":\"1\"},{\"id\":\"2\"}]},{\"_id\":2,\"version\":3}]}");
  insert_timer (fixture, "items", "a", 1, 9000);
  insert_timer (fixture, "items", "b", 1, 0);
  usher_mongo_census_take (&census, fixture->base.database, "items", &error);
  g_assert_no_error (error);

  g_assert_cmpint (census.rows[USHER_MONGO_DOCUMENTS], ==, 2);
  g_assert_cmpint (census.rows[USHER_MONGO_OUTBOX], ==, 2);
  g_assert_cmpint (census.rows[USHER_MONGO_TIMERS], ==, 1);
  g_assert_cmpint (census.rows[USHER_MONGO_INBOX], ==, 0);
  g_assert_cmpint (census.bytes[USHER_MONGO_OUTBOX], >, 20);
  g_assert_cmpint (census.bytes[USHER_MONGO_DOCUMENTS], >, 20);
}

#define add(path, func) g_test_add ("/mongo-timers/" path, Fixture, server, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (UsherTestMongodb) server = NULL;

  g_test_init (&argc, &argv, NULL);

  server = usher_test_mongodb_new (USHER_TEST_MONGODB_STANDALONE);
  add ("list", test_list);
  add ("superseded", test_superseded);
  add ("many", test_many);
  add ("notes", test_notes);
  add ("request", test_request);
  add ("prune", test_prune);
  add ("copied", test_copied);
  add ("census", test_census);

  return g_test_run ();
}
