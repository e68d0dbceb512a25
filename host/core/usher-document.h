/* usher-document.h: one document of a collection
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"
#include "usher-schema.h"

G_BEGIN_DECLS

#define USHER_TYPE_DOCUMENT (usher_document_get_type ())

USHER_API
GType usher_document_get_type (void);
USHER_API
UsherDocument *usher_document_new (UsherSchema *schema);
USHER_API
UsherDocument *usher_document_new_from_text (UsherSchema *schema,
                                             const char *id,
                                             gint64 version,
                                             const char *text,
                                             gssize length,
                                             const char *private_text);
USHER_API
UsherDocument *usher_document_ref (UsherDocument *self);
USHER_API
void usher_document_unref (UsherDocument *self);

USHER_API
UsherSchema *usher_document_get_schema (UsherDocument *self);
USHER_API
const char *usher_document_get_id (UsherDocument *self);
USHER_API
gint64 usher_document_get_version (UsherDocument *self);
USHER_API
guint usher_document_get_level (UsherDocument *self);
USHER_API
void usher_document_set_level (UsherDocument *self, guint level);
USHER_API
const char *usher_document_get_text (UsherDocument *self, gsize *length);
USHER_API
char *usher_document_dup_private_text (UsherDocument *self);

USHER_API
gboolean usher_document_has (UsherDocument *self, const char *field);
USHER_API
const char *usher_document_get_string (UsherDocument *self, const char *field);
USHER_API
gboolean usher_document_has_string (UsherDocument *self, const char *field, const char *value);
USHER_API
gint64 usher_document_get_integer (UsherDocument *self, const char *field);
USHER_API
gboolean usher_document_get_boolean (UsherDocument *self, const char *field);

USHER_API
void usher_document_set_id (UsherDocument *self, const char *id);
USHER_API
void usher_document_set_version (UsherDocument *self, gint64 version);
USHER_API
void usher_document_set_string (UsherDocument *self, const char *field, const char *value);
USHER_API
void usher_document_set_integer (UsherDocument *self, const char *field, gint64 value);
USHER_API
void usher_document_set_boolean (UsherDocument *self, const char *field, gboolean value);
USHER_API
void usher_document_set_flag (UsherDocument *self, const char *field, gboolean is_set);
USHER_API
void usher_document_unset (UsherDocument *self, const char *field);
USHER_API
void usher_document_merge (UsherDocument *self, UsherDocument *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDocument, usher_document_unref)

G_END_DECLS
