/* usher-commit.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-commit.h"

#include "usher-commit-private.h"

/**
 * UsherCommit:
 *
 * What a store is to write as one: documents, events, timers, the mark that an event was applied, and the record of a
 * request's key; and what became of it.
 *
 * A [class@Unit] fills one for its handler, the host adds what it knows (the event, the timer, the key), and
 * [method@Store.commit] is given it. Until the store has answered nobody else touches it. A store writes all of it
 * or nothing:
 *
 * 1. When the inbox has the event, or the timer that fired is not stored at its generation any more, nothing is written and
 *    the commit *was applied*, which is success.
 * 2. When the key of the request is stored already, the error is `USHER_ERROR_TAKEN`, unless it has the same hash, no answer,
 *    and for its owner the record's or the one that the record takes over. It has the record's owner then.
 * 3. Each change needs the stored version that it names, and but for a removal the level (`USHER_ERROR_CONFLICT`), and its unique values for itself
 *    (`USHER_ERROR_TAKEN`, with [method@Commit.set_taken]).
 * 4. The timer that fired is dropped, then the timers are set and dropped in their order. With each is kept when that was, which is the
 *    time of the commit. Where others share the database a timer that is not parked fires for whoever has the lease: for another the
 *    commit *was applied*.
 * 5. The events are put at the end of the outbox, in their order and together; each gets a mark.
 *
 * What is wrong with one commit concerns no other, however many a store writes together: only where nothing can be written do
 * all of them fail.
 *
 * A store that keeps the events inside of the documents puts them into the first one that is changed, or into a document of
 * their own. Used by one thread at a time.
 */
G_DEFINE_BOXED_TYPE (UsherCommit, usher_commit, usher_commit_ref, usher_commit_unref)

/**
 * usher_commit_new:
 * @time: when it is decided, wall time in microseconds
 *
 * Makes a commit of nothing.
 *
 * Returns: (transfer full): the commit
 */
UsherCommit *
usher_commit_new (gint64 time)
{
  UsherCommit *self = g_new0 (UsherCommit, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->time = time;

  return self;
}

/**
 * usher_commit_ref:
 * @self: a commit
 *
 * Takes a reference. Any thread.
 *
 * Returns: (transfer full): @self
 */
UsherCommit *
usher_commit_ref (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_commit_unref:
 * @self: (transfer full): a commit
 *
 * Drops a reference. Any thread.
 */
void
usher_commit_unref (UsherCommit *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->changes, g_array_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->timers, g_array_unref);
  g_clear_pointer (&self->fired, usher_timer_unref);
  g_clear_pointer (&self->origin, usher_origin_free);
  g_clear_pointer (&self->request, usher_request_record_free);
  g_clear_pointer (&self->marks, g_array_unref);
  g_clear_pointer (&self->taken, usher_document_unref);
  g_strfreev (self->taken_fields);
  g_free (self->event_id);
  g_free (self->subscriber);
  g_free (self);
}

/**
 * usher_commit_publish:
 * @self: a commit
 * @event: an event
 *
 * Puts an event behind those that are published already.
 */
void
usher_commit_publish (UsherCommit *self, UsherEvent *event)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (event != NULL);

  usher_commit_publish_at (self, event, G_MAXUINT);
}

void
usher_commit_publish_at (UsherCommit *self, UsherEvent *event, guint place)
{
  if (self->events == NULL)
    self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  g_ptr_array_insert (self->events, (int) MIN (place, self->events->len), usher_event_ref (event));
}

static void
clear_timer (gpointer data)
{
  UsherTimerChange *change = data;

  g_free (change->name);
  g_free (change->key);
  g_free (change->payload);
  g_clear_pointer (&change->history, usher_timer_history_free);
  g_clear_pointer (&change->origin, usher_origin_free);
}

static void
add_timer (UsherCommit *self, const UsherTimerChange *change)
{
  if (self->timers == NULL)
    {
      self->timers = g_array_new (FALSE, FALSE, sizeof *change);
      g_array_set_clear_func (self->timers, clear_timer);
    }
  g_array_append_vals (self->timers, change, 1);
}

/**
 * usher_commit_schedule:
 * @self: a commit
 * @name: which handler
 * @key: for what
 * @due: wall time in microseconds
 * @payload: (nullable): JSON for the handler
 * @attempt: how often the handler has failed
 *
 * Sets the timer (@name, @key), replacing it when it is set. It goes back to what [method@Commit.set_origin] has said last.
 */
void
usher_commit_schedule (UsherCommit *self,
                       const char *name,
                       const char *key,
                       gint64 due,
                       const char *payload,
                       guint attempt)
{
  UsherTimerChange change = { .set = TRUE, .due = due, .attempt = attempt };

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);
  g_return_if_fail (key != NULL);

  change.name = g_strdup (name);
  change.key = g_strdup (key);
  change.payload = g_strdup (payload);
  change.origin = self->origin != NULL ? usher_origin_copy (self->origin) : NULL;
  add_timer (self, &change);
}

/**
 * usher_commit_set_origin:
 * @self: a commit
 * @origin: (nullable): what timers go back to that are set from now on, `NULL`: nobody knows
 *
 * Says what led to the timers of the commit, which is kept with them.
 */
void
usher_commit_set_origin (UsherCommit *self, const UsherOrigin *origin)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->origin, usher_origin_free);
  self->origin = origin != NULL ? usher_origin_copy (origin) : NULL;
}

/**
 * usher_commit_unschedule:
 * @self: a commit
 * @name: which handler
 * @key: for what
 *
 * Drops the timer (@name, @key), if it is set.
 */
void
usher_commit_unschedule (UsherCommit *self, const char *name, const char *key)
{
  const UsherTimerChange change = { .name = g_strdup (name), .key = g_strdup (key) };

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);
  g_return_if_fail (key != NULL);

  add_timer (self, &change);
}

/**
 * usher_commit_set_inbox:
 * @self: a commit
 * @event_id: the id of the event that it is for
 * @subscriber: the group that listens
 *
 * Says that the commit applies an event, once.
 */
void
usher_commit_set_inbox (UsherCommit *self, const char *event_id, const char *subscriber)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (event_id != NULL);
  g_return_if_fail (subscriber != NULL);

  g_free (self->event_id);
  self->event_id = g_strdup (event_id);
  g_free (self->subscriber);
  self->subscriber = g_strdup (subscriber);
}

/**
 * usher_commit_set_fired:
 * @self: a commit
 * @timer: the timer that it is for
 *
 * Says that the commit is what a timer does. It drops the timer, unless it sets it anew.
 */
void
usher_commit_set_fired (UsherCommit *self, UsherTimer *timer)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (timer != NULL);

  g_clear_pointer (&self->fired, usher_timer_unref);
  self->fired = usher_timer_ref (timer);
}

/**
 * usher_commit_set_anew:
 * @self: a commit
 * @timer: a timer, as it is stored
 * @due: wall time in microseconds; of no account where @history says that it is parked
 * @attempt: how often its handler has failed
 * @history: (nullable): what went wrong with it, `NULL`: nothing did
 *
 * Says that the commit is for @timer, as [method@Commit.set_fired] does, and sets it anew. Only so is a history kept: a service
 * that sets its timer begins from nothing.
 */
void
usher_commit_set_anew (UsherCommit *self,
                       UsherTimer *timer,
                       gint64 due,
                       guint attempt,
                       const UsherTimerHistory *history)
{
  const UsherOrigin *origin = NULL;
  UsherTimerChange change = { .set = TRUE, .due = due, .attempt = attempt };

  g_return_if_fail (self != NULL);
  g_return_if_fail (timer != NULL);

  usher_commit_set_fired (self, timer);
  change.name = g_strdup (usher_timer_get_name (timer));
  change.key = g_strdup (usher_timer_get_key (timer));
  change.payload = g_strdup (usher_timer_get_payload (timer));
  change.history = history != NULL ? usher_timer_history_copy (history) : NULL;
  origin = usher_timer_get_origin (timer);
  change.origin = origin != NULL ? usher_origin_copy (origin) : NULL;
  add_timer (self, &change);
}

/**
 * usher_commit_take_request:
 * @self: a commit
 * @record: (transfer full): the key of the request that it is for
 *
 * Says that the commit is what a request with an idempotency key does.
 */
void
usher_commit_take_request (UsherCommit *self, UsherRequestRecord *record)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (record != NULL);

  g_clear_pointer (&self->request, usher_request_record_free);
  self->request = record;
  record->time = self->time;
}

/**
 * usher_commit_take_answer:
 * @self: a commit with the key of a request
 * @status: the status of the answer
 * @body: (nullable) (transfer full): its body
 *
 * Keeps the answer with the key. A request that goes on with a step has none yet.
 */
void
usher_commit_take_answer (UsherCommit *self, guint status, char *body)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->request != NULL);

  self->request->status = status;
  g_free (self->request->body);
  self->request->body = body;
}

/**
 * usher_commit_get_time:
 * @self: a commit
 *
 * Gets when it was decided.
 *
 * Returns: wall time in microseconds
 */
gint64
usher_commit_get_time (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/**
 * usher_commit_is_empty:
 * @self: a commit
 *
 * Tells whether there is nothing to write: no change, event, timer, timer that fired, or event that is applied. The key of a request
 * alone is nothing.
 *
 * Returns: whether it is empty
 */
gboolean
usher_commit_is_empty (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return usher_commit_get_n_changes (self) == 0 && self->events == NULL && self->timers == NULL &&
         self->fired == NULL && self->event_id == NULL;
}

/**
 * usher_commit_get_n_events:
 * @self: a commit
 *
 * Counts the events.
 *
 * Returns: how many
 */
guint
usher_commit_get_n_events (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->events != NULL ? self->events->len : 0;
}

/**
 * usher_commit_get_event:
 * @self: a commit
 * @index: below [method@Commit.get_n_events]
 *
 * Gets one event.
 *
 * Returns: (transfer none): the event
 */
UsherEvent *
usher_commit_get_event (UsherCommit *self, guint index)
{
  g_return_val_if_fail (index < usher_commit_get_n_events (self), NULL);

  return g_ptr_array_index (self->events, index);
}

/**
 * usher_commit_get_n_timers:
 * @self: a commit
 *
 * Counts what is done to timers.
 *
 * Returns: how many
 */
guint
usher_commit_get_n_timers (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->timers != NULL ? self->timers->len : 0;
}

/**
 * usher_commit_get_timer:
 * @self: a commit
 * @index: below [method@Commit.get_n_timers]
 *
 * Gets what is done to one timer.
 *
 * Returns: (transfer none): the change, which lives as long as @self
 */
const UsherTimerChange *
usher_commit_get_timer (UsherCommit *self, guint index)
{
  g_return_val_if_fail (index < usher_commit_get_n_timers (self), NULL);

  return &g_array_index (self->timers, UsherTimerChange, index);
}

/**
 * usher_commit_get_event_id:
 * @self: a commit
 *
 * Gets the event that the commit applies.
 *
 * Returns: (nullable): its id
 */
const char *
usher_commit_get_event_id (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->event_id;
}

/**
 * usher_commit_get_subscriber:
 * @self: a commit
 *
 * Gets for which group the commit applies an event.
 *
 * Returns: (nullable): the group
 */
const char *
usher_commit_get_subscriber (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->subscriber;
}

/**
 * usher_commit_get_fired:
 * @self: a commit
 *
 * Gets the timer whose doing the commit is.
 *
 * Returns: (transfer none) (nullable): the timer
 */
UsherTimer *
usher_commit_get_fired (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->fired;
}

/**
 * usher_commit_get_request:
 * @self: a commit
 *
 * Gets the key of the request whose doing the commit is.
 *
 * Returns: (transfer none) (nullable): the record to be kept
 */
const UsherRequestRecord *
usher_commit_get_request (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->request;
}
