/* usher-asyncapi-private.h: a description for listeners, as AsyncAPI 3
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-description-private.h"
#include "usher-json-writer.h"

G_BEGIN_DECLS

void usher_asyncapi_write (UsherDescription *description, UsherJsonWriter *writer);

G_END_DECLS
