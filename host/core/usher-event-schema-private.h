/* usher-event-schema-private.h: what the events of a channel tell
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-document.h"
#include "usher-json-writer.h"
#include "usher-schema.h"

G_BEGIN_DECLS

/* The members of a payload: name, type, and whether it is required. Immutable, any thread. */
typedef struct _UsherEventSchema UsherEventSchema;

/* @fields: as those of a collection, whose private ones are left out; `id` and `version` may have rows of their own, and be there
 * without. NULL with INVALID, which names channel and field. */
UsherEventSchema *usher_event_schema_new (const char *channel,
                                          const UsherField *fields,
                                          guint n_fields,
                                          GError **error);
void usher_event_schema_free (UsherEventSchema *self);

const char *usher_event_schema_get_channel (UsherEventSchema *self);
/* (array length=n_fields): borrows */
const UsherField *usher_event_schema_get_fields (UsherEventSchema *self, guint *n_fields);
/* Whether the text of a document is surely as declared, by what it is made of; else the text has to be read. */
gboolean usher_event_schema_is_met_by (UsherEventSchema *self, UsherDocument *document);
/* (transfer full) (nullable): what is wrong with a payload, with the member's name. @source: (nullable): the schema of the document
 * that it is the text of, which may hold more than that knows */
char *
usher_event_schema_find_fault (UsherEventSchema *self, UsherJson *payload, UsherSchema *source);
/* (nullable): the name of a member in which two differ; of @self or of @other */
const char *usher_event_schema_find_difference (UsherEventSchema *self, UsherEventSchema *other);
/* writes its channel and members, as an object */
void usher_event_schema_write (UsherEventSchema *self, UsherJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherEventSchema, usher_event_schema_free)

G_END_DECLS
