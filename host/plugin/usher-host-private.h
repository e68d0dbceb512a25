/* usher-host-private.h: what a host holds
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-admin-listener.h"
#include "usher-context-private.h"
#include "usher-directory-lock-private.h"
#include "usher-front.h"
#include "usher-host.h"
#include "usher-revocations-private.h"
#include "usher-router.h"
#include "usher-running-private.h"
#include "usher-ticker-private.h"
#include "usher-workers-private.h"

G_BEGIN_DECLS

struct _UsherHost
{
  GObject parent_instance;

  char *directory;           /* (owned) */
  UsherDirectoryLock *lock;  /* (owned) */
  gboolean is_shared;        /* others may use the directory too */
  UsherSettings *settings;   /* (owned) */
  UsherClock *clock;         /* (owned) */
  UsherSessions *sessions;   /* (owned) */
  UsherRouter *router;       /* (owned) */
  UsherRouter *admin_router; /* (owned) */
  UsherWorkers *workers;     /* (owned) */
  UsherRunning *running;     /* (owned) */
  GPtrArray *contexts;       /* (owned) (element-type UsherContext) */
  GPtrArray
      *left_out; /* (owned) (element-type UsherContext): their routes may be known to a router */

  UsherBus *bus;                 /* (owned) (nullable) */
  UsherTicker *ticker;           /* (owned) (nullable) */
  UsherRevocations *revocations; /* (owned) (nullable) */
  UsherFront *front;             /* (owned) (nullable) */
  UsherAdminListener *admin;     /* (owned) (nullable) */
  UsherAdminListener *probe;     /* (owned) (nullable) */
  GMutex mutex;
  char *trouble; /* (owned) (nullable) (mutex mutex): what is missing, by the program around it */
  char *registered; /* (owned) (nullable): the path of its registration */
  gboolean started;
  int complete; /* (atomic): all of the start went well */
  int draining; /* (atomic) */
};

UsherContext *usher_host_find_context (UsherHost *self, const char *service, GError **error);
/* ends the calling thread's reads in all stores */
void usher_host_end_reads (UsherHost *self);
/* Returns whether it was registered, so that some may still come who do not know yet. */
gboolean usher_host_unregister (UsherHost *self);
/* the routes of the admin listener that are the host's own */
gboolean usher_host_add_admin_routes (UsherHost *self, GError **error);

G_END_DECLS
