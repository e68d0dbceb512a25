/* usher-query-private.h: the values that queries ask for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-query.h"

G_BEGIN_DECLS

/* (transfer full) (nullable): the value of a field as usher_query_equal() takes it, NULL: it is not set, or none that is asked for */
char *usher_query_dup_value (UsherDocument *document, const UsherField *field);

G_END_DECLS
