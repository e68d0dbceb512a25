/* usher-schema.h: the fields of a collection, one table
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-json.h"
#include "usher-macros.h"
#include "usher-problems.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_FIELD_STRING,  /* min and max count characters */
  USHER_FIELD_ID,      /* 24 lower-case hexadecimal digits */
  USHER_FIELD_INTEGER, /* gint64 */
  USHER_FIELD_BOOLEAN,
  USHER_FIELD_MONEY, /* gint64 minor units in code, exact decimal in the text */
  USHER_FIELD_TIME,  /* gint64 microseconds in code, ISO 8601 in the text */
  USHER_FIELD_JSON,  /* any JSON value, as text */
} UsherFieldType;

typedef enum
{
  USHER_FIELD_NONE = 0,
  USHER_FIELD_INPUT = 1 << 0,    /* read from a request */
  USHER_FIELD_REQUIRED = 1 << 1, /* with INPUT: a problem when it is missing */
  USHER_FIELD_TRIM = 1 << 2,     /* white space around an input string is dropped first */
  USHER_FIELD_PRIVATE = 1 << 3,  /* stored apart, never in the document's text */
  USHER_FIELD_INDEXED = 1 << 4,
  USHER_FIELD_UNIQUE = 1 << 5, /* a unique index over the documents that have the field */
} UsherFieldFlags;

/**
 * UsherField:
 * @name: the name; a dot nests, `ticket.id` is member `id` of member `ticket`
 * @type: the type
 * @flags: what is done with it
 * @min: the least length or value; no check when @min and @max are both 0
 * @max: the greatest length or value
 * @message: (nullable): what a person is told when an input is missing, of a wrong type or
 *   out of range
 *
 * One row of a schema's table. Fields that nest in the same member stand together. Every
 * document has `id` and `version` besides, and no row for them.
 */
typedef struct
{
  const char *name;
  UsherFieldType type;
  UsherFieldFlags flags;
  gint64 min;
  gint64 max;
  const char *message;
} UsherField;

#define USHER_TYPE_SCHEMA (usher_schema_get_type ())

typedef struct _UsherSchema UsherSchema;
typedef struct _UsherDocument UsherDocument;

USHER_API
GType usher_schema_get_type (void);
/* copies the table; an error (INVALID) names what is wrong in it: a bad or double name,
 * a field of type JSON that is indexed, and so on */
USHER_API
UsherSchema *
usher_schema_new (const char *collection, const UsherField *fields, guint n_fields, GError **error);
USHER_API
UsherSchema *usher_schema_ref (UsherSchema *self);
USHER_API
void usher_schema_unref (UsherSchema *self);
USHER_API
const char *usher_schema_get_collection (UsherSchema *self);
USHER_API
const UsherField *usher_schema_get_fields (UsherSchema *self, guint *n_fields);
/* the index of a field, or -1 */
USHER_API
int usher_schema_find_field (UsherSchema *self, const char *name);
/* Reads the INPUT fields of a request body into a new document without id.
 * Each field that does not fit adds one problem; NULL when there was any. */
USHER_API
UsherDocument *usher_schema_read (UsherSchema *self, UsherJson *json, UsherProblems *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSchema, usher_schema_unref)

G_END_DECLS
