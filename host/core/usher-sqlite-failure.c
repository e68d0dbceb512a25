/* usher-sqlite-failure.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-failure-private.h"

#include <errno.h>

#include "usher-error.h"

static gboolean
has_no_room (sqlite3 *db, int file_pointer)
{
  sqlite3_file *file = NULL;
  int code = 0;

  sqlite3_file_control (db, "main", file_pointer, &file);
  if (file == NULL || file->pMethods == NULL)
    return FALSE;

  file->pMethods->xFileControl (file, SQLITE_FCNTL_LAST_ERRNO, &code);
  return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

/* SQLite itself knows ENOSPC alone, and of a write. Its own record of errno is of a later call. */
static gboolean
is_full (sqlite3 *db, int code)
{
  return (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC) && db != NULL &&
         (has_no_room (db, SQLITE_FCNTL_JOURNAL_POINTER) ||
          has_no_room (db, SQLITE_FCNTL_FILE_POINTER));
}

static UsherError
get_meaning (sqlite3 *db, int code)
{
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
    return USHER_ERROR_TAKEN;

  switch (code & 0xff)
    {
    case SQLITE_FULL:
      return USHER_ERROR_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return USHER_ERROR_CORRUPT;
    case SQLITE_IOERR:
      return is_full (db, code) ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE;
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY:
      return USHER_ERROR_UNAVAILABLE;
    case SQLITE_TOOBIG:
      return USHER_ERROR_INVALID;
    default:
      return USHER_ERROR_FAILED;
    }
}

gboolean
usher_sqlite_failure_set (const char *name, sqlite3 *db, int code, GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               (int) get_meaning (db, code),
               "%s: %s",
               name,
               db != NULL ? sqlite3_errmsg (db) : sqlite3_errstr (code));
  return FALSE;
}
