/* usher-mongo-tidy-private.h: what documents need not carry any more is taken out of them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-lease-private.h"
#include "usher-mongo-place-private.h"

G_BEGIN_DECLS

/* A thread that takes entries away some time after it was told, many at once. What is lost with the process is found by who prunes,
 * or by who relays next. Reference counted, any thread. */
typedef struct _UsherMongoTidy UsherMongoTidy;

/* told of events that no document carries any more */
typedef void (*UsherMongoDroppedFunc) (const char *event_id, gpointer user_data);

UsherMongoTidy *
usher_mongo_tidy_new (UsherMongoDatabase *database, UsherMongoLease *lease, GError **error);
UsherMongoTidy *usher_mongo_tidy_ref (UsherMongoTidy *self);
void usher_mongo_tidy_unref (UsherMongoTidy *self);
/* before anything is dropped */
void
usher_mongo_tidy_set_func (UsherMongoTidy *self, UsherMongoDroppedFunc func, gpointer user_data);

/* An event is on the bus. It goes only as long as the lease is ours. */
void
usher_mongo_tidy_drop_event (UsherMongoTidy *self, UsherMongoPlace *place, const char *event_id);
/* An entry of @member, with the key and generation @unique, counts no more. @is_dead: it goes after all that were told before. */
void usher_mongo_tidy_drop_entry (UsherMongoTidy *self,
                                  UsherMongoPlace *place,
                                  const char *member,
                                  const char *unique,
                                  gboolean is_dead);
/* takes away what it was told of, if the server answers, and ends the thread */
void usher_mongo_tidy_close (UsherMongoTidy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTidy, usher_mongo_tidy_unref)

G_END_DECLS
