/* usher-waiters.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-waiters-private.h"

#include "usher-query-private.h"

struct _UsherWaiters
{
  UsherClock *clock;   /* (owned) */
  UsherTicker *ticker; /* (unowned) */
  guint max;

  GMutex mutex;
  GHashTable *queues; /* (owned) (mutex mutex): make_wait_key() → GQueue of UsherWait */
  guint n;            /* (mutex mutex): in all of them */
  guint64 n_commits;  /* (mutex mutex): how many units the store has committed */
};

UsherWaiters *
usher_waiters_new (UsherClock *clock, UsherTicker *ticker, guint max)
{
  UsherWaiters *self = g_new0 (UsherWaiters, 1);

  g_mutex_init (&self->mutex);
  self->clock = g_object_ref (clock);
  self->ticker = ticker;
  self->max = max;
  self->queues =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_queue_free);

  return self;
}

void
usher_waiters_set_ticker (UsherWaiters *self, UsherTicker *ticker)
{
  self->ticker = ticker;
}

void
usher_waiters_free (UsherWaiters *self)
{
  g_hash_table_unref (self->queues);
  g_mutex_clear (&self->mutex);
  g_object_unref (self->clock);
  g_free (self);
}

/* @id: (nullable): NULL: of those that wait for a query that asks for no value */
static char *
make_key (const char *collection, const char *id)
{
  return g_strconcat (collection, "/", id, NULL);
}

/* of those that wait for a query that asks for this value: of many, who wait for other ones are not looked at */
static char *
make_value_key (const char *collection, const char *field, const char *value)
{
  return g_strconcat (collection, "/", field, "=", value, NULL);
}

static char *
make_wait_key (const UsherWait *wait, const char *collection, const char *id)
{
  guint n = wait->query != NULL ? usher_query_get_n_conditions (wait->query) : 0;

  for (guint i = 0; i < n; i++)
    {
      const UsherQueryCondition *condition = usher_query_get_condition (wait->query, i);

      if (condition->test == USHER_QUERY_EQUAL && condition->value != NULL)
        return make_value_key (collection, condition->field, condition->value);
    }

  return make_key (collection, id);
}

guint64
usher_waiters_get_seen (UsherWaiters *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_commits;
}

guint
usher_waiters_get_n (UsherWaiters *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n;
}

/* Takes the wait of one exchange out of a queue; the mutex is held. (nullable) */
static UsherWait *
take_wait (GQueue *queue, UsherExchange *exchange)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      UsherWait *wait = link->data;

      if (wait->exchange == exchange)
        {
          g_queue_delete_link (queue, link);
          return wait;
        }
    }

  return NULL;
}

/* The client has left: its wait ends. On a listener's thread. */
static void
on_gone (UsherExchange *exchange, gpointer user_data)
{
  UsherWaiters *self = user_data;
  GHashTableIter iter;
  gpointer queue = NULL;
  UsherWait *wait = NULL;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->queues);
  while (wait == NULL && g_hash_table_iter_next (&iter, NULL, &queue))
    {
      wait = take_wait (queue, exchange);
      if (g_queue_is_empty (queue))
        g_hash_table_iter_remove (&iter);
    }
  if (wait != NULL)
    self->n--;
  g_mutex_unlock (&self->mutex);

  if (wait != NULL)
    wait->end (wait, USHER_WAIT_OVER);
}

/* The mutex is held. */
static void
insert (UsherWaiters *self, char *key, UsherWait *wait)
{
  GQueue *queue = g_hash_table_lookup (self->queues, key);

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (self->queues, g_strdup (key), queue);
    }
  g_queue_push_tail (queue, wait);
  self->n++;
}

/* Whether what happened ends a wait now; else it is kept for later. A commit that may be none of its business must not make a
 * handler run as often as others commit. The mutex is held. */
static gboolean
is_due (UsherWaiters *self, UsherWait *wait)
{
  if (wait->earliest <= usher_clock_get_monotonic (self->clock))
    return TRUE;

  wait->has_news = TRUE;

  return FALSE;
}

/* The mutex is held. */
static gint64
get_next (const UsherWait *wait)
{
  return wait->has_news ? MIN (wait->earliest, wait->deadline) : wait->deadline;
}

void
usher_waiters_add (UsherWaiters *self,
                   UsherWait *wait,
                   const char *collection,
                   const char *id,
                   guint64 seen)
{
  g_autofree char *key = make_wait_key (wait, collection, id);
  gint64 deadline = wait->deadline;
  gint64 next;
  gboolean full = FALSE;
  gboolean missed = FALSE;
  gboolean is_gone = FALSE;

  usher_exchange_set_gone_func (wait->exchange, on_gone, self, NULL);

  g_mutex_lock (&self->mutex);
  full = self->n >= self->max;
  missed = self->n_commits != seen;
  is_gone = usher_exchange_is_gone (wait->exchange);
  if (missed && wait->query != NULL)
    missed = is_due (self, wait);
  next = get_next (wait);
  if (!full && !missed && !is_gone)
    insert (self, key, wait);
  g_mutex_unlock (&self->mutex);

  /* where commits come all the time the deadline holds nevertheless */
  if (is_gone)
    wait->end (wait, USHER_WAIT_OVER);
  else if (full || (missed && deadline <= usher_clock_get_monotonic (self->clock)))
    wait->end (wait, USHER_WAIT_EXPIRED);
  else if (missed)
    wait->end (wait, USHER_WAIT_CHANGED);
  else
    usher_ticker_notice (self->ticker, next);
}

static void
end_all (GQueue *waits, UsherWaitEnd how)
{
  UsherWait *wait = NULL;

  while ((wait = g_queue_pop_head (waits)) != NULL)
    wait->end (wait, how);
}

/* Moves to @ready what waits in a queue, if that is due. @document: (nullable): those alone whose query it fulfils; @is_sure: the
 * document is the one that is waited for. The mutex is held; returns when the earliest of those that are kept with news is due. */
static gint64
take_from (UsherWaiters *self,
           GQueue *queue,
           UsherDocument *document,
           gboolean is_sure,
           GQueue *ready)
{
  gint64 earliest = G_MAXINT64;

  for (GList *link = queue->head; link != NULL;)
    {
      GList *next = link->next;
      UsherWait *wait = link->data;
      gboolean concerns = document == NULL || usher_query_matches (wait->query, document);

      if (concerns && (is_sure || is_due (self, wait)))
        {
          g_queue_push_tail (ready, wait);
          g_queue_delete_link (queue, link);
          self->n--;
        }
      else if (wait->has_news)
        earliest = MIN (earliest, wait->earliest);
      link = next;
    }

  return earliest;
}

/* As take_from(), of the queue of a key. The mutex is held. */
static gint64
take_waits (UsherWaiters *self,
            const char *key,
            UsherDocument *document,
            gboolean is_sure,
            GQueue *ready)
{
  GQueue *queue = g_hash_table_lookup (self->queues, key);
  gint64 earliest = G_MAXINT64;

  if (queue == NULL)
    return earliest;

  earliest = take_from (self, queue, document, is_sure, ready);
  if (g_queue_is_empty (queue))
    g_hash_table_remove (self->queues, key);

  return earliest;
}

/* the mutex is not held */
static void
notice (UsherWaiters *self, gint64 earliest)
{
  if (earliest < G_MAXINT64)
    usher_ticker_notice (self->ticker, earliest);
}

/* The mutex is held. */
static gint64
take_changed (UsherWaiters *self, UsherDocument *document, GQueue *ready)
{
  UsherSchema *schema = usher_document_get_schema (document);
  const char *collection = usher_schema_get_collection (schema);
  g_autofree char *key = make_key (collection, usher_document_get_id (document));
  g_autofree char *queries = make_key (collection, NULL);
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);
  gint64 earliest;

  take_waits (self, key, NULL, TRUE, ready);
  earliest = take_waits (self, queries, document, FALSE, ready);
  for (guint i = 0; i < n_fields; i++)
    {
      g_autofree char *value = usher_query_dup_value (document, &fields[i]);
      g_autofree char *asked =
          value != NULL ? make_value_key (collection, fields[i].name, value) : NULL;

      if (asked != NULL)
        earliest = MIN (earliest, take_waits (self, asked, document, FALSE, ready));
    }

  return earliest;
}

void
usher_waiters_wake (UsherWaiters *self, UsherCommit *commit)
{
  GQueue ready = G_QUEUE_INIT;
  gint64 earliest = G_MAXINT64;

  g_mutex_lock (&self->mutex);
  self->n_commits++;
  if (self->n > 0)
    for (guint i = 0; i < usher_commit_get_n_changes (commit); i++)
      earliest = MIN (earliest,
                      take_changed (self, usher_commit_get_change (commit, i)->document, &ready));
  g_mutex_unlock (&self->mutex);

  notice (self, earliest);
  end_all (&ready, USHER_WAIT_CHANGED);
}

static gboolean
is_of_queries (GQueue *queue)
{
  return ((const UsherWait *) g_queue_peek_head (queue))->query != NULL;
}

/* Anything may have changed. @prefix: (nullable): a document of the collection whose keys begin so, and only who waits for a query
 * has news. The mutex is held. */
static gint64
take_all (UsherWaiters *self, const char *prefix, GQueue *ready)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer queue = NULL;
  gint64 earliest = G_MAXINT64;

  g_hash_table_iter_init (&iter, self->queues);
  while (g_hash_table_iter_next (&iter, &key, &queue))
    {
      if (prefix != NULL && !(is_of_queries (queue) && g_str_has_prefix (key, prefix)))
        continue;

      earliest = MIN (earliest, take_from (self, queue, NULL, FALSE, ready));
      if (g_queue_is_empty (queue))
        g_hash_table_iter_remove (&iter);
    }

  return earliest;
}

void
usher_waiters_wake_others (UsherWaiters *self, const char *collection, const char *id)
{
  g_autofree char *key = collection != NULL ? make_key (collection, id) : NULL;
  g_autofree char *queries = collection != NULL ? make_key (collection, NULL) : NULL;
  GQueue ready = G_QUEUE_INIT;
  gint64 earliest = G_MAXINT64;

  g_mutex_lock (&self->mutex);
  self->n_commits++;
  if (key != NULL)
    take_waits (self, key, NULL, TRUE, &ready);
  earliest = take_all (self, queries, &ready);
  g_mutex_unlock (&self->mutex);

  notice (self, earliest);
  end_all (&ready, USHER_WAIT_CHANGED);
}

/* Moves to @over who is past the deadline, or all, and to @ready whose news are due; returns when the others have their next. */
static gint64
take_expired (GQueue *queue, gint64 now, gboolean all, GQueue *over, GQueue *ready)
{
  gint64 earliest = G_MAXINT64;

  for (GList *link = queue->head; link != NULL;)
    {
      GList *next = link->next;
      UsherWait *wait = link->data;

      if (!all && get_next (wait) > now)
        earliest = MIN (earliest, get_next (wait));
      else
        {
          g_queue_push_tail (all || wait->deadline <= now ? over : ready, wait);
          g_queue_delete_link (queue, link);
        }
      link = next;
    }

  return earliest;
}

gint64
usher_waiters_expire (UsherWaiters *self, gboolean all)
{
  gint64 now = usher_clock_get_monotonic (self->clock);
  gint64 earliest = G_MAXINT64;
  GQueue over = G_QUEUE_INIT;
  GQueue ready = G_QUEUE_INIT;
  GHashTableIter iter;
  gpointer queue = NULL;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->queues);
  while (g_hash_table_iter_next (&iter, NULL, &queue))
    {
      earliest = MIN (earliest, take_expired (queue, now, all, &over, &ready));
      if (g_queue_is_empty (queue))
        g_hash_table_iter_remove (&iter);
    }
  self->n -= g_queue_get_length (&over) + g_queue_get_length (&ready);
  g_mutex_unlock (&self->mutex);

  end_all (&over, all ? USHER_WAIT_OVER : USHER_WAIT_EXPIRED);
  end_all (&ready, USHER_WAIT_CHANGED);

  return earliest;
}
