/* test-write.c: bytes that are written whole
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-write-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* more than a pipe has room for */
#define SIZE  (1024 * 1024)
#define BLOCK 4096

typedef struct
{
  int fds[2];
  GThread *writer;  /* (owned) (nullable) */
  pthread_t handle; /* of the writer */
  int is_writing;   /* (atomic) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (pipe (fixture->fds), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close (fixture->fds[0]);
  if (fixture->fds[1] >= 0)
    close (fixture->fds[1]);
}

static void
on_signal (int number)
{
}

static gpointer
write_on_thread (gpointer data)
{
  Fixture *fixture = data;
  g_autofree guint8 *bytes = g_malloc (SIZE);

  for (gsize i = 0; i < SIZE; i++)
    bytes[i] = (guint8) (i % 251);
  fixture->handle = pthread_self ();
  g_atomic_int_set (&fixture->is_writing, TRUE);
  g_assert_true (usher_write_all (fixture->fds[1], bytes, SIZE));
  close (fixture->fds[1]);

  return NULL;
}

static void
test_signals (Fixture *fixture, gconstpointer data)
{
  const struct sigaction action = { .sa_handler = on_signal };
  guint8 block[BLOCK];
  gsize size = 0;
  gssize n = 0;

  g_test_summary ("All is written, in pieces and through signals");

  /* without SA_RESTART: a signal breaks write() off */
  g_assert_cmpint (sigaction (SIGUSR1, &action, NULL), ==, 0);
  fixture->writer = g_thread_new ("write", write_on_thread, fixture);
  while (!g_atomic_int_get (&fixture->is_writing))
    g_thread_yield ();
  while ((n = read (fixture->fds[0], block, sizeof block)) > 0)
    {
      for (gssize i = 0; i < n; i++)
        g_assert_cmpuint (block[i], ==, (size + (gsize) i) % 251);
      size += (gsize) n;
      /* it has ended when the last bytes are in the pipe */
      if (size < SIZE / 2)
        pthread_kill (fixture->handle, SIGUSR1);
    }
  g_thread_join (fixture->writer);
  fixture->fds[1] = -1;

  g_assert_cmpuint (size, ==, SIZE);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  int fd = open ("/dev/full", O_WRONLY | O_CLOEXEC);

  g_test_summary ("A disk that is full is told, once its room is used up");

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (usher_write_all (fd, "", 0));
  g_assert_false (usher_write_all (fd, "bytes", 5));
  g_assert_cmpint (errno, ==, ENOSPC);
  close (fd);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/write/signals", Fixture, NULL, set_up, test_signals, tear_down);
  g_test_add ("/write/failure", Fixture, NULL, set_up, test_failure, tear_down);

  return g_test_run ();
}
