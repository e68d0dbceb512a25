/* usher-follower-private.h: one who follows the events of the bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event-page-private.h"
#include "usher-exchange.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_FOLLOWER_ASKING,  /* a page of its own is to come */
  USHER_FOLLOWER_JOINING, /* it is up to date as soon as it is known what that is */
  USHER_FOLLOWER_LIVE,    /* gets what comes */
  USHER_FOLLOWER_FULL,    /* its stream has no room */
  USHER_FOLLOWER_OVER,
} UsherFollowerState;

/* Counted; of the followers' thread alone, apart from the count. */
typedef struct
{
  UsherFollowerState state;
  UsherExchange *exchange; /* (owned) (nullable): not answered yet */
  UsherStream *stream;     /* (owned) (nullable) */
  gboolean wants_stream;
  char *start;   /* (owned) (nullable): the cursor that it came with */
  gint64 after;  /* where it begins without one */
  char *channel; /* (owned) (nullable) */
  guint limit;   /* events of a page */
  gint64 deadline;
  char *cursor; /* (owned) (nullable): a GRefString: behind what it has */
  char *rest;   /* (owned) (nullable): a GRefString: what its stream had no room for */
  gsize rest_at;
} UsherFollower;

/* takes ownership of @exchange */
UsherFollower *usher_follower_new (UsherExchange *exchange, gint64 wait);
UsherFollower *usher_follower_ref (UsherFollower *self);
void usher_follower_unref (UsherFollower *self);
/* what is asked for the page that comes next; its strings are @self's */
void usher_follower_make_query (const UsherFollower *self, UsherEventsQuery *query);
/* a stream instead of an answer; @func is told of room, and that the reader is gone */
void usher_follower_open_stream (UsherFollower *self,
                                 UsherStreamFunc func,
                                 gpointer user_data,
                                 GDestroyNotify destroy);
/* hands out what is new of the page for it; a page is answered and over, a stream may be full */
void usher_follower_give (UsherFollower *self, const UsherEventPage *page);
/* writes what there was no room for; whether there is nothing more of it */
gboolean usher_follower_flush (UsherFollower *self);
void usher_follower_beat (UsherFollower *self);
/* ends it in order: with a page without events when it is known where it is, else with @error */
void usher_follower_end (UsherFollower *self, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherFollower, usher_follower_unref)

G_END_DECLS
