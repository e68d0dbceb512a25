/* usher-query-number-private.h: a number that a page was asked for with
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-request.h"

G_BEGIN_DECLS

/* A number of the query, from 0 to @max; @by_default: where there is none, or it is none. */
gint64
usher_query_number_read (UsherRequest *request, const char *name, gint64 max, gint64 by_default);

G_END_DECLS
