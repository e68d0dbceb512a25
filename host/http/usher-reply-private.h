/* usher-reply-private.h: what forwarders know of a reply
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-reply.h"

G_BEGIN_DECLS

/* beside those of that name, as Set-Cookie wants it */
void usher_reply_add_header (UsherReply *self, const char *name, const char *value);

G_END_DECLS
