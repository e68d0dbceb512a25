/* usher-test-publisher.h: publishes to any bus, and counts what became of it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"

G_BEGIN_DECLS

typedef struct
{
  UsherClock *clock; /* (owned) */
  GPtrArray *ids;    /* (owned) (element-type utf8): of the events that were made, in order */

  GMutex mutex;
  GCond cond;
  guint n_confirmed; /* (mutex mutex) */
  guint n_refused;   /* (mutex mutex) */
  int code;          /* (mutex mutex): of the last refusal */
} UsherTestPublisher;

UsherTestPublisher *usher_test_publisher_new (void);
void usher_test_publisher_free (UsherTestPublisher *self);
/* an event of its own id, with the payload {"n":NUMBER}, counted from 0 */
UsherEvent *usher_test_publisher_make_event (UsherTestPublisher *self, const char *channel);
void usher_test_publisher_post_event (UsherTestPublisher *self, UsherBus *bus, UsherEvent *event);
void
usher_test_publisher_post (UsherTestPublisher *self, UsherBus *bus, const char *channel, guint n);
/* until @n events in all are confirmed or refused, and no more */
void usher_test_publisher_await (UsherTestPublisher *self, guint n);
/* posts, and waits until all are confirmed */
void usher_test_publisher_publish (UsherTestPublisher *self,
                                   UsherBus *bus,
                                   const char *channel,
                                   guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestPublisher, usher_test_publisher_free)

G_END_DECLS
