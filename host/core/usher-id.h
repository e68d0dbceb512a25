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

USHER_API
char *usher_id_new (UsherClock *clock);
USHER_API
gboolean usher_id_is_valid (const char *id);
USHER_API
gint64 usher_id_get_time (const char *id);

USHER_API
char *usher_uuid_new (UsherClock *clock);
USHER_API
gboolean usher_uuid_is_valid (const char *uuid);

G_END_DECLS
