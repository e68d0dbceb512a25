/* usher-metrics-process.c: the numbers of the process itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-metrics.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* the fields of /proc/self/stat that count, from the one behind the name on */
#define STAT_START 19

static double
get_seconds (clockid_t clock)
{
  struct timespec now = { 0 };

  clock_gettime (clock, &now);

  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Seconds since this process began, 0 when that cannot be known. */
static double
get_age (void)
{
  g_autofree char *stat = NULL;
  const char *fields = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL))
    return 0;

  /* the name may hold anything, but the last parenthesis ends it */
  fields = strrchr (stat, ')');
  words = g_strsplit (fields != NULL ? fields + 1 + strspn (fields + 1, " ") : "", " ", -1);
  if (g_strv_length (words) <= STAT_START)
    return 0;

  return get_seconds (CLOCK_BOOTTIME) -
         g_ascii_strtod (words[STAT_START], NULL) / (double) sysconf (_SC_CLK_TCK);
}

static double
get_resident_memory (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;

  words = g_strsplit (text, " ", 3);

  return g_strv_length (words) < 2
             ? 0
             : g_ascii_strtod (words[1], NULL) * (double) sysconf (_SC_PAGESIZE);
}

static double
get_processor_time (void)
{
  struct rusage usage = { 0 };

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

static double
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  double n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;

  /* one is the folder's own */
  return n > 0 ? n - 1 : 0;
}

static double
get_max_descriptors (void)
{
  struct rlimit limit = { 0 };

  getrlimit (RLIMIT_NOFILE, &limit);

  return (double) limit.rlim_cur;
}

static void
add (UsherMetrics *self, const char *name, UsherMetricType type, const char *help, double value)
{
  usher_metrics_declare (self, name, type, help);
  usher_metrics_add (self, name, NULL, value);
}

/**
 * usher_metrics_add_process:
 * @self: numbers
 *
 * Adds what every process has, under the names that Prometheus' own libraries use: resident memory, processor time,
 * descriptors, start; and the version of the build.
 */
void
usher_metrics_add_process (UsherMetrics *self)
{
  static const char *const build[] = { "version", PACKAGE_VERSION, NULL };
  double age = get_age ();

  g_return_if_fail (USHER_IS_METRICS (self));

  usher_metrics_declare (self, "usher_build_info", USHER_METRIC_GAUGE, "What runs here, always 1.");
  usher_metrics_add (self, "usher_build_info", build, 1);
  add (self,
       "process_start_time_seconds",
       USHER_METRIC_GAUGE,
       "When the process began, in seconds since 1970.",
       get_seconds (CLOCK_REALTIME) - age);
  add (self,
       "usher_uptime_seconds",
       USHER_METRIC_GAUGE,
       "For how long the process has been there.",
       age);
  add (self,
       "process_cpu_seconds_total",
       USHER_METRIC_COUNTER,
       "Processor time of the user and of the system.",
       get_processor_time ());
  add (self,
       "process_resident_memory_bytes",
       USHER_METRIC_GAUGE,
       "Memory that is in use.",
       get_resident_memory ());
  add (self,
       "process_open_fds",
       USHER_METRIC_GAUGE,
       "Descriptors that are open.",
       count_descriptors ());
  add (self,
       "process_max_fds",
       USHER_METRIC_GAUGE,
       "Descriptors that may be open.",
       get_max_descriptors ());
}
