/* usher-bus-figures-private.h: how figures go over the wire
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus-figures.h"
#include "usher-record-private.h"

G_BEGIN_DECLS

extern const UsherRecordType usher_subscription_figures_type;
extern const UsherRecordType usher_channel_figures_type;
extern const UsherRecordType usher_group_figures_type;
extern const UsherRecordType usher_client_figures_type;
extern const UsherRecordType usher_bus_figures_type;
extern const UsherRecordType usher_parked_event_type;
extern const UsherRecordType usher_bus_events_type;

G_END_DECLS
