/* usher-mongo-layout-private.h: what a database on a MongoDB server says of its collections
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-index-private.h"

G_BEGIN_DECLS

/* What is said of one collection. */
typedef struct
{
  gboolean exists;
  gint64 revision;  /* grows with each change */
  char *record;     /* of fields */
  char **indexes;   /* names of those that were made for any copy */
  gboolean is_made; /* all of them are, as far as is known */
} UsherMongoLayoutNote;

void usher_mongo_layout_note_clear (UsherMongoLayoutNote *self);
gboolean usher_mongo_layout_note_read (UsherMongoLayoutNote *self,
                                       UsherMongoDatabase *database,
                                       UsherMongoTable *table,
                                       GError **error);
/* Writes @after over @self as it was read; @lost: (out): another copy was first */
gboolean usher_mongo_layout_note_replace (const UsherMongoLayoutNote *self,
                                          const UsherMongoLayoutNote *after,
                                          UsherMongoDatabase *database,
                                          UsherMongoTable *table,
                                          gboolean *lost,
                                          GError **error);
/* all indexes are made that were noted at @revision, if there is no later one */
gboolean usher_mongo_layout_note_confirm (UsherMongoDatabase *database,
                                          UsherMongoTable *table,
                                          gint64 revision,
                                          GError **error);
/* INVALID: a document has a value that the schema cannot have in its place */
gboolean usher_mongo_layout_check_fields (UsherMongoDatabase *database,
                                          UsherMongoTable *table,
                                          const char *record,
                                          GError **error);
/* TAKEN: two documents share what @index keeps unique, with an example */
gboolean usher_mongo_layout_check_unique (UsherMongoDatabase *database,
                                          UsherMongoTable *table,
                                          const UsherMongoIndex *index,
                                          GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherMongoLayoutNote, usher_mongo_layout_note_clear)

G_END_DECLS
