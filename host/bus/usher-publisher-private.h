/* usher-publisher-private.h: events on their way to the log
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-frame-private.h"
#include "usher-wake-private.h"

G_BEGIN_DECLS

/* From published to told. Events go out in the order in which they came, again after the hub was lost, and behind one that was
 * refused nothing of its channel does until its publisher knows. */
typedef struct _UsherPublisher UsherPublisher;

UsherPublisher *usher_publisher_new (UsherWake *wake, UsherSendFunc send, gpointer user_data);
void usher_publisher_free (UsherPublisher *self);

/* any thread */
void usher_publisher_post (UsherPublisher *self,
                           UsherEvent *event,
                           UsherPublishedFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy);
/* Takes nothing more, and waits until @deadline, monotonic, for what is not told yet; whether all is. */
gboolean usher_publisher_close (UsherPublisher *self, gint64 deadline);

/* the thread of the bus */
/* takes over what was posted since */
void usher_publisher_take_posted (UsherPublisher *self);
/* sends what is not sent yet, neighbours of one channel together */
void usher_publisher_send (UsherPublisher *self);
/* a CONFIRM frame behind its session */
void usher_publisher_take_confirm (UsherPublisher *self, UsherFrameReader *reader);
/* the hub knows of nothing that was sent */
void usher_publisher_begin_anew (UsherPublisher *self);
/* who has not been told will not be */
void usher_publisher_end (UsherPublisher *self);

G_END_DECLS
