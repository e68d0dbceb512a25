/* usher-mongo-refusal-private.h: why a document was not written, for who wanted it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-statement-private.h"

G_BEGIN_DECLS

/* Another document has a unique key, or the id: tells @commit and @error which. @reply: of the server */
void usher_mongo_refusal_set_taken (UsherCommit *commit,
                                    const UsherMongoStatement *statement,
                                    const bson_t *reply,
                                    GError **error);
/* the document is not as it was read */
void usher_mongo_refusal_set_conflict (const UsherChange *change, GError **error);

G_END_DECLS
