/* usher-trouble-service.h: a service with a listener that fails, for tests
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_TYPE_TROUBLE_SERVICE (usher_trouble_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherTroubleService, usher_trouble_service, USHER, TROUBLE_SERVICE, GObject)

G_END_DECLS
