/* test-metrics.c: numbers as Prometheus reads them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "usher-metrics.h"
#include "usher-test-metrics.h"

#define HEAD(name, type) "# HELP " name " Help.\n# TYPE " name " " type "\n"

typedef struct
{
  UsherMetrics *metrics; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->metrics = usher_metrics_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->metrics);
}

static void
assert_text (Fixture *fixture, const char *expected)
{
  g_autofree char *text = usher_metrics_dup_text (fixture->metrics);
  g_autofree char *fault = *text != '\0' ? usher_test_metrics_find_fault (text) : NULL;

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (fault, ==, NULL);
}

static void
test_together (Fixture *fixture, gconstpointer data)
{
  const char *const one[] = { "service", "one", NULL };
  const char *const two[] = { "service", "two", "result", "good", NULL };

  g_test_summary ("Samples of a name are told together, with its help and type, in any order.");

  usher_metrics_declare (fixture->metrics, "a_total", USHER_METRIC_COUNTER, "Of a.");
  usher_metrics_add (fixture->metrics, "a_total", one, 1);
  usher_metrics_declare (fixture->metrics, "b", USHER_METRIC_GAUGE, "Of b.");
  usher_metrics_declare (fixture->metrics, "c", USHER_METRIC_GAUGE, "Of nothing.");
  usher_metrics_add (fixture->metrics, "b", NULL, -0.25);
  usher_metrics_declare (fixture->metrics, "a_total", USHER_METRIC_COUNTER, "Of a.");
  usher_metrics_add (fixture->metrics, "a_total", two, 123456789012345);

  assert_text (fixture,
               "# HELP a_total Of a.\n# TYPE a_total counter\n"
               "a_total{service=\"one\"} 1\n"
               "a_total{service=\"two\",result=\"good\"} 123456789012345\n"
               "# HELP b Of b.\n# TYPE b gauge\n"
               "b -0.25\n");
}

static void
test_escaped (Fixture *fixture, gconstpointer data)
{
  const char *const labels[] = { "name", "a\"b\\c\nd\xff", NULL };

  g_test_summary ("Labels and help are escaped, and what is no UTF-8 is replaced.");

  usher_metrics_declare (fixture->metrics, "a", USHER_METRIC_GAUGE, "A \"b\" \\ c\nd.");
  usher_metrics_add (fixture->metrics, "a", labels, 1);

  assert_text (fixture,
               "# HELP a A \"b\" \\\\ c\\nd.\n# TYPE a gauge\n"
               "a{name=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 1\n");
}

static void
test_odd_values (Fixture *fixture, gconstpointer data)
{
  const char *const up[] = { "v", "up", NULL };
  const char *const down[] = { "v", "down", NULL };
  const char *const none[] = { "v", "none", NULL };

  g_test_summary ("What is no number is written as Prometheus reads it.");

  usher_metrics_declare (fixture->metrics, "a", USHER_METRIC_GAUGE, "Of a.");
  usher_metrics_add (fixture->metrics, "a", up, INFINITY);
  usher_metrics_add (fixture->metrics, "a", down, -INFINITY);
  usher_metrics_add (fixture->metrics, "a", none, NAN);

  assert_text (fixture,
               "# HELP a Of a.\n# TYPE a gauge\n"
               "a{v=\"up\"} +Inf\na{v=\"down\"} -Inf\na{v=\"none\"} NaN\n");
}

static void
test_histogram (Fixture *fixture, gconstpointer data)
{
  const double bounds[] = { 0.001, 2.5 };
  const guint64 counts[] = { 3, 0, 2 };
  const char *const labels[] = { "route", "/a", NULL };

  g_test_summary ("The buckets of a histogram are summed up.");

  usher_metrics_declare (fixture->metrics, "a_seconds", USHER_METRIC_HISTOGRAM, "Of a.");
  usher_metrics_add_histogram (fixture->metrics, "a_seconds", labels, 2, bounds, counts, 10.5);

  assert_text (fixture,
               "# HELP a_seconds Of a.\n# TYPE a_seconds histogram\n"
               "a_seconds_bucket{route=\"/a\",le=\"0.001\"} 3\n"
               "a_seconds_bucket{route=\"/a\",le=\"2.5\"} 3\n"
               "a_seconds_bucket{route=\"/a\",le=\"+Inf\"} 5\n"
               "a_seconds_sum{route=\"/a\"} 10.5\n"
               "a_seconds_count{route=\"/a\"} 5\n");
}

static void
test_merge (Fixture *fixture, gconstpointer data)
{
  const char *const labels[] = { "process", "up", NULL };

  g_test_summary ("The numbers of other processes are told with ours, by a label more.");

  usher_metrics_declare (fixture->metrics, "a_total", USHER_METRIC_COUNTER, "Of a.");
  usher_metrics_add (fixture->metrics, "a_total", labels, 1);
  usher_metrics_merge (fixture->metrics,
                       "# HELP a_total Of a.\n# TYPE a_total counter\na_total 2\n"
                       "# HELP b \\\\ b.\n# TYPE b gauge\nb{x=\"y z\"} 3\n",
                       "process",
                       "hub\"1");
  usher_metrics_merge (fixture->metrics,
                       "# HELP b \\\\ b.\n# TYPE b gauge\nb{x=\"y z\"} 4\nstray 5\n",
                       "process",
                       "other");

  assert_text (fixture,
               "# HELP a_total Of a.\n# TYPE a_total counter\n"
               "a_total{process=\"up\"} 1\na_total{process=\"hub\\\"1\"} 2\n"
               "# HELP b \\\\ b.\n# TYPE b gauge\n"
               "b{process=\"hub\\\"1\",x=\"y z\"} 3\nb{process=\"other\",x=\"y z\"} 4\n");
}

static void
test_process (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;
  double now = (double) g_get_real_time () / G_USEC_PER_SEC;

  g_test_summary ("A process tells its memory, processor time, descriptors and age.");

  usher_metrics_add_process (fixture->metrics);
  text = usher_metrics_dup_text (fixture->metrics);
  fault = usher_test_metrics_find_fault (text);
  g_assert_cmpstr (fault, ==, NULL);

  usher_test_metrics_assert (text, "usher_build_info{version=\"" PACKAGE_VERSION "\"}", 1);
  g_assert_cmpfloat (usher_test_metrics_get (text, "process_resident_memory_bytes"), >, 100000);
  g_assert_cmpfloat (usher_test_metrics_get (text, "process_cpu_seconds_total"), >, 0);
  g_assert_cmpfloat (usher_test_metrics_get (text, "process_open_fds"), >=, 3);
  g_assert_cmpfloat (usher_test_metrics_get (text, "process_max_fds"), >=, 3);
  g_assert_cmpfloat (usher_test_metrics_get (text, "usher_uptime_seconds"), >=, 0);
  g_assert_cmpfloat (usher_test_metrics_get (text, "usher_uptime_seconds"), <, 600);
  g_assert_cmpfloat (usher_test_metrics_get (text, "process_start_time_seconds"), <, now + 1);
  g_assert_cmpfloat (usher_test_metrics_get (text, "process_start_time_seconds"), >, now - 600);
}

static void
test_checker (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = {
    HEAD ("a", "gauge") "a 1",
    "a 1\n",
    "# HELP a Help.\na 1\n",
    "# TYPE a gauge\na 1\n",
    HEAD ("a", "gauge"),
    HEAD ("a", "summary") "a 1\n",
    HEAD ("a", "counter") "a 1\n",
    HEAD ("a_total", "gauge") "a_total 1\n",
    HEAD ("a_total", "counter") "a_total -1\n",
    HEAD ("a", "gauge") "a 1\na 2\n",
    HEAD ("a", "gauge") "a{x=\"1\",x=\"2\"} 1\n",
    HEAD ("a", "gauge") "a{x=\"\\x\"} 1\n",
    HEAD ("a", "gauge") "a{x=\"\"\"} 1\n",
    HEAD ("a", "gauge") "a{} 1\n",
    HEAD ("a", "gauge") "a  1\n",
    HEAD ("a", "gauge") "a one\n",
    HEAD ("a", "gauge") "b 1\n",
    HEAD ("a", "gauge") "a_b 1\n",
    HEAD ("a", "gauge") "a 1\n" HEAD ("b", "gauge") "b 1\na{x=\"1\"} 1\n",
    HEAD ("a", "gauge") "a 1\n" HEAD ("a", "gauge") "a{x=\"1\"} 1\n",
    HEAD ("a", "histogram") "a_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
    HEAD ("a", "histogram") "a_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
    HEAD ("a", "histogram") "a_bucket{le=\"+Inf\"} 1\na_count 1\n",
    HEAD ("a", "histogram") "a_bucket{le=\"+Inf\"} 1\n",
    HEAD ("a", "histogram") "a_bucket{le=\"2\"} 1\na_bucket{le=\"1\"} 1\n",
    HEAD ("a", "histogram") "a_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n",
    HEAD ("a", "histogram") "a_bucket{x=\"1\",le=\"1\"} 2\na_bucket{x=\"2\",le=\"+Inf\"} 2\n",
    HEAD ("a", "gauge") "\na 1\n",
    "# a comment\n",
  };

  g_test_summary ("The checker of these tests finds what Prometheus would not read.");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *fault = usher_test_metrics_find_fault (wrong[i]);

      g_test_message ("%s→ %s", wrong[i], fault);
      g_assert_nonnull (fault);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/metrics/together", test_together);
  add ("/metrics/escaped", test_escaped);
  add ("/metrics/odd-values", test_odd_values);
  add ("/metrics/histogram", test_histogram);
  add ("/metrics/merge", test_merge);
  add ("/metrics/process", test_process);
  add ("/metrics/checker", test_checker);
#undef add

  return g_test_run ();
}
