/* usher-query.h: which documents of a collection
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherQueryCondition:
 * @field: the name of a field
 * @value: (nullable): which value it has, as [method@Query.equal] takes it, `NULL`: the field is not set
 *
 * One condition of a query, for stores.
 */
typedef struct
{
  char *field;
  char *value;
} UsherQueryCondition;

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

/* who asks */
USHER_API
void usher_query_equal (UsherQuery *self, const char *field, const char *value);
USHER_API
void usher_query_without (UsherQuery *self, const char *field);
USHER_API
void usher_query_after (UsherQuery *self, const char *id);
USHER_API
void usher_query_limit (UsherQuery *self, guint limit);
USHER_API
void usher_query_oldest_first (UsherQuery *self, gboolean is_oldest_first);

/* who answers */
USHER_API
const char *usher_query_get_collection (UsherQuery *self);
USHER_API
guint usher_query_get_n_conditions (UsherQuery *self);
USHER_API
const UsherQueryCondition *usher_query_get_condition (UsherQuery *self, guint index);
USHER_API
const char *usher_query_get_after (UsherQuery *self);
USHER_API
guint usher_query_get_limit (UsherQuery *self);
USHER_API
gboolean usher_query_is_oldest_first (UsherQuery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherQuery, usher_query_free)

G_END_DECLS
