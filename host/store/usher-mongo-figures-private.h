/* usher-mongo-figures-private.h: how much a MongoDB database holds
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* What was counted last. Counting goes through the collections, so it is done again only when some time has passed, and more when it
 * took long; of a large collection what some documents carry stands for all. Any thread. */
typedef struct _UsherMongoFigures UsherMongoFigures;

/* @tables: (unowned) */
UsherMongoFigures *usher_mongo_figures_new (UsherMongoDatabase *database, UsherMongoTables *tables);
void usher_mongo_figures_free (UsherMongoFigures *self);
/* Adds what was asked of the server and, unless it is away, rows and bytes of each kind, the size of the database, and when it was
 * pruned, to @builder, of type a{sx}. */
gboolean
usher_mongo_figures_add (UsherMongoFigures *self, GVariantBuilder *builder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoFigures, usher_mongo_figures_free)

G_END_DECLS
