/* usher-schema.h: the fields of a collection, one table
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-field.h"
#include "usher-json.h"
#include "usher-macros.h"
#include "usher-problems.h"

G_BEGIN_DECLS

#define USHER_TYPE_SCHEMA (usher_schema_get_type ())

typedef struct _UsherSchema UsherSchema;
typedef struct _UsherDocument UsherDocument;

USHER_API
GType usher_schema_get_type (void);
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
USHER_API
guint usher_schema_get_level (UsherSchema *self);
USHER_API
void usher_schema_set_level (UsherSchema *self, guint level);
USHER_API
int usher_schema_find_field (UsherSchema *self, const char *name);
USHER_API
gboolean usher_schema_add_key (UsherSchema *self,
                               const char *const *fields,
                               const char *message,
                               GError **error);
USHER_API
guint usher_schema_get_n_keys (UsherSchema *self);
USHER_API
const char *const *usher_schema_get_key (UsherSchema *self, guint index);
USHER_API
char *usher_schema_dup_taken_message (UsherSchema *self, const char *const *fields);
USHER_API
UsherDocument *usher_schema_read (UsherSchema *self, UsherJson *json, UsherProblems *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSchema, usher_schema_unref)

G_END_DECLS
