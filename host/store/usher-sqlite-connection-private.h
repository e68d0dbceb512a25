/* usher-sqlite-connection-private.h: a connection to a SQLite file and its statements
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Used by one thread at a time. */
typedef struct
{
  sqlite3 *db;            /* (owned) */
  char *path;             /* (owned) */
  GHashTable *statements; /* (owned) SQL by address -> sqlite3_stmt (owned) */
} UsherSqliteConnection;

/* a statement in use: it is reset, not freed, when it goes out of scope */
typedef sqlite3_stmt UsherSqliteStatement;

UsherSqliteConnection *
usher_sqlite_connection_new (const char *path, gboolean is_writer, GError **error);
void usher_sqlite_connection_free (UsherSqliteConnection *self);
/* @sql: must stay at its address as long as the connection; (transfer none): kept prepared */
UsherSqliteStatement *
usher_sqlite_connection_get (UsherSqliteConnection *self, const char *sql, GError **error);
/* any number of statements that give no rows and are not kept */
gboolean
usher_sqlite_connection_execute (UsherSqliteConnection *self, const char *sql, GError **error);
/* a kept statement without parameters and rows */
gboolean usher_sqlite_connection_run (UsherSqliteConnection *self, const char *sql, GError **error);
/* a kept statement, bound: to its end, ignoring rows */
gboolean usher_sqlite_connection_finish (UsherSqliteConnection *self,
                                         UsherSqliteStatement *statement,
                                         GError **error);
/* one integer of a kept statement, bound; @fallback when there is no row or it is NULL */
gboolean usher_sqlite_connection_get_integer (UsherSqliteConnection *self,
                                              UsherSqliteStatement *statement,
                                              gint64 fallback,
                                              gint64 *value,
                                              GError **error);
/* a kept statement that deletes what is before ?1, at most ?2 rows; TRUE @has_more: there may be more */
gboolean usher_sqlite_connection_prune (UsherSqliteConnection *self,
                                        const char *sql,
                                        gint64 before,
                                        guint limit,
                                        gboolean *has_more,
                                        GError **error);
/* always FALSE: the error of the last call on the connection, which gave @code */
gboolean usher_sqlite_connection_fail (UsherSqliteConnection *self, int code, GError **error);

/* @text: (nullable): must stay until the statement is reset */
void usher_sqlite_statement_bind_text (UsherSqliteStatement *self, int index, const char *text);
const char *usher_sqlite_statement_get_text (UsherSqliteStatement *self, int column);
void usher_sqlite_statement_reset (UsherSqliteStatement *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteConnection, usher_sqlite_connection_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteStatement, usher_sqlite_statement_reset)

G_END_DECLS
