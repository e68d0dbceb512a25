/* test-loop.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "usher-loop-private.h"
#include "usher-test-base.h"

#define N_THREADS 4
#define N_TASKS   1000

typedef struct
{
  UsherLoop *loop; /* (owned) (nullable) */
  GString *seen;   /* (owned): of the loop's thread */
  int n_done;      /* (atomic) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->seen = g_string_new (NULL);
  fixture->loop = usher_loop_new ("test", NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->loop, usher_loop_free);
  g_string_free (fixture->seen, TRUE);
}

static void
await (Fixture *fixture, int n)
{
  usher_test_until (g_atomic_int_get (&fixture->n_done) >= n);
}

/* A task on the loop's thread that calls a function. */
typedef struct
{
  UsherTask task;
  Fixture *fixture;
  void (*func) (Fixture *fixture);
} Call;

static void
on_call (UsherTask *task)
{
  Call *call = task->data;

  call->func (call->fixture);
  g_atomic_int_inc (&call->fixture->n_done);
  g_free (call);
}

static void
run_on_loop (Fixture *fixture, void (*func) (Fixture *fixture))
{
  Call *call = g_new0 (Call, 1);
  int before = g_atomic_int_get (&fixture->n_done);

  call->task.func = on_call;
  call->task.data = call;
  call->fixture = fixture;
  call->func = func;
  g_assert_true (usher_loop_post (fixture->loop, &call->task));
  await (fixture, before + 1);
}

typedef struct
{
  Fixture *fixture;
  UsherTask tasks[N_TASKS];
  guint next;
  gboolean is_ordered;
} Poster;

static void
on_posted (UsherTask *task)
{
  Poster *poster = task->data;

  if (task != &poster->tasks[poster->next++] || usher_loop_get_current () != poster->fixture->loop)
    poster->is_ordered = FALSE;
  g_atomic_int_inc (&poster->fixture->n_done);
}

static gpointer
run_poster (gpointer data)
{
  Poster *poster = data;

  for (guint i = 0; i < N_TASKS; i++)
    {
      poster->tasks[i].func = on_posted;
      poster->tasks[i].data = poster;
      g_assert_true (usher_loop_post (poster->fixture->loop, &poster->tasks[i]));
    }

  return NULL;
}

static void
test_tasks (Fixture *fixture, gconstpointer data)
{
  g_autofree Poster *posters = g_new0 (Poster, N_THREADS);
  GThread *threads[N_THREADS];

  g_test_summary ("Tasks of other threads run on the loop's, each thread's in order, none is lost");

  g_assert_null (usher_loop_get_current ());
  for (guint i = 0; i < N_THREADS; i++)
    {
      posters[i].fixture = fixture;
      posters[i].is_ordered = TRUE;
      threads[i] = g_thread_new ("poster", run_poster, &posters[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  await (fixture, N_THREADS * N_TASKS);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_true (posters[i].is_ordered);
}

static void
test_tasks_refused (Fixture *fixture, gconstpointer data)
{
  UsherTask task = { .func = on_posted };

  g_test_summary ("A loop that has ended takes no task");

  usher_loop_stop (fixture->loop);
  g_assert_true (usher_loop_is_ending (fixture->loop));
  g_assert_false (usher_loop_post (fixture->loop, &task));
}

/* Writes its letter. */
typedef struct
{
  UsherTask task;
  UsherDeadline deadline;
  Fixture *fixture;
  char letter;
} Letter;

static Letter letters[5];

static void
write_letter (Letter *letter)
{
  g_string_append_c (letter->fixture->seen, letter->letter);
  g_atomic_int_inc (&letter->fixture->n_done);
}

static void
on_letter (UsherTask *task)
{
  write_letter (task->data);
}

static void
on_late (UsherDeadline *deadline)
{
  g_assert_cmpint (g_get_monotonic_time (), >=, deadline->at);
  write_letter (deadline->data);
}

static void
prepare_letters (Fixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    {
      letters[i].task.func = on_letter;
      letters[i].task.data = &letters[i];
      letters[i].deadline.func = on_late;
      letters[i].deadline.data = &letters[i];
      letters[i].deadline.lane = NULL;
      letters[i].fixture = fixture;
      letters[i].letter = (char) ('a' + i);
    }
}

static void
defer_letters (Fixture *fixture)
{
  usher_loop_defer (fixture->loop, &letters[2].task);
  usher_loop_defer (fixture->loop, &letters[3].task);
  usher_loop_post (fixture->loop, &letters[0].task);
  usher_loop_post (fixture->loop, &letters[1].task);
}

static void
test_deferred (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is deferred runs after what was told already, with the next batch");

  prepare_letters (fixture);
  run_on_loop (fixture, defer_letters);
  await (fixture, 5);
  usher_loop_stop (fixture->loop);
  g_assert_cmpstr (fixture->seen->str, ==, "abcd");
}

static void
set_deadlines (Fixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    usher_loop_set_deadline (fixture->loop, &letters[i].deadline, 20000);
  usher_loop_clear_deadline (fixture->loop, &letters[2].deadline);
  usher_loop_clear_deadline (fixture->loop, &letters[2].deadline);
  /* anew, and the last then */
  usher_loop_set_deadline (fixture->loop, &letters[0].deadline, 20000);
}

static void
test_deadlines (Fixture *fixture, gconstpointer data)
{
  gint64 began = g_get_monotonic_time ();

  g_test_summary ("Deadlines come in their order and not early, none that was cleared");

  prepare_letters (fixture);
  run_on_loop (fixture, set_deadlines);
  await (fixture, 5);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 19000);
  usher_loop_stop (fixture->loop);
  g_assert_cmpstr (fixture->seen->str, ==, "bdea");
}

#define N_KINDS 40

static UsherDeadline kinds[N_KINDS];

static void
set_many_kinds (Fixture *fixture)
{
  for (guint i = 0; i < N_KINDS; i++)
    {
      kinds[i].func = on_late;
      kinds[i].data = &letters[0];
      usher_loop_set_deadline (fixture->loop, &kinds[i], 1000 + 100 * i);
    }
}

static void
test_many_kinds (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("However many kinds of deadlines there are, each comes");

  prepare_letters (fixture);
  run_on_loop (fixture, set_many_kinds);
  await (fixture, N_KINDS + 1);
}

/* Two watches of which the first that is told removes and frees the other. */
typedef struct
{
  UsherWatch watch;
  Fixture *fixture;
} Rival;

static Rival *rivals[2];

static gboolean
on_rival (UsherWatch *watch, guint events)
{
  Rival *self = watch->data;
  Fixture *fixture = self->fixture;

  for (guint i = 0; i < G_N_ELEMENTS (rivals); i++)
    {
      usher_loop_remove (fixture->loop, &rivals[i]->watch);
      g_clear_pointer (&rivals[i], g_free);
    }
  g_atomic_int_inc (&fixture->n_done);

  return TRUE;
}

static void
add_rivals (Fixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (rivals); i++)
    {
      rivals[i] = g_new0 (Rival, 1);
      rivals[i]->fixture = fixture;
      rivals[i]->watch.fd = eventfd (1, EFD_CLOEXEC | EFD_NONBLOCK);
      rivals[i]->watch.func = on_rival;
      rivals[i]->watch.data = rivals[i];
      g_assert_true (usher_loop_add (fixture->loop, &rivals[i]->watch, EPOLLIN));
    }
}

static void
do_nothing (Fixture *fixture)
{
}

static void
test_removed (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "A watch that another one removed and freed in the same batch is told nothing more");

  for (guint i = 0; i < 100; i++)
    {
      run_on_loop (fixture, add_rivals);
      await (fixture, (int) (3 * i) + 2);
      run_on_loop (fixture, do_nothing);
    }
  g_assert_cmpint (g_atomic_int_get (&fixture->n_done), ==, 300);
}

static UsherWatch watches[3];
static int peers[3];

static gboolean
on_idle_watch (UsherWatch *watch, guint events)
{
  Fixture *fixture = watch->data;

  /* nothing comes of it, and it is told of it again */
  if (events == EPOLLIN)
    return !usher_loop_change (fixture->loop, watch, EPOLLIN);

  g_string_append (fixture->seen,
                   events == EPOLLHUP           ? "hup "
                   : events == USHER_WATCH_ENDS ? "ends "
                                                : "? ");
  usher_loop_remove (fixture->loop, watch);
  g_atomic_int_inc (&fixture->n_done);

  return TRUE;
}

static void
add_watches (Fixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (watches); i++)
    {
      int fds[2];

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
      watches[i].fd = fds[0];
      watches[i].func = on_idle_watch;
      watches[i].data = fixture;
      peers[i] = fds[1];
      g_assert_true (usher_loop_add (fixture->loop, &watches[i], EPOLLIN));
    }
}

static void
close_peers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    close (peers[i]);
}

static void
test_ends (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The end tells all watches");

  run_on_loop (fixture, add_watches);
  usher_loop_stop (fixture->loop);
  g_assert_cmpstr (fixture->seen->str, ==, "ends ends ends ");
  close_peers ();
}

static void
test_idle (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A watch whose events lead to nothing is told EPOLLHUP, so that no thread spins");

  g_test_expect_message ("usher-http", G_LOG_LEVEL_MESSAGE, "*nothing came of it");
  run_on_loop (fixture, add_watches);
  g_assert_cmpint (write (peers[1], "x", 1), ==, 1);
  await (fixture, 2);
  usher_loop_stop (fixture->loop);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (fixture->seen->str, ==, "hup ends ends ");
  close_peers ();
}

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/loop/tasks", test_tasks);
  test ("/loop/tasks/refused", test_tasks_refused);
  test ("/loop/deferred", test_deferred);
  test ("/loop/deadlines", test_deadlines);
  test ("/loop/deadlines/kinds", test_many_kinds);
  test ("/loop/watch/removed", test_removed);
  test ("/loop/watch/ends", test_ends);
  test ("/loop/watch/idle", test_idle);

  return g_test_run ();
}
