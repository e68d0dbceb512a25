/* usher-zmq-bus-private.h: what a member knows
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>

#include "usher-delivery-private.h"
#include "usher-frame-private.h"
#include "usher-link-private.h"
#include "usher-zmq-bus.h"

G_BEGIN_DECLS

/* An event on its way to the log. */
typedef struct
{
  UsherEvent *event; /* (owned) */
  UsherPublishedFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  guint64 number; /* since the last hello; 0: not sent */
} UsherPublish;

/* An answer to a delivery. */
typedef struct
{
  guint subscription; /* ours */
  guint64 sequence;
  UsherAnswerKind kind;
  gint64 delay;
  char *reason; /* (owned) (nullable) */
} UsherAnswer;

/* A subscriber. */
typedef struct
{
  guint id;      /* ours, for good */
  guint seat;    /* the hub's, until the next hello; 0: not confirmed */
  char *channel; /* (owned) */
  char *group;   /* (owned) (nullable) */
  char *durable; /* (owned) (nullable) */
  UsherSubscription wish;
  UsherDeliveryFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  guint64 next;      /* of a channel's subscriber: the sequence that it gets next */
  guint64 seen;      /* below that it has had all, from an earlier connection */
  gboolean fetching; /* a gap is being filled */
  gboolean taken;    /* (mutex mutex): the thread has it */
} UsherSubscriber;

/* Something that another thread waits for; one with @func is nobody's but the thread's. */
typedef struct
{
  guint id;
  GByteArray *frame;           /* (owned) (nullable) */
  UsherSubscriber *subscriber; /* (unowned) (nullable): to be confirmed */
  guint forgotten;             /* id of a subscriber that nobody waits for any more */
  UsherDescribedFunc func;     /* (nullable): told of the end, and then it is freed */
  gpointer user_data;
  gint64 deadline; /* monotonic; of one with @func */
  gboolean done;
  guint8 code;
  char *text; /* (owned) */
  guint64 number;
} UsherQuestion;

struct _UsherZmqBus
{
  GObject parent_instance;

  char *endpoint;    /* (owned) */
  char *client;      /* (owned) */
  guint64 instance;  /* tells it from the one that had its name before */
  UsherClock *clock; /* (owned) */
  int wake;          /* eventfd */
  GThread *thread;   /* (owned) */
  UsherBusIdleFunc idle;
  gpointer idle_data;
  int paused;    /* (atomic) */
  int connected; /* (atomic) */

  GMutex mutex;
  GCond cond;
  GQueue publishes;    /* (mutex mutex) (element-type UsherPublish): not yet seen by the thread */
  GArray *answers;     /* (owned) (mutex mutex) (element-type UsherAnswer) */
  GQueue questions;    /* (mutex mutex) (element-type UsherQuestion): not yet seen by the thread */
  gboolean closing;    /* (mutex mutex) */
  gboolean stopping;   /* (mutex mutex) */
  gboolean waked;      /* (mutex mutex): the thread has been waked and not looked yet */
  guint n_open;        /* (mutex mutex): events that are not confirmed */
  guint last_id;       /* (mutex mutex) */
  const char *trouble; /* (mutex mutex) (nullable): why there is no hub */

  /* the thread alone */
  UsherLink *link; /* (owned) (nullable) */
  zsock_t *pull;   /* (owned) (nullable): over tcp all comes by the link */
  zsock_t *live;   /* (owned) (nullable): so it is with this */
  GQueue sent;     /* (element-type UsherPublish): not confirmed, in order */
  GQueue unsent;   /* (element-type UsherPublish): in order, behind those */
  guint64 last_number;
  guint64 last_told;       /* up to here we know what became of them */
  GHashTable *asked;       /* (owned): id → UsherQuestion */
  GHashTable *subscribers; /* (owned): id → UsherSubscriber */
  GHashTable *seats;       /* (owned): the hub's id → UsherSubscriber */
  guint last_seat;         /* the hub counts up */
  GPtrArray *early;        /* (owned) (element-type GBytes): for seats that are not known yet */
  GHashTable *orphans; /* (owned): ids of subscribers that were forgotten before they had a seat */
  guint session;       /* counts what begins with a hello */
  gboolean greeted;    /* the hub knows us */
  gboolean told;       /* the log knows that it does not */
  gint64 lost;         /* monotonic: since when it does not */
  gboolean leaving;    /* has said good-bye */
  gint64 next_hello;
  gint64 next_ping;
  guint n_unanswered; /* pings since the hub was heard */
  gboolean got_some;  /* since the idle function ran */
};

GArray *usher_zmq_bus_new_answers (void);
gpointer usher_zmq_bus_run (gpointer data);
void usher_zmq_bus_free_subscriber (gpointer data);
void usher_zmq_bus_answer (UsherBus *bus,
                           guint subscription,
                           guint64 sequence,
                           UsherAnswerKind kind,
                           gint64 delay,
                           const char *reason);
void usher_zmq_bus_free_publish (UsherPublish *publish);
/* tells the publisher and frees */
void usher_zmq_bus_end_publish (UsherZmqBus *self, UsherPublish *publish, const GError *error);
GByteArray *usher_zmq_bus_make_wish (UsherSubscriber *subscriber, guint request);

/* publishing, on the thread */
void usher_zmq_bus_take_published (UsherZmqBus *self);
void usher_zmq_bus_send_publishes (UsherZmqBus *self);
void usher_zmq_bus_take_confirm (UsherZmqBus *self, UsherFrameReader *reader);
void usher_zmq_bus_end_publishes (UsherZmqBus *self);

/* questions, on the thread; the mutex is held by who calls the first one */
/* @ended: where to put it when it is to be told without the mutex */
void usher_zmq_bus_end_question (UsherZmqBus *self, UsherQuestion *question, GQueue *ended);
void usher_zmq_bus_tell_ended (UsherZmqBus *self, GQueue *ended);
/* those that have waited too long, or all */
void usher_zmq_bus_end_questions (UsherZmqBus *self, gint64 now);
/* any thread */
void usher_zmq_bus_describe_async (UsherBus *bus,
                                   const char *what,
                                   gint64 patience,
                                   UsherDescribedFunc func,
                                   gpointer user_data);
void usher_zmq_bus_wake_locked (UsherZmqBus *self);
/* whether it went well; else with the error that it tells */
gboolean usher_zmq_bus_check (UsherZmqBus *self, const UsherQuestion *question, GError **error);

/* deliveries, on the thread */
void usher_zmq_bus_deliver (UsherZmqBus *self, UsherFrameReader *reader);
void usher_zmq_bus_take_early (UsherZmqBus *self);
void usher_zmq_bus_take_live (UsherZmqBus *self, const char *channel, UsherFrameReader *reader);
void usher_zmq_bus_take_grown (UsherZmqBus *self, UsherFrameReader *reader);
void usher_zmq_bus_take_fetched (UsherZmqBus *self, UsherFrameReader *reader);
void usher_zmq_bus_fetch (UsherZmqBus *self, UsherSubscriber *subscriber);
void usher_zmq_bus_send (UsherZmqBus *self, GByteArray *frame);

G_END_DECLS
