/* usher-seller.h: what tickets knows of who sells: whether he is banned
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* with the id of the user; only of those who were banned once */
#define USHER_SELLER_COLLECTION "sellers"

const UsherField *usher_seller_get_fields (guint *n_fields);

/* @seller: (nullable): nobody has said a word of him */
gboolean usher_seller_is_banned (UsherDocument *seller);
/* Takes over what version @version of the user says. FALSE: a later one was here before, or the same. */
gboolean usher_seller_learn (UsherDocument *seller, gboolean banned, gint64 version);

G_END_DECLS
