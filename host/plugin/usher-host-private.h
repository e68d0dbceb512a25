/* usher-host-private.h: what a host holds
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-admin-listener.h"
#include "usher-directory-lock-private.h"
#include "usher-front.h"
#include "usher-host-class.h"
#include "usher-readiness-private.h"
#include "usher-revocations-private.h"
#include "usher-router.h"
#include "usher-tenants-private.h"
#include "usher-tracer-private.h"
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
  UsherSolitude *solitude;   /* (owned) */
  UsherTenants *tenants;     /* (owned) */
  UsherReadiness *readiness; /* (owned) */
  UsherTracer *tracer;       /* (owned) (nullable): spans are kept, for who exports them */

  UsherHostStoreFunc open_store; /* (nullable): NULL: usher_store_open() */
  gpointer open_store_data;
  GDestroyNotify open_store_destroy; /* (nullable) */

  UsherBus *bus;                 /* (owned) (nullable) */
  UsherRevocations *revocations; /* (owned) (nullable) */
  UsherFront *front;             /* (owned) (nullable) */
  UsherAdminListener *admin;     /* (owned) (nullable) */
  UsherAdminListener *probe;     /* (owned) (nullable) */
  char *registered;              /* (owned) (nullable): the path of its registration */
  gboolean started;
};

G_END_DECLS
