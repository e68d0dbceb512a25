/* usher-mongo-outbox-index-private.h: which events are known, and in which order
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mark.h"
#include "usher-mongo-place-private.h"

G_BEGIN_DECLS

/* No thread of its own: whoever has it locks. */
typedef struct _UsherMongoOutboxIndex UsherMongoOutboxIndex;

/* an event, as it is copied out */
typedef struct
{
  guint64 number;
  char *id;               /* (owned) */
  UsherMongoPlace *place; /* (owned) */
} UsherMongoOutboxEvent;

UsherMongoOutboxIndex *usher_mongo_outbox_index_new (void);
void usher_mongo_outbox_index_free (UsherMongoOutboxIndex *self);

/* gives an event the next number, or finds the one that it has; 0: it is trimmed, or there is no room */
guint64
usher_mongo_outbox_index_add (UsherMongoOutboxIndex *self, UsherMongoPlace *place, const char *id);
/* whether it has a number, or was trimmed */
gboolean usher_mongo_outbox_index_knows (UsherMongoOutboxIndex *self, const char *id);
gboolean usher_mongo_outbox_index_is_full (UsherMongoOutboxIndex *self);
/* no document has it any more */
void usher_mongo_outbox_index_remove (UsherMongoOutboxIndex *self, const char *id);
/* some document has it, and it makes no sense: it is not listed again */
void usher_mongo_outbox_index_set_aside (UsherMongoOutboxIndex *self, const char *id);
/* appends up to @limit of those behind @after to @events (element-type UsherMongoOutboxEvent) */
void usher_mongo_outbox_index_list (UsherMongoOutboxIndex *self,
                                    guint64 after,
                                    guint limit,
                                    GArray *events);
/* takes those up to @upto out, likewise; they count as trimmed until they are removed */
void usher_mongo_outbox_index_trim (UsherMongoOutboxIndex *self, guint64 upto, GArray *events);
/* (transfer full) */
GArray *usher_mongo_outbox_index_new_events (void);

/* the mark of a number */
void
usher_mongo_outbox_index_make_mark (UsherMongoOutboxIndex *self, guint64 number, UsherMark *mark);
/* 0, the place before all, for marks of another opening of the store */
guint64 usher_mongo_outbox_index_get_number (UsherMongoOutboxIndex *self, const UsherMark *mark);

G_END_DECLS
