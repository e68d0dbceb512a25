/* usher-mongo-entries-private.h: what documents on a MongoDB server carry besides, wherever it lies
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* divides the parts of a key */
#define USHER_MONGO_DIVIDER "\x1f"

/* @entry: one of the array, borrowed with @row */
typedef void (*UsherMongoEntryFunc) (const char *collection,
                                     const bson_t *row,
                                     const bson_t *entry,
                                     gpointer user_data);

/* calls @func for each entry of the array @member of @row, which @collection has */
void usher_mongo_entries_foreach (const char *collection,
                                  const bson_t *row,
                                  const char *member,
                                  UsherMongoEntryFunc func,
                                  gpointer user_data);
/* (transfer container) (element-type utf8): the collections of all tables, and that of the carriers */
GPtrArray *usher_mongo_entries_list_collections (UsherMongoTables *tables);
/* Calls @func for each entry of the array @member in the documents that @filter finds, collection by collection; what else they hold
 * is not read but for their ids. @options: (nullable): sort and limit, of each collection */
gboolean usher_mongo_entries_find (UsherMongoDatabase *database,
                                   UsherMongoTables *tables,
                                   const char *member,
                                   const bson_t *filter,
                                   const bson_t *options,
                                   UsherMongoEntryFunc func,
                                   gpointer user_data,
                                   GError **error);
/* @entry: (out) (transfer full) (nullable): of all entries of @member with the key @key the one that counts: that of the highest
 * generation, dead or not */
gboolean usher_mongo_entries_find_highest (UsherMongoDatabase *database,
                                           UsherMongoTables *tables,
                                           const char *member,
                                           const char *key,
                                           bson_t **entry,
                                           GError **error);

/* (nullable) (transfer none): a text of an entry */
const char *usher_mongo_entry_get_text (const bson_t *entry, const char *name);
/* a number of an entry, 0: it has none */
gint64 usher_mongo_entry_get_integer (const bson_t *entry, const char *name);
/* it says that there is no such thing any more */
gboolean usher_mongo_entry_is_dead (const bson_t *entry);
/* (transfer full): `u` */
char *usher_mongo_entry_make_unique (const char *key, gint64 generation);
/* @time, of microseconds, as a date of milliseconds to compare with: no later than all who read dates can */
gint64 usher_mongo_entry_make_date (gint64 time);
/* @text: (nullable): NULL: it has none */
void usher_mongo_entry_append_text (bson_t *entry, const char *name, const char *text);
/* appends `k`, `g` and `u` */
void usher_mongo_entry_append_key (bson_t *entry, const char *key, gint64 generation);

G_END_DECLS
