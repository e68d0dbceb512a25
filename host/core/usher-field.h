/* usher-field.h: one row of a schema
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

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

typedef struct
{
  const char *name;
  UsherFieldType type;
  UsherFieldFlags flags;
  gint64 min;
  gint64 max;
  const char *message;
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
UsherField *usher_field_copy (const UsherField *self);
USHER_API
void usher_field_free (UsherField *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherField, usher_field_free)

G_END_DECLS
