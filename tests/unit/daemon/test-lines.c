/* test-lines.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-lines.h"

typedef struct
{
  GPtrArray *lines; /* (owned) (element-type utf8) */
  gboolean is_over;
} Fixture;

static void
on_line (const char *line, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (fixture->is_over);
  if (line == NULL)
    fixture->is_over = TRUE;
  else
    g_ptr_array_add (fixture->lines, g_strdup (line));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->lines = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->lines);
}

static void
read_all (Fixture *fixture, const char *text)
{
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (text, (gssize) strlen (text), NULL);

  usher_lines_read (stream, on_line, fixture);
  while (!fixture->is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_lines (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Each line comes without its end, empty ones and a last without end too");

  read_all (fixture, "one\n\nthree\nand the rest");

  g_assert_cmpuint (fixture->lines->len, ==, 4);
  g_assert_cmpstr (g_ptr_array_index (fixture->lines, 0), ==, "one");
  g_assert_cmpstr (g_ptr_array_index (fixture->lines, 1), ==, "");
  g_assert_cmpstr (g_ptr_array_index (fixture->lines, 2), ==, "three");
  g_assert_cmpstr (g_ptr_array_index (fixture->lines, 3), ==, "and the rest");
}

static void
test_endless (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize length = 0;

  g_test_summary ("What has no end comes in pieces, and none of it is lost");

  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (text, (char) ('a' + i % 26));
  g_string_append (text, "\nnext\n");
  read_all (fixture, text->str);

  for (guint i = 0; i + 1 < fixture->lines->len; i++)
    {
      const char *piece = g_ptr_array_index (fixture->lines, i);

      g_assert_cmpuint (strlen (piece), <=, 8192);
      g_assert_true (strncmp (text->str + length, piece, strlen (piece)) == 0);
      length += strlen (piece);
    }
  g_assert_cmpuint (length, ==, 1000000);
  g_assert_cmpstr (g_ptr_array_index (fixture->lines, fixture->lines->len - 1), ==, "next");
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who writes nothing has no line");

  read_all (fixture, "");

  g_assert_cmpuint (fixture->lines->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/lines/lines", Fixture, NULL, set_up, test_lines, tear_down);
  g_test_add ("/lines/endless", Fixture, NULL, set_up, test_endless, tear_down);
  g_test_add ("/lines/nothing", Fixture, NULL, set_up, test_nothing, tear_down);

  return g_test_run ();
}
