/* usher-mongo-timer-entry-private.h: a timer, as a document on a MongoDB server carries it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>

#include "usher-commit.h"

G_BEGIN_DECLS

/* `state` of an entry: nothing is wrong with those that have none */
#define USHER_MONGO_TIMER_FAILING "failing"
#define USHER_MONGO_TIMER_PARKED  "parked"
#define USHER_MONGO_TIMER_DEAD    "dead"

/* (transfer full): `k` of its entries */
char *usher_mongo_timer_entry_dup_key (const char *name, const char *key);
/* Makes one, in an empty @entry. @since: when it is set, or dropped. Its text is taken as it is: for a pipeline it is to be within
 * `$literal`. */
void usher_mongo_timer_entry_append (bson_t *entry,
                                     const UsherTimerChange *change,
                                     gint64 generation,
                                     gint64 since);
/* (transfer full) (nullable): NULL: it is dead, or none of ours */
UsherTimer *usher_mongo_timer_entry_read (const bson_t *entry);

G_END_DECLS
