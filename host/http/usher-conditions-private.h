/* usher-conditions-private.h: what a client asks only for, or of, another version
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-reply.h"
#include "usher-request.h"

G_BEGIN_DECLS

/* A GET that was answered well: the reply says which version it has, and is 304 or 412 where the client has asked for that. */
void usher_conditions_apply (UsherRequest *request, UsherReply *reply);

G_END_DECLS
