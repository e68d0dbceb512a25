/* usher-mongo-document-private.h: documents of MongoDB, one after the other
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* whether a member of a document can have a name: the store has its own, and pipelines do not take each */
gboolean usher_mongo_document_is_name (const char *name);

/* Reads the documents of one answer. Used by one thread. */
typedef struct _UsherMongoReader UsherMongoReader;

/* @is_list: they share a block */
UsherMongoReader *usher_mongo_reader_new (UsherMongoTable *table, gboolean is_list);
void usher_mongo_reader_free (UsherMongoReader *self);
/* (transfer full) (nullable): NULL for one that was removed, or with an error when it cannot be read */
UsherDocument *usher_mongo_reader_read (UsherMongoReader *self, const bson_t *row, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoReader, usher_mongo_reader_free)

G_END_DECLS
