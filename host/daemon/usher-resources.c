/* usher-resources.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-resources.h"

#include <errno.h>
#include <sys/resource.h>

#include "usher-error.h"

/* open files of a process without services, with room for some connections, and what each service or child adds */
#define FILES           96
#define FILES_A_SERVICE 20
#define FILES_A_CHILD   6
/* and where its database is on a server: connections */
#define FILES_A_SERVER 40

/* likewise; besides there is a thread of the front for each processor */
#define THREADS           16
#define THREADS_A_SERVICE 8
#define THREADS_A_SERVER  40
/* of the libraries, which end the process when they cannot make one, and of what is made before theirs */
#define THREADS_OF_LIBRARIES 8

/* The soft limit is for programs that do not know better. */
static void
raise_file_limit (struct rlimit *limit)
{
  struct rlimit raised = { limit->rlim_max, limit->rlim_max };

  if (limit->rlim_cur == limit->rlim_max)
    return;
  if (setrlimit (RLIMIT_NOFILE, &raised) == 0)
    *limit = raised;
  else
    g_message ("the limit of open files stays as it is: %s", g_strerror (errno));
}

static gboolean
check_files (guint n_needed, GError **error)
{
  struct rlimit limit = { 0 };

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return TRUE;

  raise_file_limit (&limit);
  if (limit.rlim_cur >= n_needed)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "only %u files may be open at once, but %u are needed here: see “ulimit -n”, or "
               "LimitNOFILE= of the unit",
               (guint) limit.rlim_cur,
               n_needed);

  return FALSE;
}

static gpointer
wait_for_gate (gpointer data)
{
  g_mutex_lock (data);
  g_mutex_unlock (data);

  return NULL;
}

/* Makes threads until there are so many at once. Returns: how many there were */
static guint
try_threads (guint n_needed, GError **error)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  GThread *thread = NULL;
  GMutex gate;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  do
    {
      thread = g_thread_try_new ("usher-trial", wait_for_gate, &gate, error);
      if (thread != NULL)
        g_ptr_array_add (threads, thread);
    }
  while (thread != NULL && threads->len < n_needed);
  g_mutex_unlock (&gate);

  for (guint i = 0; i < threads->len; i++)
    g_thread_join (g_ptr_array_index (threads, i));
  g_mutex_clear (&gate);

  return threads->len;
}

/* The libraries below end the process when they cannot make a thread of theirs, so it is tried before. */
static gboolean
check_threads (guint n_needed, GError **error)
{
  g_autoptr (GError) cause = NULL;
  guint n = try_threads (n_needed, &cause);

  if (n >= n_needed)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "only %u threads can be made, but %u are needed here: see “ulimit -u”, or TasksMax= "
               "of the unit: %s",
               n,
               n_needed,
               cause->message);

  return FALSE;
}

gboolean
usher_resources_check_files (guint n_services, guint n_remote, GError **error)
{
  return check_files (FILES + FILES_A_SERVICE * n_services + FILES_A_SERVER * n_remote, error);
}

gboolean
usher_resources_check_libraries (GError **error)
{
  return usher_resources_check_files (0, 0, error) && check_threads (THREADS_OF_LIBRARIES, error);
}

gboolean
usher_resources_check (guint n_services, guint n_remote, GError **error)
{
  guint n_threads = THREADS + g_get_num_processors () + THREADS_A_SERVICE * n_services +
                    THREADS_A_SERVER * n_remote;

  return usher_resources_check_files (n_services, n_remote, error) &&
         check_threads (n_threads, error);
}

gboolean
usher_resources_check_children (guint n_children, guint n_services, GError **error)
{
  return check_files (FILES + MAX (FILES_A_CHILD * n_children, FILES_A_SERVICE * n_services),
                      error);
}
