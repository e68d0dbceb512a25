/* usher-hub-thread.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-thread-private.h"

#include "usher-descriptors-private.h"
#include "usher-error.h"
#include "usher-hub-door-private.h"
#include "usher-hub-groups-private.h"
#include "usher-hub-log-private.h"
#include "usher-latch-private.h"
#include "usher-pulse-private.h"
#include "usher-socket-private.h"

/* how long it sleeps at most, for writes that are lazy; milliseconds */
#define MAX_SLEEP 100

struct _UsherHubThread
{
  UsherClock *clock; /* (owned) */
  UsherWake
      *wake; /* (owned): a batch is done, there are calls, the clock was turned, or it is to stop */
  GThread *thread;    /* (owned) (nullable) */
  GAsyncQueue *calls; /* (owned) (element-type Call) */
  gulong turned;
  int is_stopping; /* (atomic) */

  /* the thread alone */
  UsherHubLog *log;       /* (owned) */
  UsherHubGroups *groups; /* (owned) */
  UsherHubDoor *door;     /* (owned) */
  gboolean is_closing;    /* what is submitted now is the last */
};

/* What another thread wants done on this one. */
typedef struct
{
  const char *endpoint; /* (nullable): to be bound */
  UsherGuard *guard;    /* (owned) (nullable): to be taken */
  char *bound;          /* (owned) */
  UsherLatch latch;
} Call;

static void
serve_calls (UsherHubThread *self)
{
  Call *call = NULL;

  while ((call = g_async_queue_try_pop (self->calls)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (call->guard != NULL)
        usher_hub_door_set_guard (self->door, call->guard);
      else
        call->bound = usher_hub_door_bind (self->door, call->endpoint, &error);
      usher_latch_leave (&call->latch, error);
    }
}

static void
on_frame (UsherHubChannel *channel, const UsherJournalFrame *frame, gpointer user_data)
{
  usher_hub_door_publish_live (((UsherHubThread *) user_data)->door, channel, frame);
}

static void
on_written (const GError *error, gpointer user_data)
{
  UsherHubThread *self = user_data;

  usher_hub_groups_take_saved (self->groups, error == NULL);
  usher_hub_door_confirm (self->door, error);
}

static const UsherHubLogFuncs log_funcs = { on_frame, on_written };

/* Gives what has gathered to the journal, when that is free. */
static void
submit (UsherHubThread *self)
{
  gint64 now = usher_hub_door_get_now (self->door);
  gboolean is_urgent = usher_hub_log_is_urgent (self->log) ||
                       usher_hub_groups_is_urgent (self->groups) || self->is_closing;

  if (!usher_hub_log_may_submit (self->log, now) ||
      (self->is_closing && usher_hub_log_is_failing (self->log)))
    return;

  if (!is_urgent)
    usher_hub_door_confirm_known (self->door);
  if (!is_urgent && !usher_hub_log_is_overdue (self->log, now))
    return;

  usher_hub_door_set_moment (self->door);
  usher_hub_groups_save (self->groups);
  if (usher_hub_log_submit (self->log, now))
    usher_hub_door_submit_confirms (self->door);
}

static long
get_sleep (UsherHubThread *self, gint64 next_due)
{
  gint64 next = MIN (next_due, usher_hub_log_get_retry (self->log));
  gint64 now = usher_hub_door_get_now (self->door);

  return next < now + MAX_SLEEP * 1000 ? (long) MAX (0, (next - now + 999) / 1000) : MAX_SLEEP;
}

static void
sleep_until (UsherHubThread *self, gint64 next_due)
{
  zmq_pollitem_t items[] = {
    { usher_hub_door_get_socket (self->door), 0, ZMQ_POLLIN, 0 },
    { NULL, usher_wake_get_fd (self->wake), ZMQ_POLLIN, 0 },
  };

  zmq_poll (items, G_N_ELEMENTS (items), get_sleep (self, next_due));
  usher_wake_take (self->wake);
}

/* Returns when a group has something due. */
static gint64
take_turn (UsherHubThread *self)
{
  gint64 next_due = 0;

  usher_hub_door_receive (self->door);
  serve_calls (self);
  usher_hub_log_take_written (self->log, usher_hub_door_get_now (self->door));
  usher_hub_door_serve (self->door);
  usher_hub_log_drop_old (self->log, usher_hub_door_get_now (self->door));
  usher_hub_door_set_moment (self->door);
  next_due = usher_hub_groups_serve (self->groups);
  if (g_atomic_int_get (&self->is_stopping) != 0)
    {
      self->is_closing = TRUE;
      usher_hub_door_set_closing (self->door);
    }
  submit (self);

  return next_due;
}

static gpointer
run (gpointer data)
{
  UsherHubThread *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the hub");
  gint64 next_due = G_MAXINT64;

  usher_hub_door_open (self->door);
  while (!self->is_closing || !usher_hub_log_is_quiet (self->log))
    {
      usher_pulse_end (pulse);
      sleep_until (self, next_due);
      usher_pulse_begin (pulse);
      next_due = take_turn (self);
    }
  usher_hub_door_close (self->door);

  return NULL;
}

static void
on_turned (UsherClock *clock, gpointer user_data)
{
  usher_wake_signal (((UsherHubThread *) user_data)->wake);
}

static void
on_group (const char *channel,
          const char *name,
          gconstpointer state,
          gsize size,
          gpointer user_data)
{
  UsherHubThread *self = user_data;

  usher_hub_groups_load (
      self->groups, usher_hub_log_get_channel (self->log, channel), name, state, size);
}

static void
free_thread (UsherHubThread *self)
{
  g_clear_pointer (&self->door, usher_hub_door_free);
  g_clear_pointer (&self->groups, usher_hub_groups_free);
  g_clear_pointer (&self->log, usher_hub_log_free);
  g_async_queue_unref (self->calls);
  g_clear_pointer (&self->wake, usher_wake_unref);
  g_object_unref (self->clock);
  g_free (self);
}

/* Log, groups and door, each with those that it stands on. */
static gboolean
compose (UsherHubThread *self, const char *directory, const UsherHubLimits *limits, GError **error)
{
  self->wake = usher_wake_new ();
  if (self->wake == NULL || !usher_descriptors_are_left ())
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "no file descriptors are left for a hub");
      return FALSE;
    }

  self->log = usher_hub_log_new (directory, self->clock, limits, self->wake, error);
  if (self->log == NULL)
    return FALSE;

  usher_hub_log_set_funcs (self->log, &log_funcs, self);
  self->door = usher_hub_door_new (self->clock, self->log, limits);
  self->groups = usher_hub_groups_new (&usher_hub_door_groups_funcs, self->door);
  usher_hub_door_set_groups (self->door, self->groups);
  usher_hub_door_set_moment (self->door);

  return usher_hub_log_foreach_group (self->log, on_group, self, error);
}

static gboolean
start (UsherHubThread *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  self->thread = g_thread_try_new ("usher-hub", run, self, &cause);
  if (self->thread == NULL)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "cannot start the thread of the hub: %s",
                 cause->message);

  return self->thread != NULL;
}

UsherHubThread *
usher_hub_thread_new (const char *directory,
                      UsherClock *clock,
                      const UsherHubLimits *limits,
                      GError **error)
{
  UsherHubThread *self = g_new0 (UsherHubThread, 1);

  usher_socket_begin ();

  self->clock = g_object_ref (clock);
  self->calls = g_async_queue_new ();
  if (!compose (self, directory, limits, error) || !start (self, error))
    {
      free_thread (self);
      return NULL;
    }

  self->turned = g_signal_connect (clock, "turned", G_CALLBACK (on_turned), self);

  return self;
}

gboolean
usher_hub_thread_stop (UsherHubThread *self)
{
  gboolean is_written = FALSE;

  g_signal_handler_disconnect (self->clock, self->turned);
  g_atomic_int_set (&self->is_stopping, 1);
  usher_wake_signal (self->wake);
  g_thread_join (self->thread);
  is_written = !usher_hub_log_is_failing (self->log);
  free_thread (self);

  return is_written;
}

/* Waits until the thread has done it. */
static gboolean
run_call (UsherHubThread *self, Call *call, GError **error)
{
  GError *failure = NULL;

  usher_latch_init (&call->latch, 1);
  g_async_queue_push (self->calls, call);
  usher_wake_signal (self->wake);
  failure = usher_latch_wait (&call->latch);
  if (failure != NULL)
    g_propagate_error (error, failure);

  return failure == NULL;
}

void
usher_hub_thread_set_guard (UsherHubThread *self, UsherGuard *guard)
{
  Call call = { .guard = guard };

  run_call (self, &call, NULL);
}

char *
usher_hub_thread_bind (UsherHubThread *self, const char *endpoint, GError **error)
{
  Call call = { .endpoint = endpoint };

  return run_call (self, &call, error) ? call.bound : NULL;
}
