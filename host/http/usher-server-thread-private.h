/* usher-server-thread-private.h: one thread of a listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-reply-head-private.h"
#include "usher-send-queue-private.h"
#include "usher-server-private.h"

G_BEGIN_DECLS

/* bytes that one reading takes */
#define USHER_SERVER_READ 16384

typedef struct
{
  gatomicrefcount ref_count; /* a connection that is gone may be named by an exchange yet */
  UsherServing *serving;     /* (unowned) */
  UsherLoop *loop;           /* (owned) */
  int n_connections;         /* (atomic) */
  int n_open; /* (atomic): requests that came and are not answered to the last byte */
  /* (atomic): answers that may take for ever: streams, and those that their clients do not take */
  int n_lasting;
  UsherTask drain;

  /* of the thread alone */
  UsherBuffers *buffers; /* (owned) */
  char *room;            /* (owned): USHER_SERVER_READ bytes */
  GPtrArray *spare;      /* (owned) (element-type UsherExchange): used, and nobody has them */
  GQueue streams;        /* (element-type UsherStream) */
  guint n_requests;      /* of this batch */
  int n_most;            /* connections since memory was given back */
  gint64 dated_at;       /* the second of @date */
  char date[USHER_HTTP_DATE];
} UsherServerThread;

UsherServerThread *usher_server_thread_new (UsherServing *serving, guint number, GError **error);
/* lets those who write streams know, once */
void usher_server_thread_drain (UsherServerThread *self);
/* ends the loop: all connections are closed, answered or not */
void usher_server_thread_stop (UsherServerThread *self);
UsherServerThread *usher_server_thread_ref (UsherServerThread *self);
void usher_server_thread_unref (UsherServerThread *self);
/* on the thread: for the head of an answer */
const char *usher_server_thread_get_date (UsherServerThread *self);

/* (transfer full): one that has not begun */
UsherExchange *usher_server_thread_take_exchange (UsherServerThread *self);
/* @exchange: (transfer full) */
void usher_server_thread_give_exchange (UsherServerThread *self, UsherExchange *exchange);

/* begins to serve it: takes over the descriptor; on the thread of @thread */
void usher_connection_start (UsherServerThread *thread, const UsherIncoming *incoming);

G_END_DECLS
