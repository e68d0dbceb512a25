/* usher-description-json-private.h: a description as it is, for programs and “usher describe --compare”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-description-private.h"
#include "usher-json-writer.h"

G_BEGIN_DECLS

void usher_description_write (UsherDescription *description, UsherJsonWriter *writer);

G_END_DECLS
