/* usher-front-connection-private.h: a socket of the public listener, and the request that it has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <microhttpd.h>

#include "usher-front-thread-private.h"

G_BEGIN_DECLS

/* What a connection waits for; each queue is in the order of the deadlines. */
typedef enum
{
  QUEUE_IDLE, /* the next request */
  QUEUE_HEAD,
  QUEUE_BODY,
  QUEUE_SEND, /* the client, to take the answer */
  QUEUE_BUSY, /* us; no deadline, the handler has its own */
  N_QUEUES,
} QueueKind;

/* Where its request is. */
typedef enum
{
  STEP_HEAD, /* the handler of the library was not called yet */
  STEP_BODY,
  STEP_RUN, /* the body is there */
  STEP_ANSWER,
} Step;

typedef struct _UsherFrontConnection UsherFrontConnection;

/* One for each socket, with room for the one request that it has at a time. It is referenced by the library until
 * the socket is closed, and by an exchange until it is finished. */
struct _UsherFrontConnection
{
  gatomicrefcount ref_count;
  UsherFrontThread *thread; /* (owned) */

  struct MHD_Connection *mhd; /* (unowned) */
  int fd;
  UsherIncoming incoming;
  char *address; /* (owned) */
  gboolean is_proxy;
  gboolean is_local; /* it came by a path */

  GList link; /* in @queue */
  QueueKind kind;
  gint64 deadline;

  Step step;
  UsherRequest *request;   /* (owned) (nullable) */
  UsherReply *reply;       /* (owned) (nullable) */
  UsherExchange *exchange; /* (owned) (nullable): until it is given to the router */
  GByteArray *body;        /* (owned) (nullable) */
  guint64 received;
  gint64 started;
  gboolean is_open;    /* it counts as an open request */
  gboolean is_refused; /* the reply is set, the body only to be read */
  gboolean must_close;
  gboolean has_bad_header;
  gboolean in_handler;
  gboolean is_done;

  UsherFrontConnection *next_finished; /* (unowned) (mutex thread->mutex) */
};

struct _UsherFrontThread
{
  gatomicrefcount ref_count;
  UsherFrontShared *shared;  /* (unowned) */
  GThread *thread;           /* (owned) */
  struct MHD_Daemon *daemon; /* (owned) */
  int epoll_fd;
  int wake_fd;

  /* of the thread alone */
  gint64 now;
  GQueue queues[N_QUEUES];
  const UsherIncoming *adding; /* (unowned) (nullable) */
  guint n_requests;            /* of this batch */

  int n_connections; /* (atomic) */
  int n_open;        /* (atomic) */
  int stopping;      /* (atomic) */
  int woken;         /* (atomic) */

  GMutex mutex;
  GArray *incoming;               /* (owned) (mutex mutex) (element-type UsherIncoming) */
  UsherFrontConnection *finished; /* (mutex mutex): linked by next_finished */
  gboolean is_closed;             /* (mutex mutex) */
};

/* what is kept of a connection that the library has begun; entered into the queue for heads */
UsherFrontConnection *usher_front_connection_new (UsherFrontThread *thread,
                                                  struct MHD_Connection *mhd);
void usher_front_connection_unref (UsherFrontConnection *connection);
void usher_front_connection_leave_queue (UsherFrontConnection *connection);
/* its deadline is over: tells the client if that can be told, and ends it */
void usher_front_connection_cut_late (UsherFrontConnection *connection);

/* what the library calls: for each step of a request, with the request line as it came, when all was sent */
enum MHD_Result usher_front_connection_on_access (void *cls,
                                                  struct MHD_Connection *mhd,
                                                  const char *url,
                                                  const char *method,
                                                  const char *version,
                                                  const char *upload_data,
                                                  size_t *upload_data_size,
                                                  void **con_cls);
void *usher_front_connection_on_target (void *cls, const char *uri, struct MHD_Connection *mhd);
void usher_front_connection_on_completed (void *cls,
                                          struct MHD_Connection *mhd,
                                          void **con_cls,
                                          enum MHD_RequestTerminationCode code);

void usher_front_thread_unref (UsherFrontThread *self);
/* the exchange of a suspended connection is finished: takes over its reference; any thread */
void usher_front_thread_resume (UsherFrontThread *self, UsherFrontConnection *connection);

G_END_DECLS
