/* usher-blame.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-blame-private.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP };

/* A handler of signals finds what it says ready, as it may do next to nothing; there is one for the process. */
static struct
{
  pthread_t thread;
  char text[256];
  struct sigaction before[G_N_ELEMENTS (numbers)];
} blame;

static void
put_back (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sigaction (numbers[i], &blame.before[i], NULL);
}

/* What comes again at the end of this is met as ever: by a dump, or by who looks for faults of memory. */
static void
on_crash (int number)
{
  gssize written = 0;

  if (pthread_equal (pthread_self (), blame.thread))
    written = write (STDERR_FILENO, blame.text, strlen (blame.text));
  put_back ();
  raise (number);
  (void) written;
}

/**
 * usher_blame_begin:
 * @plugin: a plugin
 * @function: which of its functions is called now
 *
 * Until [func@blame_end] a crash on this thread is said to be that plugin's, on standard error. One at a time.
 */
void
usher_blame_begin (const char *plugin, const char *function)
{
  struct sigaction action = { .sa_handler = on_crash };

  blame.thread = pthread_self ();
  g_snprintf (
      blame.text, sizeof blame.text, "usher: plugin “%s” crashed in %s\n", plugin, function);
  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sigaction (numbers[i], &action, &blame.before[i]);
}

/**
 * usher_blame_end:
 *
 * The function has returned.
 */
void
usher_blame_end (void)
{
  put_back ();
}
