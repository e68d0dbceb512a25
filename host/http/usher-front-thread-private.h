/* usher-front-thread-private.h: one thread of the public listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-acceptor-private.h"
#include "usher-front.h"
#include "usher-limiter.h"

G_BEGIN_DECLS

/* What all threads of a front share; outlives them. */
typedef struct
{
  UsherRouter *router;     /* (unowned) */
  UsherSessions *sessions; /* (unowned) (nullable) */
  UsherProxies *proxies;   /* (unowned) */
  UsherAcceptor *acceptor; /* (unowned) */
  UsherLimiter *limiter;   /* (unowned) (nullable) */
  guint max_connections;
  gsize max_head;
  gsize max_body;
  gint64 head_timeout; /* microseconds, as the others */
  gint64 body_timeout;
  gint64 idle_timeout;
  int access_log;               /* (atomic) */
  UsherFrontIdleFunc idle_func; /* (nullable) */
  gpointer idle_data;           /* (unowned) */
  int draining;                 /* (atomic) */
} UsherFrontShared;

typedef struct _UsherFrontThread UsherFrontThread;

/* begins to run */
UsherFrontThread *usher_front_thread_new (UsherFrontShared *shared, guint number, GError **error);
/* takes over the descriptor; any thread */
void usher_front_thread_add (UsherFrontThread *self, const UsherIncoming *incoming);
guint usher_front_thread_get_n_connections (UsherFrontThread *self);
/* requests that came and are not answered to the last byte */
guint usher_front_thread_get_n_open (UsherFrontThread *self);
/* closes everything, answered or not, joins, and drops the caller's reference */
void usher_front_thread_stop (UsherFrontThread *self);

G_END_DECLS
