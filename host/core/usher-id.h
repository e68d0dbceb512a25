/* usher-id.h: the ids of documents and events
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-clock.h"
#include "usher-macros.h"

G_BEGIN_DECLS

/* documents: a BSON ObjectId, 24 lower-case hexadecimal digits, rising within a process */
USHER_API
char *usher_id_new (UsherClock *clock);
USHER_API
gboolean usher_id_is_valid (const char *id);
/* microseconds since 1970, exact to the second; 0 when @id is not valid */
USHER_API
gint64 usher_id_get_time (const char *id);

/* events and requests: a UUID of version 7 (RFC 9562), 36 characters, rising within a process */
USHER_API
char *usher_uuid_new (UsherClock *clock);
USHER_API
gboolean usher_uuid_is_valid (const char *uuid);

G_END_DECLS
