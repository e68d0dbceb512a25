/* test-json-writer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "usher-json-writer.h"
#include "usher-json.h"

/* Ends the text, which both the strict reader and the test find right. */
static void
assert_text (UsherJsonWriter *writer, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = usher_json_writer_end (writer);
  g_autoptr (UsherJson) json = usher_json_parse (text, -1, &error);

  g_assert_cmpstr (text, ==, expected);
  g_assert_no_error (error);
  g_assert_nonnull (json);
}

static void
expect_critical (const char *pattern)
{
  g_test_expect_message ("usher-core", G_LOG_LEVEL_CRITICAL, pattern);
}

static void
test_containers (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("Commas stand between values, on each level by itself.");

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "a", "b");
  usher_json_writer_set_integer (writer, "c", 1);
  usher_json_writer_end_object (writer);
  usher_json_writer_begin_array (writer);
  usher_json_writer_add_integer (writer, 1);
  usher_json_writer_add_integer (writer, 2);
  usher_json_writer_end_array (writer);
  usher_json_writer_add_null (writer);
  usher_json_writer_end_array (writer);
  usher_json_writer_set_boolean (writer, "more", FALSE);
  usher_json_writer_end_object (writer);
  assert_text (writer, "{\"items\":[{\"a\":\"b\",\"c\":1},[1,2],null],\"more\":false}");
}

static void
test_empty (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("Empty containers stand alone and beside others.");

  usher_json_writer_begin_object (writer);
  usher_json_writer_end_object (writer);
  assert_text (writer, "{}");

  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_array (writer);
  usher_json_writer_end_array (writer);
  usher_json_writer_begin_object (writer);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_array (writer);
  assert_text (writer, "[[],{}]");
}

static void
test_values (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("Each kind of value is a member, and numbers keep all their digits.");

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "s", "é");
  usher_json_writer_set_string (writer, "none", NULL);
  usher_json_writer_set_integer (writer, "min", G_MININT64);
  usher_json_writer_set_integer (writer, "max", G_MAXINT64);
  usher_json_writer_set_unsigned (writer, "u", G_MAXUINT64);
  usher_json_writer_set_unsigned (writer, "zero", 0);
  usher_json_writer_set_boolean (writer, "yes", 17);
  usher_json_writer_set_null (writer, "null");
  usher_json_writer_set_money (writer, "money", -1999);
  usher_json_writer_set_double (writer, "d", 2.5);
  usher_json_writer_set_text (writer, "t", "[1.50]");
  usher_json_writer_end_object (writer);
  assert_text (writer,
               "{\"s\":\"é\",\"none\":null,\"min\":-9223372036854775808,"
               "\"max\":9223372036854775807,\"u\":18446744073709551615,\"zero\":0,\"yes\":true,"
               "\"null\":null,\"money\":-19.99,\"d\":2.5,\"t\":[1.50]}");
}

static void
test_money (void)
{
  static const struct
  {
    gint64 minor_units;
    const char *text;
  } rows[] = {
    { 0, "0" },
    { 1, "0.01" },
    { 50, "0.5" },
    { 1999, "19.99" },
    { 2000, "20" },
    { -5, "-0.05" },
    { G_MAXINT64, "92233720368547758.07" },
    { G_MININT64, "-92233720368547758.08" },
  };
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("Amounts are exact decimals.");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      usher_json_writer_add_money (writer, rows[i].minor_units);
      assert_text (writer, rows[i].text);
    }
}

static void
test_doubles (void)
{
  static const double values[] = { 0,       -0.0,        0.1,  1e300,         5e-324,
                                   1.0 / 3, -123456.789, 1e21, 1.79769313e308 };
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("A double is read back as it was; what is not finite is null.");

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = NULL;
      double read = 0;

      usher_json_writer_add_double (writer, values[i]);
      text = usher_json_writer_end (writer);
      g_test_message ("%s", text);
      read = g_ascii_strtod (text, NULL);
      g_assert_cmpmem (&read, sizeof read, &values[i], sizeof read);
    }

  usher_json_writer_add_double (writer, 0.1);
  assert_text (writer, "0.1");
  usher_json_writer_add_double (writer, NAN);
  assert_text (writer, "null");
  usher_json_writer_add_double (writer, -INFINITY);
  assert_text (writer, "null");
}

static void
test_escapes (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *text = NULL;
  g_autoptr (UsherJson) json = NULL;
  char controls[0x20];

  g_test_summary ("Quotes, backslashes and control characters are escaped, in names too.");

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "\"\n", "a\"b\\c/\x01\x1f\x7f");
  usher_json_writer_end_object (writer);
  assert_text (writer, "{\"\\\"\\n\":\"a\\\"b\\\\c/\\u0001\\u001f\x7f\"}");

  for (int i = 0; i < 0x1f; i++)
    controls[i] = (char) (i + 1);
  controls[0x1f] = '\0';
  usher_json_writer_add_string (writer, controls);
  text = usher_json_writer_end (writer);
  json = usher_json_parse (text, -1, NULL);
  g_assert_cmpstr (usher_json_get_string (json, ""), ==, controls);
}

static void
test_not_utf8 (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("What is not UTF-8 is made so.");

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "n\xff", "a\xc3(\xed\xa0\x80z\xf0\x9f");
  usher_json_writer_end_object (writer);
  assert_text (writer,
               "{\"n\xef\xbf\xbd\":\"a\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz"
               "\xef\xbf\xbd\xef\xbf\xbd\"}");
}

static void
test_misused_objects (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("What is no member of an object is a critical, and what is written is JSON.");

  usher_json_writer_begin_object (writer);
  expect_critical ("*has no name*");
  usher_json_writer_add_integer (writer, 1);
  expect_critical ("*before “b” has no value*");
  usher_json_writer_add_member (writer, "a");
  usher_json_writer_add_member (writer, "b");
  expect_critical ("*a name and no value*");
  usher_json_writer_end_object (writer);
  g_test_assert_expected_messages ();
  assert_text (writer, "{\"a\":null,\"b\":null}");
}

static void
test_misused_arrays (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("A name or a wrong end in an array, or a value beside the first, is a critical.");

  expect_critical ("*“a” is in no object*");
  usher_json_writer_add_member (writer, "a");
  expect_critical ("*“]” would end was not begun*");
  usher_json_writer_end_array (writer);
  usher_json_writer_begin_array (writer);
  expect_critical ("*“a” is in no object*");
  usher_json_writer_set_integer (writer, "a", 1);
  expect_critical ("*“}” would end was not begun*");
  usher_json_writer_end_object (writer);
  usher_json_writer_end_array (writer);
  expect_critical ("*second JSON value*");
  usher_json_writer_add_integer (writer, 2);
  g_test_assert_expected_messages ();
  assert_text (writer, "[1]");
}

static void
test_left_out (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary ("A container that cannot stand is left out as a whole.");

  usher_json_writer_begin_object (writer);
  expect_critical ("*has no name*");
  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_integer (writer, "a", 1);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_array (writer);
  g_test_assert_expected_messages ();
  usher_json_writer_set_integer (writer, "b", 2);
  usher_json_writer_end_object (writer);
  assert_text (writer, "{\"b\":2}");
}

static void
test_deep (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *text = NULL;

  g_test_summary ("64 levels fit; the 65th is a critical and is left out.");

  for (int i = 0; i < 64; i++)
    usher_json_writer_begin_array (writer);
  expect_critical ("*more than 64 levels*");
  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_array (writer);
  g_test_assert_expected_messages ();
  for (int i = 0; i < 66; i++)
    usher_json_writer_end_array (writer);

  text = usher_json_writer_end (writer);
  g_assert_cmpuint (strlen (text), ==, 128);
}

static void
test_unfinished (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  g_test_summary (
      "A text that is taken too soon is a critical and is ended; the writer goes on as new.");

  expect_critical ("*before it began*");
  assert_text (writer, "null");

  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_integer (writer, "a", 1);
  expect_critical ("*in the middle, 2 levels deep*");
  assert_text (writer, "[{\"a\":1}]");
  g_test_assert_expected_messages ();

  usher_json_writer_add_boolean (writer, TRUE);
  assert_text (writer, "true");
}

static void
test_shared (void)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autoptr (UsherJsonWriter) same = g_boxed_copy (USHER_TYPE_JSON_WRITER, writer);

  g_test_summary ("A boxed copy is the same writer.");

  usher_json_writer_begin_array (writer);
  usher_json_writer_end_array (same);
  assert_text (writer, "[]");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-writer/containers", test_containers);
  g_test_add_func ("/json-writer/empty", test_empty);
  g_test_add_func ("/json-writer/values", test_values);
  g_test_add_func ("/json-writer/money", test_money);
  g_test_add_func ("/json-writer/doubles", test_doubles);
  g_test_add_func ("/json-writer/escapes", test_escapes);
  g_test_add_func ("/json-writer/not-utf8", test_not_utf8);
  g_test_add_func ("/json-writer/misused/objects", test_misused_objects);
  g_test_add_func ("/json-writer/misused/arrays", test_misused_arrays);
  g_test_add_func ("/json-writer/left-out", test_left_out);
  g_test_add_func ("/json-writer/deep", test_deep);
  g_test_add_func ("/json-writer/unfinished", test_unfinished);
  g_test_add_func ("/json-writer/shared", test_shared);

  return g_test_run ();
}
