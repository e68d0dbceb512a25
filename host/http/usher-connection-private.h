/* usher-connection-private.h: the socket of a client, and the request that it has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-request-head-private.h"
#include "usher-server-thread-private.h"
#include "usher-stream-private.h"

G_BEGIN_DECLS

/* What comes next. */
typedef enum
{
  USHER_CONNECTION_PROXY, /* the header of a proxy */
  USHER_CONNECTION_HEAD,
  USHER_CONNECTION_BODY,
  USHER_CONNECTION_RUN,    /* somebody makes the answer */
  USHER_CONNECTION_STREAM, /* somebody writes it */
  USHER_CONNECTION_LINGER, /* all is said; what the client still sends is dropped, so that it gets to see the answer */
  USHER_CONNECTION_CLOSED,
} UsherConnectionState;

/* What its deadline is for. */
typedef enum
{
  USHER_WAIT_NONE, /* for us: the handler has a deadline of its own */
  USHER_WAIT_IDLE,
  USHER_WAIT_HEAD,
  USHER_WAIT_BODY,
  USHER_WAIT_SEND,
  USHER_WAIT_LINGER,
  USHER_WAIT_PROBE, /* for a sign of life of a client that sends no more */
} UsherConnectionWait;

typedef struct _UsherConnection UsherConnection;

/* One for each socket, with room for the one request that it has at a time. The socket has a reference, and so has an
 * exchange until it is finished. On its thread alone, but for the references. */
struct _UsherConnection
{
  gatomicrefcount ref_count;
  UsherServerThread *thread; /* (owned) */
  UsherWatch watch;
  UsherDeadline deadline;
  UsherTask done;    /* the exchange is finished */
  UsherTask written; /* the stream has something */
  UsherTask later;   /* it is its turn again */

  UsherIncoming incoming;
  char *address;      /* (owned) */
  gboolean is_proxy;  /* what it says of a client counts */
  gboolean is_local;  /* it came by a path */
  gboolean is_secure; /* a proxy said so of the connection */

  UsherConnectionState state;
  UsherConnectionWait wait;
  gboolean has_moved; /* the deadline begins anew, though it is of the same kind */
  GString *in;        /* (owned) (nullable): what came and is not parsed */
  UsherSendQueue out;
  gsize n_taken; /* bytes that the client took since its deadline began */
  gsize n_dropped;
  guint n_stuck;  /* answers that wait for the client to take them */
  guint n_unsent; /* answers that are not out to the last byte */
  guint n_requests;
  guint n_left; /* requests that it may begin in this turn */

  gboolean is_readable; /* there may be something to read */
  gboolean is_deaf;     /* it is not told of more to read */
  gboolean is_later;    /* it waits for its turn */
  gboolean is_half;     /* the client will send no more */
  gboolean is_blocked;  /* the socket takes no more */
  gboolean is_probed;

  UsherHttpParser parser;
  UsherRequestHead head;
  UsherExchange
      *exchange; /* (nullable): (owned), but while the router or somebody behind it has it */
  UsherRequest *request; /* (unowned): the exchange's */
  UsherReply *reply;     /* (unowned): likewise */
  UsherStream *stream;   /* (owned) (nullable) */
  GList in_streams;      /* in the thread's, while there is one */
  GString *body;         /* (owned) (nullable) */
  gboolean is_open;      /* it counts as a request that is under way */
  gboolean is_given;     /* the router has the exchange */
  gboolean is_refused;   /* the reply is set, the body only to be read */
  gboolean must_close;
  gboolean is_cut; /* the answer will never be whole */
  gboolean in_router;
  gboolean is_done;
};

/* its life, in usher-connection-life.c: */
void usher_connection_unref (UsherConnection *self);
void usher_connection_forget_request (UsherConnection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherConnection, usher_connection_unref)

/* the request, in usher-connection-request.c: */
/* Takes what it can use; 0 when more must come. */
gsize usher_connection_feed_head (UsherConnection *self, const char *data, gsize length);
gsize usher_connection_feed_body (UsherConnection *self, const char *data, gsize length);
/* answers what cannot be read, and reads no more */
void usher_connection_refuse (UsherConnection *self, UsherRefusal refusal);
/* the body did not come in time */
void usher_connection_end_body (UsherConnection *self);
/* the client is gone */
void usher_connection_abandon (UsherConnection *self);

/* the answer, in usher-connection-answer.c: */
void usher_connection_answer (UsherConnection *self);
/* “100 Continue”, which is no answer yet */
void usher_connection_append_interim (UsherConnection *self);
/* whoever writes it is told nothing */
void usher_connection_forget_stream (UsherConnection *self);
/* it counts as answered once what is to be sent is out */
void usher_connection_end_request (UsherConnection *self);
/* what was written goes out while there is room */
void usher_connection_pump (UsherConnection *self);

G_END_DECLS
