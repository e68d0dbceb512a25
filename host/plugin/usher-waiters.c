/* usher-waiters.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-waiters-private.h"

#include "usher-job-private.h"
#include "usher-unit-private.h"

static char *
make_key (const char *collection, const char *id)
{
  return g_strconcat (collection, "/", id, NULL);
}

guint64
usher_waiters_get_seen (UsherContext *context)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&context->mutex);

  return context->n_commits;
}

/* Takes the job of one exchange out of a queue; the mutex is held. (nullable) */
static UsherJob *
take_job (GQueue *queue, UsherExchange *exchange)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      UsherJob *job = link->data;

      if (usher_job_get_exchange (job) == exchange)
        {
          g_queue_delete_link (queue, link);
          return job;
        }
    }

  return NULL;
}

/* The client has left: its wait ends. On a listener's thread. */
static void
on_gone (UsherExchange *exchange, gpointer user_data)
{
  UsherContext *context = user_data;
  GHashTableIter iter;
  gpointer queue = NULL;
  UsherJob *job = NULL;

  g_mutex_lock (&context->mutex);
  g_hash_table_iter_init (&iter, context->waiters);
  while (job == NULL && g_hash_table_iter_next (&iter, NULL, &queue))
    {
      job = take_job (queue, exchange);
      if (g_queue_is_empty (queue))
        g_hash_table_iter_remove (&iter);
    }
  if (job != NULL)
    context->n_waiters--;
  g_mutex_unlock (&context->mutex);

  if (job != NULL)
    usher_job_give_up (job);
}

void
usher_waiters_add (UsherContext *context,
                   UsherJob *job,
                   const char *collection,
                   const char *id,
                   guint64 seen)
{
  g_autofree char *key = make_key (collection, id);
  gboolean full = FALSE;
  gboolean missed = FALSE;
  gboolean is_gone = FALSE;
  gint64 deadline = usher_job_get_started (job) + usher_job_get_wait (job);
  GQueue *queue = NULL;

  usher_exchange_set_gone_func (usher_job_get_exchange (job), on_gone, context);

  g_mutex_lock (&context->mutex);
  full = context->n_waiters >= context->max_waiters;
  missed = context->n_commits != seen;
  is_gone = usher_exchange_is_gone (usher_job_get_exchange (job));
  if (!full && !missed && !is_gone)
    {
      queue = g_hash_table_lookup (context->waiters, key);
      if (queue == NULL)
        {
          queue = g_queue_new ();
          g_hash_table_insert (context->waiters, g_steal_pointer (&key), queue);
        }
      g_queue_push_tail (queue, job);
      context->n_waiters++;
    }
  g_mutex_unlock (&context->mutex);

  /* where commits come all the time the deadline holds nevertheless */
  if (is_gone)
    usher_job_give_up (job);
  else if (full || missed)
    usher_job_resume (job, full || deadline <= usher_clock_get_time (context->clock));
  else
    usher_ticker_notice (context->ticker, deadline);
}

/* Moves the waiters of one document to @ready; the mutex is held. */
static void
take_waiters (UsherContext *context, const char *key, GQueue *ready)
{
  GQueue *queue = g_hash_table_lookup (context->waiters, key);
  UsherJob *job = NULL;

  if (queue == NULL)
    return;

  while ((job = g_queue_pop_head (queue)) != NULL)
    {
      g_queue_push_tail (ready, job);
      context->n_waiters--;
    }
  g_hash_table_remove (context->waiters, key);
}

void
usher_waiters_wake (UsherContext *context, UsherUnit *unit)
{
  GQueue ready = G_QUEUE_INIT;
  UsherJob *job = NULL;

  g_mutex_lock (&context->mutex);
  context->n_commits++;
  if (context->n_waiters > 0 && unit->changes != NULL)
    for (guint i = 0; i < unit->changes->len; i++)
      {
        UsherDocument *document = g_array_index (unit->changes, UsherChange, i).document;
        UsherSchema *schema = usher_document_get_schema (document);
        g_autofree char *key =
            make_key (usher_schema_get_collection (schema), usher_document_get_id (document));

        take_waiters (context, key, &ready);
      }
  g_mutex_unlock (&context->mutex);

  while ((job = g_queue_pop_head (&ready)) != NULL)
    usher_job_resume (job, FALSE);
}

void
usher_waiters_wake_all (UsherContext *context)
{
  GQueue ready = G_QUEUE_INIT;
  GHashTableIter iter;
  gpointer queue = NULL;
  UsherJob *job = NULL;

  g_mutex_lock (&context->mutex);
  context->n_commits++;
  g_hash_table_iter_init (&iter, context->waiters);
  while (g_hash_table_iter_next (&iter, NULL, &queue))
    {
      while ((job = g_queue_pop_head (queue)) != NULL)
        g_queue_push_tail (&ready, job);
      g_hash_table_iter_remove (&iter);
    }
  context->n_waiters = 0;
  g_mutex_unlock (&context->mutex);

  while ((job = g_queue_pop_head (&ready)) != NULL)
    usher_job_resume (job, FALSE);
}

/* Moves to @ready who is past the deadline; returns the earliest deadline of the others. */
static gint64
take_expired (GQueue *queue, gint64 now, gboolean all, GQueue *ready)
{
  gint64 earliest = G_MAXINT64;

  for (GList *link = queue->head; link != NULL;)
    {
      GList *next = link->next;
      UsherJob *job = link->data;
      gint64 deadline = usher_job_get_started (job) + usher_job_get_wait (job);

      if (all || deadline <= now)
        {
          g_queue_push_tail (ready, job);
          g_queue_delete_link (queue, link);
        }
      else
        earliest = MIN (earliest, deadline);
      link = next;
    }

  return earliest;
}

gint64
usher_waiters_expire (UsherContext *context, gboolean all)
{
  gint64 now = usher_clock_get_time (context->clock);
  gint64 earliest = G_MAXINT64;
  GQueue ready = G_QUEUE_INIT;
  GHashTableIter iter;
  gpointer queue = NULL;
  UsherJob *job = NULL;

  g_mutex_lock (&context->mutex);
  g_hash_table_iter_init (&iter, context->waiters);
  while (g_hash_table_iter_next (&iter, NULL, &queue))
    {
      earliest = MIN (earliest, take_expired (queue, now, all, &ready));
      if (g_queue_is_empty (queue))
        g_hash_table_iter_remove (&iter);
    }
  context->n_waiters -= g_queue_get_length (&ready);
  g_mutex_unlock (&context->mutex);

  while ((job = g_queue_pop_head (&ready)) != NULL)
    if (all)
      usher_job_give_up (job);
    else
      usher_job_resume (job, TRUE);

  return earliest;
}
