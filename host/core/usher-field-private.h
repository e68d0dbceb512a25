/* usher-field-private.h: what the types of fields are called
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-field.h"

G_BEGIN_DECLS

const char *usher_field_type_to_string (UsherFieldType type);

G_END_DECLS
