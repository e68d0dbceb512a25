/* usher-description-schema-private.h: a table of fields as a JSON schema
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-declarations-private.h"
#include "usher-json-writer.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_SHAPE_ASKED, /* what a request may have: its input fields */
  USHER_SHAPE_TOLD,  /* what an answer or event has */
} UsherShapeUse;

/* writes the JSON schema of @shape, of @service, as a value */
void usher_description_write_schema (UsherDeclarations *service,
                                     const UsherShape *shape,
                                     UsherShapeUse use,
                                     UsherJsonWriter *writer);
/* writes something that fulfils it */
void usher_description_write_example (UsherDeclarations *service,
                                      const UsherShape *shape,
                                      UsherShapeUse use,
                                      UsherJsonWriter *writer);
/* likewise the schema of one of its fields */
void usher_description_write_field (UsherDeclarations *service,
                                    const UsherShape *shape,
                                    const UsherField *field,
                                    UsherShapeUse use,
                                    UsherJsonWriter *writer);
/* the payload is the text of a document, so that it has `id` and `version` */
gboolean usher_description_is_document (UsherDeclarations *service, const UsherShape *event);

G_END_DECLS
