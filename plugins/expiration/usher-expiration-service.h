/* usher-expiration-service.h: tells when the time of an order is over
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_TYPE_EXPIRATION_SERVICE (usher_expiration_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherExpirationService,
                      usher_expiration_service,
                      USHER,
                      EXPIRATION_SERVICE,
                      GObject)

G_END_DECLS
