/* usher-upgrades-private.h: brings stored documents to the level that their service declares, a slice at a time
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-lane-private.h"

G_BEGIN_DECLS

/* Of the ticker's thread. What is done is in the documents: after a restart, or on another copy, it goes on from there. */
typedef struct _UsherUpgrades UsherUpgrades;

UsherUpgrades *usher_upgrades_new (UsherLane *lane);
void usher_upgrades_free (UsherUpgrades *self);
/* Does a slice, by whoever has the lease; returns when to go on. */
gint64 usher_upgrades_run (UsherUpgrades *self, gint64 now);

G_END_DECLS
