/* usher-sqlite-connection.h: a connection to a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"
#include "usher-sqlite-statement.h"

G_BEGIN_DECLS

/**
 * UsherSqliteFlags:
 * @USHER_SQLITE_NONE: the file must exist
 * @USHER_SQLITE_CREATE: it is made when it is missing; its folder must exist
 *
 * How a SQLite file is opened.
 */
typedef enum
{
  USHER_SQLITE_NONE = 0,
  USHER_SQLITE_CREATE = 1 << 0,
} UsherSqliteFlags;

typedef struct _UsherSqliteConnection UsherSqliteConnection;

/**
 * UsherSqliteRowFunc: (skip)
 * @statement: a statement at one of its rows
 * @user_data: data for the function
 *
 * Makes something of a row.
 *
 * Returns: (transfer full): what it made
 */
typedef gpointer (*UsherSqliteRowFunc) (UsherSqliteStatement *statement, gpointer user_data);

USHER_API
UsherSqliteConnection *usher_sqlite_connection_new (const char *path,
                                                    const char *name,
                                                    UsherSqliteFlags flags,
                                                    GError **error);
USHER_API
void usher_sqlite_connection_free (UsherSqliteConnection *self);
USHER_API
const char *usher_sqlite_connection_get_name (UsherSqliteConnection *self);
USHER_API
void usher_sqlite_connection_set_patience (UsherSqliteConnection *self, gint64 patience);
USHER_API
gboolean usher_sqlite_connection_use_log (UsherSqliteConnection *self, GError **error);
USHER_API
gboolean
usher_sqlite_connection_execute (UsherSqliteConnection *self, const char *sql, GError **error);
USHER_API
gboolean usher_sqlite_connection_begin (UsherSqliteConnection *self, GError **error);
USHER_API
gboolean
usher_sqlite_connection_end (UsherSqliteConnection *self, gboolean success, GError **error);
USHER_API
UsherSqliteStatement *
usher_sqlite_connection_get (UsherSqliteConnection *self, const char *sql, GError **error);
USHER_API
void usher_sqlite_connection_forget (UsherSqliteConnection *self, const char *sql);
USHER_API
gboolean usher_sqlite_connection_run (UsherSqliteConnection *self, const char *sql, GError **error);
USHER_API
gboolean usher_sqlite_connection_step (UsherSqliteConnection *self,
                                       UsherSqliteStatement *statement,
                                       gboolean *has_row,
                                       GError **error);
USHER_API
GPtrArray *usher_sqlite_connection_list (UsherSqliteConnection *self,
                                         UsherSqliteStatement *statement,
                                         UsherSqliteRowFunc make,
                                         gpointer user_data,
                                         GDestroyNotify destroy,
                                         GError **error);
USHER_API
gboolean usher_sqlite_connection_finish (UsherSqliteConnection *self,
                                         UsherSqliteStatement *statement,
                                         GError **error);
USHER_API
gboolean usher_sqlite_connection_get_integer (UsherSqliteConnection *self,
                                              UsherSqliteStatement *statement,
                                              gint64 fallback,
                                              gint64 *value,
                                              GError **error);
USHER_API
guint usher_sqlite_connection_get_n_changes (UsherSqliteConnection *self);
USHER_API
gint64 usher_sqlite_connection_get_last_id (UsherSqliteConnection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteConnection, usher_sqlite_connection_free)

G_END_DECLS
