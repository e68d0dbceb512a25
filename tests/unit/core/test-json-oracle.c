/* test-json-oracle.c: the strict reader and the writer, held against json-glib
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "usher-json-writer.h"
#include "usher-json.h"

#define N_GENERATED 2000
#define N_MUTATED   20000
#define MAX_DEPTH   5

/* What json-glib takes, in 1.6 at least, and the strict reader does not, by the reason that this one gives. */
static const struct
{
  const char *text;
  const char *reason;
} lenient[] = {
  { "{\"a\":1,\"a\":2}", "a member is there twice" },
  { "{\"a\":1,\"\\u0061\":2}", "a member is there twice" },
  { "[0x10]", "a comma or ] is missing" },
  { "[01]", "a comma or ] is missing" },
  { "[0777]", "a comma or ] is missing" },
  { "[.5]", "a value is missing" },
  { "[1.]", "a digit is missing" },
  { "['a']", "a value is missing" },
  { "{'a':1}", "a member needs a name in quotes" },
  { "/* why */[]", "a value is missing" },
  { "var a = {}", "a value is missing" },
  { "{}{}", "something follows the value" },
  { "[][", "something follows the value" },
  { "\xef\xbb\xbf{}", "a value is missing" },
  { "[\"a\nb\"]", "a control character" },
  { "[\"\x01\"]", "a control character" },
  { "[\"\\x\"]", "an unknown escape" },
  { "[\"\\u0000\"]", "NUL in a string" },
  { "[1e400]", "a number too large" },
  { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "nested too deeply" },
  { "", "a value is missing" },
  { " \n", "a value is missing" },
};

/* What both take. */
static const char *const corpus[] = {
  "{}",
  "[]",
  "null",
  "true",
  "false",
  "0",
  "\"\"",
  " [ 1 , 2 ]\r\n\t",
  "{\"\":0}",
  "{\"a\":{\"a\":[{}]},\"b\":[[],[[]]]}",
  "[0,-0,-1,9223372036854775807,-9223372036854775808,9007199254740993]",
  "[0.1,-0.10,1e2,1E+2,1.5e-10,0e0,1e308,1e-400,19.99,2.2250738585072014e-308,5e-324]",
  "[123456789012345678901234567890.5,1.7976931348623157e308]",
  /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text */
  "[\"\\\"\\\\\\/"
  "\\b\\f\\n\\r\\t\",\"\\u00e9\\u20AC\",\"\\ud83d\\ude00\",\"é€😀\",\"\x7f\",\"\\uffff\"]",
};

static void compare (UsherJson *json, const char *path, JsonNode *node);

/* (transfer full): both readings of @text. FALSE: it is not taken */
static gboolean
read_strictly (const char *text, UsherJson **json, char **reason)
{
  g_autoptr (GError) error = NULL;

  *json = usher_json_parse (text, -1, &error);
  *reason = error != NULL ? g_strdup (error->message) : NULL;

  return *json != NULL;
}

/* What is nothing but space is taken, as no value. */
static gboolean
read_leniently (const char *text, JsonNode **node)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (!json_parser_load_from_data (parser, text, -1, NULL))
    return FALSE;

  *node = json_parser_steal_root (parser);

  return TRUE;
}

static gboolean
is_whole (const char *number)
{
  return strpbrk (number, ".eE") == NULL;
}

/* json-glib has a number that does not fit as another one, the strict reader as none. */
static void
compare_number (UsherJson *json, const char *path, JsonNode *node)
{
  g_autofree char *text = usher_json_dup_text (json, path);
  gint64 value = 0;
  double ours = g_ascii_strtod (text, NULL);
  double theirs = json_node_get_double (node);

  g_assert_cmpint (usher_json_get_kind (json, path), ==, USHER_JSON_NUMBER);
  if (!is_whole (text))
    {
      g_assert_true (json_node_get_value_type (node) == G_TYPE_DOUBLE);
      g_assert_cmpmem (&ours, sizeof ours, &theirs, sizeof theirs);
      g_assert_false (usher_json_get_integer (json, path, &value));
      return;
    }

  g_assert_true (json_node_get_value_type (node) == G_TYPE_INT64);
  if (usher_json_get_integer (json, path, &value))
    g_assert_cmpint (value, ==, json_node_get_int (node));
  else
    g_assert_false (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, NULL, NULL));
}

static void
compare_value (UsherJson *json, const char *path, JsonNode *node)
{
  gboolean is_true = FALSE;

  if (json_node_get_value_type (node) == G_TYPE_STRING)
    g_assert_cmpstr (usher_json_get_string (json, path), ==, json_node_get_string (node));
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    {
      g_assert_true (usher_json_get_boolean (json, path, &is_true));
      g_assert_cmpint (is_true, ==, json_node_get_boolean (node));
    }
  else
    compare_number (json, path, node);
}

static void
compare_array (UsherJson *json, const char *path, JsonArray *array)
{
  g_assert_cmpint (usher_json_get_kind (json, path), ==, USHER_JSON_ARRAY);
  g_assert_cmpuint (usher_json_get_length (json, path), ==, json_array_get_length (array));
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *below = g_strdup_printf ("%s%s%u", path, *path != '\0' ? "." : "", i);

      compare (json, below, json_array_get_element (array, i));
    }
}

static void
compare_object (UsherJson *json, const char *path, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  g_assert_cmpint (usher_json_get_kind (json, path), ==, USHER_JSON_OBJECT);
  g_assert_cmpuint (usher_json_get_length (json, path), ==, json_object_get_size (object));
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autofree char *below = g_strdup_printf ("%s%s%s", path, *path != '\0' ? "." : "", name);

      /* no path leads to these */
      if (*name != '\0' && strchr (name, '.') == NULL)
        compare (json, below, node);
    }
}

/* Both have the same there. */
static void
compare (UsherJson *json, const char *path, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      compare_object (json, path, json_node_get_object (node));
      break;

    case JSON_NODE_ARRAY:
      compare_array (json, path, json_node_get_array (node));
      break;

    case JSON_NODE_VALUE:
      compare_value (json, path, node);
      break;

    case JSON_NODE_NULL:
    default:
      g_assert_cmpint (usher_json_get_kind (json, path), ==, USHER_JSON_NULL);
      break;
    }
}

/* What the strict reader takes json-glib takes as the same; FALSE: it does not take it. */
static gboolean
check (const char *text)
{
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *reason = NULL;

  if (!read_strictly (text, &json, &reason))
    return FALSE;

  g_assert_true (read_leniently (text, &node));
  g_assert_nonnull (node);
  compare (json, "", node);

  return TRUE;
}

static void
test_corpus (void)
{
  g_test_summary ("What RFC 8259 allows both readers take, with the same values.");

  for (gsize i = 0; i < G_N_ELEMENTS (corpus); i++)
    {
      g_test_message ("%s", corpus[i]);
      g_assert_true (check (corpus[i]));
    }
}

static void
test_lenient (void)
{
  g_test_summary ("What json-glib takes besides is refused for a reason.");

  for (gsize i = 0; i < G_N_ELEMENTS (lenient); i++)
    {
      g_autoptr (UsherJson) json = NULL;
      g_autoptr (JsonNode) node = NULL;
      g_autofree char *reason = NULL;

      g_test_message ("%s: json-glib %s it",
                      lenient[i].text,
                      read_leniently (lenient[i].text, &node) ? "takes" : "refuses");
      g_assert_false (read_strictly (lenient[i].text, &json, &reason));
      g_assert_nonnull (reason);
      g_assert_nonnull (strstr (reason, lenient[i].reason));
    }
}

static void
test_overflow (void)
{
  static const char *const numbers[] = { "9223372036854775808",
                                         "-9223372036854775809",
                                         "99999999999999999999",
                                         "1000000000000000000000000000000" };

  g_test_summary ("A whole number beyond 64 bits is no integer, and keeps its digits.");

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (UsherJson) json = NULL;
      g_autoptr (JsonNode) node = NULL;
      g_autofree char *reason = NULL;
      g_autofree char *ours = NULL;
      gint64 value = 0;

      g_assert_true (read_strictly (numbers[i], &json, &reason));
      g_assert_false (usher_json_get_integer (json, "", &value));
      ours = usher_json_dup_text (json, "");
      g_assert_cmpstr (ours, ==, numbers[i]);
      if (read_leniently (numbers[i], &node))
        g_test_message ("json-glib makes %" G_GINT64_FORMAT " of %s",
                        json_node_get_int (node),
                        numbers[i]);
    }
}

static void
append_random_text (GString *text)
{
  static const char *const parts[] = { "a",
                                       "0",
                                       "\\n",
                                       "\\\"",
                                       "\\\\",
                                       "\\/",
                                       "é",
                                       "€",
                                       "😀",
                                       "\\u00e9",
                                       "\\ud83d\\ude00",
                                       "\\u0001",
                                       "\x7f",
                                       "\\u2028",
                                       "\xe2\x80\xa8",
                                       "{[,:]}" };

  g_string_append_c (text, '"');
  for (int n = g_test_rand_int_range (0, 6); n > 0; n--)
    g_string_append (text, parts[g_test_rand_int_range (0, G_N_ELEMENTS (parts))]);
  g_string_append_c (text, '"');
}

static void
append_random_scalar (GString *text)
{
  static const char *const words[] = { "null", "true", "false" };
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  switch (g_test_rand_int_range (0, 5))
    {
    case 0:
      g_string_append (text, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
      break;

    case 1:
      g_string_append_printf (text,
                              "%" G_GINT64_FORMAT,
                              (gint64) ((guint64) g_test_rand_int () << 32 |
                                        (guint32) g_test_rand_int ()));
      break;

    case 2:
      g_ascii_formatd (number, sizeof number, "%.9e", g_test_rand_double_range (-1e6, 1e6));
      g_string_append (text, number);
      break;

    case 3:
      g_string_append_printf (text,
                              "%d.%02d",
                              g_test_rand_int_range (-999, 999),
                              g_test_rand_int_range (0, 100));
      break;

    default:
      append_random_text (text);
      break;
    }
}

static void
append_space (GString *text)
{
  static const char *const spaces[] = { "", "", "", "", " ", "\n", "\t", "\r\n  " };

  g_string_append (text, spaces[g_test_rand_int_range (0, G_N_ELEMENTS (spaces))]);
}

static void
append_random_value (GString *text, int depth)
{
  int kind = g_test_rand_int_range (0, depth < MAX_DEPTH ? 4 : 2);
  int n = g_test_rand_int_range (0, 5);

  append_space (text);
  if (kind < 2)
    append_random_scalar (text);
  else
    g_string_append_c (text, kind == 2 ? '[' : '{');
  for (int i = 0; kind >= 2 && i < n; i++)
    {
      g_string_append (text, i > 0 ? "," : "");
      append_space (text);
      if (kind == 3)
        g_string_append_printf (text, "\"m%d\":", i);
      append_random_value (text, depth + 1);
    }
  if (kind >= 2)
    g_string_append_c (text, kind == 2 ? ']' : '}');
  append_space (text);
}

static void
test_generated (void)
{
  g_test_summary ("Whatever JSON is made by chance both readers take, with the same values.");

  for (int i = 0; i < N_GENERATED; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      append_random_value (text, 0);
      if (!check (text->str))
        g_error ("refused: %s", text->str);
    }
}

/* One to three bytes are changed, put in or taken out. */
static void
mutate (GString *text)
{
  static const char bytes[] = "{}[]:,\"'\\/*0123456789.eE+-xunltrfas \n\x01\xc3\xa9\xff";

  for (int n = g_test_rand_int_range (1, 4); n > 0; n--)
    {
      gssize at = g_test_rand_int_range (0, (int) text->len + 1);
      char byte = bytes[g_test_rand_int_range (0, sizeof bytes - 1)];
      int kind = g_test_rand_int_range (0, 3);

      if (kind == 0)
        g_string_insert_c (text, at, byte);
      else if (at < (gssize) text->len && kind == 1)
        text->str[at] = byte;
      else if (at < (gssize) text->len)
        g_string_erase (text, at, 1);
    }
}

static void
test_mutated (void)
{
  guint n_taken = 0;
  guint n_lenient = 0;

  g_test_summary (
      "Of JSON that was damaged, what the strict reader takes json-glib takes as the same.");

  for (int i = 0; i < N_MUTATED; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (JsonNode) node = NULL;

      if (i % 2 == 0)
        append_random_value (text, MAX_DEPTH - 2);
      else
        g_string_assign (text, corpus[g_test_rand_int_range (0, G_N_ELEMENTS (corpus))]);
      mutate (text);
      if (check (text->str))
        n_taken++;
      else if (read_leniently (text->str, &node))
        n_lenient++;
    }

  g_test_message ("%u taken, %u by json-glib only", n_taken, n_lenient);
  g_assert_cmpuint (n_taken, >, N_MUTATED / 100);
  g_assert_cmpuint (n_taken, <, N_MUTATED);
}

static void
fill_random_text (char *text, gsize size)
{
  for (gsize i = 0; i + 1 < size; i++)
    text[i] = (char) g_test_rand_int_range (1, 0x80);
  text[size - 1] = '\0';
}

static void
write_random_scalar (UsherJsonWriter *writer, JsonNode *node)
{
  gint64 integer = (gint64) ((guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ());
  gint64 minor_units = (gint64) g_test_rand_int_range (-1000000, 1000000) * 100 + 25;
  double number = g_test_rand_double_range (-1, 1);
  char text[8];

  fill_random_text (text, sizeof text);
  switch (g_test_rand_int_range (0, 6))
    {
    case 0:
      usher_json_writer_add_null (writer);
      json_node_init_null (node);
      break;

    case 1:
      usher_json_writer_add_boolean (writer, number > 0);
      json_node_init_boolean (node, number > 0);
      break;

    case 2:
      usher_json_writer_add_integer (writer, integer);
      json_node_init_int (node, integer);
      break;

    case 3:
      usher_json_writer_add_double (writer, number);
      json_node_init_double (node, number);
      break;

    case 4:
      usher_json_writer_add_money (writer, minor_units);
      json_node_init_double (node, (double) minor_units / 100);
      break;

    default:
      usher_json_writer_add_string (writer, text);
      json_node_init_string (node, text);
      break;
    }
}

/* (transfer full): the value that is written */
static JsonNode *
write_random_value (UsherJsonWriter *writer, int depth)
{
  int kind = g_test_rand_int_range (0, depth < MAX_DEPTH ? 4 : 2);
  int n = g_test_rand_int_range (0, 5);
  JsonNode *node = json_node_alloc ();
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (JsonObject) object = json_object_new ();
  char name[8];

  if (kind < 2)
    write_random_scalar (writer, node);
  else if (kind == 2)
    {
      usher_json_writer_begin_array (writer);
      for (int i = 0; i < n; i++)
        json_array_add_element (array, write_random_value (writer, depth + 1));
      usher_json_writer_end_array (writer);
      json_node_init_array (node, array);
    }
  else
    {
      usher_json_writer_begin_object (writer);
      for (int i = 0; i < n; i++)
        {
          fill_random_text (name, sizeof name);
          name[0] = (char) ('a' + i);
          usher_json_writer_add_member (writer, name);
          json_object_set_member (object, name, write_random_value (writer, depth + 1));
        }
      usher_json_writer_end_object (writer);
      json_node_init_object (node, object);
    }

  return node;
}

static void
test_written (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("What the writer writes both readers read as what was written.");

  for (int i = 0; i < N_GENERATED; i++)
    {
      g_autoptr (JsonNode) written = write_random_value (writer, 0);
      g_autofree char *text = usher_json_writer_end (writer);
      g_autoptr (JsonNode) read = NULL;

      g_assert_true (read_leniently (text, &read));
      if (!json_node_equal (written, read) || !check (text))
        g_error ("not what was written: %s", text);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-oracle/corpus", test_corpus);
  g_test_add_func ("/json-oracle/lenient", test_lenient);
  g_test_add_func ("/json-oracle/overflow", test_overflow);
  g_test_add_func ("/json-oracle/generated", test_generated);
  g_test_add_func ("/json-oracle/mutated", test_mutated);
  g_test_add_func ("/json-oracle/written", test_written);

  return g_test_run ();
}
