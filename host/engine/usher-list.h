/* usher-list.h: a request for a list
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-query.h"
#include "usher-reply.h"
#include "usher-request.h"
#include "usher-unit.h"

G_BEGIN_DECLS

USHER_API
gboolean usher_list_answer (UsherRequest *request,
                            UsherUnit *unit,
                            UsherReply *reply,
                            UsherQuery *query,
                            GError **error);

G_END_DECLS
