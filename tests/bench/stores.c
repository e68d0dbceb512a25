/* stores.c: what commits and look-ups cost on both stores, beside the same work by libmongoc alone
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <locale.h>
#include <mongoc/mongoc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "usher-store.h"
#include "usher-test-mongodb.h"
#include "usher-test-wait.h"
#include "usher-unit.h"

#define ROUNDS  5
#define N_WAYS  3
#define LOOKUPS 2000
#define UNITS   2000
/* as many as write at the same time in the store */
#define WRITERS 8
/* the host's own CPU is at most so many times that of the calls and of the other store together */
#define AIM 1.3

/* microseconds of CPU each, and how many a second */
typedef struct
{
  double host;
  double server;
  double rate;
} Figures;

/* what is measured: @n pieces of work, of which @at_once are under way */
typedef struct _Bench Bench;
typedef void (*Work) (Bench *bench, guint at_once, guint n);

struct _Bench
{
  UsherClock *clock;
  UsherStore *store;          /* (nullable) */
  mongoc_client_pool_t *pool; /* (nullable) */
  const char *database;
  GPid server; /* 0: none */
  char id[25]; /* of a document that is there */
  int n_left;  /* (atomic) */
  GMutex mutex;
  GCond cond;
  guint n_open;   /* (mutex mutex) */
  guint n_enough; /* (mutex mutex): so many that there may be more again */
};

/* one of what is compared */
typedef struct
{
  const char *name;
  Bench *bench; /* (unowned) */
  Work work;
  guint n;
} Way;

static double
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* of another process, 0 when there is none */
static double
get_cpu_of (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *text = NULL;
  unsigned long user = 0;
  unsigned long kernel = 0;
  const char *rest = NULL;

  if (pid == 0 || !g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  rest = strrchr (text, ')');
  g_assert_cmpint (
      /* NOLINTNEXTLINE (cert-err34-c): the kernel's numbers fit */
      sscanf (rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel),
      ==,
      2);

  return (double) (user + kernel) * 1e6 / (double) sysconf (_SC_CLK_TCK);
}

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Bench *bench = user_data;

  g_assert_no_error (error);
  g_mutex_lock (&bench->mutex);
  /* who makes work is woken for half of it at once: what waking takes is no part of a commit */
  if (--bench->n_open == bench->n_enough)
    g_cond_signal (&bench->cond);
  g_mutex_unlock (&bench->mutex);
}

static void
wait_below (Bench *bench, guint limit, gboolean adds)
{
  g_mutex_lock (&bench->mutex);
  bench->n_enough = limit / 2;
  if (bench->n_open >= limit)
    while (bench->n_open > bench->n_enough)
      g_cond_wait (&bench->cond, &bench->mutex);
  if (adds)
    bench->n_open++;
  g_mutex_unlock (&bench->mutex);
}

/* One document with one event, as a POST makes it. */
static UsherUnit *
make_unit (Bench *bench)
{
  UsherUnit *unit = usher_unit_new (bench->store, bench->clock);
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "seats", NULL);

  usher_document_set_string (document, "title", "A seat in the first row of the circle");
  usher_document_set_integer (document, "price", 1999);
  usher_unit_insert (unit, document, NULL);
  usher_unit_publish_document (unit, "seat:created", document);
  g_strlcpy (bench->id, usher_document_get_id (document), sizeof bench->id);

  return unit;
}

static void
commit_by_store (Bench *bench, guint at_once, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherUnit) unit = NULL;

      wait_below (bench, at_once, TRUE);
      unit = make_unit (bench);
      usher_store_commit (bench->store, usher_unit_get_commit (unit), on_committed, bench);
    }
  wait_below (bench, 1, FALSE);
}

/* the same document with the same event inside */
static void
insert (mongoc_collection_t *collection)
{
  bson_t row = BSON_INITIALIZER;
  bson_error_t error;
  bson_oid_t id;
  bson_t outbox;
  bson_t event;

  bson_oid_init (&id, NULL);
  BSON_APPEND_OID (&row, "_id", &id);
  BSON_APPEND_UTF8 (&row, "title", "A seat in the first row of the circle");
  BSON_APPEND_INT64 (&row, "price", 1999);
  BSON_APPEND_INT64 (&row, "version", 0);
  BSON_APPEND_ARRAY_BEGIN (&row, "_outbox", &outbox);
  BSON_APPEND_DOCUMENT_BEGIN (&outbox, "0", &event);
  BSON_APPEND_UTF8 (&event, "id", "0198c0de-0000-7000-8000-000000000004");
  BSON_APPEND_UTF8 (&event, "channel", "seat:created");
  BSON_APPEND_DATE_TIME (&event, "time", 1767225600000);
  BSON_APPEND_UTF8 (
      &event,
      "payload",
      "{\"id\":\"65920080aaaaaaaaaa000007\",\"title\":\"A seat in the first row of the "
      "circle\",\"price\":19.99,\"version\":0}");
  bson_append_document_end (&outbox, &event);
  bson_append_array_end (&row, &outbox);
  if (!mongoc_collection_insert_one (collection, &row, NULL, NULL, &error))
    g_error ("%s", error.message);
  bson_destroy (&row);
}

static gpointer
insert_on (gpointer data)
{
  Bench *bench = data;
  mongoc_client_t *client = mongoc_client_pool_pop (bench->pool);
  mongoc_collection_t *collection = mongoc_client_get_collection (client, bench->database, "bare");

  while (g_atomic_int_add (&bench->n_left, -1) > 0)
    insert (collection);
  mongoc_collection_destroy (collection);
  mongoc_client_pool_push (bench->pool, client);

  return NULL;
}

static void
commit_bare (Bench *bench, guint at_once, guint n)
{
  guint n_threads = MIN (at_once, WRITERS);
  GThread *threads[WRITERS];

  g_atomic_int_set (&bench->n_left, (int) n);
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("bare", insert_on, bench);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
}

static void
look_up_by_store (Bench *bench, guint at_once, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherDocument) document = NULL;
      g_autoptr (GError) error = NULL;

      usher_store_lookup (bench->store, "seats", bench->id, &document, &error);
      g_assert_no_error (error);
      g_assert_nonnull (document);
      /* as after each batch of requests */
      usher_store_end_reads (bench->store);
    }
}

static void
look_up_bare (Bench *bench, guint at_once, guint n)
{
  mongoc_client_t *client = mongoc_client_pool_pop (bench->pool);
  mongoc_collection_t *collection = mongoc_client_get_collection (client, bench->database, "seats");
  bson_oid_t id;

  bson_oid_init_from_string (&id, bench->id);
  for (guint i = 0; i < n; i++)
    {
      bson_t *filter = BCON_NEW ("_id", BCON_OID (&id));
      mongoc_cursor_t *cursor = mongoc_collection_find_with_opts (collection, filter, NULL, NULL);
      const bson_t *row = NULL;

      g_assert_true (mongoc_cursor_next (cursor, &row));
      g_assert_false (mongoc_cursor_next (cursor, &row));
      mongoc_cursor_destroy (cursor);
      bson_destroy (filter);
    }
  mongoc_collection_destroy (collection);
  mongoc_client_pool_push (bench->pool, client);
}

static void
run_round (const Way *way, guint at_once, Figures *figures)
{
  Bench *bench = way->bench;
  gint64 start = g_get_monotonic_time ();
  double host = get_cpu ();
  double server = get_cpu_of (bench->server);

  way->work (bench, at_once, way->n);
  figures->rate = way->n * 1e6 / (double) (g_get_monotonic_time () - start);
  figures->host = (get_cpu () - host) / way->n;
  figures->server = (get_cpu_of (bench->server) - server) / way->n;
}

static int
compare_hosts (const void *a, const void *b)
{
  const Figures *first = a;
  const Figures *second = b;

  return (first->host > second->host) - (first->host < second->host);
}

/* The ways take turns; of each the round counts whose host's CPU is the median. */
static void
measure (const Way *ways, guint at_once, Figures *middle)
{
  Figures rounds[N_WAYS][ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    for (guint way = 0; way < N_WAYS; way++)
      run_round (&ways[way], at_once, &rounds[way][i]);

  for (guint way = 0; way < N_WAYS; way++)
    {
      qsort (rounds[way], ROUNDS, sizeof (Figures), compare_hosts);
      middle[way] = rounds[way][ROUNDS / 2];
      g_print ("%-28s%10u%12.0f%12.1f%12.1f\n",
               ways[way].name,
               at_once,
               middle[way].rate,
               middle[way].host,
               middle[way].server);
    }
}

static UsherStore *
open_store (const char *uri, UsherClock *clock)
{
  static const UsherField fields[] = {
    { "title", USHER_FIELD_STRING },
    { "price", USHER_FIELD_MONEY },
    { "orderId", USHER_FIELD_ID, USHER_FIELD_INDEXED },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("seats", fields, G_N_ELEMENTS (fields), &error);
  UsherStore *store = usher_store_open (uri, clock, NULL, &error);

  g_assert_no_error (error);
  usher_store_add_collection (store, schema, &error);
  g_assert_no_error (error);

  return store;
}

static void
print_bound (const char *what, const Figures *own, const Figures *bare, const Figures *sqlite)
{
  double most = AIM * (bare->host + sqlite->host);

  g_print ("  %s: the host takes %.1f µs, at most %.1f × (%.1f + %.1f) = %.1f µs: %s\n",
           what,
           own->host,
           AIM,
           bare->host,
           sqlite->host,
           most,
           own->host <= most ? "held" : "MISSED");
}

static void
measure_commits (Bench *sqlite, Bench *mongodb, guint at_once)
{
  const Way ways[N_WAYS] = {
    { "commits, sqlite", sqlite, commit_by_store, 2 * UNITS },
    { "inserts, bare libmongoc", mongodb, commit_bare, UNITS },
    { "commits, mongodb", mongodb, commit_by_store, UNITS },
  };
  Figures figures[N_WAYS];

  measure (ways, at_once, figures);
  print_bound ("a commit", &figures[2], &figures[1], &figures[0]);
}

static void
measure_lookups (Bench *sqlite, Bench *mongodb)
{
  const Way ways[N_WAYS] = {
    { "look-ups, sqlite", sqlite, look_up_by_store, 10 * LOOKUPS },
    { "finds, bare libmongoc", mongodb, look_up_bare, LOOKUPS },
    { "look-ups, mongodb", mongodb, look_up_by_store, LOOKUPS },
  };
  Figures figures[N_WAYS];

  measure (ways, 1, figures);
  print_bound ("a look-up", &figures[2], &figures[1], &figures[0]);
}

static void
measure_all (UsherTestMongodb *server, const char *folder)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *path = g_strdup_printf ("sqlite:%s/seats.db", folder);
  g_autofree char *name = usher_test_mongodb_make_name (server);
  g_autofree char *uri = usher_test_mongodb_make_uri (server, name);
  g_autofree char *durable =
      g_strconcat (uri, "&w=majority&journal=true&readConcernLevel=majority", NULL);
  mongoc_uri_t *address = mongoc_uri_new (durable);
  Bench sqlite = { .clock = clock, .store = open_store (path, clock) };
  Bench mongodb = {
    .clock = clock,
    .store = open_store (uri, clock),
    .pool = mongoc_client_pool_new (address),
    .database = name,
    .server = usher_test_mongodb_get_pid (server),
  };

  g_print ("%-28s%10s%12s%12s%12s\n", "", "under way", "a second", "host CPU µs", "server's");
  measure_commits (&sqlite, &mongodb, 1);
  measure_commits (&sqlite, &mongodb, 64);
  measure_commits (&sqlite, &mongodb, 256);
  measure_lookups (&sqlite, &mongodb);

  usher_store_close (sqlite.store, NULL);
  usher_store_close (mongodb.store, NULL);
  g_object_unref (sqlite.store);
  g_object_unref (mongodb.store);
  mongoc_client_pool_destroy (mongodb.pool);
  mongoc_uri_destroy (address);
}

int
main (void)
{
  g_autoptr (UsherTestMongodb) server = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("usher-bench-XXXXXX", &error);

  setlocale (LC_ALL, "");
  g_assert_no_error (error);
  mongoc_init ();
  server = usher_test_mongodb_new (USHER_TEST_MONGODB_STANDALONE);
  measure_all (server, folder);
  usher_test_remove_tree (folder);

  return 0;
}
