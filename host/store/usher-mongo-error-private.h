/* usher-mongo-error-private.h: what the errors of a server mean for who asked
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mongoc/mongoc.h>

#include "usher-error.h"

G_BEGIN_DECLS

/* What an error of the library or the server is for the caller. @reply: (nullable) */
UsherError usher_mongo_error_get_code (const bson_error_t *trouble, const bson_t *reply);
/* whether the server does not answer at all, or not as one that takes writes */
gboolean usher_mongo_error_is_away (const bson_error_t *trouble, const bson_t *reply);
/* whether the credentials are refused */
gboolean usher_mongo_error_is_refusal (const bson_error_t *trouble);
/* whether an index is missing that was made */
gboolean usher_mongo_error_is_index_lost (const bson_error_t *trouble);
/* FALSE: @reply to a write tells an error of a document, or of how durable it is; TRUE with none */
gboolean usher_mongo_error_check_reply (const bson_t *reply, bson_error_t *trouble);

G_END_DECLS
