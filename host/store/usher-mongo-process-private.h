/* usher-mongo-process-private.h: which process of which machine has a database of MongoDB open
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>
#include <glib.h>

G_BEGIN_DECLS

/* appends `host`, `pid` and `started` of this process */
void usher_mongo_process_append (bson_t *row);
/* Whether the process that @row names is of this machine, and has ended: that needs no waiting. FALSE: it lives, or is elsewhere. */
gboolean usher_mongo_process_is_gone (const bson_t *row);

G_END_DECLS
