/* usher-lane-private.h: what a service works with while it runs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-declarations-private.h"
#include "usher-deferrals-private.h"
#include "usher-hand-backs-private.h"
#include "usher-place-private.h"
#include "usher-relay-private.h"
#include "usher-running-private.h"
#include "usher-settings.h"
#include "usher-solitude-private.h"
#include "usher-store.h"
#include "usher-ticker-private.h"
#include "usher-timers-out-private.h"
#include "usher-tracer-private.h"
#include "usher-waiters-private.h"
#include "usher-workers-private.h"

G_BEGIN_DECLS

/* A service's store, pool, relay and ticker, and what waits and runs in it. Each part has its own lock; any thread. It is there
 * from before the start until after the end of all jobs; what is made by usher_lane_open() is (nullable) until then. */
typedef struct _UsherLane UsherLane;

/* what a service has done */
typedef enum
{
  USHER_COUNT_COMMITS,
  USHER_COUNT_CONFLICTS, /* handlers that were run again, because a document had changed */
  USHER_COUNT_REFUSED,   /* requests, because the queue was full */
  USHER_COUNT_REPEATED,  /* requests whose key had its answer already */
  USHER_COUNT_FIRED,     /* timers */
  USHER_COUNT_MISFIRED,  /* timers that are tried again */
  USHER_N_COUNTS,
} UsherCount;

/* what is under way in a service at a moment */
typedef struct
{
  guint n_waiting;     /* requests that wait for a document */
  guint n_deferred;    /* events that wait in memory for another one */
  guint n_queued;      /* jobs that wait for a thread of the service */
  guint n_unconfirmed; /* events that the bus has and did not confirm */
  gboolean is_behind;  /* the outbox has more than was given to the bus */
  guint n_full;        /* channels that have no room for events of the outbox */
} UsherLaneFigures;

/* what a host gives to each of its lanes */
typedef struct
{
  const char *directory; /* where stores are */
  gboolean is_shared;    /* other processes have the same service and store */
  UsherSettings *settings;
  UsherClock *clock;
  UsherWorkers *workers; /* for what goes on after a commit */
  UsherSolitude *solitude;
  UsherTracer *tracer; /* (nullable): spans are kept */
  /* (transfer full) (nullable): opens a service's store; NULL: usher_store_open() */
  UsherStore *(*open_store) (const char *service,
                             const char *uri,
                             const UsherStoreOptions *options,
                             gpointer user_data,
                             GError **error);
  gpointer user_data;
} UsherLaneGround;

/* the settings of a service's pool and of its database; both have other defaults with a server, so that must be known */
gboolean usher_lane_declare_settings (UsherDeclarations *declarations,
                                      UsherSettings *settings,
                                      GError **error);
/* @ground is copied, and what it points to stays as long as the lane */
UsherLane *usher_lane_new (UsherDeclarations *declarations, const UsherLaneGround *ground);
void usher_lane_free (UsherLane *self);
/* whether the settings say where its database is; INVALID, without credentials */
USHER_API
gboolean usher_lane_check_site (UsherLane *self, GError **error);
/* opens store and pool, and (@bus, nullable) relays what an earlier run left */
gboolean usher_lane_open (UsherLane *self, UsherBus *bus, GError **error);
/* Whether the store of an earlier run would do, and (@reach, out) what it knows of the log of the bus; nothing is changed or
 * left open. */
USHER_API
gboolean usher_lane_check (UsherLane *self, UsherReach *reach, GError **error);
/* waits end no more, no timer fires, and events that came while the store was away go back to the bus */
void usher_lane_stop_tickers (UsherLane *self);
/* nobody uses the service any more; any thread */
gboolean usher_lane_close (UsherLane *self, GError **error);
/* nor what is under way nevertheless: all that has to do with the store ends. Always TRUE. Any thread. */
gboolean usher_lane_drop_store (UsherLane *self, GError **error);
gboolean usher_lane_is_open (UsherLane *self);
/* no timer fires any more; the rest goes on */
USHER_API
void usher_lane_rest (UsherLane *self);
gboolean usher_lane_is_resting (UsherLane *self);
/* Who starts timers says so, on the ticker's thread; FALSE: it rests. Between the two it is not idle. */
gboolean usher_lane_begin_firing (UsherLane *self);
void usher_lane_end_firing (UsherLane *self);
/* nothing is under way, and nothing is left to be confirmed */
USHER_API
gboolean usher_lane_is_idle (UsherLane *self);
/* ends the calling thread's reads */
void usher_lane_end_reads (UsherLane *self);

/* its parts */
USHER_API
const char *usher_lane_get_name (UsherLane *self);
UsherDeclarations *usher_lane_get_declarations (UsherLane *self);
/* the events that its service has declared, as an array */
USHER_API
void usher_lane_write_events (UsherLane *self, UsherJsonWriter *writer);
/* (transfer full): the channels of these */
USHER_API
GStrv usher_lane_dup_channels (UsherLane *self);
UsherClock *usher_lane_get_clock (UsherLane *self);
UsherSettings *usher_lane_get_settings (UsherLane *self);
/* other processes may have the store, in this directory or, where it is on a server, anywhere */
gboolean usher_lane_is_shared (UsherLane *self);
UsherStore *usher_lane_get_store (UsherLane *self);
UsherRelay *usher_lane_get_relay (UsherLane *self);
UsherRunning *usher_lane_get_running (UsherLane *self);
UsherWaiters *usher_lane_get_waiters (UsherLane *self);
UsherDeferrals *usher_lane_get_deferrals (UsherLane *self);
UsherHandBacks *usher_lane_get_hand_backs (UsherLane *self);
UsherTimersOut *usher_lane_get_timers_out (UsherLane *self);
UsherTicker *usher_lane_get_ticker (UsherLane *self);
/* (nullable): who ends waits, where the other ticker may have to wait for the store itself */
UsherTicker *usher_lane_get_deadlines (UsherLane *self);
UsherSolitude *usher_lane_get_solitude (UsherLane *self);
/* (nullable): spans are kept */
UsherTracer *usher_lane_get_tracer (UsherLane *self);

/* whoever reads its store waits for it */
gboolean usher_lane_waits (UsherLane *self);
/* where the thread @here goes on; not HERE: usher_lane_push() */
UsherPlace usher_lane_choose (UsherLane *self, UsherWorkKind kind, UsherThread here);
void usher_lane_push (UsherLane *self, UsherPlace place, UsherWork *work);
/* the queue of the pool has all that may wait in it */
gboolean usher_lane_is_full (UsherLane *self);
/* as far as is known; not with a store that is not open yet */
gboolean usher_lane_takes_changes (UsherLane *self);
/* as far as is known: its server does not answer, and the log says why */
USHER_API
gboolean usher_lane_is_away (UsherLane *self);

/* (transfer full) (nullable): a channel that has no room for events of the outbox */
char *usher_lane_dup_full_channel (UsherLane *self);

/* whether this process relays and fires, of those that share the store; on a thread that may wait */
gboolean usher_lane_hold_lease (UsherLane *self);
/* (transfer full) (element-type UsherTimer): what is due and has a handler, earliest first */
GPtrArray *usher_lane_list_due (UsherLane *self, gint64 now, guint limit, GError **error);

void usher_lane_count (UsherLane *self, UsherCount count);
USHER_API
guint64 usher_lane_get_count (UsherLane *self, UsherCount count);
USHER_API
void usher_lane_get_figures (UsherLane *self, UsherLaneFigures *figures);
/* (transfer full) (nullable): as usher_store_describe(); NULL while there is no store, or none that can be read; not for long.
 * @next_due: (out): when the earliest timer is due, G_MAXINT64: there is none */
USHER_API
GVariant *usher_lane_describe_store (UsherLane *self, gint64 *next_due);
/* when the earliest timer is due, G_MAXINT64: there is none */
gint64 usher_lane_get_next_due (UsherLane *self);
USHER_API
guint usher_lane_get_n_listeners (UsherLane *self);
USHER_API
const UsherListener *usher_lane_get_listener (UsherLane *self, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherLane, usher_lane_free)

G_END_DECLS
