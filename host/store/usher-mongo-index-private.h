/* usher-mongo-index-private.h: the indexes of a collection on a MongoDB server
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* names of those that each collection has, and that of the carriers */
#define USHER_MONGO_INDEX_OUTBOX  "usher-outbox"  /* `_outbox.id`, sparse */
#define USHER_MONGO_INDEX_DUE     "usher-due"     /* `_timers.due`, sparse */
#define USHER_MONGO_INDEX_TIMERS  "usher-timers"  /* `_timers.u`, unique, of those that have it */
#define USHER_MONGO_INDEX_REQUEST "usher-request" /* `_request.u`, likewise */
#define USHER_MONGO_INDEX_APPLIED "usher-applied" /* `_applied.k`, likewise */

/* the collection of what has no document */
#define USHER_MONGO_CARRIERS "_carriers"
/* the collection in which a database says what it is */
#define USHER_MONGO_META "_usher"

G_END_DECLS
