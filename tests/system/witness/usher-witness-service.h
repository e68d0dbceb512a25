/* usher-witness-service.h: a service that writes down each event it is given, for tests
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_TYPE_WITNESS_SERVICE (usher_witness_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherWitnessService, usher_witness_service, USHER, WITNESS_SERVICE, GObject)

G_END_DECLS
