/* test-hostile.c: what polite people notice while others attack, and what is left of it afterwards
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-attack.h"
#include "usher-test-base.h"
#include "usher-test-shop.h"
#include "usher-test-usage.h"

#define N_THREADS 4
/* seconds, unless USHER_TEST_HOSTILE_SECONDS says */
#define DURATION 2
/* milliseconds */
#define PACE      5
#define STOP      1000 /* where USHER_TEST_HOSTILE_P99 says that the machine does nothing else beside */
#define EVERY_ONE 100
/* what may be left after an attack */
#define MAX_CPU     0.01   /* of a core */
#define CPU_AT_REST 0.0015 /* of a core, each process beside the first */
#define MAX_GROWTH \
  1.5 /* of what this machine takes for it when there was no attack, where that is more */
#define MAX_DESCRIPTORS 8
#define MAX_MEMORY      16 /* MiB */
#define N_TICKETS       50

/* clang-format off */
#define GET     "GET /api/tickets HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST    "POST /api/users/signin HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
#define BODY    POST "Content-Length: 60000\r\n\r\n{\"email\":\""
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define HEAD    "GET /api/tickets HTTP/1.1\r\nHost: a\r\nX-Slow: "
#define X50     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const UsherTestScript extensions = {
  .start = CHUNKED "1;a", .again = ";name=value", .size = USHER_TEST_ENDLESS, .turn = 5,
  .n_connections = 50, .n_opened = 10, .reads = TRUE,
};
static const UsherTestScript many_extensions = {
  .start = CHUNKED, .again = "1;" X50 X50 X50 X50 "\r\na\r\n", .size = USHER_TEST_ENDLESS, .turn = 5,
  .n_connections = 50, .n_opened = 10, .reads = TRUE,
};
static const UsherTestScript long_line = {
  .start = CHUNKED, .again = "0", .size = 40000, .turn = 10,
  .n_connections = 400, .n_opened = 20, .patience = 50,
};
static const UsherTestScript long_extension = {
  .start = CHUNKED "1;", .again = "x", .size = 40000, .turn = 10,
  .n_connections = 400, .n_opened = 20, .patience = 50, .resets = TRUE,
};
static const UsherTestScript slow_head = {
  .start = HEAD, .again = "x", .size = USHER_TEST_ENDLESS, .pace = 1, .turn = 50,
  .n_connections = 400, .n_opened = 100, .reads = TRUE,
};
static const UsherTestScript slow_body = {
  .start = BODY, .again = "x", .size = 60000, .pace = 1, .turn = 20,
  .n_connections = 400, .n_opened = 50, .reads = TRUE, .patience = USHER_TEST_ENDLESS,
};
static const UsherTestScript slow_chunks = {
  .start = CHUNKED, .again = "1\r\nx\r\n", .size = USHER_TEST_ENDLESS, .pace = 6, .turn = 20,
  .n_connections = 400, .n_opened = 50, .reads = TRUE,
};
static const UsherTestScript never_reading = {
  .again = GET, .size = USHER_TEST_ENDLESS, .turn = 10, .n_connections = 100, .n_opened = 10,
};
static const UsherTestScript idle = {
  .start = GET, .size = sizeof GET - 1, .turn = 100,
  .n_connections = 1000, .n_opened = 100, .reads = TRUE, .patience = USHER_TEST_ENDLESS,
};
static const UsherTestScript silent = {
  .turn = 100, .n_connections = 1000, .n_opened = 100, .reads = TRUE, .patience = USHER_TEST_ENDLESS,
};
static const UsherTestScript cut_head = {
  .start = HEAD, .again = "x", .size = 1000, .turn = 5,
  .n_connections = 50, .n_opened = 5, .cuts = TRUE, .resets = TRUE,
};
static const UsherTestScript cut_body = {
  .start = BODY, .again = "x", .size = 60000, .turn = 5,
  .n_connections = 50, .n_opened = 5, .cuts = TRUE, .resets = TRUE,
};
static const UsherTestScript cut_chunks = {
  .start = CHUNKED, .again = "5\r\nhello\r\n", .size = 20000, .turn = 5,
  .n_connections = 50, .n_opened = 5, .cuts = TRUE, .resets = TRUE,
};
static const UsherTestScript cut_answer = {
  .again = GET, .size = 2000, .turn = 5,
  .n_connections = 50, .n_opened = 5, .cuts = TRUE, .patience = 1, .resets = TRUE,
};
static const UsherTestScript pipelined = {
  .again = GET, .size = USHER_TEST_ENDLESS, .turn = 5, .n_connections = 20, .n_opened = 5, .reads = TRUE,
};
static const UsherTestScript pipelined_posts = {
  .again = POST "Content-Length: 2\r\n\r\n{}", .size = USHER_TEST_ENDLESS, .turn = 5,
  .n_connections = 20, .n_opened = 5, .reads = TRUE,
};
static const UsherTestScript garbage = {
  .size = 4000, .turn = 5, .n_connections = 100, .n_opened = 5, .reads = TRUE, .patience = 100,
};
static const UsherTestScript large_head = {
  .start = HEAD, .again = "x", .size = 50000, .turn = 5,
  .n_connections = 50, .n_opened = 5, .reads = TRUE, .patience = 100,
};
static const UsherTestScript many_fields = {
  .start = "GET / HTTP/1.1\r\nHost: a\r\n", .again = "Cookie: a=" X50 "\r\n", .size = 50000, .turn = 5,
  .n_connections = 50, .n_opened = 5, .reads = TRUE, .patience = 100,
};
static const UsherTestScript connects = {
  .turn = 5, .n_connections = 10, .n_opened = 5,
};
static const UsherTestScript connects_resetting = {
  .turn = 5, .n_connections = 10, .n_opened = 5, .resets = TRUE,
};

static const struct
{
  const char *name;
  const UsherTestScript *scripts[N_THREADS + 1];
} attacks[] = {
  { "chunk-extensions", { &extensions, &many_extensions, NULL } },
  { "chunk-lines", { &long_line, &long_extension, NULL } },
  { "slow-heads", { &slow_head, NULL } },
  { "slow-bodies", { &slow_body, &slow_chunks, NULL } },
  { "never-reading", { &never_reading, NULL } },
  { "idle", { &idle, &silent, NULL } },
  { "resets", { &cut_head, &cut_body, &cut_chunks, &cut_answer, NULL } },
  { "pipelined", { &pipelined, &pipelined_posts, NULL } },
  { "garbage", { &garbage, NULL } },
  { "large-heads", { &large_head, &many_fields, NULL } },
  { "connects", { &connects, &connects_resetting, NULL } },
};
/* clang-format on */

typedef struct
{
  UsherTestProcess *process;
  UsherTestUsage before;
  double cpu_at_rest; /* before */

  /* who asks and asks */
  GThread *polite;
  GArray *times; /* (element-type gint64): microseconds */
  guint n_failures;
  GMutex mutex;
  GCond cond;
  gboolean ending; /* (mutex mutex) */
} Fixture;

static guint
read_number (const char *name, guint fallback)
{
  const char *value = g_getenv (name);

  return value != NULL ? (guint) g_ascii_strtoull (value, NULL, 10) : fallback;
}

/* sanitizers take their time and their memory */
static guint
get_slowness (void)
{
  return MAX (1, read_number ("USHER_TEST_SCALE", 1));
}

/* FALSE at the end of it; @end: monotonic */
static gboolean
wait_until (Fixture *fixture, gint64 end)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  while (!fixture->ending && g_cond_wait_until (&fixture->cond, &fixture->mutex, end))
    continue;

  return !fixture->ending;
}

static void
wait_for (Fixture *fixture, guint milliseconds)
{
  wait_until (fixture, g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND);
}

static gpointer
be_polite (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (UsherTestClient) client = usher_test_client_new (fixture->process);
  gint64 start = g_get_monotonic_time ();

  while (wait_until (fixture, start + PACE * G_TIME_SPAN_MILLISECOND))
    {
      gint64 time = 0;

      start = g_get_monotonic_time ();
      if (usher_test_client_send (client, "GET", "/api/users/currentuser", NULL) != 200)
        fixture->n_failures++;
      time = g_get_monotonic_time () - start;
      g_array_append_val (fixture->times, time);
    }

  return NULL;
}

static void
start_polite (Fixture *fixture)
{
  g_array_set_size (fixture->times, 0);
  fixture->n_failures = 0;
  fixture->ending = FALSE;
  fixture->polite = g_thread_new ("polite", be_polite, fixture);
}

static void
stop_polite (Fixture *fixture)
{
  g_mutex_lock (&fixture->mutex);
  fixture->ending = TRUE;
  g_cond_broadcast (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
  g_thread_join (g_steal_pointer (&fixture->polite));
  fixture->ending = FALSE;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

/* milliseconds */
static double
get_quantile (Fixture *fixture, guint percent)
{
  guint index = fixture->times->len * percent / 100;

  return (double) g_array_index (fixture->times, gint64, MIN (index, fixture->times->len - 1)) /
         1000;
}

/* of several faults GLib tells the last one only */
static void G_GNUC_PRINTF (1, 2) complain (const char *format, ...)
{
  g_autofree char *fault = NULL;
  va_list arguments;

  va_start (arguments, format);
  fault = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("fault: %s", fault);
  g_test_fail_printf ("%s", fault);
}

static void
check_polite (Fixture *fixture)
{
  double most = read_number ("USHER_TEST_HOSTILE_P99", 0);
  double p99 = 0;

  g_array_sort (fixture->times, compare_times);
  p99 = get_quantile (fixture, 99);
  g_test_message ("polite: %u answers, p50 %.1f ms, p99 %.1f ms, at most %.1f ms",
                  fixture->times->len,
                  get_quantile (fixture, 50),
                  p99,
                  get_quantile (fixture, 100));
  if (fixture->n_failures > 0)
    complain ("%u of %u polite requests were not answered 200",
              fixture->n_failures,
              fixture->times->len);
  if (most > 0 && p99 > most)
    complain ("p99 of the polite is %.1f ms, over %.0f ms", p99, most);
}

/* over a second; @now: (out) */
static double
measure_cpu (Fixture *fixture, UsherTestUsage *now)
{
  UsherTestUsage start = { 0 };
  gint64 begun = g_get_monotonic_time ();

  usher_test_usage_read (&start, fixture->process);
  wait_for (fixture, 1000);
  usher_test_usage_read (now, fixture->process);

  return (now->cpu - start.cpu) * G_TIME_SPAN_SECOND / (double) (g_get_monotonic_time () - begun);
}

static gboolean
has_recovered (Fixture *fixture, const UsherTestUsage *now, double cpu)
{
  gboolean exact = get_slowness () == 1;
  double most = (MAX_CPU + CPU_AT_REST * (now->n_processes - 1)) * get_slowness ();

  return cpu < MAX (most, MAX_GROWTH * fixture->cpu_at_rest) &&
         now->n_processes == fixture->before.n_processes &&
         now->n_descriptors <= fixture->before.n_descriptors + MAX_DESCRIPTORS &&
         (!exact || now->memory <= fixture->before.memory + MAX_MEMORY);
}

static void
check_recovery (Fixture *fixture)
{
  gint64 deadline = g_get_monotonic_time () + USHER_TEST_PATIENCE;
  UsherTestUsage now = { 0 };
  double cpu = 0;

  do
    cpu = measure_cpu (fixture, &now);
  while (!has_recovered (fixture, &now, cpu) && g_get_monotonic_time () < deadline);

  g_test_message ("after it: %.2f %% CPU (%.2f before), %u descriptors (%u before), %.1f MiB (%.1f "
                  "before)",
                  cpu * 100,
                  fixture->cpu_at_rest * 100,
                  now.n_descriptors,
                  fixture->before.n_descriptors,
                  now.memory,
                  fixture->before.memory);
  if (!has_recovered (fixture, &now, cpu))
    complain ("what stays after the attack: %.2f %% CPU, %d descriptors more, %.1f MiB more,"
              " %u processes for %u",
              cpu * 100,
              (int) now.n_descriptors - (int) fixture->before.n_descriptors,
              now.memory - fixture->before.memory,
              now.n_processes,
              fixture->before.n_processes);
}

/* who takes very long is killed when the test is torn down */
static void
check_stop (Fixture *fixture, const char *when)
{
  gint64 start = g_get_monotonic_time ();
  gint64 deadline = start + USHER_TEST_PATIENCE;
  gint64 time = 0;
  int status = 0;
  gint64 most = g_getenv ("USHER_TEST_HOSTILE_P99") != NULL ? STOP : G_MAXINT64;

  usher_test_process_signal_stop (fixture->process);
  while (usher_test_process_get_pid (fixture->process) != 0 && g_get_monotonic_time () < deadline)
    wait_for (fixture, PACE);
  time = (g_get_monotonic_time () - start) / G_TIME_SPAN_MILLISECOND;
  if (usher_test_process_get_pid (fixture->process) != 0)
    complain ("SIGTERM %s: it goes on", when);
  else
    status = usher_test_process_await_exit (fixture->process);

  g_test_message ("SIGTERM %s: %" G_GINT64_FORMAT " ms", when, time);
  if (status != 0)
    complain ("SIGTERM %s: exit status %d", when, status);
  if (time > most)
    complain ("SIGTERM %s: %" G_GINT64_FORMAT " ms", when, time);
}

/* what the lists of the attacks are long by; and everything that a host makes at its first request is there */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const char *const settings[] = { "http.head-timeout=1000",
                                          "http.body-timeout=1000",
                                          "http.idle-timeout=1000",
                                          "log.level=error",
                                          NULL };
  g_autoptr (UsherTestClient) seller = NULL;

  g_mutex_init (&fixture->mutex);
  g_cond_init (&fixture->cond);
  fixture->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  fixture->process = usher_test_process_new (settings);
  usher_test_process_start (fixture->process);
  seller = usher_test_sign_up (fixture->process, "seller@example.com");
  for (guint i = 0; i < N_TICKETS; i++)
    g_free (usher_test_create_ticket (seller, X50, "10"));
  for (guint i = 0; i < N_TICKETS; i++)
    usher_test_client_send (seller, "GET", "/api/tickets", NULL);
  usher_test_client_disconnect (seller);
  fixture->cpu_at_rest = measure_cpu (fixture, &fixture->before);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_process_free (fixture->process);
  g_array_unref (fixture->times);
  g_mutex_clear (&fixture->mutex);
  g_cond_clear (&fixture->cond);
}

static void
test_attack (Fixture *fixture, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  guint seconds = read_number ("USHER_TEST_HOSTILE_SECONDS", DURATION);
  UsherTestAttack *attack = NULL;
  g_autofree char *done = NULL;

  g_test_summary (
      "The polite are served meanwhile; nothing is left of it; SIGTERM is obeyed at once");

  start_polite (fixture);
  attack = usher_test_attack_new (fixture->process, attacks[index].scripts, N_THREADS);
  wait_for (fixture, seconds * 1000);
  stop_polite (fixture);
  done = usher_test_attack_free (attack);
  g_test_message ("%s: %s", attacks[index].name, done);
  check_polite (fixture);
  usher_test_process_assert_alive (fixture->process);
  check_recovery (fixture);

  attack = usher_test_attack_new (fixture->process, attacks[index].scripts, N_THREADS);
  wait_for (fixture, EVERY_ONE * 2);
  check_stop (fixture, "under attack");
  g_free (usher_test_attack_free (attack));
}

static void
test_all (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("SIGTERM is obeyed at once after attacks of all kinds");

  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      UsherTestAttack *attack =
          usher_test_attack_new (fixture->process, attacks[i].scripts, N_THREADS);

      wait_for (fixture, EVERY_ONE);
      g_free (usher_test_attack_free (attack));
    }
  usher_test_process_assert_alive (fixture->process);
  check_stop (fixture, "after all");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* an attack that the host does not bear keeps none of the others from being tried */
  g_test_set_nonfatal_assertions ();
  usher_test_allow_many_files ();

  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_autofree char *path = g_strconcat ("/hostile/", attacks[i].name, NULL);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_attack, tear_down);
    }
  g_test_add ("/hostile/all", Fixture, NULL, set_up, test_all, tear_down);

  return g_test_run ();
}
