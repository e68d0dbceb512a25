/* usher-payments-list.h: people look at what they paid
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

void usher_payments_list_add (UsherContext *context);

G_END_DECLS
