/* usher-mongo-lanes-private.h: threads that work beside each other, each in its order
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* on one of the threads; takes ownership of what is in @work: what has waited, in its order */
typedef void (*UsherMongoLaneFunc) (GPtrArray *work, gpointer user_data);

/* Work with the same hash is done in its order. A thread begins with its first work. Any thread. */
typedef struct _UsherMongoLanes UsherMongoLanes;

/* @user_data: lives until the last thread has ended: it is referenced by @ref for each, and freed by @unref on it */
UsherMongoLanes *usher_mongo_lanes_new (UsherMongoLaneFunc func,
                                        gpointer (*ref) (gpointer user_data),
                                        void (*unref) (gpointer user_data));
/* when nobody needs it any more: closed, and all threads ended */
void usher_mongo_lanes_free (UsherMongoLanes *self);
/* takes ownership of @work; FALSE, and it is the caller's still, when they are closed or no thread can be made */
gboolean
usher_mongo_lanes_push (UsherMongoLanes *self, guint hash, gpointer work, gpointer user_data);
/* Does what there is and ends the threads. FALSE: one of them calls this: they end by themselves. */
gboolean usher_mongo_lanes_close (UsherMongoLanes *self);

G_END_DECLS
