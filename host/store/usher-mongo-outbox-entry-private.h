/* usher-mongo-outbox-entry-private.h: an event that a document of MongoDB holds until it is sent
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>

#include "usher-event.h"

G_BEGIN_DECLS

/* Makes one of `_outbox`, in an empty @entry. Its texts are taken as they are: for a pipeline it is to be within `$literal`. */
void usher_mongo_outbox_entry_append (bson_t *entry, UsherEvent *event);
/* (transfer full) (nullable): NULL: it is none of ours */
UsherEvent *usher_mongo_outbox_entry_read (const bson_t *entry);

G_END_DECLS
