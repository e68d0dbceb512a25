/* usher-sqlite-watch.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-watch-private.h"

#include "usher-error.h"

/* how long it sleeps when nobody commits: a death is noticed then */
#define IDLE_TIME (100 * G_TIME_SPAN_MILLISECOND)
/* commits that come within this time are told as one */
#define QUIET_TIME G_TIME_SPAN_MILLISECOND

struct _UsherSqliteWatch
{
  UsherSqliteShare *share;     /* (owned) */
  UsherSqliteReaders *readers; /* (owned) */
  UsherStore *store;           /* (unowned) */
  UsherStoreWatchFunc func;
  gpointer user_data;
  GThread *thread;    /* (owned) */
  int is_stopping;    /* (atomic) */
  guint n_foreign;    /* the thread's: commits of others that were told */
  gint64 last_offer;  /* the thread's: when it was told that the lease is free */
  gint64 last_tidied; /* the thread's */
};

/* Nothing of this process reads; its last transactions would keep the log from ever beginning anew. */
static void
tidy (UsherSqliteWatch *self, gint64 now)
{
  if (now - self->last_tidied < IDLE_TIME)
    return;

  self->last_tidied = now;
  usher_sqlite_readers_end_stale (self->readers);
}

static void
look (UsherSqliteWatch *self)
{
  gint64 now = g_get_monotonic_time ();
  guint n_foreign = usher_sqlite_share_get_n_foreign (self->share);
  gboolean has_news = (int) (n_foreign - self->n_foreign) > 0;
  gboolean is_free =
      now - self->last_offer >= IDLE_TIME / 4 && usher_sqlite_share_is_lease_free (self->share);

  if (is_free)
    self->last_offer = now;
  if (has_news)
    self->n_foreign = n_foreign;

  if ((has_news || is_free) && !g_atomic_int_get (&self->is_stopping))
    self->func (self->store, NULL, NULL, is_free, self->user_data);
  tidy (self, now);
}

static gpointer
run (gpointer data)
{
  g_autoptr (UsherSqliteWatch) self = data;

  while (!g_atomic_int_get (&self->is_stopping))
    {
      /* before the look: what comes after it ends the wait at once */
      guint n_commits = usher_sqlite_share_get_n_commits (self->share);

      look (self);
      g_usleep (QUIET_TIME);
      if (!usher_sqlite_share_wait (self->share, n_commits, IDLE_TIME))
        usher_sqlite_share_inspect (self->share);
    }

  return NULL;
}

UsherSqliteWatch *
usher_sqlite_watch_new (UsherSqliteShare *share,
                        UsherSqliteReaders *readers,
                        UsherStore *store,
                        UsherStoreWatchFunc func,
                        gpointer user_data,
                        GError **error)
{
  g_autoptr (UsherSqliteWatch) self = g_atomic_rc_box_new0 (UsherSqliteWatch);
  g_autoptr (GError) cause = NULL;

  self->share = usher_sqlite_share_ref (share);
  self->readers = usher_sqlite_readers_ref (readers);
  self->store = store;
  self->func = func;
  self->user_data = user_data;
  self->n_foreign = usher_sqlite_share_get_n_foreign (share);
  self->thread = g_thread_try_new ("usher-watch", run, g_atomic_rc_box_acquire (self), &cause);
  if (self->thread != NULL)
    return g_steal_pointer (&self);

  /* the thread's */
  usher_sqlite_watch_unref (self);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "no thread is left that watches the other processes of a store: %s",
               cause->message);

  return NULL;
}

static void
clear_watch (gpointer data)
{
  UsherSqliteWatch *self = data;

  usher_sqlite_share_unref (self->share);
  usher_sqlite_readers_unref (self->readers);
}

void
usher_sqlite_watch_unref (UsherSqliteWatch *self)
{
  g_atomic_rc_box_release_full (self, clear_watch);
}

void
usher_sqlite_watch_stop (UsherSqliteWatch *self)
{
  g_atomic_int_set (&self->is_stopping, TRUE);
  usher_sqlite_share_nudge (self->share);

  if (self->thread == g_thread_self ())
    g_thread_unref (g_steal_pointer (&self->thread));
  else if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}
