/* usher-answers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-answers-private.h"

#include <string.h>

/* bytes that are told of why an event was not taken */
#define MAX_REASON 1024

struct _UsherAnswers
{
  UsherWake *wake; /* (owned) */
  GMutex mutex;
  GArray *list; /* (owned) (nullable) (mutex mutex) (element-type UsherAnswer) */
};

struct _UsherAnswerWay
{
  UsherAnswers *answers; /* (owned) */
  guint subscription;
};

static void
clear_answer (gpointer data)
{
  g_clear_pointer (&((UsherAnswer *) data)->reason, g_free);
}

UsherAnswers *
usher_answers_new (UsherWake *wake)
{
  UsherAnswers *self = g_atomic_rc_box_new0 (UsherAnswers);

  self->wake = usher_wake_ref (wake);
  g_mutex_init (&self->mutex);

  return self;
}

static void
clear_answers (gpointer data)
{
  UsherAnswers *self = data;

  usher_wake_unref (self->wake);
  g_clear_pointer (&self->list, g_array_unref);
  g_mutex_clear (&self->mutex);
}

void
usher_answers_unref (UsherAnswers *self)
{
  g_atomic_rc_box_release_full (self, clear_answers);
}

/* What comes of an error message may be of any length. */
static char *
shorten (const char *reason)
{
  if (reason == NULL || strlen (reason) <= MAX_REASON)
    return g_strdup (reason);

  return g_strndup (reason, (gsize) (g_utf8_find_prev_char (reason, reason + MAX_REASON) - reason));
}

static void
on_answer (UsherEvent *event,
           UsherAnswerKind kind,
           gint64 delay,
           const char *reason,
           gpointer user_data)
{
  const UsherAnswerWay *way = user_data;
  UsherAnswers *self = way->answers;
  UsherAnswer answer = {
    way->subscription, usher_event_get_sequence (event), kind, delay, shorten (reason)
  };

  g_mutex_lock (&self->mutex);
  if (self->list == NULL)
    {
      self->list = g_array_new (FALSE, FALSE, sizeof (UsherAnswer));
      g_array_set_clear_func (self->list, clear_answer);
    }
  g_array_append_val (self->list, answer);
  g_mutex_unlock (&self->mutex);

  usher_wake_signal (self->wake);
}

GArray *
usher_answers_take (UsherAnswers *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_steal_pointer (&self->list);
}

UsherAnswerWay *
usher_answer_way_new (UsherAnswers *answers, guint subscription)
{
  UsherAnswerWay *self = g_atomic_rc_box_new0 (UsherAnswerWay);

  self->answers = g_atomic_rc_box_acquire (answers);
  self->subscription = subscription;

  return self;
}

static void
clear_way (gpointer data)
{
  usher_answers_unref (((UsherAnswerWay *) data)->answers);
}

void
usher_answer_way_unref (UsherAnswerWay *self)
{
  g_atomic_rc_box_release_full (self, clear_way);
}

static void
unref_way (gpointer data)
{
  usher_answer_way_unref (data);
}

UsherDelivery *
usher_answer_way_deliver (UsherAnswerWay *self,
                          UsherEvent *event,
                          guint attempt,
                          gboolean redelivered)
{
  return usher_delivery_new (
      event, attempt, redelivered, on_answer, g_atomic_rc_box_acquire (self), unref_way);
}
