/* usher-mongo-reach-private.h: how far the log of the bus is known to have come, in a MongoDB database
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>
#include <glib.h>

#include "usher-reach.h"

G_BEGIN_DECLS

/* appends `reach` to the document of the lease */
void usher_mongo_reach_append (bson_t *lease, const UsherReach *reach);
/* @reach: of no log when the lease tells of none. CORRUPT: what it tells of is none; @place names the database then */
gboolean
usher_mongo_reach_read (const bson_t *lease, const char *place, UsherReach *reach, GError **error);

G_END_DECLS
