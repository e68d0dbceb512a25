/* usher-zmq-bus-questions.c: what is asked without waiting for the answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-zmq-bus-private.h"

#include "usher-error.h"

gboolean
usher_zmq_bus_check (UsherZmqBus *self, const UsherQuestion *question, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!question->done)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "the hub at “%s” does not answer%s%s",
                 self->endpoint,
                 self->trouble != NULL ? ": " : "",
                 self->trouble != NULL ? self->trouble : "");
  else if (question->code != 0)
    g_set_error_literal (error,
                         USHER_ERROR,
                         question->code - 1,
                         question->text != NULL ? question->text : "the hub refused");

  return question->done && question->code == 0;
}

void
usher_zmq_bus_end_question (UsherZmqBus *self, UsherQuestion *question, GQueue *ended)
{
  question->done = TRUE;
  if (question->func != NULL)
    g_queue_push_tail (ended, question);
  else
    g_cond_broadcast (&self->cond);
}

void
usher_zmq_bus_tell_ended (UsherZmqBus *self, GQueue *ended)
{
  UsherQuestion *question = NULL;

  while ((question = g_queue_pop_head (ended)) != NULL)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = usher_zmq_bus_check (self, question, &error);

      question->func (ok ? question->text : NULL, error, question->user_data);
      g_clear_pointer (&question->frame, g_byte_array_unref);
      g_free (question->text);
      g_free (question);
    }
}

void
usher_zmq_bus_end_questions (UsherZmqBus *self, gint64 now)
{
  GQueue ended = G_QUEUE_INIT;
  GHashTableIter iter;
  gpointer value = NULL;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->asked);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherQuestion *question = value;

      if (question->func == NULL || question->deadline > now)
        continue;
      g_hash_table_iter_remove (&iter);
      g_queue_push_tail (&ended, question);
    }
  /* at the end, those that the thread has not seen; who waits finds out by itself */
  for (GList *link = now == G_MAXINT64 ? self->questions.head : NULL; link != NULL;)
    {
      GList *next = link->next;

      if (((UsherQuestion *) link->data)->func != NULL)
        {
          g_queue_push_tail (&ended, link->data);
          g_queue_delete_link (&self->questions, link);
        }
      link = next;
    }
  g_mutex_unlock (&self->mutex);

  usher_zmq_bus_tell_ended (self, &ended);
}

void
usher_zmq_bus_describe_async (UsherBus *bus,
                              const char *what,
                              gint64 patience,
                              UsherDescribedFunc func,
                              gpointer user_data)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion *question = g_new0 (UsherQuestion, 1);
  GQueue ended = G_QUEUE_INIT;

  question->func = func;
  question->user_data = user_data;
  question->deadline = g_get_monotonic_time () + patience;
  question->frame = usher_frame_new (USHER_FRAME_ASK);

  g_mutex_lock (&self->mutex);
  question->id = ++self->last_id;
  usher_frame_add_u32 (question->frame, question->id);
  usher_frame_add_text (question->frame, what);
  if (self->stopping)
    g_queue_push_tail (&ended, question);
  else
    {
      g_queue_push_tail (&self->questions, question);
      usher_zmq_bus_wake_locked (self);
    }
  g_mutex_unlock (&self->mutex);

  usher_zmq_bus_tell_ended (self, &ended);
}
