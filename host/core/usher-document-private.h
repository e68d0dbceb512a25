/* usher-document-private.h: what a document holds, and the block that a list of them shares
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-document.h"
#include "usher-json.h"

G_BEGIN_DECLS

typedef struct _UsherDocumentBlock UsherDocumentBlock;

/* The value of a field; which member counts is told by the field's type. */
typedef struct
{
  gboolean is_set;
  gint64 integer; /* INTEGER, MONEY, TIME, BOOLEAN */
  char *text;     /* (owned): STRING, ID, JSON */
} UsherDocumentValue;

/* A member that the schema does not know, or whose value its field cannot have; kept as it is. */
typedef struct
{
  char *path;          /* (owned): names joined by dots */
  gsize n_parent;      /* how much of @path is the object that it is in, with the dot */
  char *text;          /* (owned): name and value as they were written */
  int field;           /* whose value it should be, -1: nobody's */
  gboolean is_private; /* in the text that is kept apart */
} UsherDocumentMember;

struct _UsherDocument
{
  gatomicrefcount ref_count;
  UsherSchema *schema;      /* (owned) */
  const UsherField *fields; /* (unowned): the schema's */
  guint n_fields;
  guint level;
  char *id; /* (owned) (nullable) */
  gint64 version;
  char *text;                 /* (owned) (nullable): NULL when it has to be made */
  gsize length;               /* of @text */
  char *private_text;         /* (owned) (nullable): until the fields are read */
  gboolean is_read;           /* the values are in @values */
  UsherDocumentValue *values; /* (owned) (nullable): by the schema's order */
  GArray *rest; /* (owned) (nullable) (element-type UsherDocumentMember): what else the texts had */
  gsize n_inline; /* bytes behind the struct, where a stored document's texts begin their life */
  UsherDocumentBlock *block; /* (owned) (nullable): of the list that it came with */
};

/* types of fields, as masks */
#define USHER_DOCUMENT_TEXT_TYPES \
  (1u << USHER_FIELD_STRING | 1u << USHER_FIELD_ID | 1u << USHER_FIELD_JSON)
#define USHER_DOCUMENT_INTEGER_TYPES \
  (1u << USHER_FIELD_INTEGER | 1u << USHER_FIELD_MONEY | 1u << USHER_FIELD_TIME)
#define USHER_DOCUMENT_BOOLEAN_TYPES (1u << USHER_FIELD_BOOLEAN)
#define USHER_DOCUMENT_ALL_TYPES \
  (USHER_DOCUMENT_TEXT_TYPES | USHER_DOCUMENT_INTEGER_TYPES | USHER_DOCUMENT_BOOLEAN_TYPES)

/* reads the fields out of the texts, if that was not done yet */
void usher_document_read_values (UsherDocument *self);
/* (nullable): the value of a field that has one of @types; NULL with a fault of the program */
UsherDocumentValue *usher_document_find_value (UsherDocument *self, const char *name, guint types);
/* the text has to be made anew; so the fields are read first */
void usher_document_touch (UsherDocument *self);
/* adds what @json, one of the texts, has besides the fields; their values are read */
void usher_document_read_rest (UsherDocument *self, UsherJson *json, gboolean is_private);
/* forgets a value that was not the field's */
void usher_document_drop_rest (UsherDocument *self, int field);
/* whether a member of the rest is to be written still */
gboolean usher_document_has_rest (UsherDocument *self, const UsherDocumentMember *member);

/* whether its text is what a store gave, and so is told by id, version and level */
gboolean usher_document_is_as_stored (UsherDocument *self);

/* Room for the documents of one list, so that fifty are one allocation; each of them keeps it. One thread adds; then
 * each document may go its own way. */
USHER_API
UsherDocumentBlock *usher_document_block_new (void);
UsherDocumentBlock *usher_document_block_ref (UsherDocumentBlock *self);
USHER_API
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
  guint level;
} UsherStoredDocument;

/* @block: (nullable): where it lives */
USHER_API
UsherDocument *usher_document_new_in_block (UsherDocumentBlock *block,
                                            UsherSchema *schema,
                                            const UsherStoredDocument *stored);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDocumentBlock, usher_document_block_unref)

G_END_DECLS
