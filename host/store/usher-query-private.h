/* usher-query-private.h: what queries ask for, for stores
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-query.h"

G_BEGIN_DECLS

/* (transfer full) (nullable): the value of a field as usher_query_equal() takes it, NULL: it is not set, or none that is asked for */
char *usher_query_dup_value (UsherDocument *document, const UsherField *field);
/* a string or an id; anything else is a number */
USHER_API
gboolean usher_query_is_text (const UsherField *field);
/* (nullable): a field that can be asked for, or NULL with INVALID */
USHER_API
const UsherField *usher_query_find_column (UsherSchema *schema, const char *field, GError **error);
/* the value of a field that is no text, a boolean as 1 or 0; INVALID: it is none */
USHER_API
gboolean usher_query_read_number (const UsherField *field,
                                  const char *value,
                                  gint64 *number,
                                  GError **error);
/* (nullable): the field of an order by values, if one index serves that and all conditions; INVALID: there is none. @key: (out)
 * (nullable): the key whose index that is, NULL: that of the field itself */
USHER_API
const UsherField *usher_query_check_order (UsherQuery *query,
                                           UsherSchema *schema,
                                           const char *const **key,
                                           GError **error);
/* says that there is no document behind which a page could begin; FALSE */
USHER_API
gboolean usher_query_refuse_after (UsherQuery *query, GError **error);

G_END_DECLS
