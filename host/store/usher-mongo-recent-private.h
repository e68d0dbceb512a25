/* usher-mongo-recent-private.h: what this process wrote just now
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"

G_BEGIN_DECLS

/* Of the units that race for a document in one process one is first. The others wait behind it with what they read before, and need not
 * ask the server to know that they have lost. Any thread. */
typedef struct _UsherMongoRecent UsherMongoRecent;

UsherMongoRecent *usher_mongo_recent_new (void);
void usher_mongo_recent_free (UsherMongoRecent *self);
/* for a commit that was written */
void usher_mongo_recent_note (UsherMongoRecent *self, UsherCommit *commit);
/* (nullable) (transfer none): a change of @commit to a document that is at a later version since; @since: when it was handed over,
 * monotonic */
const UsherChange *
usher_mongo_recent_find_late (UsherMongoRecent *self, UsherCommit *commit, gint64 since);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoRecent, usher_mongo_recent_free)

G_END_DECLS
