/* usher-loop.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-loop-private.h"

#include <errno.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-wake-private.h"

#define N_EVENTS 64
/* kinds of deadlines */
#define MAX_LANES 16
/* deferred tasks that one batch runs */
#define MAX_DEFERRED 16
/* turns of one watch without progress, after which something is wrong with it */
#define MAX_IDLE_TURNS 1000

/* Deadlines of one duration: the first is the next. */
typedef struct
{
  gint64 duration;
  GQueue deadlines;
} Lane;

struct _UsherLoop
{
  GThread *thread; /* (owned) */
  int epoll_fd;
  UsherWake *wake;     /* (owned) (nullable) */
  UsherLoopFunc batch; /* (nullable) */
  gpointer batch_data; /* (unowned) */

  /* the thread's own */
  gint64 now;
  GQueue watches;
  Lane lanes[MAX_LANES];
  guint n_lanes;
  struct epoll_event events[N_EVENTS];
  int n_events;        /* of this batch */
  UsherWatch *running; /* (unowned) (nullable): NULL when it was removed meanwhile */
  UsherTask *own;      /* (nullable): what it told itself, the first */
  UsherTask **last_own;
  UsherTask *deferred; /* (nullable): what is for the next batch, the first */
  UsherTask **last_deferred;

  int stopping; /* (atomic) */
  GMutex mutex;
  UsherTask *tasks;      /* (mutex mutex) (nullable): the first */
  UsherTask **last_task; /* (mutex mutex) */
  gboolean is_over;      /* (mutex mutex) */
};

static GPrivate current = G_PRIVATE_INIT (NULL);

UsherLoop *
usher_loop_get_current (void)
{
  return g_private_get (&current);
}

gint64
usher_loop_get_now (UsherLoop *self)
{
  return self->now;
}

gboolean
usher_loop_post (UsherLoop *self, UsherTask *task)
{
  gboolean ok = FALSE;

  task->next = NULL;
  if (usher_loop_get_current () == self)
    {
      *self->last_own = task;
      self->last_own = &task->next;
      return TRUE;
    }

  g_mutex_lock (&self->mutex);
  ok = !self->is_over;
  if (ok)
    {
      *self->last_task = task;
      self->last_task = &task->next;
    }
  g_mutex_unlock (&self->mutex);

  if (ok)
    usher_wake_signal (self->wake);

  return ok;
}

static void
run_tasks (UsherLoop *self, gboolean is_over)
{
  UsherTask *tasks = NULL;

  g_mutex_lock (&self->mutex);
  tasks = g_steal_pointer (&self->tasks);
  self->last_task = &self->tasks;
  self->is_over = is_over;
  g_mutex_unlock (&self->mutex);

  while (tasks != NULL)
    {
      UsherTask *task = tasks;

      tasks = task->next;
      task->func (task);
    }
}

static void
run_own (UsherLoop *self)
{
  while (self->own != NULL)
    {
      UsherTask *task = self->own;

      self->own = task->next;
      if (self->own == NULL)
        self->last_own = &self->own;
      task->func (task);
    }
}

void
usher_loop_defer (UsherLoop *self, UsherTask *task)
{
  task->next = NULL;
  *self->last_deferred = task;
  self->last_deferred = &task->next;
}

/* A few at once, so that whoever is told of something new need not wait for all of them. What is deferred anew meanwhile
 * is behind them. */
static void
run_deferred (UsherLoop *self)
{
  UsherTask *tasks = g_steal_pointer (&self->deferred);
  UsherTask **last = self->last_deferred;

  self->last_deferred = &self->deferred;
  for (guint i = 0; i < MAX_DEFERRED && tasks != NULL; i++)
    {
      UsherTask *task = tasks;

      tasks = task->next;
      task->func (task);
    }

  if (tasks == NULL)
    return;
  *last = self->deferred;
  if (self->deferred == NULL)
    self->last_deferred = last;
  self->deferred = tasks;
}

static void
take_messages (UsherLoop *self)
{
  if (usher_wake_take (self->wake))
    run_tasks (self, FALSE);
}

gboolean
usher_loop_add (UsherLoop *self, UsherWatch *watch, guint events)
{
  struct epoll_event event = { .events = events | EPOLLET, .data.ptr = watch };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) != 0)
    return FALSE;

  watch->n_idle = 0;
  watch->node.data = watch;
  g_queue_push_tail_link (&self->watches, &watch->node);

  return TRUE;
}

gboolean
usher_loop_change (UsherLoop *self, UsherWatch *watch, guint events)
{
  struct epoll_event event = { .events = events | EPOLLET, .data.ptr = watch };

  return epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) == 0;
}

/* It leaves the poll before it is closed: a process that is just being forked has the descriptor too. What this batch has
 * for it yet is told to nobody. */
void
usher_loop_remove (UsherLoop *self, UsherWatch *watch)
{
  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
  close (watch->fd);
  watch->fd = -1;
  g_queue_unlink (&self->watches, &watch->node);

  for (int i = 0; i < self->n_events; i++)
    if (self->events[i].data.ptr == watch)
      self->events[i].data.ptr = NULL;
  if (self->running == watch)
    self->running = NULL;
}

static GQueue *
find_lane (UsherLoop *self, gint64 duration)
{
  guint i = 0;

  while (i < self->n_lanes && self->lanes[i].duration != duration)
    i++;
  /* more kinds than we thought of: in the lane of the last, it may be late by as much */
  i = MIN (i, MAX_LANES - 1);
  if (i == self->n_lanes)
    self->lanes[self->n_lanes++].duration = duration;

  return &self->lanes[i].deadlines;
}

void
usher_loop_clear_deadline (UsherLoop *self, UsherDeadline *deadline)
{
  if (deadline->lane != NULL)
    g_queue_unlink (deadline->lane, &deadline->node);
  deadline->lane = NULL;
}

void
usher_loop_set_deadline (UsherLoop *self, UsherDeadline *deadline, gint64 duration)
{
  usher_loop_clear_deadline (self, deadline);
  deadline->at = self->now + duration;
  deadline->node.data = deadline;
  deadline->lane = find_lane (self, duration);
  g_queue_push_tail_link (deadline->lane, &deadline->node);
}

static void
run_late (UsherLoop *self)
{
  for (guint i = 0; i < self->n_lanes; i++)
    {
      UsherDeadline *deadline = NULL;

      while ((deadline = g_queue_peek_head (&self->lanes[i].deadlines)) != NULL &&
             deadline->at <= self->now)
        {
          usher_loop_clear_deadline (self, deadline);
          deadline->func (deadline);
        }
    }
}

static int
get_timeout (UsherLoop *self)
{
  gint64 at = self->deferred != NULL ? self->now : G_MAXINT64;

  for (guint i = 0; i < self->n_lanes; i++)
    {
      UsherDeadline *deadline = g_queue_peek_head (&self->lanes[i].deadlines);

      if (deadline != NULL)
        at = MIN (at, deadline->at);
    }

  return at == G_MAXINT64 ? -1 : (int) MIN (G_MAXINT, MAX (0, (at - self->now + 999) / 1000));
}

/* A watch whose events lead to nothing would have the thread spin. */
static void
run_watch (UsherLoop *self, UsherWatch *watch, guint events)
{
  gboolean progress = FALSE;

  self->running = watch;
  progress = watch->func (watch, events);
  if (self->running == NULL)
    return;

  watch->n_idle = progress ? 0 : watch->n_idle + 1;
  if (watch->n_idle <= MAX_IDLE_TURNS)
    return;

  g_message ("descriptor %d was ready %d times and nothing came of it", watch->fd, MAX_IDLE_TURNS);
  watch->n_idle = 0;
  watch->func (watch, EPOLLHUP);
}

static void
run_batch (UsherLoop *self)
{
  run_deferred (self);
  take_messages (self);
  for (int i = 0; i < self->n_events; i++)
    if (self->events[i].data.ptr != NULL && self->events[i].data.ptr != self)
      run_watch (self, self->events[i].data.ptr, self->events[i].events);
  self->running = NULL;
  self->n_events = 0;
  run_own (self);
  run_late (self);
  run_own (self);
  if (self->batch != NULL)
    self->batch (self->batch_data);
}

gboolean
usher_loop_is_ending (UsherLoop *self)
{
  return g_atomic_int_get (&self->stopping);
}

/* Who is told that it ends may still be told of what others did before. */
static void
end (UsherLoop *self)
{
  UsherWatch *watch = NULL;

  while ((watch = g_queue_peek_head (&self->watches)) != NULL)
    watch->func (watch, USHER_WATCH_ENDS);
  run_tasks (self, TRUE);
  while (self->deferred != NULL)
    run_deferred (self);
  run_own (self);
}

static gpointer
run (gpointer data)
{
  UsherLoop *self = data;

  g_private_set (&current, self);
  while (!g_atomic_int_get (&self->stopping))
    {
      int n = epoll_wait (self->epoll_fd, self->events, N_EVENTS, get_timeout (self));

      if (n < 0 && errno != EINTR)
        {
          g_critical ("a thread of a listener cannot wait: %s", g_strerror (errno));
          break;
        }
      self->n_events = MAX (n, 0);
      self->now = g_get_monotonic_time ();
      run_batch (self);
    }

  end (self);

  return NULL;
}

static void
free_parts (UsherLoop *self)
{
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  g_clear_pointer (&self->wake, usher_wake_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

UsherLoop *
usher_loop_new (const char *name, UsherLoopFunc batch, gpointer user_data, GError **error)
{
  g_autoptr (GError) cause = NULL;
  UsherLoop *self = g_new0 (UsherLoop, 1);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };

  g_mutex_init (&self->mutex);
  self->last_task = &self->tasks;
  self->last_own = &self->own;
  self->last_deferred = &self->deferred;
  self->batch = batch;
  self->batch_data = user_data;
  self->now = g_get_monotonic_time ();
  self->wake = usher_wake_new ();
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->wake == NULL || self->epoll_fd < 0 ||
      epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, usher_wake_get_fd (self->wake), &event) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "a thread of a listener did not start: %s",
                   g_strerror (errno));
      free_parts (self);
      return NULL;
    }

  self->thread = g_thread_try_new (name, run, self, &cause);
  if (self->thread == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "a thread of a listener did not start: %s",
                   cause->message);
      free_parts (self);
      return NULL;
    }

  return self;
}

void
usher_loop_stop (UsherLoop *self)
{
  if (self->thread == NULL)
    return;

  g_atomic_int_set (&self->stopping, 1);
  usher_wake_signal (self->wake);
  g_thread_join (g_steal_pointer (&self->thread));
}

void
usher_loop_free (UsherLoop *self)
{
  usher_loop_stop (self);
  free_parts (self);
}
