/* test-table.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-json.h"
#include "usher-table.h"

static const UsherColumn columns[] = {
  { "name", "NAME" },
  { "size", "SIZE", USHER_COLUMN_NUMBER },
  { "tags", "TAGS", USHER_COLUMN_LIST },
  { "reason", "REASON" },
};

typedef struct
{
  UsherTable *table; /* (owned) */
  GString *printed;  /* (owned) */
} Fixture;

/* what the one table that is tested prints */
static GString *printed;

static void
on_print (const char *text)
{
  g_string_append (printed, text);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->table = usher_table_new (columns, G_N_ELEMENTS (columns));
  fixture->printed = g_string_new (NULL);
  printed = fixture->printed;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_table_free (fixture->table);
  g_string_free (fixture->printed, TRUE);
}

static void
add_row (Fixture *fixture, const char *name, gint64 size, const char *reason)
{
  usher_table_add_text (fixture->table, name);
  usher_table_add_number (fixture->table, size);
  usher_table_add_list (fixture->table, (const char *const[]){ "a", "b", NULL });
  usher_table_add_text (fixture->table, reason);
}

static void
assert_text (Fixture *fixture, const char *expected)
{
  g_autofree char *text = usher_table_to_text (fixture->table);

  g_assert_cmpstr (text, ==, expected);
}

/* (transfer full): what is printed as JSON, which the strict reader takes */
static UsherJson *
print_json (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPrintFunc before = g_set_print_handler (on_print);
  UsherJson *json = NULL;

  g_string_truncate (printed, 0);
  usher_table_print_json (fixture->table);
  g_set_print_handler (before);
  g_assert_true (g_str_has_suffix (printed->str, "]}\n"));
  json = usher_json_parse (printed->str, -1, &error);
  g_assert_no_error (error);

  return json;
}

static void
test_columns (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Texts stand to the left, numbers to the right, no cell is empty, and no line "
                  "ends with spaces.");

  add_row (fixture, "first", 7, "a long reason");
  add_row (fixture, "2", 123456, "");
  add_row (fixture, NULL, -1, "x");
  assert_text (fixture,
               "NAME     SIZE  TAGS  REASON\n"
               "first       7  a b   a long reason\n"
               "2      123456  a b   -\n"
               "-          -1  a b   x\n");
}

static void
test_no_rows (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherJson) json = NULL;

  g_test_summary ("Without rows there is no title either, and JSON has an empty list.");

  assert_text (fixture, "");
  json = print_json (fixture);
  g_assert_cmpstr (printed->str, ==, "{\"items\":[]}\n");
}

static void
test_wide (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A letter that takes two cells counts two, one that takes none none.");

  add_row (fixture, "日本語", 1, "wide");
  add_row (fixture, "cafe\xcc\x81", 1, "a combining accent");
  add_row (fixture, "café", 1, "one letter");
  add_row (fixture, "a😀b", 1, "emoji");
  add_row (fixture, "ＡＢ", 1, "full width");
  add_row (fixture, "ﾊﾝ", 1, "half width");
  add_row (fixture, "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 1, "joined letters");
  assert_text (fixture,
               "NAME    SIZE  TAGS  REASON\n"
               "日本語     1  a b   wide\n"
               "cafe\xcc\x81       1  a b   a combining accent\n"
               "café       1  a b   one letter\n"
               "a😀b       1  a b   emoji\n"
               "ＡＢ       1  a b   full width\n"
               "ﾊﾝ         1  a b   half width\n"
               "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab         1  a b   joined letters\n");
}

static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  /* NOLINTBEGIN(misc-misleading-bidirectional): what turns a line is what this is about */
  static const struct
  {
    const char *text;
    const char *shown;
  } rows[] = {
    { "\033[2J\033]0;owned\007x", " [2J ]0;owned x" },
    { "a\nb\r\nc\td", "a b  c d" },
    { "\xc2\x9b"
      "31m",
      " 31m" },
    { "\x7f\x01\x1f", "" },
    { "abc\xe2\x80\xae"
      "cba\xe2\x81\xa6x",
      "abc cba x" },
    { "a\xe2\x80\x8b"
      "b\xef\xbb\xbf"
      "c",
      "a b c" },
    { "a\xe2\x80\xa8"
      "b\xe2\x80\xa9"
      "c",
      "a b c" },
    { "\xff\xc3(", "\xef\xbf\xbd\xef\xbf\xbd(" },
  };
  /* NOLINTEND(misc-misleading-bidirectional) */

  g_test_summary (
      "What would move the cursor or turn the line is a space; what is not UTF-8 is told.");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = g_strconcat ("NAME  SIZE  TAGS  REASON\n"
                                            "x        1  a b   ",
                                            rows[i].shown,
                                            NULL);
      g_autofree char *expected = g_strconcat (g_strchomp (shown), "\n", NULL);

      tear_down (fixture, NULL);
      set_up (fixture, NULL);
      add_row (fixture, "x", 1, rows[i].text);
      assert_text (fixture, expected);
    }
}

static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherJson) json = NULL;

  g_test_summary ("A column that is hidden is only in the JSON.");

  usher_table_hide_column (fixture->table, "name");
  add_row (fixture, "first", 7, "why");
  assert_text (fixture, "SIZE  TAGS  REASON\n   7  a b   why\n");
  json = print_json (fixture);
  g_assert_cmpstr (usher_json_get_string (json, "items.0.name"), ==, "first");
}

static void
test_json (Fixture *fixture, gconstpointer data)
{
  /* NOLINTNEXTLINE(misc-misleading-bidirectional): what turns a line is what this is about */
  static const char text[] = "a\x1f\xc2\x9b\033\xe2\x80\xae\"\\";

  g_autoptr (UsherJson) json = NULL;
  gint64 size = 0;

  g_test_summary ("JSON has the rows as they were, in ASCII where a terminal would obey.");

  add_row (fixture, text, G_MAXINT64, NULL);
  add_row (fixture, "not\xff", 0, "é");
  json = print_json (fixture);
  g_assert_cmpstr (usher_json_get_string (json, "items.0.name"), ==, text);
  g_assert_true (usher_json_get_integer (json, "items.0.size", &size));
  g_assert_cmpint (size, ==, G_MAXINT64);
  g_assert_cmpstr (usher_json_get_string (json, "items.0.tags.1"), ==, "b");
  g_assert_cmpint (usher_json_get_kind (json, "items.0.reason"), ==, USHER_JSON_NULL);
  g_assert_cmpstr (usher_json_get_string (json, "items.1.name"), ==, "not\xef\xbf\xbd");
  g_assert_cmpstr (usher_json_get_string (json, "items.1.reason"), ==, "é");

  for (const char *c = printed->str; *c != '\n'; c = g_utf8_next_char (c))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (c)));
}

static void
test_answers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) root = json_from_string (
      "{\"rows\":[{\"name\":\"a\",\"size\":1,\"tags\":[\"x\",\"y\"],\"reason\":\"r\"},"
      "{\"name\":7,\"size\":\"1\",\"tags\":[1],\"reason\":{\"a\":1}},"
      "{\"name\":null,\"size\":1.5,\"tags\":\"x\",\"reason\":[]},"
      "3,{}]}",
      NULL);

  g_test_summary ("Of an answer, what is not what a column is for is nothing.");

  usher_table_add_rows (fixture->table, json_node_get_object (root), "rows");
  usher_table_add_rows (fixture->table, json_node_get_object (root), "nothing");
  usher_table_add_rows (fixture->table, json_node_get_object (root), "rows.0");
  assert_text (fixture,
               "NAME  SIZE  TAGS  REASON\n"
               "a        1  x y   r\n"
               "-        -  -     -\n"
               "-        -  -     -\n"
               "-        -  -     -\n"
               "-        -  -     -\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/table/" path, Fixture, NULL, set_up, func, tear_down)
  add ("columns", test_columns);
  add ("no-rows", test_no_rows);
  add ("wide", test_wide);
  add ("hostile", test_hostile);
  add ("hidden", test_hidden);
  add ("json", test_json);
  add ("answers", test_answers);
#undef add

  return g_test_run ();
}
