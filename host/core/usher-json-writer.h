/* usher-json-writer.h: a JSON text, written value by value
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_JSON_WRITER (usher_json_writer_get_type ())

typedef struct _UsherJsonWriter UsherJsonWriter;

USHER_API
GType usher_json_writer_get_type (void);
USHER_API
UsherJsonWriter *usher_json_writer_new (void);
USHER_API
UsherJsonWriter *usher_json_writer_ref (UsherJsonWriter *self);
USHER_API
void usher_json_writer_unref (UsherJsonWriter *self);

USHER_API
void usher_json_writer_begin_object (UsherJsonWriter *self);
USHER_API
void usher_json_writer_end_object (UsherJsonWriter *self);
USHER_API
void usher_json_writer_begin_array (UsherJsonWriter *self);
USHER_API
void usher_json_writer_end_array (UsherJsonWriter *self);
USHER_API
void usher_json_writer_add_member (UsherJsonWriter *self, const char *name);

USHER_API
void usher_json_writer_add_string (UsherJsonWriter *self, const char *value);
USHER_API
void usher_json_writer_add_integer (UsherJsonWriter *self, gint64 value);
USHER_API
void usher_json_writer_add_unsigned (UsherJsonWriter *self, guint64 value);
USHER_API
void usher_json_writer_add_double (UsherJsonWriter *self, double value);
USHER_API
void usher_json_writer_add_boolean (UsherJsonWriter *self, gboolean value);
USHER_API
void usher_json_writer_add_null (UsherJsonWriter *self);
USHER_API
void usher_json_writer_add_money (UsherJsonWriter *self, gint64 minor_units);
USHER_API
void usher_json_writer_add_text (UsherJsonWriter *self, const char *json_text);

USHER_API
void usher_json_writer_set_string (UsherJsonWriter *self, const char *name, const char *value);
USHER_API
void usher_json_writer_set_integer (UsherJsonWriter *self, const char *name, gint64 value);
USHER_API
void usher_json_writer_set_unsigned (UsherJsonWriter *self, const char *name, guint64 value);
USHER_API
void usher_json_writer_set_double (UsherJsonWriter *self, const char *name, double value);
USHER_API
void usher_json_writer_set_boolean (UsherJsonWriter *self, const char *name, gboolean value);
USHER_API
void usher_json_writer_set_null (UsherJsonWriter *self, const char *name);
USHER_API
void usher_json_writer_set_money (UsherJsonWriter *self, const char *name, gint64 minor_units);
USHER_API
void usher_json_writer_set_text (UsherJsonWriter *self, const char *name, const char *json_text);

USHER_API
char *usher_json_writer_end (UsherJsonWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherJsonWriter, usher_json_writer_unref)

G_END_DECLS
