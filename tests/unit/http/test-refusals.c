/* test-refusals.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-refusals-private.h"

#define N_THREADS 4
#define N_COUNTED 1000

static int n_said;

static GLogWriterOutput
count_messages (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 &&
        g_str_has_prefix (fields[i].value, "refused (rate) of “192.0.2.1”"))
      g_atomic_int_inc (&n_said);

  return G_LOG_WRITER_HANDLED;
}

static char *
dup_metrics (UsherRefusals *refusals)
{
  g_autoptr (UsherMetrics) metrics = usher_metrics_new ();

  usher_metrics_declare (metrics, "usher_http_refused_total", USHER_METRIC_COUNTER, "Refused.");
  usher_refusals_add_metrics (refusals, "front", metrics);

  return usher_metrics_dup_text (metrics);
}

static void
test_counted (void)
{
  g_autoptr (UsherRefusals) refusals = usher_refusals_new ();
  g_autofree char *text = NULL;

  g_test_summary ("Each reason is counted by itself, and told by name");

  usher_refusals_count (refusals, USHER_REFUSAL_MALFORMED, "192.0.2.9");
  usher_refusals_count (refusals, USHER_REFUSAL_MALFORMED, "192.0.2.9");
  usher_refusals_count (refusals, USHER_REFUSAL_HEAD_SIZE, "192.0.2.9");
  text = dup_metrics (refusals);
  g_assert_nonnull (
      strstr (text, "usher_http_refused_total{listener=\"front\",reason=\"malformed\"} 2\n"));
  g_assert_nonnull (
      strstr (text, "usher_http_refused_total{listener=\"front\",reason=\"head-size\"} 1\n"));
  g_assert_nonnull (
      strstr (text, "usher_http_refused_total{listener=\"front\",reason=\"rate\"} 0\n"));
}

static gpointer
run_thread (gpointer data)
{
  for (guint i = 0; i < N_COUNTED; i++)
    usher_refusals_count (data, USHER_REFUSAL_RATE, "192.0.2.1");

  return NULL;
}

static void
test_said (void)
{
  g_autoptr (UsherRefusals) refusals = usher_refusals_new ();
  GThread *threads[N_THREADS];
  gint64 began = g_get_monotonic_time () / G_USEC_PER_SEC;
  gint64 seconds = 0;
  int before = g_atomic_int_get (&n_said);
  g_autofree char *expected =
      g_strdup_printf ("{listener=\"front\",reason=\"rate\"} %d\n", N_THREADS * N_COUNTED);
  g_autofree char *text = NULL;

  g_test_summary ("However many there are, it is said once a second at most");

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("refuser", run_thread, refusals);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  seconds = g_get_monotonic_time () / G_USEC_PER_SEC - began + 1;
  g_assert_cmpint (g_atomic_int_get (&n_said) - before, >=, 1);
  g_assert_cmpint (g_atomic_int_get (&n_said) - before, <=, seconds);
  text = dup_metrics (refusals);
  g_assert_nonnull (strstr (text, expected));
}

static void
test_answers (void)
{
  static const struct
  {
    UsherRefusal refusal;
    guint status;
  } statuses[] = {
    { USHER_REFUSAL_MALFORMED, 400 },    { USHER_REFUSAL_HEAD_TIMEOUT, 408 },
    { USHER_REFUSAL_BODY_TIMEOUT, 408 }, { USHER_REFUSAL_BODY_SIZE, 413 },
    { USHER_REFUSAL_TARGET_SIZE, 414 },  { USHER_REFUSAL_EXPECTATION, 417 },
    { USHER_REFUSAL_HOST, 421 },         { USHER_REFUSAL_RATE, 429 },
    { USHER_REFUSAL_HEAD_SIZE, 431 },    { USHER_REFUSAL_FIELDS, 431 },
    { USHER_REFUSAL_METHOD, 501 },       { USHER_REFUSAL_CODING, 501 },
    { USHER_REFUSAL_CONNECTIONS, 503 },  { USHER_REFUSAL_VERSION, 505 },
    { USHER_REFUSAL_PROXY, 0 },          { USHER_REFUSAL_SLOW_READER, 0 },
    { USHER_REFUSAL_STUCK, 0 },          { USHER_REFUSAL_ORIGIN, 403 },
  };

  g_test_summary ("Each reason has its status and a message");

  g_assert_cmpuint (G_N_ELEMENTS (statuses), ==, USHER_N_REFUSALS - 1);
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_assert_cmpuint (usher_refusal_get_status (statuses[i].refusal), ==, statuses[i].status);
      g_assert_cmpstr (usher_refusal_get_message (statuses[i].refusal), !=, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_messages, NULL, NULL);

  g_test_add_func ("/refusals/counted", test_counted);
  g_test_add_func ("/refusals/said", test_said);
  g_test_add_func ("/refusals/answers", test_answers);

  return g_test_run ();
}
