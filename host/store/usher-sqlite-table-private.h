/* usher-sqlite-table-private.h: the table of a collection and its SQL
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-document-private.h"
#include "usher-query.h"
#include "usher-schema.h"
#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* Immutable, any thread, but for what the thread that writes has for itself. */
typedef struct
{
  UsherSchema *schema; /* (owned) */
  GPtrArray *columns;  /* (owned) (element-type UsherField): the indexed fields, each a column */
  char *name;          /* (owned): quoted */
  char *find;          /* (owned): SQL: ?1 id; gives version, body, private, level, number */
  char *find_numbered; /* (owned): SQL: ?1 number; as @find, but the id at last */
  char *
      list_outdated; /* (owned): SQL: ?1 level, ?2 id of the one before, ?3 limit; as @find_numbered */
  char *remove;      /* (owned): SQL: ?1 id, ?2 expected version */

  /* of the thread that writes */
  UsherSchema
      *foreign;  /* (owned) (nullable): columns that other generations of the service declare */
  char *insert;  /* (owned): SQL, parameters as usher_sqlite_table_bind() sets them */
  char *replace; /* (owned): the same, and the expected version and level after them */
} UsherSqliteTable;

UsherSqliteTable *usher_sqlite_table_new (UsherSchema *schema);
void usher_sqlite_table_free (UsherSqliteTable *self);
/* @foreign: (transfer full) (nullable); the statements of inserts and replacements are others then */
void usher_sqlite_table_set_foreign (UsherSqliteTable *self, UsherSchema *foreign);
/* quoted, to be freed */
char *usher_sqlite_table_dup_column (const UsherField *field);
char *usher_sqlite_table_dup_index (UsherSqliteTable *self, const UsherField *field);
void usher_sqlite_table_bind_field (UsherSqliteStatement *statement,
                                    int index,
                                    UsherDocument *document,
                                    const UsherField *field);
/* (transfer full) (nullable): a document as the columns of others want it; NULL: there are none */
UsherDocument *usher_sqlite_table_read_foreign (UsherSqliteTable *self,
                                                UsherDocument *document,
                                                const char *private_text);
/* id, version, body, private, level, the columns, those of others by @theirs (nullable); gives the next index. All is borrowed until
 * the statement is reset. */
int usher_sqlite_table_bind (UsherSqliteTable *self,
                             UsherSqliteStatement *statement,
                             UsherDocument *document,
                             UsherDocument *theirs,
                             const char *private_text);
/* a document from a row of version, body, private, level; @block: (nullable): where it lives */
UsherDocument *usher_sqlite_table_read (UsherSqliteTable *self,
                                        UsherSqliteStatement *statement,
                                        const char *id,
                                        UsherDocumentBlock *block);
/* the fields of the unique key that a statement ran into, “id” too; @error: TAKEN, as it gave it */
char **usher_sqlite_table_dup_taken (UsherSqliteTable *self, const GError *error);

/* The tables of a store. Reference counted, any thread. */
typedef struct _UsherSqliteTables UsherSqliteTables;

UsherSqliteTables *usher_sqlite_tables_new (void);
UsherSqliteTables *usher_sqlite_tables_ref (UsherSqliteTables *self);
void usher_sqlite_tables_unref (UsherSqliteTables *self);
/* takes ownership of @table, which lives as long as @self */
void usher_sqlite_tables_add (UsherSqliteTables *self, UsherSqliteTable *table);
UsherSqliteTable *usher_sqlite_tables_find (UsherSqliteTables *self, const char *collection);
/* each of them, in no order */
gboolean usher_sqlite_tables_foreach (UsherSqliteTables *self,
                                      gboolean (*func) (UsherSqliteTable *table,
                                                        gpointer user_data,
                                                        GError **error),
                                      gpointer user_data,
                                      GError **error);
/* which state of the file they fit; of the thread that writes */
gint64 usher_sqlite_tables_get_version (UsherSqliteTables *self);
void usher_sqlite_tables_set_version (UsherSqliteTables *self, gint64 version);
/* one whose name differs in the case of letters at most, or NULL */
UsherSqliteTable *usher_sqlite_tables_find_like (UsherSqliteTables *self, const char *collection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteTable, usher_sqlite_table_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteTables, usher_sqlite_tables_unref)

G_END_DECLS
