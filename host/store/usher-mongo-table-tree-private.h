/* usher-mongo-table-tree-private.h: the fields of a collection, member by member
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-schema.h"

G_BEGIN_DECLS

/* A member that is a field, or an object in which fields nest. */
typedef struct
{
  char *name;        /* (owned): one of those that a path joins by dots */
  char *written;     /* (owned): as it stands before a value in JSON */
  gboolean is_field; /* of @type; else @members count */
  UsherFieldType type;
  GPtrArray *members; /* (owned) (element-type UsherMongoNode) */
} UsherMongoNode;

/* What all generations of a service declare, as far as is known. Immutable, any thread. */
typedef struct _UsherMongoTree UsherMongoTree;

/* @record: (nullable): the record of fields; what clashes with @schema does not count */
UsherMongoTree *usher_mongo_tree_new (UsherSchema *schema, const char *record);
UsherMongoTree *usher_mongo_tree_ref (UsherMongoTree *self);
void usher_mongo_tree_unref (UsherMongoTree *self);
/* the object whose members are those of the document, or those that are kept apart */
const UsherMongoNode *usher_mongo_tree_get_root (UsherMongoTree *self, gboolean is_private);
/* (nullable) @next: (inout): where in @node the member is expected, for they mostly follow each other */
const UsherMongoNode *
usher_mongo_node_find (const UsherMongoNode *node, const char *name, guint *next);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTree, usher_mongo_tree_unref)

G_END_DECLS
