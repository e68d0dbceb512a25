/* test-mongo-trouble.c: a database of MongoDB that others have a hand in, or that is full of what waits
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <mongoc/mongoc.h>
#include <signal.h>
#include <string.h>

#include "usher-error.h"
#include "usher-id.h"
#include "usher-store.h"
#include "usher-test-base.h"
#include "usher-test-mongodb.h"

/* an updated document would be over the server's limit */
#define TOO_LARGE    17419
#define UNAUTHORIZED 13
/* that are at one document at once */
#define N_RACERS 64

static const UsherField fields[] = {
  { "n", USHER_FIELD_INTEGER },
  { "name", USHER_FIELD_STRING, USHER_FIELD_UNIQUE },
};

typedef struct
{
  UsherTestMongodb *server; /* (unowned) */
  UsherClock *clock;
  char *uri;
  UsherStore *store;
} Fixture;

static void
open_store (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);

  fixture->store = usher_store_open (fixture->uri, fixture->clock, NULL, &error);
  g_assert_no_error (error);
  usher_store_add_collection (fixture->store, schema, &error);
  g_assert_no_error (error);
}

static void
close_store (Fixture *fixture)
{
  g_assert_true (usher_store_close (fixture->store, NULL));
  g_assert_finalize_object (fixture->store);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = NULL;

  fixture->server = (UsherTestMongodb *) data;
  fixture->clock = usher_real_clock_new ();
  name = usher_test_mongodb_make_name (fixture->server);
  fixture->uri = usher_test_mongodb_make_uri (fixture->server, name);
  open_store (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close_store (fixture);
  g_object_unref (fixture->clock);
  g_free (fixture->uri);
}

/* (transfer full): what the server answers another tool */
static char *
ask (Fixture *fixture, const char *json)
{
  mongoc_client_t *client = mongoc_client_new (fixture->uri);
  mongoc_database_t *database = mongoc_client_get_default_database (client);
  bson_error_t error = { 0 };
  bson_t *command = bson_new_from_json ((const guint8 *) json, -1, &error);
  bson_t reply = BSON_INITIALIZER;
  char *text = NULL;
  char *copy = NULL;

  g_assert_nonnull (command);
  if (!mongoc_database_command_simple (database, command, NULL, &reply, &error))
    g_error ("the server refuses %s: %s", json, error.message);
  text = bson_as_relaxed_extended_json (&reply, NULL);
  copy = g_strdup (text);
  bson_free (text);
  bson_destroy (&reply);
  bson_destroy (command);
  mongoc_database_destroy (database);
  mongoc_client_destroy (client);

  return copy;
}

static void
run (Fixture *fixture, const char *json)
{
  g_free (ask (fixture, json));
}

/* whether the last one that is made is there */
static gboolean
has_indexes (Fixture *fixture)
{
  g_autofree char *indexes = ask (fixture, "{\"listIndexes\":\"items\"}");

  return strstr (indexes, "\"usher-unique-name\"") != NULL;
}

/* @size: of an event that goes with it, 0: none does */
static gboolean
commit (Fixture *fixture, const char *id, const char *name, gsize size, GError **error)
{
  gint64 now = usher_clock_get_time (fixture->clock);
  g_autoptr (UsherCommit) commit = usher_commit_new (now);
  g_autoptr (UsherDocument) document = NULL;

  if (!usher_store_lookup (fixture->store, "items", id, &document, error))
    return FALSE;
  if (size > 0)
    {
      g_autofree char *event_id = usher_uuid_new (fixture->clock);
      g_autofree char *text = g_strnfill (size - 2, 'x');
      g_autofree char *payload = g_strdup_printf ("\"%s\"", text);
      g_autoptr (UsherEvent) event =
          usher_event_new (event_id, "item:changed", now, payload, (gssize) size);

      usher_commit_publish (commit, event);
    }

  if (document == NULL)
    {
      document = usher_document_new (usher_store_get_schema (fixture->store, "items"));
      usher_document_set_id (document, id);
      usher_document_set_string (document, "name", name);
      return usher_commit_insert (commit, document, error) &&
             usher_store_commit_sync (fixture->store, commit, error);
    }

  usher_document_set_integer (document, "n", usher_document_get_integer (document, "n") + 1);

  return usher_commit_replace (commit, document, error) &&
         usher_store_commit_sync (fixture->store, commit, error);
}

/* (nullable) (transfer full) */
static GPtrArray *
list_outbox (Fixture *fixture, GError **error)
{
  const UsherMark begin = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));

  return usher_store_list_outbox (fixture->store, &begin, 100, marks, error);
}

static gboolean
has_events (Fixture *fixture, guint n)
{
  g_autoptr (GPtrArray) events = list_outbox (fixture, NULL);

  return events != NULL && events->len == n;
}

static void
test_full (Fixture *fixture, gconstpointer data)
{
  g_autofree char *carrying = usher_id_new (fixture->clock);
  g_autofree char *empty = usher_id_new (fixture->clock);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other_error = NULL;

  g_test_summary ("What does not fit beside events that wait for the bus may be tried later.");

  g_assert_true (commit (fixture, carrying, "a", 10, NULL));
  g_assert_true (commit (fixture, empty, "b", 0, NULL));
  usher_test_mongodb_fail (fixture->server, "[\"findAndModify\"]", TOO_LARGE);
  commit (fixture, carrying, "a", 10, &error);
  commit (fixture, empty, "b", 10, &other_error);
  usher_test_mongodb_fail (fixture->server, "[]", 0);

  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_error (other_error, USHER_ERROR, USHER_ERROR_TOO_LARGE);
}

static void
test_forbidden (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = usher_id_new (fixture->clock);
  g_autofree char *second = usher_id_new (fixture->clock);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other_error = NULL;

  g_test_summary (
      "A role that is taken away is an answer: nothing was written, and it may be tried later.");

  g_assert_true (commit (fixture, first, "a", 10, NULL));
  usher_test_mongodb_fail (fixture->server,
                           "[\"findAndModify\",\"insert\",\"update\"]",
                           UNAUTHORIZED);
  commit (fixture, first, "a", 10, &error);
  commit (fixture, second, "b", 10, &other_error);
  usher_test_mongodb_fail (fixture->server, "[]", 0);

  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_null (strstr (error->message, "may have been written"));
  g_assert_error (other_error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_null (strstr (other_error->message, "may have been written"));
  g_assert_true (commit (fixture, first, "a", 10, NULL));
  g_assert_true (commit (fixture, second, "b", 10, NULL));
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_id_new (fixture->clock);
  g_autofree char *other = usher_id_new (fixture->clock);

  g_test_summary ("An event that somebody damaged is told once, and others are sent.");

  g_assert_true (commit (fixture, id, "a", 10, NULL));
  g_assert_true (commit (fixture, id, "a", 10, NULL));
  g_assert_true (commit (fixture, other, "b", 10, NULL));
  run (fixture,
       "{\"update\":\"items\",\"updates\":[{\"q\":{\"name\":\"a\"},\"u\":"
       "{\"$set\":{\"_outbox.0.payload\":7}}}]}");
  g_test_expect_message ("usher-store",
                         G_LOG_LEVEL_MESSAGE,
                         "*not sent: 1, such as “*” in “items”");
  g_test_expect_message ("usher-test", G_LOG_LEVEL_MESSAGE, "that is all");
  for (guint i = 0; i < 3; i++)
    g_assert_true (has_events (fixture, 2));
  g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "that is all");
  g_test_assert_expected_messages ();

  run (fixture,
       "{\"update\":\"items\",\"updates\":[{\"q\":{\"name\":\"a\"},\"u\":"
       "{\"$set\":{\"_outbox.0.payload\":\"{}\"}}}]}");
  close_store (fixture);
  open_store (fixture);
  g_assert_true (has_events (fixture, 3));
}

static void
test_damaged_first (Fixture *fixture, gconstpointer data)
{
  static const char *const damages[] = {
    "{\"$unset\":{\"_outbox.0\":1}}",
    "{\"$set\":{\"_outbox.0.id\":7}}",
    "{\"$unset\":{\"_outbox.0.id\":1}}",
  };
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  g_test_summary ("Behind a first event that somebody damaged others are sent.");

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      char *id = usher_id_new (fixture->clock);
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *update = g_strdup_printf (
          "{\"update\":\"items\",\"updates\":[{\"q\":{\"name\":\"%s\"},\"u\":%s}]}",
          name,
          damages[i]);

      g_ptr_array_add (ids, id);
      g_assert_true (commit (fixture, id, name, 10, NULL));
      g_assert_true (commit (fixture, id, name, 10, NULL));
      run (fixture, update);
    }
  close_store (fixture);
  open_store (fixture);
  g_assert_true (has_events (fixture, G_N_ELEMENTS (damages)));
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    g_assert_true (commit (fixture, g_ptr_array_index (ids, i), NULL, 10, NULL));
  g_assert_true (has_events (fixture, 2 * G_N_ELEMENTS (damages)));
}

/* a name goes once */
static void
assert_unique (Fixture *fixture, const char *name)
{
  g_autofree char *first = usher_id_new (fixture->clock);
  g_autofree char *second = usher_id_new (fixture->clock);
  g_autoptr (GError) error = NULL;

  commit (fixture, first, name, 0, &error);
  g_assert_no_error (error);
  g_assert_false (commit (fixture, second, name, 0, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
}

static void
test_indexes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_id_new (fixture->clock);
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Indexes that somebody drops meanwhile are made again.");

  g_assert_true (commit (fixture, id, "a", 10, NULL));
  run (fixture, "{\"dropIndexes\":\"items\",\"index\":\"*\"}");
  events = list_outbox (fixture, &error);
  g_assert_null (events);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  usher_test_until (has_events (fixture, 1) && has_indexes (fixture));
  assert_unique (fixture, "b");
}

static void
test_database (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_id_new (fixture->clock);
  g_autofree char *other = usher_id_new (fixture->clock);

  g_test_summary ("A database that somebody drops meanwhile is used as an empty one.");

  g_assert_true (commit (fixture, id, "a", 10, NULL));
  run (fixture, "{\"dropDatabase\":1}");
  g_assert_true (commit (fixture, other, "a", 10, NULL));
  usher_test_until (has_events (fixture, 1) && has_indexes (fixture));
  assert_unique (fixture, "b");
}

typedef struct
{
  int n_written; /* (atomic) */
  int n_late;    /* (atomic) */
} Race;

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Race *race = user_data;

  if (error != NULL)
    g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
  g_atomic_int_inc (error != NULL ? &race->n_late : &race->n_written);
}

/* (transfer full): what an event makes of the document, as it is now */
static UsherCommit *
make_change (Fixture *fixture, const char *id)
{
  g_autofree char *event_id = usher_uuid_new (fixture->clock);
  g_autoptr (UsherDocument) document = NULL;
  UsherCommit *commit = usher_commit_new (usher_clock_get_time (fixture->clock));
  g_autoptr (GError) error = NULL;

  usher_store_lookup (fixture->store, "items", id, &document, &error);
  g_assert_no_error (error);
  usher_commit_set_inbox (commit, event_id, "racers");
  usher_document_set_integer (document, "n", 1);
  usher_commit_replace (commit, document, &error);
  g_assert_no_error (error);

  return commit;
}

static gint64
count_commands (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) figures = usher_store_describe (fixture->store, &error);
  gint64 n = 0;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (figures, "commands", "x", &n));

  return n;
}

static void
test_race (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_id_new (fixture->clock);
  g_autoptr (GPtrArray) commits =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_commit_unref);
  GPid server = usher_test_mongodb_get_pid (fixture->server);
  Race race = { 0 };
  gint64 n_commands = 0;

  g_test_summary ("Of many who change one document at once one may, and the server is not asked "
                  "for each of the others.");

  g_assert_true (commit (fixture, id, "a", 0, NULL));
  for (guint i = 0; i < N_RACERS; i++)
    g_ptr_array_add (commits, make_change (fixture, id));

  n_commands = count_commands (fixture);
  /* so all are there before the first is written */
  g_assert_cmpint (kill (server, SIGSTOP), ==, 0);
  for (guint i = 0; i < N_RACERS; i++)
    usher_store_commit (fixture->store, g_ptr_array_index (commits, i), on_committed, &race);
  g_assert_cmpint (kill (server, SIGCONT), ==, 0);
  usher_test_until (g_atomic_int_get (&race.n_written) + g_atomic_int_get (&race.n_late) ==
                    N_RACERS);

  g_assert_cmpint (race.n_written, ==, 1);
  g_assert_cmpint (count_commands (fixture) - n_commands, <, N_RACERS);
}

static void
skip (gconstpointer lack)
{
  g_test_summary ("There is a server of the kind.");

  g_test_skip (lack);
}

/* “set” after the options: on a replica set */
int
main (int argc, char **argv)
{
  UsherTestMongodbFlags flags = USHER_TEST_MONGODB_STANDALONE;
  g_autoptr (UsherTestMongodb) server = NULL;
  const char *lack = NULL;

  g_test_init (&argc, &argv, NULL);

  if (argc > 1 && g_str_equal (argv[argc - 1], "set"))
    flags = USHER_TEST_MONGODB_REPLICA_SET;
  lack = usher_test_mongodb_get_lack (flags, TRUE);
  if (lack != NULL)
    {
      g_test_add_data_func ("/mongo-trouble/server", lack, skip);
      return g_test_run ();
    }

  server = usher_test_mongodb_new (flags);
  g_test_add ("/mongo-trouble/full", Fixture, server, set_up, test_full, tear_down);
  g_test_add ("/mongo-trouble/forbidden", Fixture, server, set_up, test_forbidden, tear_down);
  g_test_add ("/mongo-trouble/damaged", Fixture, server, set_up, test_damaged, tear_down);
  g_test_add (
      "/mongo-trouble/damaged/first", Fixture, server, set_up, test_damaged_first, tear_down);
  g_test_add ("/mongo-trouble/indexes", Fixture, server, set_up, test_indexes, tear_down);
  g_test_add ("/mongo-trouble/database", Fixture, server, set_up, test_database, tear_down);
  g_test_add ("/mongo-trouble/race", Fixture, server, set_up, test_race, tear_down);

  return g_test_run ();
}
