/* usher-event-find.h: the document that an event names
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event.h"
#include "usher-unit.h"

G_BEGIN_DECLS

USHER_API
UsherDocument *usher_event_find (UsherEvent *event,
                                 const char *path,
                                 UsherUnit *unit,
                                 const char *collection,
                                 GError **error);

G_END_DECLS
