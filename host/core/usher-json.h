/* usher-json.h: strict JSON, read once
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_JSON (usher_json_get_type ())

typedef struct _UsherJson UsherJson;

/**
 * UsherJsonType:
 * @USHER_JSON_MISSING: there is none
 * @USHER_JSON_NULL: `null`
 * @USHER_JSON_BOOLEAN: `true` or `false`
 * @USHER_JSON_NUMBER: a number
 * @USHER_JSON_STRING: a string
 * @USHER_JSON_ARRAY: an array
 * @USHER_JSON_OBJECT: an object
 *
 * What a JSON value is.
 */
typedef enum
{
  USHER_JSON_MISSING,
  USHER_JSON_NULL,
  USHER_JSON_BOOLEAN,
  USHER_JSON_NUMBER,
  USHER_JSON_STRING,
  USHER_JSON_ARRAY,
  USHER_JSON_OBJECT,
} UsherJsonType;

USHER_API
GType usher_json_get_type (void);
USHER_API
UsherJson *usher_json_parse (const char *text, gssize length, GError **error);
USHER_API
UsherJson *usher_json_ref (UsherJson *self);
USHER_API
void usher_json_unref (UsherJson *self);

USHER_API
UsherJsonType usher_json_get_kind (UsherJson *self, const char *path);
USHER_API
const char *usher_json_get_string (UsherJson *self, const char *path);
USHER_API
gboolean usher_json_get_integer (UsherJson *self, const char *path, gint64 *value);
USHER_API
gboolean usher_json_get_boolean (UsherJson *self, const char *path, gboolean *value);
USHER_API
gboolean usher_json_get_money (UsherJson *self, const char *path, gint64 *minor_units);
USHER_API
guint usher_json_get_length (UsherJson *self, const char *path);
USHER_API
char *usher_json_dup_text (UsherJson *self, const char *path);

USHER_API
void usher_json_append_string (GString *string, const char *value);
USHER_API
void usher_json_append_money (GString *string, gint64 minor_units);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherJson, usher_json_unref)

G_END_DECLS
