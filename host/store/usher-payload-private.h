/* usher-payload-private.h: a payload, for the unit that publishes it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-payload.h"

G_BEGIN_DECLS

/* @place: before which of the other events of the unit it stands */
UsherPayload *usher_payload_new (const char *channel, guint place);
const char *usher_payload_get_channel (UsherPayload *self);
guint usher_payload_get_place (UsherPayload *self);
/* (transfer full): its JSON; nothing can be set any more */
char *usher_payload_close (UsherPayload *self);

G_END_DECLS
