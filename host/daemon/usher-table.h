/* usher-table.h: rows of text, aligned for a terminal
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UsherTable UsherTable;

/* @titles: of the columns; one that begins with “#” has numbers, to the right; NULL at the end */
UsherTable *usher_table_new (const char *const *titles);
void usher_table_free (UsherTable *self);
/* the next cell of the row, @text: (nullable): nothing; a row that is full is followed by the next */
void usher_table_add (UsherTable *self, const char *text);
void usher_table_add_number (UsherTable *self, gint64 value);
guint usher_table_get_n_rows (UsherTable *self);
/* to standard output; nothing when there is no row */
void usher_table_print (UsherTable *self);

/* (transfer full): one line that moves no cursor, whatever it was */
char *usher_table_clean (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTable, usher_table_free)

G_END_DECLS
