/* usher-query.h: which documents of a collection
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-document.h"
#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherQueryTest:
 * @USHER_QUERY_EQUAL: the field has the value, or is not set
 * @USHER_QUERY_AT_LEAST: it has the value or a greater one
 * @USHER_QUERY_BELOW: it has a lesser value
 * @USHER_QUERY_PREFIX: it is text that begins with the value
 *
 * What a condition asks of a field.
 */
typedef enum
{
  USHER_QUERY_EQUAL,
  USHER_QUERY_AT_LEAST,
  USHER_QUERY_BELOW,
  USHER_QUERY_PREFIX,
} UsherQueryTest;

/**
 * UsherQueryCondition:
 * @field: the name of a field
 * @value: (nullable): the value, as [method@Query.equal] takes it, `NULL`: the field is not set
 * @test: what is asked
 *
 * One condition of a query, for stores.
 */
typedef struct
{
  char *field;
  char *value;
  UsherQueryTest test;
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
void usher_query_equal_integer (UsherQuery *self, const char *field, gint64 value);
USHER_API
void usher_query_equal_boolean (UsherQuery *self, const char *field, gboolean value);
USHER_API
void usher_query_at_least (UsherQuery *self, const char *field, gint64 value);
USHER_API
void usher_query_below (UsherQuery *self, const char *field, gint64 value);
USHER_API
void usher_query_prefix (UsherQuery *self, const char *field, const char *prefix);
USHER_API
void usher_query_without (UsherQuery *self, const char *field);
USHER_API
void usher_query_order_by (UsherQuery *self, const char *field);
USHER_API
void usher_query_after (UsherQuery *self, const char *id);
USHER_API
void usher_query_after_value (UsherQuery *self, const char *id, const char *value);
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
const char *usher_query_get_after_value (UsherQuery *self);
USHER_API
const char *usher_query_get_order (UsherQuery *self);
USHER_API
char *usher_query_dup_place (UsherQuery *self, UsherDocument *document);
USHER_API
gboolean usher_query_matches (UsherQuery *self, UsherDocument *document);
USHER_API
guint usher_query_get_limit (UsherQuery *self);
USHER_API
gboolean usher_query_is_oldest_first (UsherQuery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherQuery, usher_query_free)

G_END_DECLS
