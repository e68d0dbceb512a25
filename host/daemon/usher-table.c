/* usher-table.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-table.h"

#include "usher-answer.h"
#include "usher-terminal.h"

#define NOTHING "-"
#define GAP     2

/* What a command lists: the same rows for a terminal, aligned by its cells, and as JSON. */
struct _UsherTable
{
  const UsherColumn *columns; /* (unowned) */
  guint n_columns;
  gboolean *are_hidden; /* (owned): on the terminal */
  GPtrArray *cells;     /* (owned) (element-type JsonNode): row by row */
};

/**
 * usher_table_new:
 * @columns: the columns, which stay for the table's life
 * @n_columns: how many
 *
 * Returns: (transfer full): a table without rows
 */
UsherTable *
usher_table_new (const UsherColumn *columns, guint n_columns)
{
  UsherTable *self = g_new0 (UsherTable, 1);

  self->columns = columns;
  self->n_columns = n_columns;
  self->are_hidden = g_new0 (gboolean, n_columns);
  self->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  return self;
}

void
usher_table_free (UsherTable *self)
{
  g_ptr_array_unref (self->cells);
  g_free (self->are_hidden);
  g_free (self);
}

/**
 * usher_table_hide_column:
 * @self: a table
 * @name: of a column
 *
 * Leaves a column out on a terminal, where it would tell nothing. JSON has it all the same.
 */
void
usher_table_hide_column (UsherTable *self, const char *name)
{
  for (guint i = 0; i < self->n_columns; i++)
    if (g_str_equal (self->columns[i].name, name))
      self->are_hidden[i] = TRUE;
}

/* Takes ownership of @node. */
static void
add (UsherTable *self, JsonNode *node)
{
  g_ptr_array_add (self->cells, node);
}

/* (transfer full): a file's name need not be UTF-8, JSON must be */
static JsonNode *
make_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return json_node_init_string (json_node_alloc (), valid);
}

/**
 * usher_table_add_text:
 * @self: a table
 * @text: (nullable): a text; `NULL`: there is none
 */
void
usher_table_add_text (UsherTable *self, const char *text)
{
  add (self, text != NULL ? make_text (text) : json_node_init_null (json_node_alloc ()));
}

void
usher_table_add_number (UsherTable *self, gint64 value)
{
  add (self, json_node_init_int (json_node_alloc (), value));
}

/**
 * usher_table_add_list:
 * @self: a table
 * @texts: (nullable) (array zero-terminated=1): the texts
 */
void
usher_table_add_list (UsherTable *self, const char *const *texts)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_add_element (array, make_text (texts[i]));
  add (self, json_node_init_array (json_node_alloc (), array));
}

static gboolean
is_list_of_texts (JsonNode *node)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (json_node_get_value_type (json_array_get_element (array, i)) != G_TYPE_STRING)
      return FALSE;

  return array != NULL;
}

/**
 * usher_table_add_member:
 * @self: a table
 * @object: (nullable): a part of an answer
 * @path: where the value of the next cell stands in it
 *
 * Adds what an answer has, if it is what the column is for, and else nothing.
 */
void
usher_table_add_member (UsherTable *self, JsonObject *object, const char *path)
{
  const UsherColumn *column = &self->columns[self->cells->len % self->n_columns];
  JsonNode *node = usher_answer_find (object, path);
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;
  gboolean fits = FALSE;

  switch (column->kind)
    {
    case USHER_COLUMN_NUMBER:
      fits = type == G_TYPE_INT64;
      break;

    case USHER_COLUMN_LIST:
      fits = node != NULL && is_list_of_texts (node);
      break;

    case USHER_COLUMN_TEXT:
    default:
      fits = type == G_TYPE_STRING;
      break;
    }

  add (self, fits ? json_node_copy (node) : json_node_init_null (json_node_alloc ()));
}

/**
 * usher_table_add_rows:
 * @self: a table whose last row is full
 * @answer: (nullable): an answer
 * @path: where its array is
 *
 * Adds a row for each object of an array.
 */
void
usher_table_add_rows (UsherTable *self, JsonObject *answer, const char *path)
{
  for (guint i = 0; i < usher_answer_get_length (answer, path); i++)
    for (guint j = 0; j < self->n_columns; j++)
      usher_table_add_member (self,
                              usher_answer_get_item (answer, path, i),
                              self->columns[j].path != NULL ? self->columns[j].path
                                                            : self->columns[j].name);
}

guint
usher_table_get_n_rows (UsherTable *self)
{
  return self->n_columns > 0 ? self->cells->len / self->n_columns : 0;
}

/* (transfer full): the texts of a cell, in one */
static char *
join (JsonNode *node)
{
  g_autoptr (GString) list = NULL;
  JsonArray *array = NULL;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (JSON_NODE_HOLDS_VALUE (node))
    return usher_terminal_clean (json_node_get_string (node));

  list = g_string_new (NULL);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_string_append_printf (list,
                            "%s%s",
                            i > 0 ? " " : "",
                            json_array_get_string_element (array, i));

  return usher_terminal_clean (list->str);
}

/* (transfer full): a cell as it is shown; none is empty, so that what reads columns finds them */
static char *
show (JsonNode *node)
{
  g_autofree char *text = json_node_is_null (node) ? NULL : join (node);

  return g_strdup (text != NULL && *text != '\0' ? text : NOTHING);
}

static void
append_spaces (GString *text, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (text, ' ');
}

static void
append_cell (GString *text, const UsherColumn *column, guint width, const char *cell)
{
  guint fill = width - usher_terminal_get_width (cell);

  append_spaces (text, column->kind == USHER_COLUMN_NUMBER ? fill : 0);
  g_string_append (text, cell);
  append_spaces (text, (column->kind == USHER_COLUMN_NUMBER ? 0 : fill) + GAP);
}

static void
end_line (GString *text)
{
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
  g_string_append_c (text, '\n');
}

/* (transfer full) (element-type utf8): all that is shown, row by row, the titles first */
static GPtrArray *
show_all (UsherTable *self)
{
  GPtrArray *shown = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->n_columns; i++)
    g_ptr_array_add (shown, g_strdup (self->columns[i].title));
  for (guint i = 0; i < usher_table_get_n_rows (self) * self->n_columns; i++)
    g_ptr_array_add (shown, show (g_ptr_array_index (self->cells, i)));

  return shown;
}

/**
 * usher_table_to_text:
 * @self: a table
 *
 * Lays the rows out. A column is as wide as its widest text in cells of a terminal, and no line ends with spaces.
 *
 * Returns: (transfer full): the titles and the rows, a line each; nothing when there is no row
 */
char *
usher_table_to_text (UsherTable *self)
{
  g_autoptr (GPtrArray) shown = show_all (self);
  g_autofree guint *widths = g_new0 (guint, self->n_columns);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < shown->len; i++)
    widths[i % self->n_columns] =
        MAX (widths[i % self->n_columns], usher_terminal_get_width (g_ptr_array_index (shown, i)));

  for (guint i = 0; usher_table_get_n_rows (self) > 0 && i < shown->len; i++)
    {
      guint column = i % self->n_columns;

      if (!self->are_hidden[column])
        append_cell (text, &self->columns[column], widths[column], g_ptr_array_index (shown, i));
      if (column + 1 == self->n_columns)
        end_line (text);
    }

  return g_string_free (text, FALSE);
}

/**
 * usher_table_build:
 * @self: a table
 * @builder: what waits for a value
 *
 * Adds the rows as an array of objects.
 */
void
usher_table_build (UsherTable *self, JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < usher_table_get_n_rows (self); i++)
    {
      json_builder_begin_object (builder);
      for (guint j = 0; j < self->n_columns; j++)
        {
          JsonNode *cell = g_ptr_array_index (self->cells, i * self->n_columns + j);

          json_builder_set_member_name (builder, self->columns[j].name);
          json_builder_add_value (builder, json_node_copy (cell));
        }
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/**
 * usher_table_print:
 * @self: a table
 *
 * Prints the rows for people.
 */
void
usher_table_print (UsherTable *self)
{
  g_autofree char *text = usher_table_to_text (self);

  g_print ("%s", text);
}

/**
 * usher_table_print_json:
 * @self: a table
 *
 * Prints the rows as one JSON object with an array `items`.
 */
void
usher_table_print_json (UsherTable *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "items");
  usher_table_build (self, builder);
  json_builder_end_object (builder);
  usher_terminal_print_built (builder);
}
