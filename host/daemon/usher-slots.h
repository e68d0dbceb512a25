/* usher-slots.h: how the services of a supervisor are, by all of their processes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-slot.h"

G_BEGIN_DECLS

/* @slots: (element-type UsherSlot), of services, without the hub */

/* all of them have been stopped */
gboolean usher_slots_have_ended (GPtrArray *slots);
/* each that is not left out is ready */
gboolean usher_slots_are_complete (GPtrArray *slots);
/* each has become ready once, or failed to */
gboolean usher_slots_are_settled (GPtrArray *slots);
/* the plugin has failed, and the others do without it */
gboolean usher_slots_leave_out (GPtrArray *slots, const char *service);
/* (transfer full) (nullable): the first service that nobody serves, and why */
char *usher_slots_dup_trouble (GPtrArray *slots);
/* (transfer full) (nullable): the first process that cannot do what it was told, and why */
char *usher_slots_dup_defeat (GPtrArray *slots);

G_END_DECLS
