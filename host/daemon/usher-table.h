/* usher-table.h: rows that a command lists, for a terminal or as JSON
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  USHER_COLUMN_TEXT,
  USHER_COLUMN_NUMBER, /* stands to the right */
  USHER_COLUMN_LIST,   /* of texts */
} UsherColumnKind;

typedef struct
{
  const char *name; /* as the JSON has it */
  const char *title;
  UsherColumnKind kind;
  const char *path; /* (nullable): in an answer; NULL: the name */
} UsherColumn;

typedef struct _UsherTable UsherTable;

UsherTable *usher_table_new (const UsherColumn *columns, guint n_columns);
void usher_table_free (UsherTable *self);
void usher_table_hide_column (UsherTable *self, const char *name);

/* the next cell of the row; a row that is full is followed by the next */
void usher_table_add_text (UsherTable *self, const char *text);
void usher_table_add_number (UsherTable *self, gint64 value);
void usher_table_add_list (UsherTable *self, const char *const *texts);
void usher_table_add_member (UsherTable *self, JsonObject *object, const char *path);
void usher_table_add_rows (UsherTable *self, JsonObject *answer, const char *path);

guint usher_table_get_n_rows (UsherTable *self);
char *usher_table_to_text (UsherTable *self);
void usher_table_build (UsherTable *self, JsonBuilder *builder);
void usher_table_print (UsherTable *self);
void usher_table_print_json (UsherTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTable, usher_table_free)

G_END_DECLS
