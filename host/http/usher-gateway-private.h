/* usher-gateway-private.h: a gateway's inside
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <sys/socket.h>

#include "usher-front.h"
#include "usher-gateway.h"
#include "usher-registration-private.h"

G_BEGIN_DECLS

typedef struct _UsherCopy UsherCopy;
typedef struct _UsherForward UsherForward;
typedef struct _UsherGatewayLink UsherGatewayLink;

/* A method and a path that some copies serve. It stays when the last of them is gone: who asks for it then is told
 * to come again, not that there is no such thing. */
typedef struct
{
  UsherGateway *gateway; /* (unowned) */
  char *method;          /* (owned) */
  char *pattern;         /* (owned) */
  char *service;         /* (owned) */
  gboolean is_admin;     /* of the admin listeners */
  GPtrArray *copies;     /* (owned) (element-type UsherCopy) */
  guint turn;
} UsherGatewayRoute;

/* A host process. */
struct _UsherCopy
{
  guint n_refs;
  UsherGateway *gateway;           /* (unowned) */
  UsherRegistration *registration; /* (owned) */
  struct sockaddr_storage address;
  socklen_t length;

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
  GQueue idle; /* (element-type UsherGatewayLink): the last used first */
};

/* A request on its way to a copy. The gateway's thread has it, but for its making. */
struct _UsherForward
{
  UsherExchange *exchange;  /* (owned) */
  UsherGatewayRoute *route; /* (unowned) */
  GString *head;            /* (owned) */
  GBytes *body;             /* (unowned) (nullable): the request's */
  gboolean can_repeat;
  guint n_lost;
  gint64 deadline;
  gint64 wait_until;      /* for a copy; 0: it never waited */
  UsherGatewayLink *link; /* (unowned) (nullable): while a copy has it */
  GList in_open;          /* in open, by deadline */
  GList in_waiting;       /* in waiting */
  gboolean is_waiting;    /* it has no copy */
};

/* What became of the bytes of a request. */
typedef enum
{
  USHER_GATEWAY_LINK_BUSY,
  USHER_GATEWAY_LINK_UNSENT,   /* no copy has run it */
  USHER_GATEWAY_LINK_LOST,     /* one may have run it */
  USHER_GATEWAY_LINK_ANSWERED, /* the answer is there */
} UsherGatewayLinkState;

/* The head of an answer. */
typedef struct
{
  gsize head_length; /* 0: it is not there yet */
  gsize body_length;
  guint status;
  gboolean must_close;
  gboolean is_draining; /* it was not run */
} UsherGatewayAnswer;

/* A connection to a copy. */
struct _UsherGatewayLink
{
  UsherCopy *copy; /* (owned) */
  int fd;
  gboolean is_fresh; /* it never had an answer */
  gboolean watches_out;
  UsherForward *forward; /* (unowned) (nullable) */
  gsize n_sent;
  GByteArray *in; /* (owned) */
  UsherGatewayAnswer answer;
  gint64 idle_since;
  GList node; /* in the copy's idle, or the gateway's dead */
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
  GThread *thread; /* (owned) (nullable) */
  int epoll_fd;
  int wake_fd;
  int notify_fd;
  int stopping; /* (atomic) */
  int woken;    /* (atomic) */

  GMutex inbox_mutex;
  GQueue inbox; /* (mutex inbox_mutex) (element-type UsherForward) */

  /* the thread has the mutex but for the time that it sleeps */
  GMutex mutex;
  gint64 now;
  gint64 next_scan;
  GPtrArray *copies; /* (owned) (element-type UsherCopy) */
  GPtrArray *routes; /* (owned) (element-type UsherGatewayRoute) */
  GHashTable *keys;  /* (owned): "METHOD /pattern" → the route */
  GQueue open;       /* (element-type UsherForward): all, by deadline */
  GQueue waiting;    /* (element-type UsherForward): those without a copy */
  GQueue dead;       /* (element-type UsherGatewayLink): closed, to be freed after the batch */
};

/* registry: reads the run directory again; what follows is the thread's, with the mutex */
void usher_gateway_scan (UsherGateway *self);
/* (nullable): the one to ask next */
UsherCopy *usher_gateway_choose (UsherGateway *self, UsherGatewayRoute *route);
/* looks whether a copy that is not spoken with still takes connections */
void usher_gateway_probe (UsherGateway *self, UsherCopy *copy);
void usher_gateway_route_free (gpointer route);
void usher_copy_unref (UsherCopy *copy);

/* an operator's: takes over the exchange; on the thread of an admin listener */
void usher_gateway_take_operator (UsherExchange *exchange, gpointer route);

/* forwards: takes over the exchange; on a thread of the front */
void usher_gateway_take (UsherExchange *exchange, gpointer route);
void usher_gateway_wake (UsherGateway *self);
void usher_gateway_dispatch (UsherGateway *self, UsherForward *forward);
void usher_gateway_settle (UsherGateway *self, UsherGatewayLink *link, UsherGatewayLinkState state);
void usher_gateway_retry_waiting (UsherGateway *self);
void usher_gateway_cut_late (UsherGateway *self);
void usher_gateway_fail_all (UsherGateway *self);

/* links: (nullable): NULL when the copy takes no connection, errno tells */
UsherGatewayLink *usher_gateway_link_take (UsherCopy *copy);
UsherGatewayLinkState usher_gateway_link_send (UsherGatewayLink *link, UsherForward *forward);
UsherGatewayLinkState usher_gateway_link_go_on (UsherGatewayLink *link, guint events);
/* its forward has left it: for the next one, or closed */
void usher_gateway_link_release (UsherGatewayLink *link, gboolean keep);
/* its first request is yet to come */
void usher_gateway_link_keep (UsherGatewayLink *link);
void usher_gateway_link_close_idle (UsherCopy *copy, gint64 since);
void usher_gateway_link_free (UsherGatewayLink *link);

/* messages: (nullable): NULL when a header cannot be passed on */
GString *usher_forward_make_head (UsherRequest *request, const char *method);
/* FALSE: what came is no answer; a head length of 0: more must come */
gboolean usher_gateway_answer_read (UsherGatewayAnswer *self, GByteArray *in, gboolean has_body);
void usher_gateway_answer_fill (const UsherGatewayAnswer *self, GByteArray *in, UsherReply *reply);

G_END_DECLS
