/* usher-gateway-private.h: a gateway's inside
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <sys/socket.h>

#include "usher-front.h"
#include "usher-gateway.h"
#include "usher-http-link-private.h"
#include "usher-registration-private.h"

G_BEGIN_DECLS

typedef struct _UsherCopy UsherCopy;

/* A method and a path that some copies serve. It stays when the last of them is gone: who asks for it then is told
 * to come again, not that there is no such thing. */
typedef struct
{
  UsherGateway *gateway; /* (unowned) */
  UsherRoute *route;     /* (owned): as it was told first: method and pattern do not change */
  UsherRoute *told;      /* (owned) (mutex): as it is told now: whose it is, and its flags */
  GPtrArray *copies;     /* (owned) (element-type UsherCopy) */
  guint turn;
} UsherGatewayRoute;

/* A host process. What changes does so with the gateway's mutex. */
struct _UsherCopy
{
  gatomicrefcount ref_count;
  UsherGateway *gateway;           /* (unowned) */
  UsherRegistration *registration; /* (owned) */
  struct sockaddr_storage address;
  socklen_t length;
  UsherWatch
      probe; /* a connection on which nothing is said: its end says that the process has ended */

  guint64 inode; /* of the file that tells of it, and when it was changed */
  gint64 changed;
  gboolean is_listed; /* the file is there */
  gboolean is_away;   /* the last connection was refused */
  gboolean is_broken; /* the file tells of no host; it is remembered, so that this is said once */

  gint64 rest_until;  /* it took no connection, or is stopping: not before then */
  gint64 doubt_until; /* it let a request time out: others first */
  guint n_in_flight;
  guint64 n_requests;
  guint64 n_errors;
};

struct _UsherGateway
{
  GObject parent_instance;

  char *directory;         /* (owned) */
  UsherSettings *settings; /* (owned) */
  UsherRouter *router;     /* (owned): follows the tables that are made of the routes */
  UsherRouter *operators;  /* (owned) (nullable): likewise with the routes of admin listeners */
  UsherFront *front;       /* (owned) */
  gint64 timeout;
  UsherLoop *loop; /* (owned) (nullable): watches the run directory */
  UsherWatch notices;
  UsherDeadline next_scan;
  UsherTask begin;

  GMutex mutex;
  gboolean is_draining;
  char *trouble;     /* (owned) (nullable): why it is not ready */
  char *collision;   /* (owned) (nullable): two services, and a route that both have */
  GPtrArray *copies; /* (owned) (element-type UsherCopy) */
  GPtrArray *routes; /* (owned) (element-type UsherGatewayRoute) */
  GHashTable *keys;  /* (owned): "METHOD /pattern" → the route */
  GPtrArray *desks;  /* (owned) (element-type UsherGatewayDesk) */
};

/* registry: reads the run directory again, with the mutex; returns whether the trouble is another one */
gboolean usher_gateway_scan (UsherGateway *self);
/* likewise; @error: (nullable): of reading the run directory */
gboolean usher_gateway_look_for_trouble (UsherGateway *self, const GError *error);
/* with the mutex; (transfer full) (nullable): the one to ask next, which has one request more; @last: (nullable): one that is asked
 * only where there is no other */
UsherCopy *usher_gateway_choose (UsherGateway *self,
                                 UsherGatewayRoute *route,
                                 const UsherCopy *last,
                                 gint64 now);
void usher_gateway_route_free (gpointer data);
UsherCopy *usher_copy_ref (UsherCopy *copy);
void usher_copy_unref (gpointer data);

/* forwards: a route's function, with the UsherGatewayRoute, on a thread of the front */
void usher_gateway_take (UsherExchange *exchange, gpointer data);
void usher_gateway_desk_free (gpointer desk);
/* likewise, on the thread of an admin listener */
void usher_gateway_take_operator (UsherExchange *exchange, gpointer data);

G_END_DECLS
