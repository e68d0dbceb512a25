/* usher-test-usage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-usage.h"

#include <string.h>
#include <time.h>

#define KIB_PER_MIB 1024

static guint
count_descriptors (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "fd", NULL);
  g_autoptr (GDir) descriptors = g_dir_open (path, 0, NULL);
  guint count = 0;

  while (descriptors != NULL && g_dir_read_name (descriptors) != NULL)
    count++;

  return count;
}

/* finer than the ticks of /proc: a hundredth of a core in a second is one of them */
static double
read_cpu (const char *pid)
{
  struct timespec time = { 0 };
  clockid_t clock = 0;

  if (clock_getcpuclockid ((pid_t) g_ascii_strtoll (pid, NULL, 10), &clock) != 0 ||
      clock_gettime (clock, &time) != 0)
    return 0;

  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static double
read_memory (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "smaps_rollup", NULL);
  g_autofree char *text = NULL;
  const char *line = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  line = strstr (text, "\nPss:");

  return line != NULL ? g_ascii_strtod (line + strlen ("\nPss:"), NULL) / KIB_PER_MIB : 0;
}

/* 0 when it is gone; its name may have spaces and parentheses */
static gint64
read_parent (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL);
  g_autofree char *text = NULL;
  const char *end = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  end = strrchr (text, ')');

  return end != NULL ? g_ascii_strtoll (end + strlen (") S "), NULL, 10) : 0;
}

static void
add_process (UsherTestUsage *usage, const char *pid)
{
  usage->n_processes++;
  usage->n_descriptors += count_descriptors (pid);
  usage->cpu += read_cpu (pid);
  usage->memory += read_memory (pid);
}

void
usher_test_usage_read (UsherTestUsage *usage, UsherTestProcess *process)
{
  gint64 pid = usher_test_process_get_pid (process);
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name = NULL;

  g_assert_nonnull (processes);
  *usage = (UsherTestUsage){ 0 };
  while ((name = g_dir_read_name (processes)) != NULL)
    {
      gint64 other = g_ascii_strtoll (name, NULL, 10);

      if (other > 0 && (other == pid || read_parent (name) == pid))
        add_process (usage, name);
    }
}
