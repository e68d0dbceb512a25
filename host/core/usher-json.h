/* usher-json.h: strict JSON, read once
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* An immutable, reference counted JSON text that was read strictly (RFC 8259: no duplicate keys,
 * nothing after the value, valid UTF-8, depth of at most 32, numbers that fit) with the places of
 * its values. Paths are member names and indexes joined by dots: "ticket.id", "items.0"; "" is
 * the root. A number keeps its text, so decimals are exact. */
#define USHER_TYPE_JSON (usher_json_get_type ())

typedef struct _UsherJson UsherJson;

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
/* the error is USHER_ERROR_INVALID and names the byte offset */
USHER_API
UsherJson *usher_json_parse (const char *text, gssize length, GError **error);
USHER_API
UsherJson *usher_json_ref (UsherJson *self);
USHER_API
void usher_json_unref (UsherJson *self);

USHER_API
UsherJsonType usher_json_get_kind (UsherJson *self, const char *path);
/* the decoded text of a string, NULL when it is missing or no string; lives as long as @self */
USHER_API
const char *usher_json_get_string (UsherJson *self, const char *path);
/* FALSE when missing or not an integer that fits */
USHER_API
gboolean usher_json_get_integer (UsherJson *self, const char *path, gint64 *value);
USHER_API
gboolean usher_json_get_boolean (UsherJson *self, const char *path, gboolean *value);
/* minor units of a number or numeric string with at most two decimals and no exponent; exact */
USHER_API
gboolean usher_json_get_money (UsherJson *self, const char *path, gint64 *minor_units);
/* how many elements or members */
USHER_API
guint usher_json_get_length (UsherJson *self, const char *path);
/* a copy of the text of the value, NULL when it is missing */
USHER_API
char *usher_json_dup_text (UsherJson *self, const char *path);

/* writing: append one value to @string */
USHER_API
void usher_json_append_string (GString *string, const char *value);
USHER_API
void usher_json_append_money (GString *string, gint64 minor_units);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherJson, usher_json_unref)

G_END_DECLS
