/* usher-request-documents.h: the documents that a request brings and names
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-request.h"
#include "usher-unit.h"

G_BEGIN_DECLS

USHER_API
UsherDocument *usher_request_read_new (UsherRequest *request,
                                       UsherUnit *unit,
                                       const char *collection,
                                       GError **error);
USHER_API
UsherDocument *
usher_request_find (UsherRequest *request, UsherUnit *unit, const char *collection, GError **error);
USHER_API
UsherDocument *usher_request_find_own (UsherRequest *request,
                                       UsherUnit *unit,
                                       const char *collection,
                                       const char *owner_field,
                                       GError **error);

G_END_DECLS
