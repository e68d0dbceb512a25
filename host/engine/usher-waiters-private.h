/* usher-waiters-private.h: requests that wait for a document
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"
#include "usher-ticker-private.h"
#include "usher-unit.h"

G_BEGIN_DECLS

/* A service's; any thread. */
typedef struct _UsherWaiters UsherWaiters;
typedef struct _UsherWait UsherWait;

/* how a wait ends */
typedef enum
{
  USHER_WAIT_CHANGED, /* perhaps: look again */
  USHER_WAIT_EXPIRED, /* at the deadline, or because too many wait: look a last time */
  USHER_WAIT_OVER,    /* nobody wants the answer any more, or the host stops */
} UsherWaitEnd;

/* Who waits: a member of whatever does. */
struct _UsherWait
{
  UsherExchange *exchange; /* (unowned) */
  UsherQuery *
      query; /* (unowned) (nullable): what a document fulfils for which it waits, NULL: it is one of an id */
  gint64 deadline;   /* monotonic, of the clock */
  gint64 earliest;   /* no news that may be none ends it before; it is kept so long */
  gboolean has_news; /* the waiters': there were some */
  void (*end) (UsherWait *self, UsherWaitEnd how);
};

/* @ticker: (unowned): it is told of deadlines */
UsherWaiters *usher_waiters_new (UsherClock *clock, UsherTicker *ticker, guint max);
/* another one, before anybody waits */
void usher_waiters_set_ticker (UsherWaiters *self, UsherTicker *ticker);
void usher_waiters_free (UsherWaiters *self);
/* Takes @wait until it ends, once: when the document changes, or its deadline comes. It ends at once when a commit came
 * since @seen, the commit counter from before it read, or when too many wait already. @id: NULL: it has a query. */
void usher_waiters_add (UsherWaiters *self,
                        UsherWait *wait,
                        const char *collection,
                        const char *id,
                        guint64 seen);
guint64 usher_waiters_get_seen (UsherWaiters *self);
guint usher_waiters_get_n (UsherWaiters *self);
/* for the store's observer */
void usher_waiters_wake (UsherWaiters *self, UsherCommit *commit);
/* for the store's watch: others changed this document, or, when it knows no name (NULL), any: all look again */
void usher_waiters_wake_others (UsherWaiters *self, const char *collection, const char *id);
/* ends who is past the deadline, or (all, when the host stops) everybody; returns the earliest deadline left */
gint64 usher_waiters_expire (UsherWaiters *self, gboolean all);

G_END_DECLS
