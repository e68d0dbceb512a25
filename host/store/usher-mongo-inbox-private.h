/* usher-mongo-inbox-private.h: which events were applied, in a MongoDB database
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* (transfer full): `k` of an entry */
char *usher_mongo_inbox_dup_key (const char *event_id, const char *subscriber);
/* makes the entry of an event that was applied at @time, in an empty @entry */
void usher_mongo_inbox_entry_append (bson_t *entry, const char *key, gint64 time);
gboolean usher_mongo_inbox_find (UsherMongoDatabase *database,
                                 UsherMongoTables *tables,
                                 const char *event_id,
                                 const char *subscriber,
                                 gboolean *is_known,
                                 GError **error);

G_END_DECLS
