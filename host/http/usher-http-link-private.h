/* usher-http-link-private.h: a connection to another server, for one request after the other
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <sys/socket.h>

#include "usher-exchange.h"
#include "usher-loop-private.h"

G_BEGIN_DECLS

/* What became of a request. */
typedef enum
{
  USHER_HTTP_LINK_UNSENT,   /* the server has not run it */
  USHER_HTTP_LINK_LOST,     /* it may have run it */
  USHER_HTTP_LINK_DRAINING, /* it has not run it, as it stops */
  USHER_HTTP_LINK_ANSWERED, /* the reply is filled; a body in chunks goes on as its stream */
} UsherHttpLinkResult;

typedef struct _UsherHttpLink UsherHttpLink;

/* Told once for each request, before the link is free: it does not free it. The head and the body are not touched any
 * more. */
typedef void (*UsherHttpLinkFunc) (UsherHttpLink *link,
                                   UsherHttpLinkResult result,
                                   gpointer user_data);
/* The link is free for another request, or of no use any more (@is_over) and to be freed. */
typedef void (*UsherHttpLinkIdleFunc) (UsherHttpLink *link, gboolean is_over, gpointer user_data);

/* @name: whose it is, for the log. NULL when no connection can be had, errno tells. All on the thread of @loop. */
UsherHttpLink *usher_http_link_new (UsherLoop *loop,
                                    const char *name,
                                    const struct sockaddr_storage *address,
                                    socklen_t length,
                                    UsherHttpLinkIdleFunc idle,
                                    gpointer user_data);
/* closes it whatever it does; nobody is told any more, but the reader of its stream */
void usher_http_link_free (UsherHttpLink *self);
/* FALSE when the other side has closed it, as an event will tell only later */
gboolean usher_http_link_is_usable (UsherHttpLink *self);
/* whether it never had an answer */
gboolean usher_http_link_is_fresh (UsherHttpLink *self);
/* @head: (transfer none): stays until it is told; @reply: to be filled. FALSE: not a byte went out, nobody is told */
gboolean usher_http_link_send (UsherHttpLink *self,
                               GString *head,
                               GBytes *body,
                               UsherReply *reply,
                               UsherHttpLinkFunc func,
                               gpointer user_data);

G_END_DECLS
