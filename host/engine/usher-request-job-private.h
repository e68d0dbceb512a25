/* usher-request-job-private.h: a request on its way through a service
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"
#include "usher-lane-private.h"

G_BEGIN_DECLS

/* takes ownership of @exchange and answers it; on the thread that has it, which is not held up */
void
usher_request_job_start (UsherLane *lane, const UsherEndpoint *endpoint, UsherExchange *exchange);

G_END_DECLS
