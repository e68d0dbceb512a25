/* usher-sqlite-lookup.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-lookup-private.h"

#include <string.h>

#define ID_LENGTH 24
#define N_PLACES  256

/* Where a document was found last. The way over the index of ids to the row is half of what a lookup costs, so a document that
 * is read often is read by its number. Somebody may have removed it, and its number be another's: the row says whose it is. */
typedef struct
{
  UsherSqliteTable *table; /* (unowned) (nullable) */
  char id[ID_LENGTH];
  gint64 number;
} Place;

gpointer
usher_sqlite_lookup_new_places (void)
{
  return g_new0 (Place, N_PLACES);
}

/* (nullable): NULL: what has another length is no id. The end of an id differs most. */
static Place *
find_place (UsherSqliteReader *reader, const char *id)
{
  guint64 end;

  if (strlen (id) != ID_LENGTH)
    return NULL;

  memcpy (&end, id + ID_LENGTH - sizeof end, sizeof end);

  return (Place *) reader->places + (end * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> 56);
}

G_STATIC_ASSERT (N_PLACES == 1 << 8);

/* Leaves *@document as it is where the place is another's by now. */
static gboolean
look_at_place (UsherSqliteReader *reader,
               const Place *place,
               const char *id,
               UsherDocument **document,
               GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (reader->connection, place->table->find_numbered, error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  usher_sqlite_statement_bind_integer (statement, 1, place->number);
  if (!usher_sqlite_connection_step (reader->connection, statement, &has_row, error))
    return FALSE;

  if (has_row && strcmp (usher_sqlite_statement_get_text (statement, 4), id) == 0)
    *document = usher_sqlite_table_read (place->table, statement, id, NULL);

  return TRUE;
}

static void
remember (Place *place, UsherSqliteTable *table, const char *id, gint64 number)
{
  place->table = table;
  memcpy (place->id, id, ID_LENGTH);
  place->number = number;
}

gboolean
usher_sqlite_lookup_run (UsherSqliteReader *reader,
                         UsherSqliteTable *table,
                         const char *id,
                         UsherDocument **document,
                         GError **error)
{
  Place *place = find_place (reader, id);
  g_autoptr (UsherSqliteStatement) statement = NULL;
  gboolean has_row;

  if (place != NULL && place->table == table && memcmp (place->id, id, ID_LENGTH) == 0 &&
      (!look_at_place (reader, place, id, document, error) || *document != NULL))
    return *document != NULL;

  statement = usher_sqlite_connection_get (reader->connection, table->find, error);
  if (statement == NULL)
    return FALSE;
  usher_sqlite_statement_bind_text (statement, 1, id);
  if (!usher_sqlite_connection_step (reader->connection, statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;

  *document = usher_sqlite_table_read (table, statement, id, NULL);
  if (place != NULL)
    remember (place, table, id, usher_sqlite_statement_get_integer (statement, 4));

  return TRUE;
}
