/* usher-sqlite-statement.h: a statement of SQLite, prepared
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

typedef struct _UsherSqliteStatement UsherSqliteStatement;

USHER_API
void usher_sqlite_statement_bind_text (UsherSqliteStatement *self, int index, const char *text);
USHER_API
void usher_sqlite_statement_bind_text_sized (UsherSqliteStatement *self,
                                             int index,
                                             const char *text,
                                             gsize length);
USHER_API
void usher_sqlite_statement_bind_bytes (UsherSqliteStatement *self,
                                        int index,
                                        gconstpointer bytes,
                                        gsize size);
USHER_API
void usher_sqlite_statement_bind_integer (UsherSqliteStatement *self, int index, gint64 value);
USHER_API
void usher_sqlite_statement_bind_null (UsherSqliteStatement *self, int index);
USHER_API
const char *usher_sqlite_statement_get_text (UsherSqliteStatement *self, int column);
USHER_API
gconstpointer
usher_sqlite_statement_get_bytes (UsherSqliteStatement *self, int column, gsize *size);
USHER_API
gint64 usher_sqlite_statement_get_integer (UsherSqliteStatement *self, int column);
USHER_API
void usher_sqlite_statement_reset (UsherSqliteStatement *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteStatement, usher_sqlite_statement_reset)

G_END_DECLS
