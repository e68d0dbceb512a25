/* usher-origin-private.h: whether a page of another site makes a request
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-proxies-private.h"
#include "usher-request.h"

G_BEGIN_DECLS

/* What Sec-Fetch-Site says; where none is sent, whether Origin is the request's own. Who is no browser sends neither. */
gboolean usher_origin_is_own (UsherRequest *request);
/* (transfer full): why it was refused, for the log. @proxies: (nullable): those that are believed, where the request came
 * from none of them and could have */
char *usher_origin_explain (UsherRequest *request, UsherProxies *proxies);

G_END_DECLS
