/* usher-reply-private.h: what forwarders know of a reply
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-reply.h"

G_BEGIN_DECLS

/* beside those of that name, as Set-Cookie wants it; both are (transfer full) */
void usher_reply_take_header (UsherReply *self, char *name, char *value);
/* (transfer full) (nullable): for the listener that sends it */
UsherStream *usher_reply_steal_stream (UsherReply *self);

G_END_DECLS
