/* usher-table.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-table.h"

struct _UsherTable
{
  guint n_columns;
  gboolean *are_numbers; /* (owned) */
  GPtrArray *cells;      /* (owned) (element-type utf8): row by row, the titles first */
};

UsherTable *
usher_table_new (const char *const *titles)
{
  UsherTable *self = g_new0 (UsherTable, 1);

  self->n_columns = g_strv_length ((char **) titles);
  self->are_numbers = g_new0 (gboolean, self->n_columns);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->n_columns; i++)
    {
      self->are_numbers[i] = *titles[i] == '#';
      g_ptr_array_add (self->cells, g_strdup (titles[i] + self->are_numbers[i]));
    }

  return self;
}

void
usher_table_free (UsherTable *self)
{
  g_ptr_array_unref (self->cells);
  g_free (self->are_numbers);
  g_free (self);
}

char *
usher_table_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      /* those of format turn the direction of a line */
      if (g_unichar_iscntrl (letter) || g_unichar_type (letter) == G_UNICODE_FORMAT)
        g_string_append_c (clean, ' ');
      else
        g_string_append_unichar (clean, letter);
    }

  return g_string_free (clean, FALSE);
}

void
usher_table_add (UsherTable *self, const char *text)
{
  g_ptr_array_add (self->cells, usher_table_clean (text != NULL ? text : ""));
}

void
usher_table_add_number (UsherTable *self, gint64 value)
{
  g_ptr_array_add (self->cells, g_strdup_printf ("%" G_GINT64_FORMAT, value));
}

guint
usher_table_get_n_rows (UsherTable *self)
{
  return self->cells->len / self->n_columns - 1;
}

static guint
get_width (UsherTable *self, guint column)
{
  glong width = 0;

  for (guint i = column; i < self->cells->len; i += self->n_columns)
    width = MAX (width, g_utf8_strlen (g_ptr_array_index (self->cells, i), -1));

  return (guint) width;
}

void
usher_table_print (UsherTable *self)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);

  if (usher_table_get_n_rows (self) == 0)
    return;

  for (guint i = 0; i < self->n_columns; i++)
    widths[i] = get_width (self, i);

  for (guint i = 0; i < self->cells->len; i++)
    {
      const char *text = g_ptr_array_index (self->cells, i);
      guint column = i % self->n_columns;
      gboolean is_last = column + 1 == self->n_columns;
      int fill = (int) widths[column] - (int) g_utf8_strlen (text, -1);

      if (self->are_numbers[column])
        g_print ("%*s%s%s", fill, "", text, is_last ? "" : "  ");
      else
        g_print ("%s%*s", text, is_last ? 0 : fill + 2, "");
      if (is_last)
        g_print ("\n");
    }
}
