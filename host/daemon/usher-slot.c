/* usher-slot.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-slot.h"

#include <signal.h>

#include "usher-ends.h"
#include "usher-error.h"

#define FIRST_PAUSE 100 /* milliseconds before the second restart; the first comes at once */
#define LAST_PAUSE  5000

/* milliseconds that the old process stays beside a new one that is ready: what crashes at once shall change nothing */
#define PROBATION 300

struct _UsherSlot
{
  const UsherSlotPolicy *policy; /* (unowned) */
  char *name;                    /* (owned) */
  char **services;               /* (owned) (nullable) */

  UsherSlotState state;
  char *reason;        /* (owned) */
  UsherChild *current; /* (owned) (nullable) */
  UsherChild *next;    /* (owned) (nullable): takes over when it is ready */
  GPtrArray *old;      /* (owned) (element-type UsherChild): finish what is under way */
  guint generation;
  guint n_restarts;
  gboolean was_ready;
  gboolean gave_up;
  gboolean is_left_out;
  gboolean is_replaced;  /* the current one was told to end, so that another can begin */
  UsherEnds *ends;       /* (owned) */
  gint64 start_deadline; /* monotonic, of the child that is not ready yet; 0: none */
  gint64 stop_deadline;  /* monotonic, of those that were told to stop; 0: none */
  guint restart_timer;
  guint probation_timer; /* of the next one, which is ready */

  UsherReloadedFunc reloaded; /* (nullable): a reload is under way */
  gpointer reloaded_data;
};

static const char *const state_names[] = {
  "starting", "ready", "reloading", "waiting", "failed", "stopping", "stopped",
};

const char *
usher_slot_state_to_string (UsherSlotState state)
{
  return state_names[state];
}

UsherSlot *
usher_slot_new (const UsherSlotPolicy *policy, const char *name, const char *const *services)
{
  UsherSlot *self = g_new0 (UsherSlot, 1);

  self->policy = policy;
  self->name = g_strdup (name);
  self->services = g_strdupv ((char **) services);
  self->state = USHER_SLOT_STOPPED;
  self->reason = g_strdup ("it has not been started yet");
  self->old = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_child_free);
  self->ends = usher_ends_new ();

  return self;
}

void
usher_slot_free (UsherSlot *self)
{
  g_clear_handle_id (&self->restart_timer, g_source_remove);
  g_clear_handle_id (&self->probation_timer, g_source_remove);
  g_clear_pointer (&self->current, usher_child_free);
  g_clear_pointer (&self->next, usher_child_free);
  g_ptr_array_unref (self->old);
  usher_ends_free (self->ends);
  g_strfreev (self->services);
  g_free (self->name);
  g_free (self->reason);
  g_free (self);
}

static void
set_state (UsherSlot *self, UsherSlotState state, const char *reason)
{
  self->state = state;
  if (reason != self->reason)
    {
      g_free (self->reason);
      self->reason = g_strdup (reason);
    }
  self->policy->changed (self, self->policy->user_data);
}

static void on_child (UsherChild *child, gpointer user_data);

static gint64
make_deadline (guint timeout)
{
  return g_get_monotonic_time () + (gint64) timeout * G_TIME_SPAN_SECOND;
}

static UsherChild *
start_child (UsherSlot *self, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s-%u", self->name, ++self->generation);
  g_auto (GStrv) arguments = self->policy->make_arguments (self, name, self->policy->user_data);
  UsherChild *child = usher_child_new (
      (const char *const *) arguments, name, self->policy->notify, self->policy->watchdog, error);

  if (child == NULL)
    return NULL;

  usher_child_set_func (child, on_child, self);
  self->start_deadline = make_deadline (self->policy->start_timeout);

  return child;
}

static void restart_later (UsherSlot *self, const char *reason);

void
usher_slot_start (UsherSlot *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->restart_timer, g_source_remove);
  self->current = start_child (self, &error);
  if (self->current != NULL)
    set_state (self, USHER_SLOT_STARTING, usher_child_get_reason (self->current));
  else
    restart_later (self, error->message);
}

static gboolean
on_restart (gpointer user_data)
{
  UsherSlot *self = user_data;

  self->restart_timer = 0;
  self->n_restarts++;
  usher_slot_start (self);
  if (self->current != NULL)
    g_message ("process “%s” is started again, as “%s” with pid %d",
               self->name,
               usher_child_get_name (self->current),
               (int) usher_child_get_pid (self->current));

  return G_SOURCE_REMOVE;
}

static void
restart_later (UsherSlot *self, const char *reason)
{
  guint n = usher_ends_count (self->ends, self->policy->restart_window);
  guint pause = n < 2 ? 0 : MIN (FIRST_PAUSE << MIN (n - 2, 16), LAST_PAUSE);
  g_autofree char *text = NULL;

  if (n > self->policy->max_restarts)
    {
      text = g_strdup_printf ("it ended %u %s within %u s, at last so: %s",
                              n,
                              n == 1 ? "time" : "times",
                              self->policy->restart_window,
                              reason);
      g_warning ("process “%s” is given up: %s", self->name, text);
      set_state (self, USHER_SLOT_FAILED, text);
      return;
    }

  self->restart_timer = g_timeout_add (pause, on_restart, self);
  set_state (self, USHER_SLOT_WAITING, reason);
}

static void
end_reload (UsherSlot *self, const GError *error)
{
  UsherReloadedFunc func = g_steal_pointer (&self->reloaded);

  if (func != NULL)
    func (self, error, self->reloaded_data);
}

static void
fail_reload (UsherSlot *self, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_set_error (&error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "the new process of “%s” did not take over: %s%s",
               self->name,
               why,
               self->current != NULL ? "; the old one serves on" : "");
  end_reload (self, error);
}

static gboolean
on_proven (gpointer user_data)
{
  UsherSlot *self = user_data;

  self->probation_timer = 0;
  usher_child_signal (self->current, SIGTERM);
  g_ptr_array_add (self->old, self->current);
  self->stop_deadline = make_deadline (self->policy->stop_timeout);
  self->current = g_steal_pointer (&self->next);
  set_state (self, USHER_SLOT_READY, "it serves");
  end_reload (self, NULL);

  return G_SOURCE_REMOVE;
}

static void
on_ready (UsherSlot *self, UsherChild *child)
{
  self->start_deadline = 0;
  self->was_ready = TRUE;
  if (child == self->next)
    {
      if (self->probation_timer == 0)
        self->probation_timer = g_timeout_add (PROBATION, on_proven, self);
      return;
    }

  set_state (self, USHER_SLOT_READY, "it serves");
  end_reload (self, NULL);
}

static void
note_stopped (UsherSlot *self)
{
  if (self->state != USHER_SLOT_STOPPING || self->current != NULL || self->next != NULL ||
      self->old->len > 0)
    return;

  self->stop_deadline = 0;
  set_state (self, USHER_SLOT_STOPPED, "it has ended");
}

/* The one that serves has ended although nobody asked it to. @end: with more than @reason */
static void
on_current_end (UsherSlot *self, const char *reason, const char *end)
{
  if (self->next != NULL)
    {
      /* the new one is the next process anyway */
      self->current = g_steal_pointer (&self->next);
      if (self->probation_timer == 0)
        set_state (self, USHER_SLOT_STARTING, reason);
      else
        on_ready (self, self->current);
      g_clear_handle_id (&self->probation_timer, g_source_remove);
      return;
    }

  self->start_deadline = 0;
  if (self->is_left_out)
    {
      g_message ("process “%s” is not started again: %s", self->name, end);
      set_state (self, USHER_SLOT_FAILED, end);
    }
  else if (self->gave_up && !self->was_ready)
    {
      g_warning ("process “%s” is given up: its first one could not start", self->name);
      set_state (self, USHER_SLOT_FAILED, reason);
    }
  else
    restart_later (self, reason);
  fail_reload (self, end);
}

static gboolean
is_asked_to_end (UsherSlot *self, UsherChild *child)
{
  return self->state == USHER_SLOT_STOPPING || (child == self->current && self->is_replaced) ||
         (child != self->current && child != self->next);
}

static void
note_end (UsherSlot *self, UsherChild *child, const char *end)
{
  const char *name = usher_child_get_name (child);
  int pid = (int) usher_child_get_pid (child);

  if (is_asked_to_end (self, child))
    {
      g_info ("process “%s” with pid %d has ended: %s", name, pid, end);
      return;
    }

  g_message ("process “%s” with pid %d has died: %s", name, pid, end);
  usher_ends_note (self->ends, end);
}

static void
take_next_end (UsherSlot *self, const char *end)
{
  self->next = NULL;
  self->start_deadline = 0;
  g_clear_handle_id (&self->probation_timer, g_source_remove);
  if (self->state == USHER_SLOT_RELOADING)
    set_state (self, USHER_SLOT_READY, "it serves; a new process did not take over");
  fail_reload (self, end);
}

/* So long that, if all did, it would never be given up. */
static gboolean
has_served_long (UsherSlot *self, UsherChild *child)
{
  gint64 window = (gint64) self->policy->restart_window * G_TIME_SPAN_SECOND;

  return usher_child_get_served (child) >= window / MAX (1, self->policy->max_restarts);
}

static void
take_current_end (UsherSlot *self, UsherChild *child, const char *end)
{
  gboolean is_replaced = self->is_replaced;

  /* those before it were of something that is over */
  if (has_served_long (self, child))
    usher_ends_forget (self->ends);
  self->current = NULL;
  self->is_replaced = FALSE;
  self->gave_up = usher_child_gave_up (child);
  self->is_left_out = usher_child_is_left_out (child);
  if (self->state == USHER_SLOT_STOPPING)
    return;

  if (is_replaced)
    usher_slot_start (self);
  else
    on_current_end (self, usher_child_get_reason (child), end);
}

static void
on_end (UsherSlot *self, UsherChild *child)
{
  g_autofree char *end = usher_child_dup_end (child);

  self->policy->ended (self, usher_child_get_name (child), self->policy->user_data);
  note_end (self, child, end);
  if (child == self->next)
    take_next_end (self, end);
  else if (child == self->current)
    take_current_end (self, child, end);
  else
    {
      guint index = 0;

      if (g_ptr_array_find (self->old, child, &index))
        g_ptr_array_steal_index (self->old, index);
    }

  usher_child_free (child);
  note_stopped (self);
}

static void
on_child (UsherChild *child, gpointer user_data)
{
  UsherSlot *self = user_data;
  UsherChildState state = usher_child_get_state (child);

  if (state == USHER_CHILD_ENDED)
    on_end (self, child);
  else if (state == USHER_CHILD_READY && self->state != USHER_SLOT_STOPPING &&
           (child == self->next || self->state == USHER_SLOT_STARTING))
    on_ready (self, child);
  else if (child == self->current && self->state == USHER_SLOT_STARTING)
    set_state (self, self->state, usher_child_get_reason (child));
  else if (child == self->current)
    /* what it cannot do may be news */
    self->policy->changed (self, self->policy->user_data);
}

void
usher_slot_stop (UsherSlot *self)
{
  g_clear_handle_id (&self->restart_timer, g_source_remove);
  g_clear_handle_id (&self->probation_timer, g_source_remove);
  self->start_deadline = 0;
  if (self->state == USHER_SLOT_STOPPED)
    return;

  set_state (self, USHER_SLOT_STOPPING, "it finishes what is under way");
  fail_reload (self, "it is being stopped");
  if (self->current != NULL)
    usher_child_signal (self->current, SIGTERM);
  if (self->next != NULL)
    usher_child_kill (self->next, "it was not needed any more");
  self->stop_deadline = make_deadline (self->policy->stop_timeout);
  note_stopped (self);
}

static gboolean
check_reload (UsherSlot *self, GError **error)
{
  if (self->reloaded == NULL &&
      (self->state == USHER_SLOT_READY || self->state == USHER_SLOT_WAITING ||
       self->state == USHER_SLOT_FAILED))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_BUSY,
               "process “%s” cannot be reloaded, it is %s",
               self->name,
               usher_slot_state_to_string (self->state));

  return FALSE;
}

void
usher_slot_reload (UsherSlot *self, UsherReloadedFunc func, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!check_reload (self, &error))
    {
      func (self, error, user_data);
      return;
    }

  self->reloaded = func;
  self->reloaded_data = user_data;
  usher_ends_forget (self->ends);
  if (self->current == NULL)
    {
      usher_slot_start (self);
      return;
    }

  self->next = start_child (self, &error);
  if (self->next != NULL)
    set_state (self, USHER_SLOT_RELOADING, "a new process is being started");
  else
    fail_reload (self, error->message);
}

gboolean
usher_slot_take_notice (UsherSlot *self, GPid pid, const char *text)
{
  if (self->current != NULL && usher_child_take_notice (self->current, pid, text))
    return TRUE;
  if (self->next != NULL && usher_child_take_notice (self->next, pid, text))
    return TRUE;

  for (guint i = 0; i < self->old->len; i++)
    if (usher_child_take_notice (g_ptr_array_index (self->old, i), pid, text))
      return TRUE;

  return FALSE;
}

static void
end_late_start (UsherSlot *self)
{
  UsherChild *child = self->next != NULL ? self->next : self->current;
  g_autofree char *why = NULL;

  self->start_deadline = 0;
  if (child == NULL)
    return;

  why = g_strdup_printf ("it was not ready within %u s: %s",
                         self->policy->start_timeout,
                         usher_child_get_reason (child));
  usher_child_kill (child, why);
}

static void
end_late_stop (UsherSlot *self)
{
  g_autofree char *why =
      g_strdup_printf ("it did not stop within %u s", self->policy->stop_timeout);

  self->stop_deadline = 0;
  if (self->current != NULL && (self->state == USHER_SLOT_STOPPING || self->is_replaced))
    usher_child_kill (self->current, why);
  for (guint i = 0; i < self->old->len; i++)
    usher_child_kill (g_ptr_array_index (self->old, i), why);
}

static gboolean
is_late (gint64 *deadline, gint64 gap)
{
  if (*deadline == 0)
    return FALSE;

  *deadline += gap;

  return g_get_monotonic_time () >= *deadline;
}

void
usher_slot_check (UsherSlot *self, gint64 gap)
{
  if (self->current != NULL)
    usher_child_forgive (self->current, gap);
  if (self->next != NULL)
    usher_child_forgive (self->next, gap);

  if (is_late (&self->start_deadline, gap))
    end_late_start (self);
  if (is_late (&self->stop_deadline, gap))
    end_late_stop (self);
  if (self->current != NULL && !usher_child_is_alive (self->current))
    usher_child_kill (self->current, "it did not say in time that it is alive");
}

void
usher_slot_replace (UsherSlot *self, const char *why)
{
  if (self->current == NULL || self->state != USHER_SLOT_READY)
    return;

  self->is_replaced = TRUE;
  self->stop_deadline = make_deadline (self->policy->stop_timeout);
  set_state (self, USHER_SLOT_WAITING, why);
  usher_child_signal (self->current, SIGTERM);
}

const char *
usher_slot_get_name (UsherSlot *self)
{
  return self->name;
}

const char *const *
usher_slot_get_services (UsherSlot *self)
{
  return (const char *const *) self->services;
}

gboolean
usher_slot_has_service (UsherSlot *self, const char *service)
{
  return self->services != NULL && g_strv_contains ((const char *const *) self->services, service);
}

UsherSlotState
usher_slot_get_state (UsherSlot *self)
{
  return self->state;
}

gboolean
usher_slot_is_ready (UsherSlot *self)
{
  return self->state == USHER_SLOT_READY || self->state == USHER_SLOT_RELOADING;
}

const char *
usher_slot_get_reason (UsherSlot *self)
{
  return self->reason;
}

UsherChild *
usher_slot_get_child (UsherSlot *self)
{
  return self->current;
}

guint
usher_slot_get_n_restarts (UsherSlot *self)
{
  return self->n_restarts;
}

guint
usher_slot_get_generation (UsherSlot *self)
{
  return self->generation;
}

const char *
usher_slot_get_last_end (UsherSlot *self, gint64 *time)
{
  *time = usher_ends_get_last_time (self->ends);

  return usher_ends_get_last (self->ends);
}

gboolean
usher_slot_is_left_out (UsherSlot *self)
{
  return self->state == USHER_SLOT_FAILED && self->is_left_out && self->policy->leaves_out;
}

gboolean
usher_slot_gave_up (UsherSlot *self)
{
  return self->state == USHER_SLOT_FAILED && self->gave_up && !self->was_ready;
}
