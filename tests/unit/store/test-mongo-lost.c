/* test-mongo-lost.c: answers of a MongoDB server that are lost
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-id.h"
#include "usher-store.h"
#include "usher-test-mongodb.h"
#include "usher-test-proxy.h"

#define N_CHAINS 4
/* how many commits of a chain are confirmed between two blows, and how many blows there are */
#define BETWEEN 8
#define N_BLOWS 6
/* how many documents are made at once, and of how many one has a name that only one may have */
#define N_AT_ONCE 64
#define N_NAMES   8

static const UsherField fields[] = {
  { "n", USHER_FIELD_INTEGER },
  { "name", USHER_FIELD_STRING, USHER_FIELD_UNIQUE },
};

/* whose documents get the same changes in the end, whatever is lost */
typedef struct
{
  UsherTestMongodb *server; /* (unowned) */
  UsherTestProxy *proxy;
  UsherClock *clock;
  char *uri;
  UsherStore *store;

  GMutex mutex;
  GCond cond;
  guint n_confirmed; /* (mutex mutex) */
  guint n_told;      /* (mutex mutex): of what was made at once */
  gboolean is_over;  /* (mutex mutex) */
} Fixture;

/* of one document: each commit adds 1 to it, and publishes the sum */
typedef struct
{
  Fixture *fixture;
  char *id;
  GThread *thread;
  gint64 n_confirmed;
  gint64 n_unknown;
} Chain;

static UsherStore *
open_store (const char *uri, UsherClock *clock)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  UsherStore *store = usher_store_open (uri, clock, NULL, &error);

  g_assert_no_error (error);
  usher_store_add_collection (store, schema, &error);
  g_assert_no_error (error);

  return store;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = NULL;

  fixture->server = (UsherTestMongodb *) data;
  fixture->proxy = usher_test_proxy_new (usher_test_mongodb_get_port (fixture->server));
  fixture->clock = usher_real_clock_new ();
  name = usher_test_mongodb_make_name (fixture->server);
  fixture->uri = usher_test_mongodb_make_uri_by (fixture->server,
                                                 usher_test_proxy_get_port (fixture->proxy),
                                                 name,
                                                 NULL);
  fixture->store = open_store (fixture->uri, fixture->clock);
  g_mutex_init (&fixture->mutex);
  g_cond_init (&fixture->cond);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_store_close (fixture->store, &error));
  g_assert_finalize_object (fixture->store);
  usher_test_proxy_free (fixture->proxy);
  g_object_unref (fixture->clock);
  g_free (fixture->uri);
  g_cond_clear (&fixture->cond);
  g_mutex_clear (&fixture->mutex);
}

static gboolean
is_over (Fixture *fixture)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  return fixture->is_over;
}

static void
confirm (Fixture *fixture)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  fixture->n_confirmed++;
  g_cond_signal (&fixture->cond);
}

static void
await_confirmed (Fixture *fixture, guint n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);
  guint until = fixture->n_confirmed + n;

  while (fixture->n_confirmed < until)
    g_cond_wait (&fixture->cond, &fixture->mutex);
}

/* (nullable): NULL while the server cannot be read, or before the first commit */
static UsherDocument *
look_up (Chain *chain)
{
  UsherDocument *document = NULL;

  while (!usher_store_lookup (chain->fixture->store, "items", chain->id, &document, NULL))
    g_thread_yield ();

  return document;
}

static void
step (Chain *chain)
{
  Fixture *fixture = chain->fixture;
  g_autoptr (UsherCommit) commit = usher_commit_new (usher_clock_get_time (fixture->clock));
  g_autoptr (UsherDocument) document = look_up (chain);
  g_autofree char *event_id = usher_uuid_new (fixture->clock);
  g_autofree char *payload = NULL;
  g_autoptr (UsherEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n = usher_document_get_integer (document, "n") + 1;

  usher_document_set_integer (document, "n", n);
  payload = g_strdup_printf ("{\"n\":%" G_GINT64_FORMAT "}", n);
  event = usher_event_new (event_id, chain->id, usher_clock_get_time (fixture->clock), payload, -1);
  usher_commit_publish (commit, event);
  usher_commit_replace (commit, document, &error);
  g_assert_no_error (error);

  if (usher_store_commit_sync (fixture->store, commit, &error))
    {
      chain->n_confirmed++;
      confirm (fixture);
      return;
    }

  /* nobody else changes it */
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  chain->n_unknown += strstr (error->message, "may have been") != NULL;
}

static gpointer
run (gpointer data)
{
  Chain *chain = data;

  while (!is_over (chain->fixture))
    step (chain);

  return NULL;
}

static void
begin (Chain *chain, Fixture *fixture)
{
  g_autoptr (UsherCommit) commit = usher_commit_new (usher_clock_get_time (fixture->clock));
  UsherSchema *schema = usher_store_get_schema (fixture->store, "items");
  g_autoptr (UsherDocument) document = usher_document_new (schema);
  g_autoptr (GError) error = NULL;

  *chain = (Chain){ .fixture = fixture, .id = usher_id_new (fixture->clock) };
  usher_document_set_id (document, chain->id);
  usher_document_set_integer (document, "n", 0);
  usher_commit_insert (commit, document, &error);
  g_assert_no_error (error);
  usher_store_commit_sync (fixture->store, commit, &error);
  g_assert_no_error (error);
  chain->thread = g_thread_new ("chain", run, chain);
}

/* each sum was published once, and in its order */
static void
check_events (Fixture *fixture, const Chain *chain, GPtrArray *events, gint64 last)
{
  gint64 n = 0;

  for (guint i = 0; i < events->len; i++)
    {
      UsherEvent *event = g_ptr_array_index (events, i);
      g_autofree char *expected = NULL;

      if (!g_str_equal (usher_event_get_channel (event), chain->id))
        continue;
      n++;
      expected = g_strdup_printf ("{\"n\":%" G_GINT64_FORMAT "}", n);
      g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, expected);
    }

  g_assert_cmpint (n, ==, last);
}

static void
finish (Chain *chain, GPtrArray *events)
{
  g_autoptr (UsherDocument) document = NULL;
  gint64 n = 0;

  document = look_up (chain);
  n = usher_document_get_integer (document, "n");
  g_test_message ("%" G_GINT64_FORMAT " confirmed, %" G_GINT64_FORMAT " lost, %" G_GINT64_FORMAT
                  " there",
                  chain->n_confirmed,
                  chain->n_unknown,
                  n);
  g_assert_cmpint (n, ==, usher_document_get_version (document));
  g_assert_cmpint (n, >=, chain->n_confirmed);
  g_assert_cmpint (n, <=, chain->n_confirmed + chain->n_unknown);
  check_events (chain->fixture, chain, events, n);
  g_free (chain->id);
}

/* Lets chains of commits run while @blow falls again and again. */
static void
run_chains (Fixture *fixture, void (*blow) (Fixture *fixture))
{
  const UsherMark first = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;
  Chain chains[N_CHAINS];

  for (guint i = 0; i < N_CHAINS; i++)
    begin (&chains[i], fixture);
  for (guint i = 0; i < N_BLOWS; i++)
    {
      await_confirmed (fixture, BETWEEN);
      blow (fixture);
    }
  await_confirmed (fixture, BETWEEN);

  g_mutex_lock (&fixture->mutex);
  fixture->is_over = TRUE;
  g_mutex_unlock (&fixture->mutex);
  for (guint i = 0; i < N_CHAINS; i++)
    g_thread_join (chains[i].thread);

  events = usher_store_list_outbox (fixture->store, &first, 100000, marks, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_CHAINS; i++)
    finish (&chains[i], events);
}

/* one of many documents that are made at once */
typedef struct
{
  Fixture *fixture;
  char *id;
  GError *error; /* (nullable) */
} Birth;

static void
on_born (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Birth *birth = user_data;
  Fixture *fixture = birth->fixture;

  birth->error = error != NULL ? g_error_copy (error) : NULL;
  g_mutex_lock (&fixture->mutex);
  fixture->n_told++;
  g_cond_signal (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
}

static void
bear (Fixture *fixture, Birth *birth, gboolean is_named)
{
  gint64 now = usher_clock_get_time (fixture->clock);
  g_autoptr (UsherCommit) commit = usher_commit_new (now);
  g_autoptr (UsherDocument) document =
      usher_document_new (usher_store_get_schema (fixture->store, "items"));
  g_autofree char *event_id = usher_uuid_new (fixture->clock);
  g_autoptr (UsherEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  *birth = (Birth){ .fixture = fixture, .id = usher_id_new (fixture->clock) };
  usher_document_set_id (document, birth->id);
  if (is_named)
    usher_document_set_string (document, "name", "the only one");
  event = usher_event_new (event_id, birth->id, now, "{}", -1);
  usher_commit_publish (commit, event);
  usher_commit_insert (commit, document, &error);
  g_assert_no_error (error);
  usher_store_commit (fixture->store, commit, on_born, birth);
}

static void
await_told (Fixture *fixture, guint n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  while (fixture->n_told < n)
    g_cond_wait (&fixture->cond, &fixture->mutex);
}

static guint
count_events (GPtrArray *events, const char *channel)
{
  guint n = 0;

  for (guint i = 0; i < events->len; i++)
    n += g_str_equal (usher_event_get_channel (g_ptr_array_index (events, i)), channel);

  return n;
}

/* What was confirmed is there, what was refused is not, and of what may be there the event is or is not with it. */
static void
check_birth (Fixture *fixture, Birth *birth, GPtrArray *events)
{
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_unknown = birth->error != NULL && strstr (birth->error->message, "may have been");

  usher_store_lookup (fixture->store, "items", birth->id, &document, &error);
  g_assert_no_error (error);
  if (birth->error != NULL && document != NULL)
    g_test_message ("%s", birth->error->message);
  if (!is_unknown)
    g_assert_cmpint (document != NULL, ==, birth->error == NULL);
  g_assert_cmpuint (count_events (events, birth->id), ==, document != NULL ? 1 : 0);

  g_clear_error (&birth->error);
  g_free (birth->id);
}

static void
await_server (Fixture *fixture)
{
  Chain nobody = { .fixture = fixture, .id = (char *) "65920080aaaaaaaaaa000000" };

  g_assert_null (look_up (&nobody));
}

static guint
count_confirmed (const Birth *births, guint n, gboolean is_named)
{
  guint n_confirmed = 0;

  for (guint i = 0; i < n; i++)
    n_confirmed += births[i].error == NULL && (i % N_NAMES == 0) == is_named;

  return n_confirmed;
}

/* Has many documents made at once while @blow falls. */
static void
run_births (Fixture *fixture, void (*blow) (Fixture *fixture))
{
  const UsherMark first = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;
  Birth births[N_BLOWS * N_AT_ONCE];

  for (guint i = 0; i < G_N_ELEMENTS (births); i++)
    {
      if (i % N_AT_ONCE == 0)
        await_server (fixture);
      bear (fixture, &births[i], i % N_NAMES == 0);
      if (i % N_AT_ONCE == N_AT_ONCE - 1)
        {
          await_told (fixture, i + 1 - N_AT_ONCE + BETWEEN);
          blow (fixture);
        }
    }
  await_told (fixture, G_N_ELEMENTS (births));
  await_server (fixture);

  events = usher_store_list_outbox (fixture->store, &first, 100000, marks, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_confirmed (births, G_N_ELEMENTS (births), FALSE), >=, BETWEEN);
  g_assert_cmpuint (count_confirmed (births, G_N_ELEMENTS (births), TRUE), <=, 1);
  for (guint i = 0; i < G_N_ELEMENTS (births); i++)
    check_birth (fixture, &births[i], events);
}

static void
cut (Fixture *fixture)
{
  usher_test_proxy_cut (fixture->proxy);
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A commit whose answer is lost is done once, with its events, and confirmed.");

  run_chains (fixture, cut);
}

static void
kill_server (Fixture *fixture)
{
  usher_test_mongodb_kill (fixture->server);
  usher_test_mongodb_start (fixture->server);
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Of a server that is killed nothing is lost that was confirmed, nor done twice.");

  run_chains (fixture, kill_server);
}

static void
test_births_cut (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Of many new documents whose answers are lost each is there once, and told as it is.");

  run_births (fixture, cut);
}

static void
test_births_killed (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Of many new documents none is lost that was confirmed before a server's end.");

  run_births (fixture, kill_server);
}

static gint64
get_n_commands (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) figures = usher_store_describe (fixture->store, &error);
  gint64 n = 0;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (figures, "commands", "x", &n));

  return n;
}

/* whose store tells nobody else meanwhile, so that commits gather */
typedef struct
{
  Fixture *fixture;
  Birth births[N_AT_ONCE];
} Crowd;

static void
on_first (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Crowd *crowd = user_data;

  g_assert_no_error (error);
  for (guint i = 0; i < N_AT_ONCE; i++)
    bear (crowd->fixture, &crowd->births[i], FALSE);
}

static void
test_together (Fixture *fixture, gconstpointer data)
{
  g_autofree Crowd *crowd = g_new0 (Crowd, 1);
  g_autoptr (UsherCommit) commit = usher_commit_new (usher_clock_get_time (fixture->clock));
  g_autoptr (UsherEvent) event =
      usher_event_new ("018f0000-0000-7000-8000-000000000001", "begun", 0, "{}", -1);
  gint64 before = 0;

  g_test_summary ("New documents that come while others are written go by few commands.");

  crowd->fixture = fixture;
  before = get_n_commands (fixture);
  usher_commit_publish (commit, event);
  usher_store_commit (fixture->store, commit, on_first, crowd);
  await_told (fixture, N_AT_ONCE);

  g_assert_cmpint (get_n_commands (fixture) - before, <, N_AT_ONCE);
  for (guint i = 0; i < N_AT_ONCE; i++)
    {
      g_assert_no_error (crowd->births[i].error);
      g_free (crowd->births[i].id);
    }
}

static void
test_no_server (gconstpointer lack)
{
  g_test_summary ("Answers are lost on the kind of server that there is.");

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
      g_test_add_data_func ("/mongo/lost/server", lack, test_no_server);
      return g_test_run ();
    }

  server = usher_test_mongodb_new (flags);
  g_test_add ("/mongo/lost/cut", Fixture, server, set_up, test_cut, tear_down);
  g_test_add ("/mongo/lost/killed", Fixture, server, set_up, test_killed, tear_down);
  g_test_add ("/mongo/lost/births/cut", Fixture, server, set_up, test_births_cut, tear_down);
  g_test_add ("/mongo/lost/births/killed", Fixture, server, set_up, test_births_killed, tear_down);
  g_test_add ("/mongo/lost/births/together", Fixture, server, set_up, test_together, tear_down);

  return g_test_run ();
}
