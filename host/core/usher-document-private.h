/* usher-document-private.h: what a document holds, and the block that a list of them shares
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-document.h"

G_BEGIN_DECLS

typedef struct _UsherDocumentBlock UsherDocumentBlock;

/* The value of a field; which member counts is told by the field's type. */
typedef struct
{
  gboolean is_set;
  gint64 integer; /* INTEGER, MONEY, TIME, BOOLEAN */
  char *text;     /* (owned): STRING, ID, JSON */
} UsherDocumentValue;

struct _UsherDocument
{
  gatomicrefcount ref_count;
  UsherSchema *schema;      /* (owned) */
  const UsherField *fields; /* (unowned): the schema's */
  guint n_fields;
  char *id; /* (owned) (nullable) */
  gint64 version;
  char *text;                 /* (owned) (nullable): NULL when it has to be made */
  gsize length;               /* of @text */
  char *private_text;         /* (owned) (nullable): until the fields are read */
  gboolean is_read;           /* the values are in @values */
  UsherDocumentValue *values; /* (owned) (nullable): by the schema's order */
  gsize n_inline; /* bytes behind the struct, where a stored document's texts begin their life */
  UsherDocumentBlock *block; /* (owned) (nullable): of the list that it came with */
};

/* Room for the documents of one list, so that fifty are one allocation; each of them keeps it. One thread adds; then
 * each document may go its own way. */
UsherDocumentBlock *usher_document_block_new (void);
UsherDocumentBlock *usher_document_block_ref (UsherDocumentBlock *self);
void usher_document_block_unref (UsherDocumentBlock *self);
gpointer usher_document_block_take (UsherDocumentBlock *self, gsize size);

/* A document as a store has it; borrowed. */
typedef struct
{
  const char *id;
  gint64 version;
  const char *text;
  gsize length;
  const char *private_text; /* (nullable) */
} UsherStoredDocument;

/* @block: (nullable): where it lives */
UsherDocument *usher_document_new_in_block (UsherDocumentBlock *block,
                                            UsherSchema *schema,
                                            const UsherStoredDocument *stored);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDocumentBlock, usher_document_block_unref)

G_END_DECLS
