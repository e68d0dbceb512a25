/* usher-mongo-copying-private.h: the mark of a database of MongoDB that is a copy which is not finished
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-database-private.h"

G_BEGIN_DECLS

#define USHER_MONGO_COPYING "copying"

/* @mark: (out) (nullable) (transfer full) */
gboolean usher_mongo_copying_lookup (UsherMongoDatabase *database, char **mark, GError **error);
/* @mark: (nullable) */
gboolean usher_mongo_copying_set (UsherMongoDatabase *database, const char *mark, GError **error);
/* FALSE: with an error that says so when a copy was not finished */
gboolean usher_mongo_copying_check (UsherMongoDatabase *database, GError **error);

G_END_DECLS
