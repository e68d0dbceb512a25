/* usher-store-transfer-sum-private.h: how many rows there are and what is in them, as a number
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store-transfer-private.h"

G_BEGIN_DECLS

/* The sum of the SHA-256 of each row, so that kinds of stores may have them in different orders; that of events is part of it. Texts
 * of JSON count for what they say. All zeros is no row. */
typedef struct
{
  gint64 n_rows;
  guint64 words[4];
} UsherStoreTransferSum;

void usher_store_transfer_sum_add (UsherStoreTransferSum *self, const UsherTransferRow *row);
gboolean usher_store_transfer_sum_equals (const UsherStoreTransferSum *self,
                                          const UsherStoreTransferSum *other);

G_END_DECLS
