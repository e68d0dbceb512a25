/* usher-server-private.h: a socket that listens, and the threads that answer its clients
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-acceptor-private.h"
#include "usher-http-parser-private.h"
#include "usher-limiter.h"
#include "usher-loop-private.h"
#include "usher-router.h"
#include "usher-settings.h"

G_BEGIN_DECLS

/* Looks at a request before the router does. FALSE: the reply is set. On a listener's thread. */
typedef gboolean (*UsherGuardFunc) (UsherExchange *exchange, gpointer user_data);

/* What a listener is, for all its threads; it does not change but for what is atomic. */
typedef struct
{
  const char *name;        /* static: in numbers */
  UsherRouter *router;     /* (unowned) */
  UsherSessions *sessions; /* (unowned) (nullable) */
  UsherProxies *proxies;   /* (unowned) */
  UsherLimiter *limiter;   /* (unowned) (nullable) */
  UsherGuardFunc guard;    /* (nullable) */
  gpointer guard_data;     /* (unowned) */
  UsherLoopFunc idle;      /* (nullable): after each batch of requests */
  gpointer idle_data;      /* (unowned) */
  guint n_threads;
  guint max_connections;
  guint max_per_address;
  guint max_requests; /* a connection, 0: any */
  gboolean proxy_protocol;
  gboolean trusts_paths; /* who comes by one is a proxy */
  UsherHttpLimits limits;
  UsherHttpLimits path_limits; /* likewise, of who comes by a path */
  gint64 head_timeout;         /* microseconds, as the others */
  gint64 body_timeout;
  gint64 idle_timeout;
  int access_log; /* (atomic) */

  /* the server's */
  UsherAcceptor *acceptor; /* (owned) (nullable) */
  UsherRefusals *refusals; /* (owned) */
  int draining;            /* (atomic) */
} UsherServing;

typedef struct _UsherServer UsherServer;

/* the group [http], but for the numbers of threads */
void usher_serving_read_settings (UsherServing *serving, UsherSettings *settings);

/* @serving is copied */
UsherServer *usher_server_new (const UsherServing *serving);
gboolean usher_server_start (UsherServer *self, const char *listen, GError **error);
/* a copy's own, which stays where it is */
UsherServing *usher_server_get_serving (UsherServer *self);
/* (nullable) */
const char *usher_server_get_uri (UsherServer *self);
/* whether only this machine reaches it */
gboolean usher_server_is_local (UsherServer *self);
guint usher_server_get_n_connections (UsherServer *self);
void usher_server_drain (UsherServer *self);
/* waits for requests that are under way, @timeout microseconds at most, then closes all; may be called twice */
void usher_server_stop (UsherServer *self, gint64 timeout);
void usher_server_free (UsherServer *self);
void usher_server_add_metrics (UsherServer *self, UsherMetrics *metrics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherServer, usher_server_free)

G_END_DECLS
