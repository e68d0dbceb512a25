/* usher-mongo-table-private.h: a collection that a service has added
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-document.h"
#include "usher-mongo-database-private.h"
#include "usher-mongo-table-tree-private.h"

G_BEGIN_DECLS

/* immutable; any thread */
typedef struct _UsherMongoTable UsherMongoTable;
/* those of a store: they come one after the other, and none goes. Any thread */
typedef struct _UsherMongoTables UsherMongoTables;

/* (transfer full) (nullable): the record of fields as the database has it now; NULL: it cannot be read */
typedef char *(*UsherMongoRecordFunc) (UsherMongoTable *table, gpointer user_data);

UsherMongoTable *usher_mongo_table_new (UsherSchema *schema);
UsherMongoTable *usher_mongo_table_ref (UsherMongoTable *self);
void usher_mongo_table_unref (UsherMongoTable *self);
UsherSchema *usher_mongo_table_get_schema (UsherMongoTable *self);
/* of the collection on the server */
const char *usher_mongo_table_get_name (UsherMongoTable *self);
/* (transfer full): where a field is in a document on the server */
char *usher_mongo_table_dup_path (UsherMongoTable *self, const UsherField *field);
/* @record: (nullable): of the fields that all generations declare */
void usher_mongo_table_set_record (UsherMongoTable *self, const char *record);
/* who tells of a generation that came later; before the table is used */
void usher_mongo_table_set_record_func (UsherMongoTable *self,
                                        UsherMongoRecordFunc func,
                                        gpointer user_data,
                                        GDestroyNotify destroy);
/* (transfer full) */
UsherMongoTree *usher_mongo_table_dup_tree (UsherMongoTable *self);
/* Notes a member of @object that is in no tree yet; FALSE: it was noted before. */
gboolean usher_mongo_table_note_unknown (UsherMongoTable *self,
                                         const UsherMongoNode *object,
                                         const char *name);
/* For who met a member that @tree does not know: asks, if one @is_new, else once a second at most; (transfer full) (nullable): NULL:
 * nobody knows more */
UsherMongoTree *
usher_mongo_table_look_again (UsherMongoTable *self, UsherMongoTree *tree, gboolean is_new);

UsherMongoTables *usher_mongo_tables_new (void);
void usher_mongo_tables_free (UsherMongoTables *self);
/* @table: (transfer full) */
void usher_mongo_tables_add (UsherMongoTables *self, UsherMongoTable *table);
/* (nullable) (transfer none): it lives as long as @self */
UsherMongoTable *usher_mongo_tables_find (UsherMongoTables *self, const char *collection);
/* (transfer container) (element-type UsherMongoTable): at this moment */
GPtrArray *usher_mongo_tables_list (UsherMongoTables *self);

/* Makes the layout of an empty database, or looks whether it is ours: CORRUPT: of a newer version. For who opens it, before all else. */
gboolean usher_mongo_layout_open (UsherMongoDatabase *database, GError **error);
/* Makes the collection, brings its indexes and the record of its fields in line. @is_alone: no other owner lives, so that indexes that
 * are not declared go. */
gboolean usher_mongo_layout_add (UsherMongoDatabase *database,
                                 UsherMongoTable *table,
                                 gboolean is_alone,
                                 GError **error);
/* Makes again what somebody took away while the database is open. */
gboolean
usher_mongo_layout_mend (UsherMongoDatabase *database, UsherMongoTables *tables, GError **error);
/* looks whether that would do; @level: (out): the lowest of a document */
gboolean usher_mongo_layout_check (UsherMongoDatabase *database,
                                   UsherMongoTable *table,
                                   guint *level,
                                   GError **error);

/* Appends the members of a document, but for its `_id`: `version`, fields as BSON, whatever else it has, `_level`, `_private`. For a
 * pipeline each value is within `$literal`. INVALID: what MongoDB cannot keep. The table knows what other generations declare. */
gboolean usher_mongo_document_append (UsherMongoTable *table,
                                      UsherDocument *document,
                                      bson_t *members,
                                      GError **error);
/* (transfer full) (element-type utf8): top-level members that a former version may have and @members, as appended, has not: to be
 * unset */
GPtrArray *usher_mongo_document_list_unset (UsherMongoTable *table, const bson_t *members);
/* (transfer full) (nullable): NULL for one that was removed, or with an error when it cannot be read */
UsherDocument *
usher_mongo_document_read (UsherMongoTable *table, const bson_t *row, GError **error);
/* (transfer full) (nullable): the fields of the key that a unique index of @table refused, told by the server's reply to a
 * write; NULL: it was none of those */
char **usher_mongo_table_dup_taken (UsherMongoTable *self, const bson_t *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTable, usher_mongo_table_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTables, usher_mongo_tables_free)

G_END_DECLS
