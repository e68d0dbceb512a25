/* usher-questions.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-questions-private.h"

#include "usher-error.h"

struct _UsherQuestions
{
  UsherWake *wake; /* (owned) */
  char *endpoint;  /* (owned) */
  GMutex mutex;
  GCond cond;
  GQueue fresh;        /* (mutex mutex) (element-type UsherQuestion): not yet seen by the thread */
  GHashTable *asked;   /* (owned) (mutex mutex): id → UsherQuestion */
  GQueue ended;        /* (mutex mutex) (element-type UsherQuestion): to be told without the lock */
  guint last_id;       /* (mutex mutex) */
  gboolean is_stopped; /* (mutex mutex) */
  const char *trouble; /* (mutex mutex) (nullable): why there is no hub */
};

UsherQuestions *
usher_questions_new (UsherWake *wake, const char *endpoint)
{
  UsherQuestions *self = g_new0 (UsherQuestions, 1);

  self->wake = usher_wake_ref (wake);
  self->endpoint = g_strdup (endpoint);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->fresh);
  g_queue_init (&self->ended);
  self->asked = g_hash_table_new (NULL, NULL);

  return self;
}

void
usher_questions_free (UsherQuestions *self)
{
  g_hash_table_unref (self->asked);
  usher_wake_unref (self->wake);
  g_free (self->endpoint);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
usher_questions_init_question (UsherQuestions *self, UsherQuestion *question, UsherFrameType type)
{
  g_mutex_lock (&self->mutex);
  question->id = ++self->last_id;
  g_mutex_unlock (&self->mutex);
  question->frame = usher_frame_new (type);
  usher_frame_add_u32 (question->frame, question->id);
}

void
usher_question_clear (UsherQuestion *question)
{
  g_clear_pointer (&question->frame, g_byte_array_unref);
  g_clear_pointer (&question->text, g_free);
  g_clear_pointer (&question->body, g_bytes_unref);
}

void
usher_question_read (const UsherQuestion *question, UsherFrameReader *reader)
{
  gsize size = 0;
  gconstpointer data = question->body != NULL ? g_bytes_get_data (question->body, &size) : NULL;

  usher_frame_reader_init (reader, data, size);
}

/* Whether it went well; else with the error that it tells. */
static gboolean
check (UsherQuestions *self, const UsherQuestion *question, GError **error)
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

gboolean
usher_questions_ask (UsherQuestions *self, UsherQuestion *question, gint64 patience, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + patience;

  g_mutex_lock (&self->mutex);
  if (self->is_stopped)
    {
      g_mutex_unlock (&self->mutex);
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the bus is closed");
      return FALSE;
    }
  g_queue_push_tail (&self->fresh, question);
  usher_wake_signal (self->wake);
  while (!question->done && !self->is_stopped &&
         g_cond_wait_until (&self->cond, &self->mutex, deadline))
    continue;
  /* the thread must not meet it any more */
  if (!question->done)
    {
      g_queue_remove (&self->fresh, question);
      g_hash_table_remove (self->asked, GUINT_TO_POINTER (question->id));
    }
  g_mutex_unlock (&self->mutex);

  return check (self, question, error);
}

void
usher_questions_ask_thread (UsherQuestions *self, UsherQuestion *question)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->is_stopped)
    return;

  g_queue_push_tail (&self->fresh, question);
  usher_wake_signal (self->wake);
  while (!question->done)
    g_cond_wait (&self->cond, &self->mutex);
}

/* Tells of those that have ended. */
static void
tell_ended (UsherQuestions *self)
{
  GQueue ended = G_QUEUE_INIT;
  UsherQuestion *question = NULL;

  g_mutex_lock (&self->mutex);
  ended = self->ended;
  g_queue_init (&self->ended);
  g_mutex_unlock (&self->mutex);

  while ((question = g_queue_pop_head (&ended)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      check (self, question, &error);
      question->func (question, error, question->user_data);
      if (question->destroy != NULL)
        question->destroy (question->user_data);
      usher_question_clear (question);
      g_free (question);
    }
}

void
usher_questions_ask_async (UsherQuestions *self, UsherQuestion *question, gint64 patience)
{
  gboolean is_stopped = FALSE;

  question->deadline = g_get_monotonic_time () + patience;
  g_mutex_lock (&self->mutex);
  is_stopped = self->is_stopped;
  g_queue_push_tail (is_stopped ? &self->ended : &self->fresh, question);
  g_mutex_unlock (&self->mutex);

  if (is_stopped)
    tell_ended (self);
  else
    usher_wake_signal (self->wake);
}

void
usher_questions_stop (UsherQuestions *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_stopped = TRUE;
  g_cond_broadcast (&self->cond);
}

void
usher_questions_take (UsherQuestions *self, UsherQuestionFunc func, gpointer user_data)
{
  UsherQuestion *question = NULL;

  g_mutex_lock (&self->mutex);
  while ((question = g_queue_pop_head (&self->fresh)) != NULL)
    {
      g_hash_table_insert (self->asked, GUINT_TO_POINTER (question->id), question);
      func (question, user_data);
    }
  g_mutex_unlock (&self->mutex);

  tell_ended (self);
}

void
usher_questions_foreach (UsherQuestions *self, UsherQuestionFunc func, gpointer user_data)
{
  g_autoptr (GList) questions = NULL;

  g_mutex_lock (&self->mutex);
  questions = g_hash_table_get_values (self->asked);
  for (GList *link = questions; link != NULL; link = link->next)
    func (link->data, user_data);
  g_mutex_unlock (&self->mutex);

  tell_ended (self);
}

void
usher_questions_end (UsherQuestions *self, UsherQuestion *question, guint8 code, const char *text)
{
  g_hash_table_remove (self->asked, GUINT_TO_POINTER (question->id));
  question->code = code;
  question->text = g_strdup (text);
  question->done = TRUE;
  if (question->func != NULL)
    g_queue_push_tail (&self->ended, question);
  else
    g_cond_broadcast (&self->cond);
}

void
usher_questions_take_reply (UsherQuestions *self,
                            guint id,
                            guint8 code,
                            const char *text,
                            guint64 number,
                            UsherFrameReader *body)
{
  UsherQuestion *question = NULL;

  g_mutex_lock (&self->mutex);
  question = g_hash_table_lookup (self->asked, GUINT_TO_POINTER (id));
  if (question != NULL)
    {
      question->number = number;
      question->body = g_bytes_new (body->at, (gsize) (body->end - body->at));
      usher_questions_end (self, question, code, text);
    }
  g_mutex_unlock (&self->mutex);

  tell_ended (self);
}

void
usher_questions_expire (UsherQuestions *self, gint64 now)
{
  GHashTableIter iter;
  gpointer value = NULL;
  UsherQuestion *question = NULL;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->asked);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      question = value;
      if (question->func == NULL || question->deadline > now)
        continue;
      g_queue_push_tail (&self->ended, question);
      g_hash_table_iter_remove (&iter);
    }
  /* at the end, those that the thread has not seen; who waits finds out by itself */
  while (now == G_MAXINT64 && (question = g_queue_pop_head (&self->fresh)) != NULL)
    if (question->func != NULL)
      g_queue_push_tail (&self->ended, question);
  g_mutex_unlock (&self->mutex);

  tell_ended (self);
}

void
usher_questions_set_trouble (UsherQuestions *self, const char *trouble)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->trouble = trouble;
}
