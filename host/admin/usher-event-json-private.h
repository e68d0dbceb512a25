/* usher-event-json-private.h: an event of the bus as JSON, for who looks on
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event.h"
#include "usher-json-writer.h"

G_BEGIN_DECLS

/* (transfer full): on one line */
/* likewise, without the payload */
char *usher_event_json_print_head (UsherEvent *event);
char *usher_event_json_print (UsherEvent *event);
/* the member “payload” */
void usher_event_json_set_payload (UsherJsonWriter *writer, UsherEvent *event);

G_END_DECLS
