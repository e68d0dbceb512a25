/* usher-sqlite-statement.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-statement.h"

#include <sqlite3.h>

/**
 * UsherSqliteStatement: (skip)
 *
 * A statement in use: it belongs to its connection, which keeps it prepared. When a variable of it goes out of scope the
 * statement is reset, not freed, and can be used again.
 *
 * Parameters count from 1, columns from 0. What is bound is borrowed, and must stay until the statement is reset; what is
 * got stays until the next step. One thread, that of the connection.
 */

static sqlite3_stmt *
get_own (UsherSqliteStatement *self)
{
  return (sqlite3_stmt *) self;
}

/**
 * usher_sqlite_statement_bind_text: (skip)
 * @self: a statement
 * @index: which parameter
 * @text: (nullable): borrowed
 *
 * Binds a text, `NULL` as NULL.
 */
void
usher_sqlite_statement_bind_text (UsherSqliteStatement *self, int index, const char *text)
{
  sqlite3_bind_text (get_own (self), index, text, -1, SQLITE_STATIC);
}

/**
 * usher_sqlite_statement_bind_text_sized: (skip)
 * @self: a statement
 * @index: which parameter
 * @text: (nullable): borrowed
 * @length: of @text, in bytes
 *
 * Binds a text whose length is known.
 */
void
usher_sqlite_statement_bind_text_sized (UsherSqliteStatement *self,
                                        int index,
                                        const char *text,
                                        gsize length)
{
  sqlite3_bind_text64 (get_own (self), index, text, length, SQLITE_STATIC, SQLITE_UTF8);
}

/**
 * usher_sqlite_statement_bind_bytes: (skip)
 * @self: a statement
 * @index: which parameter
 * @bytes: borrowed
 * @size: of @bytes
 *
 * Binds bytes that are no text.
 */
void
usher_sqlite_statement_bind_bytes (UsherSqliteStatement *self,
                                   int index,
                                   gconstpointer bytes,
                                   gsize size)
{
  sqlite3_bind_blob64 (get_own (self), index, bytes, size, SQLITE_STATIC);
}

/**
 * usher_sqlite_statement_bind_integer: (skip)
 * @self: a statement
 * @index: which parameter
 * @value: a number
 *
 * Binds a number.
 */
void
usher_sqlite_statement_bind_integer (UsherSqliteStatement *self, int index, gint64 value)
{
  sqlite3_bind_int64 (get_own (self), index, value);
}

/**
 * usher_sqlite_statement_bind_null: (skip)
 * @self: a statement
 * @index: which parameter
 *
 * Binds NULL, which is what a parameter is that was never bound.
 */
void
usher_sqlite_statement_bind_null (UsherSqliteStatement *self, int index)
{
  sqlite3_bind_null (get_own (self), index);
}

/**
 * usher_sqlite_statement_get_text: (skip)
 * @self: a statement at a row
 * @column: which column
 *
 * Gets a text.
 *
 * Returns: (transfer none) (nullable): the text, `NULL` for NULL
 */
const char *
usher_sqlite_statement_get_text (UsherSqliteStatement *self, int column)
{
  return (const char *) sqlite3_column_text (get_own (self), column);
}

/**
 * usher_sqlite_statement_get_bytes: (skip)
 * @self: a statement at a row
 * @column: which column
 * @size: (out): how many
 *
 * Gets bytes; of a text those that it is stored as, without a zero behind them, and so without a copy.
 *
 * Returns: (transfer none) (nullable): the bytes
 */
gconstpointer
usher_sqlite_statement_get_bytes (UsherSqliteStatement *self, int column, gsize *size)
{
  gconstpointer bytes = sqlite3_column_blob (get_own (self), column);

  *size = (gsize) sqlite3_column_bytes (get_own (self), column);

  return bytes;
}

/**
 * usher_sqlite_statement_get_integer: (skip)
 * @self: a statement at a row
 * @column: which column
 *
 * Gets a number.
 *
 * Returns: the number, 0 for NULL
 */
gint64
usher_sqlite_statement_get_integer (UsherSqliteStatement *self, int column)
{
  return sqlite3_column_int64 (get_own (self), column);
}

/**
 * usher_sqlite_statement_reset: (skip)
 * @self: a statement
 *
 * Makes a statement ready to be bound and stepped anew. Its parameters stay as they are.
 */
void
usher_sqlite_statement_reset (UsherSqliteStatement *self)
{
  sqlite3_reset (get_own (self));
}
