/* test-json.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-json.h"

/* texts with a length of their own, as some hold a NUL */
#define TEXT(text) text, sizeof text - 1

typedef struct
{
  const char *text;
  gsize length;
  const char *problem; /* NULL when @text is JSON */
} Row;

/* named and chosen after the rows of JSONTestSuite */
static const Row structures[] = {
  { TEXT ("{}"), NULL },
  { TEXT ("[]"), NULL },
  { TEXT (" [] "), NULL },
  { TEXT ("\t\n\r {\"a\" : [ 1 , 2 ] } \n"), NULL },
  { TEXT ("\"alone\""), NULL },
  { TEXT ("false"), NULL },
  { TEXT ("true"), NULL },
  { TEXT ("null"), NULL },
  { TEXT ("42"), NULL },
  { TEXT ("{\"a\":{\"a\":1},\"b\":{\"a\":1}}"), NULL },
  { TEXT ("{\"\":0}"), NULL },
  { TEXT (""), "a value is missing" },
  { TEXT (" "), "a value is missing" },
  { TEXT ("["), "a value is missing" },
  { TEXT ("{"), "a member needs a name" },
  { TEXT ("[1"), "a comma or ] is missing" },
  { TEXT ("[1,]"), "a value is missing" },
  { TEXT ("[,1]"), "a value is missing" },
  { TEXT ("[1,,2]"), "a value is missing" },
  { TEXT ("[1 2]"), "a comma or ] is missing" },
  { TEXT ("[1}"), "a comma or ] is missing" },
  { TEXT ("[]]"), "something follows" },
  { TEXT ("{}{}"), "something follows" },
  { TEXT ("{} // why"), "something follows" },
  { TEXT ("/* why */{}"), "a value is missing" },
  { TEXT ("{\"a\":1,}"), "a member needs a name" },
  { TEXT ("{\"a\":1"), "a comma or } is missing" },
  { TEXT ("{\"a\":1]"), "a comma or } is missing" },
  { TEXT ("{\"a\"}"), "a colon is missing" },
  { TEXT ("{\"a\" 1}"), "a colon is missing" },
  { TEXT ("{\"a\":}"), "a value is missing" },
  { TEXT ("{a:1}"), "a member needs a name" },
  { TEXT ("{'a':1}"), "a member needs a name" },
  { TEXT ("{1:1}"), "a member needs a name" },
  { TEXT ("{\"a\":1,\"a\":1}"), "a member is there twice" },
  { TEXT ("{\"a\":1,\"\\u0061\":2}"), "a member is there twice" },
  { TEXT ("[{\"b\":{\"a\":1,\"c\":[2],\"a\":1}}]"), "a member is there twice" },
  { TEXT ("tru"), "an unknown word" },
  { TEXT ("True"), "a value is missing" },
  { TEXT ("nul"), "an unknown word" },
  { TEXT ("truefalse"), "something follows" },
  { TEXT ("NaN"), "a value is missing" },
  { TEXT ("Infinity"), "a value is missing" },
  { TEXT ("\xef\xbb\xbf{}"), "a value is missing" },
  { TEXT ("[1]\0"), "not UTF-8" },
  { TEXT ("[\0]"), "not UTF-8" },
  { TEXT ("[\f]"), "a value is missing" },
  { TEXT ("[\xc2\xa0]"), "a value is missing" },
};

static const Row numbers[] = {
  { TEXT ("0"), NULL },
  { TEXT ("-0"), NULL },
  { TEXT ("0.1"), NULL },
  { TEXT ("-0.10"), NULL },
  { TEXT ("1e2"), NULL },
  { TEXT ("1E+2"), NULL },
  { TEXT ("1.5e-10"), NULL },
  { TEXT ("0e0"), NULL },
  { TEXT ("1e308"), NULL },
  { TEXT ("1e-400"), NULL },
  { TEXT ("123456789012345678901234567890"), NULL },
  { TEXT ("01"), "something follows" },
  { TEXT ("-01"), "something follows" },
  { TEXT ("00"), "something follows" },
  { TEXT ("0x10"), "something follows" },
  { TEXT ("+1"), "a value is missing" },
  { TEXT (".5"), "a value is missing" },
  { TEXT ("5."), "a digit is missing" },
  { TEXT ("-"), "a digit is missing" },
  { TEXT ("--1"), "a digit is missing" },
  { TEXT ("-.5"), "a digit is missing" },
  { TEXT ("1e"), "a digit is missing" },
  { TEXT ("1e+"), "a digit is missing" },
  { TEXT ("1e2.5"), "something follows" },
  { TEXT ("1_000"), "something follows" },
  { TEXT ("1e309"), "a number too large" },
  { TEXT ("-1e309"), "a number too large" },
  { TEXT ("[1e99999999999999]"), "a number too large" },
};

static const Row strings[] = {
  { TEXT ("\"\""), NULL },
  { TEXT ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), NULL },
  { TEXT ("\"\\u00e9\\u20AC\""), NULL },
  { TEXT ("\"\\ud83d\\ude00\""), NULL },
  { TEXT ("\"é€😀\""), NULL },
  { TEXT ("\"\x7f\""), NULL },
  { TEXT ("\"\\uffff\""), NULL },
  { TEXT ("\""), "a string without end" },
  { TEXT ("\"abc"), "a string without end" },
  { TEXT ("\"abc\\\""), "a string without end" },
  { TEXT ("\"abc\\"), "an unknown escape" },
  { TEXT ("'abc'"), "a value is missing" },
  { TEXT ("\"a\nb\""), "a control character" },
  { TEXT ("\"a\tb\""), "a control character" },
  { TEXT ("\"a\0b\""), "not UTF-8" },
  { TEXT ("\"\\u0000\""), "NUL in a string" },
  { TEXT ("\"\\a\""), "an unknown escape" },
  { TEXT ("\"\\x41\""), "an unknown escape" },
  { TEXT ("\"\\'\""), "an unknown escape" },
  { TEXT ("\"\\u12\""), "four hexadecimal digits" },
  { TEXT ("\"\\u123g\""), "four hexadecimal digits" },
  { TEXT ("\"\\u"), "four hexadecimal digits" },
  { TEXT ("\"\\ud800\""), "half of a surrogate pair" },
  { TEXT ("\"\\ud800\\n\""), "half of a surrogate pair" },
  { TEXT ("\"\\ud800\\ud800\""), "half of a surrogate pair" },
  { TEXT ("\"\\ud83d\\u"), "four hexadecimal digits" },
  { TEXT ("\"\\ude00\""), "half of a surrogate pair" },
  { TEXT ("\"\\ude00\\ud83d\""), "half of a surrogate pair" },
  { TEXT ("\"\xff\""), "not UTF-8" },
  { TEXT ("\"\xc0\x80\""), "not UTF-8" },
  { TEXT ("\"\xed\xa0\x80\""), "not UTF-8" },
  { TEXT ("\"\xf4\x90\x80\x80\""), "not UTF-8" },
  { TEXT ("\"\xc3"), "not UTF-8" },
};

static UsherJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  UsherJson *json = usher_json_parse (text, -1, &error);

  g_assert_no_error (error);

  return json;
}

/* Each text stands in memory of its own length, so that a sanitizer sees a read beyond it. */
static void
check_rows (const Row *rows, gsize n_rows)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autoptr (UsherJson) json = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = g_memdup2 (rows[i].text, rows[i].length);
      g_autofree char *shown = g_strescape (rows[i].text, NULL);

      g_test_message ("row %" G_GSIZE_FORMAT ": %s", i, shown);
      json = usher_json_parse (text != NULL ? text : "", (gssize) rows[i].length, &error);
      if (rows[i].problem == NULL)
        {
          g_assert_no_error (error);
          g_assert_nonnull (json);
          continue;
        }
      g_assert_null (json);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, rows[i].problem));
    }
}

static void
test_structures (void)
{
  g_test_summary ("Values nest and are separated as RFC 8259 says, and no member is there twice.");

  check_rows (structures, G_N_ELEMENTS (structures));
}

static void
test_numbers (void)
{
  g_test_summary ("Numbers are as RFC 8259 has them, and none is too large for a double.");

  check_rows (numbers, G_N_ELEMENTS (numbers));
}

static void
test_strings (void)
{
  g_test_summary (
      "Strings are UTF-8, escaped as RFC 8259 says, without NUL and half surrogate pairs.");

  check_rows (strings, G_N_ELEMENTS (strings));
}

static void
test_truncated (void)
{
  static const char text[] = "{\"a\":[1,-2.5e3,true,null,\"\\u00e9\\ud83d\\ude00é\"],\"b\":{}}";

  g_test_summary ("A text that was cut anywhere is refused, and not read beyond its end.");

  for (gsize length = 0; length < sizeof text - 1; length++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *part = g_memdup2 (text, MAX (length, 1));

      g_assert_null (usher_json_parse (part, (gssize) length, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

static void
test_depth (void)
{
  g_autoptr (UsherJson) deepest = NULL;
  g_autoptr (UsherJson) deeper = NULL;
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);

  g_test_summary ("Values nest 32 deep, not deeper.");

  for (guint i = 0; i < 16; i++)
    {
      g_string_append (text, "[{\"a\":");
    }
  g_string_append_c (text, '1');
  for (guint i = 0; i < 16; i++)
    g_string_append (text, "}]");
  deepest = parse (text->str);
  g_assert_cmpint (usher_json_get_kind (deepest, "0.a.0.a.0.a"), ==, USHER_JSON_ARRAY);

  g_string_prepend_c (text, '[');
  g_string_append_c (text, ']');
  deeper = usher_json_parse (text->str, -1, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "nested too deeply"));
  g_string_free (text, TRUE);
}

static void
test_long_number (void)
{
  g_autofree char *zeros = g_strnfill (400, '0');
  g_autofree char *large = g_strconcat ("1", zeros, NULL);
  g_autofree char *fine = g_strconcat ("0.", zeros, NULL);
  g_autoptr (UsherJson) json = parse (fine);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A number that overflows a double by its digits alone is refused.");

  g_assert_cmpint (usher_json_get_kind (json, ""), ==, USHER_JSON_NUMBER);
  g_assert_null (usher_json_parse (large, -1, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

static void
test_many_members (void)
{
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (UsherJson) twice = NULL;
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new ("{");
  gint64 value = 0;

  g_test_summary ("An object of a thousand members is read, and one of them twice is found.");

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "%s\"m%u\":%u", i > 0 ? "," : "", i, i);
  g_string_append_c (text, '}');
  json = parse (text->str);
  g_assert_cmpuint (usher_json_get_length (json, ""), ==, 1000);
  g_assert_true (usher_json_get_integer (json, "m999", &value));
  g_assert_cmpint (value, ==, 999);

  g_string_truncate (text, text->len - 1);
  g_string_append (text, ",\"m500\":1}");
  twice = usher_json_parse (text->str, -1, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "twice"));
  g_string_free (text, TRUE);
}

static void
test_offset (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("The error tells at which byte the text goes wrong.");

  g_assert_null (usher_json_parse ("{\"é\":x}", -1, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "at byte 6:"));
}

static void
test_paths (void)
{
  g_autoptr (UsherJson) json =
      parse ("{\"ticket\":{\"id\":\"a\",\"seats\":[1,[2,3],{\"row\":\"b\"}]},"
             "\"none\":null,\"yes\":true,\"n\":7}");

  g_test_summary ("A path finds members and elements, and nothing where there is none.");

  g_assert_cmpint (usher_json_get_kind (json, ""), ==, USHER_JSON_OBJECT);
  g_assert_cmpint (usher_json_get_kind (json, "none"), ==, USHER_JSON_NULL);
  g_assert_cmpint (usher_json_get_kind (json, "yes"), ==, USHER_JSON_BOOLEAN);
  g_assert_cmpint (usher_json_get_kind (json, "ticket.seats.1.1"), ==, USHER_JSON_NUMBER);
  g_assert_cmpstr (usher_json_get_string (json, "ticket.id"), ==, "a");
  g_assert_cmpstr (usher_json_get_string (json, "ticket.seats.2.row"), ==, "b");
  g_assert_cmpuint (usher_json_get_length (json, "ticket.seats"), ==, 3);
  g_assert_cmpuint (usher_json_get_length (json, "ticket"), ==, 2);
  g_assert_cmpuint (usher_json_get_length (json, "n"), ==, 0);

  g_assert_cmpint (usher_json_get_kind (json, "tick"), ==, USHER_JSON_MISSING);
  g_assert_cmpint (usher_json_get_kind (json, "tickets"), ==, USHER_JSON_MISSING);
  g_assert_cmpint (usher_json_get_kind (json, "ticket.seats.3"), ==, USHER_JSON_MISSING);
  g_assert_cmpint (usher_json_get_kind (json, "ticket.seats.-1"), ==, USHER_JSON_MISSING);
  g_assert_cmpint (usher_json_get_kind (json, "ticket.seats.x"), ==, USHER_JSON_MISSING);
  g_assert_cmpint (usher_json_get_kind (json, "n.x"), ==, USHER_JSON_MISSING);
  g_assert_null (usher_json_get_string (json, "n"));
  g_assert_null (usher_json_dup_text (json, "nothing"));
}

static void
test_decoded (void)
{
  g_autoptr (UsherJson) json =
      parse ("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u00e9\\u20AC\\ud83d\\ude00\"]");

  g_test_summary ("Escapes in a string are decoded, surrogate pairs too.");

  g_assert_cmpstr (usher_json_get_string (json, "0"), ==, "\"\\/\b\f\n\r\t");
  g_assert_cmpstr (usher_json_get_string (json, "1"), ==, "é€😀");
}

static void
test_raw_text (void)
{
  g_autoptr (UsherJson) json = parse (" {\"a\" : [ 1.50, \"\\u00e9\" ] , \"b\":1e2}");
  g_autofree char *array = usher_json_dup_text (json, "a");
  g_autofree char *number = usher_json_dup_text (json, "b");
  g_autofree char *string = usher_json_dup_text (json, "a.1");

  g_test_summary ("The text of a value is what was written, without the space around it.");

  g_assert_cmpstr (array, ==, "[ 1.50, \"\\u00e9\" ]");
  g_assert_cmpstr (number, ==, "1e2");
  g_assert_cmpstr (string, ==, "\"\\u00e9\"");
}

static void
test_integers (void)
{
  static const struct
  {
    const char *text;
    gboolean fits;
    gint64 value;
  } rows[] = {
    { "0", TRUE, 0 },
    { "-0", TRUE, 0 },
    { "-17", TRUE, -17 },
    { "9223372036854775807", TRUE, G_MAXINT64 },
    { "-9223372036854775808", TRUE, G_MININT64 },
    { "9007199254740993", TRUE, 9007199254740993 },
    { "9223372036854775808", FALSE, 0 },
    { "-9223372036854775809", FALSE, 0 },
    { "100000000000000000000000000000", FALSE, 0 },
    { "1.0", FALSE, 0 },
    { "1e2", FALSE, 0 },
    { "\"1\"", FALSE, 0 },
    { "true", FALSE, 0 },
    { "null", FALSE, 0 },
    { "[1]", FALSE, 0 },
  };

  g_test_summary ("An integer is exact over all 64 bits, and nothing else is one.");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherJson) json = parse (rows[i].text);
      gint64 value = 0;

      g_test_message ("%s", rows[i].text);
      g_assert_cmpint (usher_json_get_integer (json, "", &value), ==, rows[i].fits);
      g_assert_cmpint (value, ==, rows[i].value);
    }
}

static void
test_booleans (void)
{
  g_autoptr (UsherJson) json = parse ("[true,false,null,1,\"true\"]");
  gboolean value = FALSE;

  g_test_summary ("Only true and false are booleans.");

  g_assert_true (usher_json_get_boolean (json, "0", &value));
  g_assert_true (value);
  g_assert_true (usher_json_get_boolean (json, "1", &value));
  g_assert_false (value);
  g_assert_false (usher_json_get_boolean (json, "2", &value));
  g_assert_false (usher_json_get_boolean (json, "3", &value));
  g_assert_false (usher_json_get_boolean (json, "4", &value));
  g_assert_false (usher_json_get_boolean (json, "5", &value));
}

static void
test_money (void)
{
  static const struct
  {
    const char *text;
    gint64 value;
  } rows[] = {
    { "19.99", 1999 },
    { "\"19.99\"", 1999 },
    { "0.1", 10 },
    { "0.2", 20 },
    { "0.3", 30 },
    { "0.29", 29 },
    { "0.57", 57 },
    { "1.15", 115 },
    { "4.35", 435 },
    { "8.2", 820 },
    { "1001.10", 100110 },
    { "20", 2000 },
    { "\"20\"", 2000 },
    { "20.0", 2000 },
    { "0", 0 },
    { "-0", 0 },
    { "-0.01", -1 },
    { "\"-5\"", -500 },
    { "90071992547409.93", 9007199254740993 },
    { "92233720368547758.07", G_MAXINT64 },
    { "-92233720368547758.08", G_MININT64 },
  };

  g_test_summary ("An amount is exact in minor units, as a number and as a string.");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherJson) json = parse (rows[i].text);
      gint64 value = 0;

      g_test_message ("%s", rows[i].text);
      g_assert_true (usher_json_get_money (json, "", &value));
      g_assert_cmpint (value, ==, rows[i].value);
    }
}

static void
test_no_money (void)
{
  static const char *const rows[] = {
    "19.999",
    "0.30000000000000004",
    "19.990",
    "1e2",
    "\"1e2\"",
    "1E-2",
    "\"01\"",
    "\"-01\"",
    "\"00\"",
    "\"\"",
    "\" 5\"",
    "\"5 \"",
    "\"+5\"",
    "\"-\"",
    "\".5\"",
    "\"5.\"",
    "\"5,00\"",
    "\"1.2.3\"",
    "\"0x10\"",
    "\"five\"",
    "\"NaN\"",
    "\"١\"",
    "92233720368547758.08",
    "-92233720368547758.09",
    "92233720368547759",
    "184467440737095516.16",
    "1000000000000000000000000000000",
    "null",
    "true",
    "[5]",
    "{\"a\":5}",
  };

  g_test_summary ("What is no exact amount is refused, not rounded; exponents too.");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherJson) json = parse (rows[i]);
      gint64 value = 77;

      g_test_message ("%s", rows[i]);
      g_assert_false (usher_json_get_money (json, "", &value));
      g_assert_cmpint (value, ==, 77);
    }
}

static void
test_append_money (void)
{
  static const gint64 rows[] = { 0,   1,   -1,   10,   50,    99,         100,
                                 105, 110, 1999, 2000, -1999, G_MAXINT64, G_MININT64 };
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary (
      "An amount that is written is read back as the same, in the shortest decimal form.");

  usher_json_append_money (text, 1999);
  g_string_append_c (text, ' ');
  usher_json_append_money (text, 2000);
  g_string_append_c (text, ' ');
  usher_json_append_money (text, 50);
  g_string_append_c (text, ' ');
  usher_json_append_money (text, -5);
  g_assert_cmpstr (text->str, ==, "19.99 20 0.5 -0.05");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherJson) json = NULL;
      gint64 value = 77;

      g_string_truncate (text, 0);
      usher_json_append_money (text, rows[i]);
      json = parse (text->str);
      g_assert_true (usher_json_get_money (json, "", &value));
      g_assert_cmpint (value, ==, rows[i]);
    }
}

static void
test_append_string (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (UsherJson) json = NULL;
  char all[128] = { 0 };

  g_test_summary ("A string that is written is read back as the same, whatever it holds.");

  for (guint i = 1; i < 128; i++)
    all[i - 1] = (char) i;
  usher_json_append_string (text, "a\"\\\n\x01é😀");
  g_assert_cmpstr (text->str, ==, "\"a\\\"\\\\\\n\\u0001é😀\"");

  g_string_truncate (text, 0);
  usher_json_append_string (text, all);
  json = parse (text->str);
  g_assert_cmpstr (usher_json_get_string (json, ""), ==, all);
}

static void
test_independent (void)
{
  g_autofree char *text = g_strdup ("{\"a\":\"b\"}x");
  g_autoptr (UsherJson) json = usher_json_parse (text, 9, NULL);
  g_autofree char *copy = NULL;

  g_test_summary ("What was read does not need the text any more.");

  memset (text, 'x', strlen (text));
  copy = usher_json_dup_text (json, "");
  g_assert_cmpstr (copy, ==, "{\"a\":\"b\"}");
  g_assert_cmpstr (usher_json_get_string (json, "a"), ==, "b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/parse/structures", test_structures);
  g_test_add_func ("/json/parse/numbers", test_numbers);
  g_test_add_func ("/json/parse/strings", test_strings);
  g_test_add_func ("/json/parse/truncated", test_truncated);
  g_test_add_func ("/json/parse/depth", test_depth);
  g_test_add_func ("/json/parse/long-number", test_long_number);
  g_test_add_func ("/json/parse/many-members", test_many_members);
  g_test_add_func ("/json/parse/offset", test_offset);
  g_test_add_func ("/json/parse/independent", test_independent);
  g_test_add_func ("/json/get/paths", test_paths);
  g_test_add_func ("/json/get/decoded", test_decoded);
  g_test_add_func ("/json/get/raw-text", test_raw_text);
  g_test_add_func ("/json/get/integers", test_integers);
  g_test_add_func ("/json/get/booleans", test_booleans);
  g_test_add_func ("/json/get/money", test_money);
  g_test_add_func ("/json/get/no-money", test_no_money);
  g_test_add_func ("/json/append/money", test_append_money);
  g_test_add_func ("/json/append/string", test_append_string);

  return g_test_run ();
}
