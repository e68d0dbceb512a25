/* usher-context-private.h: what the host keeps of one service
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-context.h"
#include "usher-host-view-private.h"
#include "usher-relay-private.h"
#include "usher-route-private.h"
#include "usher-running-private.h"
#include "usher-service.h"
#include "usher-store.h"
#include "usher-tally-private.h"
#include "usher-ticker-private.h"

G_BEGIN_DECLS

typedef struct _UsherJob UsherJob;
typedef struct _UsherWorkers UsherWorkers;

typedef struct
{
  UsherContext *context; /* (unowned) */
  UsherRoute *route;     /* (owned) */
  UsherRequestHandler handler;
  gpointer user_data;
  GDestroyNotify destroy;
} UsherEndpoint;

struct _UsherListener
{
  UsherContext *context; /* (unowned) */
  char *channel;         /* (owned) */
  char *group;           /* (owned) */
  UsherTally *tally;     /* (owned): by UsherEventCount */
  UsherEventHandler handler;
  gpointer user_data;
  GDestroyNotify destroy;
};

typedef struct
{
  char *name; /* (owned) */
  UsherTimerHandler handler;
  gpointer user_data;
  GDestroyNotify destroy;
} UsherAlarm;

struct _UsherContext
{
  GObject parent_instance;

  char *name;              /* (owned) */
  char *directory;         /* (owned): the host's data directory */
  gboolean is_shared;      /* other processes have the same service and store */
  UsherService *service;   /* (owned) */
  UsherSettings *settings; /* (owned) */
  UsherSessions *sessions; /* (owned) */
  UsherClock *clock;       /* (owned) */
  UsherWorkers *workers;   /* (unowned): the host's, for what goes on after a commit */
  UsherRunning *running;   /* (unowned): the host's */
  UsherTicker *ticker;     /* (unowned) (nullable): the host's, from start on */
  GError *error;           /* (owned) (nullable): the first declaration that was wrong */
  gboolean configured;     /* declarations are closed */

  GPtrArray *schemas;   /* (owned) (element-type UsherSchema) */
  GPtrArray *endpoints; /* (owned) (element-type UsherEndpoint) */
  GPtrArray *listeners; /* (owned) (element-type UsherListener) */
  GPtrArray *alarms;    /* (owned) (element-type UsherAlarm) */

  UsherStore *store;  /* (owned) (nullable): from start on */
  int has_lease;      /* (atomic): of those that share the store this process relays and fires */
  UsherRelay *relay;  /* (owned) (nullable): with a bus */
  UsherWorkers *pool; /* (owned) (nullable): for what blocks */
  guint pool_queue;   /* how many may wait for the pool */

  UsherTally *tally; /* (owned): by UsherCount */

  GMutex mutex;
  GHashTable *limiters; /* (owned) (element-type utf8 UsherLimiter) (mutex mutex) */
  GHashTable *waiters;  /* (owned) (mutex mutex): "collection/id" → GQueue of UsherJob */
  guint n_waiters;      /* (mutex mutex) */
  guint max_waiters;
  guint64 n_commits;      /* (mutex mutex): how many units the store has committed */
  guint events_in_flight; /* (mutex mutex): units of events that are being committed */
  GQueue deferred; /* (mutex mutex) (element-type UsherJob): events that wait for one of those */
  GHashTable
      *alarms_out; /* (owned) (mutex mutex): "name\nkey" → whether the timer that ran is done */
};

UsherContext *usher_context_new (const char *name,
                                 UsherService *service,
                                 const char *directory,
                                 UsherSettings *settings,
                                 UsherClock *clock);
/* closes the declarations; the first one that was wrong is the error */
gboolean usher_context_close_declarations (UsherContext *self, GError **error);
/* opens store and pool */
gboolean usher_context_open (UsherContext *self, GError **error);
gboolean usher_context_shut (UsherContext *self, GError **error);
const UsherListener *
usher_context_find_listener (UsherContext *self, const char *channel, const char *group);
/* timers that are done may run again; to be said before it is read what is due */
void usher_context_forget_done (UsherContext *self);
/* (transfer full) (element-type UsherTimer): what is due and has a handler, earliest first */
GPtrArray *usher_context_list_due (UsherContext *self, gint64 now, guint limit, GError **error);
const UsherAlarm *usher_context_find_alarm (UsherContext *self, const char *name);

G_END_DECLS
