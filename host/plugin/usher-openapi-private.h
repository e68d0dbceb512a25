/* usher-openapi-private.h: a description for clients, as OpenAPI 3.1
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-description-private.h"
#include "usher-json-writer.h"

G_BEGIN_DECLS

void usher_openapi_write (UsherDescription *description, UsherJsonWriter *writer);

G_END_DECLS
