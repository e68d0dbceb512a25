/* usher-mongo-requests-private.h: keys of requests and their answers, in a MongoDB database
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"
#include "usher-request-record.h"

G_BEGIN_DECLS

/* Makes the entry of one, in an empty @entry. Its texts are taken as they are: for a pipeline it is to be within `$literal`. */
void usher_mongo_request_entry_append (bson_t *entry,
                                       const UsherRequestRecord *record,
                                       gint64 generation);
/* (transfer full) (nullable): NULL: it is dead, or none of ours */
UsherRequestRecord *usher_mongo_request_entry_read (const bson_t *entry);
/* whether the key waits for the answer of @record's request, which may take it over */
gboolean usher_mongo_request_entry_is_free (const bson_t *entry, const UsherRequestRecord *record);

/* @record: (out) (transfer full) (nullable) */
gboolean usher_mongo_requests_find (UsherMongoDatabase *database,
                                    UsherMongoTables *tables,
                                    const char *key,
                                    UsherRequestRecord **record,
                                    GError **error);

G_END_DECLS
