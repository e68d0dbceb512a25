/* usher-field.h: one row of a schema
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherFieldType:
 * @USHER_FIELD_STRING: a string; its length is counted in characters
 * @USHER_FIELD_ID: 24 lower-case hexadecimal digits
 * @USHER_FIELD_INTEGER: a `gint64`
 * @USHER_FIELD_BOOLEAN: `TRUE` or `FALSE`
 * @USHER_FIELD_MONEY: a `gint64` of minor units in code, an exact decimal in the text
 * @USHER_FIELD_TIME: a `gint64` of microseconds in code, ISO 8601 in the text
 * @USHER_FIELD_JSON: any JSON value, as text
 *
 * What the value of a field is.
 */
typedef enum
{
  USHER_FIELD_STRING,
  USHER_FIELD_ID,
  USHER_FIELD_INTEGER,
  USHER_FIELD_BOOLEAN,
  USHER_FIELD_MONEY,
  USHER_FIELD_TIME,
  USHER_FIELD_JSON,
} UsherFieldType;

/**
 * UsherFieldFlags:
 * @USHER_FIELD_NONE: nothing besides keeping it
 * @USHER_FIELD_INPUT: it is read from a request
 * @USHER_FIELD_REQUIRED: with `USHER_FIELD_INPUT`: a problem when it is missing; and what is told has it always
 * @USHER_FIELD_TRIM: blanks around an input string are dropped first: all that Unicode calls white space, and zero-width
 *   characters
 * @USHER_FIELD_PRIVATE: it is stored apart, never in the document's text
 * @USHER_FIELD_INDEXED: documents can be asked for by it
 * @USHER_FIELD_UNIQUE: likewise, and no two documents that have it have the same
 * @USHER_FIELD_TEXT: an input string is a line that people read: it is trimmed, something of it is visible, and it has no control
 *   characters or line breaks
 * @USHER_FIELD_NULLABLE: in an answer `null` may be in the place of it or, of a name with dots, of the outermost member
 *
 * What is done with a field.
 */
typedef enum
{
  USHER_FIELD_NONE = 0,
  USHER_FIELD_INPUT = 1 << 0,
  USHER_FIELD_REQUIRED = 1 << 1,
  USHER_FIELD_TRIM = 1 << 2,
  USHER_FIELD_PRIVATE = 1 << 3,
  USHER_FIELD_INDEXED = 1 << 4,
  USHER_FIELD_UNIQUE = 1 << 5,
  USHER_FIELD_TEXT = 1 << 6,
  USHER_FIELD_NULLABLE = 1 << 7,
} UsherFieldFlags;

typedef struct
{
  const char *name;
  UsherFieldType type;
  UsherFieldFlags flags;
  gint64 min;
  gint64 max;
  const char *message;
  const char *max_message;
} UsherField;

#define USHER_TYPE_FIELD (usher_field_get_type ())

USHER_API
GType usher_field_get_type (void);
USHER_API
UsherField *usher_field_new (const char *name,
                             UsherFieldType type,
                             UsherFieldFlags flags,
                             gint64 min,
                             gint64 max,
                             const char *message);
USHER_API
void usher_field_set_max_message (UsherField *self, const char *message);
USHER_API
UsherField *usher_field_copy (const UsherField *self);
USHER_API
void usher_field_free (UsherField *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherField, usher_field_free)

G_END_DECLS
