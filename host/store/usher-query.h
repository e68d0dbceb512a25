/* usher-query.h: which documents of a collection
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* All conditions hold at once; the answer is in creation order (by id). Boxed, one thread. */
#define USHER_TYPE_QUERY (usher_query_get_type ())

typedef struct _UsherQuery UsherQuery;

USHER_API
GType usher_query_get_type (void);
USHER_API
UsherQuery *usher_query_new (const char *collection);
USHER_API
UsherQuery *usher_query_copy (UsherQuery *self);
USHER_API
void usher_query_free (UsherQuery *self);
/* the field must be INDEXED or UNIQUE in the schema, else the query is INVALID */
USHER_API
void usher_query_equal (UsherQuery *self, const char *field, const char *value);
USHER_API
void usher_query_unset (UsherQuery *self, const char *field);
/* only documents with a greater id */
USHER_API
void usher_query_after (UsherQuery *self, const char *id);
/* at most @limit documents; 100 when it is not said, 1000 at most */
USHER_API
void usher_query_limit (UsherQuery *self, guint limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherQuery, usher_query_free)

G_END_DECLS
