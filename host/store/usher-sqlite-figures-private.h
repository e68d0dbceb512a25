/* usher-sqlite-figures-private.h: how much a SQLite file holds
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-reader-private.h"

G_BEGIN_DECLS

/* What was counted last. Counting walks over the whole file, so it is done again only when some time has passed, and
 * more when it took long. Any thread. */
typedef struct _UsherSqliteFigures UsherSqliteFigures;

UsherSqliteFigures *usher_sqlite_figures_new (void);
void usher_sqlite_figures_free (UsherSqliteFigures *self);
/* adds rows and bytes of each kind, and the sizes of file and log, to @builder, of type a{sx} */
gboolean usher_sqlite_figures_add (UsherSqliteFigures *self,
                                   UsherSqliteReaders *readers,
                                   GVariantBuilder *builder,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteFigures, usher_sqlite_figures_free)

G_END_DECLS
