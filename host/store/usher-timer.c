/* usher-timer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer.h"

/**
 * UsherTimer:
 *
 * Something that shall happen at a time, as a store kept it.
 *
 * A timer is named by (name, key). It is immutable, reference counted and may be used by any
 * thread.
 */
struct _UsherTimer
{
  char *name;    /* (owned) */
  char *key;     /* (owned) */
  char *payload; /* (owned) (nullable) */
  gint64 due;
  gint64 generation;
  guint attempt;
  gint64 since;
  UsherTimerHistory *history; /* (owned) (nullable) */
  UsherOrigin *origin;        /* (owned) (nullable) */
};

G_DEFINE_BOXED_TYPE (UsherTimer, usher_timer, usher_timer_ref, usher_timer_unref)

/**
 * usher_timer_new:
 * @name: which handler
 * @key: for what
 * @due: wall time in microseconds
 * @payload: (nullable): JSON text for the handler
 * @attempt: how often its handler has failed
 * @generation: which setting of the timer this is
 *
 * Makes a timer. Stores call this; a service sets a timer with [method@Unit.schedule].
 *
 * Returns: (transfer full): a timer
 */
UsherTimer *
usher_timer_new (const char *name,
                 const char *key,
                 gint64 due,
                 const char *payload,
                 guint attempt,
                 gint64 generation)
{
  UsherTimer *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  self = g_atomic_rc_box_new0 (UsherTimer);
  self->name = g_strdup (name);
  self->key = g_strdup (key);
  self->payload = g_strdup (payload);
  self->due = due;
  self->generation = generation;
  self->attempt = attempt;

  return self;
}

/**
 * usher_timer_set_past:
 * @self: a timer that was just made
 * @since: when it was set, wall time in microseconds, 0: nobody knows
 * @history: (nullable) (transfer full): what went wrong with it
 *
 * Adds what a store keeps of a timer besides. Before anybody else has it.
 */
void
usher_timer_set_past (UsherTimer *self, gint64 since, UsherTimerHistory *history)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->history == NULL);

  self->since = since;
  self->history = history;
}

/**
 * usher_timer_take_origin:
 * @self: a timer that was just made
 * @origin: (nullable) (transfer full): what it goes back to
 *
 * Adds what a store keeps of where a timer is from. Before anybody else has it.
 */
void
usher_timer_take_origin (UsherTimer *self, UsherOrigin *origin)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->origin == NULL);

  self->origin = origin;
}

/**
 * usher_timer_ref:
 * @self: a timer
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
UsherTimer *
usher_timer_ref (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
clear_timer (gpointer data)
{
  UsherTimer *self = data;

  g_free (self->name);
  g_free (self->key);
  g_free (self->payload);
  g_clear_pointer (&self->history, usher_timer_history_free);
  g_clear_pointer (&self->origin, usher_origin_free);
}

/**
 * usher_timer_unref:
 * @self: (transfer full): a timer
 *
 * Drops a reference.
 */
void
usher_timer_unref (UsherTimer *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, clear_timer);
}

/**
 * usher_timer_get_name:
 * @self: a timer
 *
 * Gets which handler the timer is for.
 *
 * Returns: (transfer none): the name
 */
const char *
usher_timer_get_name (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * usher_timer_get_key:
 * @self: a timer
 *
 * Gets what the timer is for, mostly the id of a document.
 *
 * Returns: (transfer none): the key
 */
const char *
usher_timer_get_key (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->key;
}

/**
 * usher_timer_get_due:
 * @self: a timer
 *
 * Gets when the timer is due.
 *
 * Returns: wall time in microseconds
 */
gint64
usher_timer_get_due (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->due;
}

/**
 * usher_timer_get_payload:
 * @self: a timer
 *
 * Gets what was given to [method@Unit.schedule].
 *
 * Returns: (transfer none) (nullable): JSON text
 */
const char *
usher_timer_get_payload (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->payload;
}

/**
 * usher_timer_get_attempt:
 * @self: a timer
 *
 * Gets how often the handler of the timer has failed.
 *
 * Returns: a count
 */
guint
usher_timer_get_attempt (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->attempt;
}

/**
 * usher_timer_get_generation:
 * @self: a timer
 *
 * Gets which setting of the timer this is. It changes each time the timer is set; a store removes
 * a fired timer only at this generation.
 *
 * Returns: a number without order
 */
gint64
usher_timer_get_generation (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->generation;
}

/**
 * usher_timer_get_since:
 * @self: a timer
 *
 * Gets when the timer was set: with [method@Timer.get_due] that tells how long it was meant to wait.
 *
 * Returns: wall time in microseconds, 0: nobody knows
 */
gint64
usher_timer_get_since (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->since;
}

/**
 * usher_timer_get_history:
 * @self: a timer
 *
 * Gets what went wrong with the timer since the service set it.
 *
 * Returns: (transfer none) (nullable): the history, `NULL`: nothing did
 */
const UsherTimerHistory *
usher_timer_get_history (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->history;
}

/**
 * usher_timer_get_origin:
 * @self: a timer
 *
 * Gets what the timer goes back to: the request or event whose handler has set it, and its trace. What the timer's own handler
 * publishes goes back to the same.
 *
 * Returns: (transfer none) (nullable): the origin, `NULL`: nobody knows
 */
const UsherOrigin *
usher_timer_get_origin (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->origin;
}

/**
 * usher_timer_is_parked:
 * @self: a timer
 *
 * Tells whether the timer waits for an operator: it never fires by itself.
 *
 * Returns: whether it is parked
 */
gboolean
usher_timer_is_parked (UsherTimer *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->history != NULL && self->history->parked != 0;
}
