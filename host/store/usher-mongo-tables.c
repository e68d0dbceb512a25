/* usher-mongo-tables.c: the tables of a store
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-table-private.h"

#include <string.h>

typedef struct _Node Node;

struct _Node
{
  UsherMongoTable *table; /* (owned) */
  Node *next;             /* (owned) (nullable) */
};

/* A service has few collections, and each read looks for one: a list that only grows needs no lock. */
struct _UsherMongoTables
{
  Node *first; /* (owned) (nullable) (atomic) */
};

UsherMongoTables *
usher_mongo_tables_new (void)
{
  return g_new0 (UsherMongoTables, 1);
}

void
usher_mongo_tables_free (UsherMongoTables *self)
{
  while (self->first != NULL)
    {
      Node *node = self->first;

      self->first = node->next;
      usher_mongo_table_unref (node->table);
      g_free (node);
    }
  g_free (self);
}

void
usher_mongo_tables_add (UsherMongoTables *self, UsherMongoTable *table)
{
  Node *node = g_new0 (Node, 1);

  node->table = table;
  do
    node->next = g_atomic_pointer_get (&self->first);
  while (!g_atomic_pointer_compare_and_exchange (&self->first, node->next, node));
}

UsherMongoTable *
usher_mongo_tables_find (UsherMongoTables *self, const char *collection)
{
  for (Node *node = g_atomic_pointer_get (&self->first); node != NULL; node = node->next)
    if (strcmp (usher_mongo_table_get_name (node->table), collection) == 0)
      return node->table;

  return NULL;
}

GPtrArray *
usher_mongo_tables_list (UsherMongoTables *self)
{
  GPtrArray *tables = g_ptr_array_new ();

  for (Node *node = g_atomic_pointer_get (&self->first); node != NULL; node = node->next)
    g_ptr_array_add (tables, node->table);

  return tables;
}
