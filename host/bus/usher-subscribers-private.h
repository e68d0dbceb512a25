/* usher-subscribers-private.h: who gets what comes to a member
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-answers-private.h"
#include "usher-bus.h"
#include "usher-frame-private.h"

G_BEGIN_DECLS

typedef struct
{
  guint id;      /* ours, for good */
  guint seat;    /* the hub's, until the next hello; 0: not confirmed */
  char *channel; /* (owned) */
  char *group;   /* (owned) (nullable) */
  char *durable; /* (owned) (nullable) */
  UsherSubscription wish;
  UsherAnswerWay *way; /* (owned) */
  UsherDeliveryFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
  guint64 next;           /* of a channel's subscriber: the sequence that it gets next */
  guint64 seen;           /* below that it has had all, from an earlier connection */
  gboolean fetching;      /* a gap is being filled */
  gboolean taken;         /* the table has it */
} UsherSubscriber;

UsherSubscriber *usher_subscriber_new (guint id,
                                       const UsherSubscription *wish,
                                       UsherAnswers *answers,
                                       UsherDeliveryFunc func,
                                       gpointer user_data,
                                       GDestroyNotify destroy);
void usher_subscriber_free (gpointer data);
/* (transfer full): a SUBSCRIBE frame */
GByteArray *usher_subscriber_make_wish (const UsherSubscriber *self);

/* The subscribers of a member, and the seats that the hub has given them. On the bus's thread. */
typedef struct _UsherSubscribers UsherSubscribers;

UsherSubscribers *usher_subscribers_new (UsherSendFunc send, gpointer user_data);
void usher_subscribers_free (UsherSubscribers *self);
/* any thread: what comes from now on is handed back */
void usher_subscribers_pause (UsherSubscribers *self);
gboolean usher_subscribers_is_paused (UsherSubscribers *self);
/* whether something was handed over since this was called last */
gboolean usher_subscribers_got_some (UsherSubscribers *self);

void usher_subscribers_add (UsherSubscribers *self, UsherSubscriber *subscriber);
/* (transfer full) (nullable): takes it away; one that has no seat yet is sent home by the hub when it gets one, if @orphan */
UsherSubscriber *usher_subscribers_steal (UsherSubscribers *self, guint id, gboolean orphan);
typedef void (*UsherSubscriberFunc) (UsherSubscriber *subscriber, gpointer user_data);
void
usher_subscribers_foreach (UsherSubscribers *self, UsherSubscriberFunc func, gpointer user_data);
/* the hub's name for it; 0: it has none */
guint usher_subscribers_get_seat (UsherSubscribers *self, guint id);
/* The hub has given a subscriber its seat. FALSE: nobody wants it any more */
gboolean usher_subscribers_seat (UsherSubscribers *self, guint id, guint seat, guint64 next);
/* the hub is lost, and with it the seats */
void usher_subscribers_begin_anew (UsherSubscribers *self);
/* its log is another one, in which nobody has been yet; before seats are asked for */
void usher_subscribers_forget_places (UsherSubscribers *self);

/* frames behind their type */
void usher_subscribers_take_deliver (UsherSubscribers *self, UsherFrameReader *reader);
void usher_subscribers_take_grown (UsherSubscribers *self, UsherFrameReader *reader);
void usher_subscribers_take_fetched (UsherSubscribers *self, UsherFrameReader *reader);
/* a LIVE or HEAD frame, for each who follows the channel */
void
usher_subscribers_take_live (UsherSubscribers *self, const char *channel, UsherFrameReader *reader);

G_END_DECLS
