/* usher-sqlite-table.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-table-private.h"

#include <string.h>

#include "usher-query-private.h"

#define FIRST_COLUMN 6

static char *
quote (const char *prefix, const char *collection, const char *field)
{
  g_autoptr (GString) name = g_string_new (prefix);

  g_string_append (name, collection);
  if (collection[0] != '\0' && field[0] != '\0')
    g_string_append_c (name, ':');
  g_string_append (name, field);
  g_string_replace (name, "\"", "\"\"", 0);

  return g_strdup_printf ("\"%s\"", name->str);
}

char *
usher_sqlite_table_dup_column (const UsherField *field)
{
  return quote ("f:", "", field->name);
}

char *
usher_sqlite_table_dup_index (UsherSqliteTable *self, const UsherField *field)
{
  return quote ("i:", usher_schema_get_collection (self->schema), field->name);
}

static GPtrArray *
list_columns (UsherSchema *schema)
{
  GPtrArray *columns = g_ptr_array_new ();
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);

  for (guint i = 0; i < n_fields; i++)
    if ((fields[i].flags & (USHER_FIELD_INDEXED | USHER_FIELD_UNIQUE)) != 0)
      g_ptr_array_add (columns, (gpointer) &fields[i]);

  return columns;
}

typedef void (*ColumnFunc) (GString *sql, const char *column, guint index);

/* all columns, with the index of their parameter */
static guint
append_columns (UsherSqliteTable *self, GString *sql, ColumnFunc append)
{
  guint n_foreign = 0;
  const UsherField *foreign =
      self->foreign != NULL ? usher_schema_get_fields (self->foreign, &n_foreign) : NULL;

  for (guint i = 0; i < self->columns->len + n_foreign; i++)
    {
      const UsherField *field = i < self->columns->len ? g_ptr_array_index (self->columns, i)
                                                       : &foreign[i - self->columns->len];
      g_autofree char *column = usher_sqlite_table_dup_column (field);

      append (sql, column, FIRST_COLUMN + i);
    }

  return FIRST_COLUMN + self->columns->len + n_foreign;
}

static void
append_name (GString *sql, const char *column, guint index)
{
  g_string_append_printf (sql, ",%s", column);
}

static void
append_parameter (GString *sql, const char *column, guint index)
{
  g_string_append_printf (sql, ",?%u", index);
}

static void
append_setting (GString *sql, const char *column, guint index)
{
  g_string_append_printf (sql, ",%s=?%u", column, index);
}

static char *
make_insert (UsherSqliteTable *self)
{
  g_autoptr (GString) sql = g_string_new (NULL);

  g_string_append_printf (sql, "INSERT INTO %s (id,version,body,private,level", self->name);
  append_columns (self, sql, append_name);
  g_string_append (sql, ") VALUES (?1,?2,?3,?4,?5");
  append_columns (self, sql, append_parameter);
  g_string_append_c (sql, ')');

  return g_string_free (g_steal_pointer (&sql), FALSE);
}

static char *
make_replace (UsherSqliteTable *self)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  guint next;

  g_string_append_printf (sql, "UPDATE %s SET version=?2,body=?3,private=?4,level=?5", self->name);
  next = append_columns (self, sql, append_setting);
  g_string_append_printf (sql, " WHERE id=?1 AND version=?%u AND level=?%u", next, next + 1);

  return g_string_free (g_steal_pointer (&sql), FALSE);
}

UsherSqliteTable *
usher_sqlite_table_new (UsherSchema *schema)
{
  UsherSqliteTable *self = g_new0 (UsherSqliteTable, 1);

  self->schema = usher_schema_ref (schema);
  self->columns = list_columns (schema);
  self->name = quote ("c:", usher_schema_get_collection (schema), "");
  self->find =
      g_strdup_printf ("SELECT version,body,private,level,number FROM %s WHERE id=?1", self->name);
  self->find_numbered =
      g_strdup_printf ("SELECT version,body,private,level,id FROM %s WHERE number=?1", self->name);
  self->insert = make_insert (self);
  self->replace = make_replace (self);
  self->list_outdated =
      g_strdup_printf ("SELECT version,body,private,level,id FROM %s WHERE level<%u"
                       " AND (level,id)>(?1,?2) ORDER BY level,id LIMIT ?3",
                       self->name,
                       usher_schema_get_level (schema));
  self->remove = g_strdup_printf ("DELETE FROM %s WHERE id=?1 AND version=?2", self->name);

  return self;
}

void
usher_sqlite_table_free (UsherSqliteTable *self)
{
  g_ptr_array_unref (self->columns);
  usher_schema_unref (self->schema);
  g_clear_pointer (&self->foreign, usher_schema_unref);
  g_free (self->name);
  g_free (self->find);
  g_free (self->find_numbered);
  g_free (self->list_outdated);
  g_free (self->insert);
  g_free (self->replace);
  g_free (self->remove);
  g_free (self);
}

void
usher_sqlite_table_set_foreign (UsherSqliteTable *self, UsherSchema *foreign)
{
  g_clear_pointer (&self->foreign, usher_schema_unref);
  self->foreign = foreign;
  g_free (self->insert);
  self->insert = make_insert (self);
  g_free (self->replace);
  self->replace = make_replace (self);
}

void
usher_sqlite_table_bind_field (UsherSqliteStatement *statement,
                               int index,
                               UsherDocument *document,
                               const UsherField *field)
{
  if (!usher_document_has (document, field->name))
    usher_sqlite_statement_bind_null (statement, index);
  else if (usher_query_is_text (field))
    usher_sqlite_statement_bind_text (statement,
                                      index,
                                      usher_document_get_string (document, field->name));
  else if (field->type == USHER_FIELD_BOOLEAN)
    usher_sqlite_statement_bind_integer (statement,
                                         index,
                                         usher_document_get_boolean (document, field->name));
  else
    usher_sqlite_statement_bind_integer (statement,
                                         index,
                                         usher_document_get_integer (document, field->name));
}

UsherDocument *
usher_sqlite_table_read_foreign (UsherSqliteTable *self,
                                 UsherDocument *document,
                                 const char *private_text)
{
  gsize length = 0;
  const char *text = usher_document_get_text (document, &length);

  if (self->foreign == NULL)
    return NULL;

  return usher_document_new_from_text (
      self->foreign, usher_document_get_id (document), 0, text, (gssize) length, private_text);
}

static int
bind_columns (UsherSqliteStatement *statement, UsherDocument *theirs, int index)
{
  guint n_fields = 0;
  const UsherField *fields =
      usher_schema_get_fields (usher_document_get_schema (theirs), &n_fields);

  for (guint i = 0; i < n_fields; i++)
    usher_sqlite_table_bind_field (statement, index++, theirs, &fields[i]);

  return index;
}

int
usher_sqlite_table_bind (UsherSqliteTable *self,
                         UsherSqliteStatement *statement,
                         UsherDocument *document,
                         UsherDocument *theirs,
                         const char *private_text)
{
  gsize length = 0;
  const char *text = usher_document_get_text (document, &length);
  int index = FIRST_COLUMN;

  usher_sqlite_statement_bind_text (statement, 1, usher_document_get_id (document));
  usher_sqlite_statement_bind_integer (statement, 2, usher_document_get_version (document));
  usher_sqlite_statement_bind_text_sized (statement, 3, text, length);
  usher_sqlite_statement_bind_text (statement, 4, private_text);
  /* who does not know the last upgrades has not changed what they are about */
  usher_sqlite_statement_bind_integer (statement,
                                       5,
                                       MIN (usher_document_get_level (document),
                                            usher_schema_get_level (self->schema)));
  for (guint i = 0; i < self->columns->len; i++)
    usher_sqlite_table_bind_field (statement,
                                   index++,
                                   document,
                                   g_ptr_array_index (self->columns, i));

  return theirs != NULL ? bind_columns (statement, theirs, index) : index;
}

UsherDocument *
usher_sqlite_table_read (UsherSqliteTable *self,
                         UsherSqliteStatement *statement,
                         const char *id,
                         UsherDocumentBlock *block)
{
  UsherStoredDocument stored = { .id = id };

  stored.version = usher_sqlite_statement_get_integer (statement, 0);
  /* as bytes, for as text SQLite would copy it to end it with a zero */
  stored.text = usher_sqlite_statement_get_bytes (statement, 1, &stored.length);
  stored.private_text = usher_sqlite_statement_get_text (statement, 2);
  stored.level = (guint) usher_sqlite_statement_get_integer (statement, 3);

  return usher_document_new_in_block (block, self->schema, &stored);
}

char **
usher_sqlite_table_dup_taken (UsherSqliteTable *self, const GError *error)
{
  /* “database “/srv/orders.db”: UNIQUE constraint failed: c:orders.f:number, c:orders.f:seat” */
  const char *where = g_strrstr (error->message, ": ");
  g_auto (GStrv) columns = g_strsplit (where != NULL ? where + strlen (": ") : "", ", ", -1);
  GStrvBuilder *fields = g_strv_builder_new ();
  GStrv names = NULL;

  for (guint i = 0; columns[i] != NULL; i++)
    {
      const char *column = strstr (columns[i], ".f:");

      g_strv_builder_add (fields, column != NULL ? column + strlen (".f:") : "id");
    }
  names = g_strv_builder_end (fields);
  g_strv_builder_unref (fields);

  return names;
}

typedef struct _Node Node;

struct _Node
{
  UsherSqliteTable *table; /* (owned) */
  Node *next;              /* (owned) (nullable) */
};

/* A service has few collections, and each read looks for one: a list that only grows needs no lock. */
struct _UsherSqliteTables
{
  Node *first;    /* (owned) (nullable) (atomic) */
  gint64 version; /* of the thread that writes */
};

UsherSqliteTables *
usher_sqlite_tables_new (void)
{
  return g_atomic_rc_box_new0 (UsherSqliteTables);
}

UsherSqliteTables *
usher_sqlite_tables_ref (UsherSqliteTables *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_tables (gpointer data)
{
  UsherSqliteTables *self = data;

  while (self->first != NULL)
    {
      Node *node = self->first;

      self->first = node->next;
      usher_sqlite_table_free (node->table);
      g_free (node);
    }
}

void
usher_sqlite_tables_unref (UsherSqliteTables *self)
{
  g_atomic_rc_box_release_full (self, clear_tables);
}

void
usher_sqlite_tables_add (UsherSqliteTables *self, UsherSqliteTable *table)
{
  Node *node = g_new0 (Node, 1);

  node->table = table;
  do
    node->next = g_atomic_pointer_get (&self->first);
  while (!g_atomic_pointer_compare_and_exchange (&self->first, node->next, node));
}

static UsherSqliteTable *
find (UsherSqliteTables *self, const char *collection, int (*compare) (const char *, const char *))
{
  Node *node = g_atomic_pointer_get (&self->first);

  for (; node != NULL; node = node->next)
    if (compare (usher_schema_get_collection (node->table->schema), collection) == 0)
      return node->table;

  return NULL;
}

UsherSqliteTable *
usher_sqlite_tables_find (UsherSqliteTables *self, const char *collection)
{
  return find (self, collection, strcmp);
}

UsherSqliteTable *
usher_sqlite_tables_find_like (UsherSqliteTables *self, const char *collection)
{
  return find (self, collection, g_ascii_strcasecmp);
}

gboolean
usher_sqlite_tables_foreach (UsherSqliteTables *self,
                             gboolean (*func) (UsherSqliteTable *table,
                                               gpointer user_data,
                                               GError **error),
                             gpointer user_data,
                             GError **error)
{
  Node *node = g_atomic_pointer_get (&self->first);

  for (; node != NULL; node = node->next)
    if (!func (node->table, user_data, error))
      return FALSE;

  return TRUE;
}

gint64
usher_sqlite_tables_get_version (UsherSqliteTables *self)
{
  return self->version;
}

void
usher_sqlite_tables_set_version (UsherSqliteTables *self, gint64 version)
{
  self->version = version;
}
