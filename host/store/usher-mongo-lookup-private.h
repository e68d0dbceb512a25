/* usher-mongo-lookup-private.h: one document of MongoDB
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* @document: (out) (nullable): NULL: there is none */
gboolean usher_mongo_lookup_run (UsherMongoDatabase *database,
                                 UsherMongoTable *table,
                                 const char *id,
                                 UsherDocument **document,
                                 GError **error);

G_END_DECLS
