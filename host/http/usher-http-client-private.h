/* usher-http-client-private.h: requests to other servers that somebody may break off
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-http-client.h"

G_BEGIN_DECLS

/* A request that is under way when @cancellable is cancelled, from any thread, ends with UNAVAILABLE, and each one after that. Before
 * anything is sent. */
USHER_API
void usher_http_client_set_cancellable (UsherHttpClient *self, GCancellable *cancellable);

G_END_DECLS
