/* usher-payments-service.h: charges for orders, and refunds
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_TYPE_PAYMENTS_SERVICE (usher_payments_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherPaymentsService,
                      usher_payments_service,
                      USHER,
                      PAYMENTS_SERVICE,
                      GObject)

G_END_DECLS
