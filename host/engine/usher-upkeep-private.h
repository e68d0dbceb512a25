/* usher-upkeep-private.h: what a service wants done from time to time
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-lane-private.h"

G_BEGIN_DECLS

/* Starts the ticker of an open lane: deadlines of waiting requests, the lease, what the bus refused, the pruning, and (@fires) the
 * timers that are due. All on the ticker's thread; usher_lane_rest() ends the firing. */
gboolean usher_upkeep_start (UsherLane *lane, gboolean fires, GError **error);

G_END_DECLS
