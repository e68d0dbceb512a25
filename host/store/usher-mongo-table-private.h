/* usher-mongo-table-private.h: a collection that a service has added
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-document.h"
#include "usher-mongo-database-private.h"

G_BEGIN_DECLS

/* immutable; any thread */
typedef struct _UsherMongoTable UsherMongoTable;
/* those of a store: they come one after the other, and none goes. Any thread */
typedef struct _UsherMongoTables UsherMongoTables;

UsherMongoTable *usher_mongo_table_new (UsherSchema *schema);
void usher_mongo_table_unref (UsherMongoTable *self);
UsherSchema *usher_mongo_table_get_schema (UsherMongoTable *self);
/* of the collection on the server */
const char *usher_mongo_table_get_name (UsherMongoTable *self);

UsherMongoTables *usher_mongo_tables_new (void);
void usher_mongo_tables_free (UsherMongoTables *self);
/* @table: (transfer full) */
void usher_mongo_tables_add (UsherMongoTables *self, UsherMongoTable *table);
/* (nullable) (transfer none): it lives as long as @self */
UsherMongoTable *usher_mongo_tables_find (UsherMongoTables *self, const char *collection);
/* (transfer container) (element-type UsherMongoTable): at this moment */
GPtrArray *usher_mongo_tables_list (UsherMongoTables *self);

/* Makes or brings in line the indexes, the record of fields, or (@level, out, nullable) looks only whether that would do. */
gboolean usher_mongo_layout_add (UsherMongoDatabase *database,
                                 UsherMongoTable *table,
                                 GError **error);
gboolean usher_mongo_layout_check (UsherMongoDatabase *database,
                                   UsherMongoTable *table,
                                   guint *level,
                                   GError **error);

/* Appends the members of a document, but for its `_id`: fields as BSON, `version`, `_level`, `_private`, and whatever else it has. For a
 * pipeline each value is within `$literal`. INVALID: a number that MongoDB cannot keep. */
gboolean usher_mongo_document_append (UsherDocument *document, bson_t *members, GError **error);
/* (transfer full) (element-type utf8): top-level members that a former version may have and this one has not: to be unset */
GPtrArray *usher_mongo_document_list_unset (UsherDocument *document);
/* (transfer full) (nullable): NULL for one that was removed, or with an error when it cannot be read */
UsherDocument *
usher_mongo_document_read (UsherMongoTable *table, const bson_t *row, GError **error);
/* (transfer full) (nullable): the fields of the key that a unique index of @table refused, told by the server's reply to a
 * write; NULL: it was none of those */
char **usher_mongo_table_dup_taken (UsherMongoTable *self, const bson_t *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTable, usher_mongo_table_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTables, usher_mongo_tables_free)

G_END_DECLS
