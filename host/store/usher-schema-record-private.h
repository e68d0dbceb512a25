/* usher-schema-record-private.h: which fields the documents of a collection may have, of all schemas that it had
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-schema.h"

G_BEGIN_DECLS

/* A record is a text that a store keeps with a collection: a line a field, name, type, and “private”. Fields that are declared
 * no more stay in it, for documents keep them. */

typedef struct
{
  char *name; /* (owned) */
  UsherFieldType type;
  gboolean is_private;
} UsherRecordedField;

/* What was stored, and what the schema declares in its place. */
typedef struct
{
  UsherRecordedField was;
  const UsherField *field; /* (unowned): of the schema */
} UsherSchemaClash;

/* (transfer full) (element-type UsherRecordedField): in the order of names; @record: (nullable) */
USHER_API
GArray *usher_schema_record_read (const char *record);
/* (transfer full): the record when documents of @schema are stored as well; what clashes with it is forgotten */
USHER_API
char *usher_schema_record_merge (const char *record, UsherSchema *schema);
/* (transfer full) (element-type UsherSchemaClash): those that hurt where documents have such a value */
USHER_API
GArray *usher_schema_record_list_clashes (const char *record, UsherSchema *schema);
/* says what is wrong and what helps; @where: the database; @id: a document that has such a value */
USHER_API
void usher_schema_clash_refuse (const UsherSchemaClash *self,
                                UsherSchema *schema,
                                const char *where,
                                const char *id,
                                GError **error);

G_END_DECLS
