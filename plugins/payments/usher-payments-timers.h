/* usher-payments-timers.h: the timers that end open attempts and give money back
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-cashier.h"

G_BEGIN_DECLS

/* @cashier: (unowned) */
void usher_payments_timers_add (UsherContext *context, UsherCashier *cashier);

G_END_DECLS
