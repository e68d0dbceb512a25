/* copy-stock.h: a store with something of everything, to be found in a copy
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store.h"

G_BEGIN_DECLS

#define COPY_STOCK_N_TIMERS 4

UsherStore *copy_stock_open (const char *uri, UsherClock *clock, GError **error);
void copy_stock_close (UsherStore *store);
/* documents from number @first to the one before @end, an event each */
void copy_stock_insert (UsherStore *store, guint first, guint end);
/* a document, as many stay */
void copy_stock_change (UsherStore *store);
void copy_stock_fill (UsherStore *store, guint n_documents);
/* @to: where the documents of a page may be in another order when it does not order by commit */
void copy_stock_compare (UsherStore *from, UsherStore *to);

G_END_DECLS
