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
/* which version the document has that is the body becomes a header, unless the handler has set one */
void usher_reply_show_tag (UsherReply *self);
gboolean usher_reply_shows_tag (UsherReply *self);
/* tells where the list of @request goes on behind @last, which is at @at (nullable) in an order by values */
void
usher_reply_set_next (UsherReply *self, UsherRequest *request, UsherDocument *last, const char *at);
/* the client has what the body says: 304 */
void usher_reply_set_unchanged (UsherReply *self);
/* (transfer full) (nullable): for the listener that sends it */
UsherStream *usher_reply_steal_stream (UsherReply *self);

G_END_DECLS
