/* test-answer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-answer.h"
#include "usher-error.h"

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonObject *answer = usher_answer_parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (answer);

  return answer;
}

static void
assert_refused (const char *text, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = usher_answer_parse (text, &error);
  g_autofree char *shown = g_strescape (text, NULL);

  g_test_message ("%.40s: %s", shown, error != NULL ? error->message : "taken");
  g_assert_null (answer);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

static void
test_values (void)
{
  g_autoptr (JsonObject) answer = parse (
      "{\"a\":{\"b\":{\"c\":\"deep\"},\"n\":-9223372036854775808},\"yes\":true,\"no\":false,"
      "\"items\":[{\"x\":1},{\"x\":2}],\"max\":9223372036854775807,\"d\":1.5e3,\"s\":\"1e999 "
      "99999999999999999999 \\\" 99999999999999999999\"}");
  gint64 value = 0;

  g_test_summary ("Values are found by the names on the way, and numbers are exact.");

  g_assert_cmpstr (usher_answer_get_text (answer, "a.b.c"), ==, "deep");
  g_assert_true (usher_answer_get_integer (answer, "a.n", &value));
  g_assert_cmpint (value, ==, G_MININT64);
  g_assert_true (usher_answer_get_integer (answer, "max", &value));
  g_assert_cmpint (value, ==, G_MAXINT64);
  g_assert_true (usher_answer_get_boolean (answer, "yes"));
  g_assert_false (usher_answer_get_boolean (answer, "no"));
  g_assert_true (usher_answer_has_items (answer));
  g_assert_cmpuint (usher_answer_get_length (answer, "items"), ==, 2);
  g_assert_true (
      usher_answer_get_integer (usher_answer_get_item (answer, "items", 1), "x", &value));
  g_assert_cmpint (value, ==, 2);
  g_assert_true (usher_answer_get_integer (answer, "items.0.x", &value));
  g_assert_cmpint (value, ==, 1);
  g_assert_false (usher_answer_get_integer (answer, "items.2.x", &value));
}

static void
test_wrong_shapes (void)
{
  static const char *const paths[] = { "nothing", "text.a", "list.a",   "list.0",      "null.a",
                                       "",        ".",      "object..", "deep.a.b.c.d" };
  g_autoptr (JsonObject) answer =
      parse ("{\"text\":\"t\",\"list\":[[],1,null],\"null\":null,\"object\":{},\"deep\":{\"a\":[]},"
             "\"double\":1.5,\"items\":7}");
  gint64 value = 17;

  g_test_summary (
      "What is not there, or is something else, is nothing, without a word in the log.");

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_assert_null (usher_answer_get_text (answer, paths[i]));
      g_assert_false (usher_answer_get_integer (answer, paths[i], &value));
      g_assert_false (usher_answer_get_boolean (answer, paths[i]));
      g_assert_cmpuint (usher_answer_get_length (answer, paths[i]), ==, 0);
      g_assert_null (usher_answer_get_item (answer, paths[i], 0));
    }
  g_assert_null (usher_answer_get_text (answer, "list"));
  g_assert_null (usher_answer_get_text (answer, "object"));
  g_assert_null (usher_answer_get_text (answer, "null"));
  g_assert_false (usher_answer_get_integer (answer, "double", &value));
  g_assert_false (usher_answer_get_integer (answer, "text", &value));
  g_assert_cmpuint (usher_answer_get_length (answer, "list"), ==, 3);
  for (guint i = 0; i < 4; i++)
    g_assert_null (usher_answer_get_item (answer, "list", i));
  g_assert_false (usher_answer_has_items (answer));
  g_assert_null (usher_answer_find (NULL, "a.b"));
  g_assert_cmpint (value, ==, 17);
}

static void
test_refused (void)
{
  g_autoptr (GString) deep = g_string_new ("{\"a\":");

  g_test_summary ("What is no JSON object is an error, whatever json-glib makes of it.");

  assert_refused ("", "is not JSON: *");
  assert_refused ("  ", "is not JSON: *");
  assert_refused ("<html>", "is not JSON: *");
  assert_refused ("{\"a\":1}{}", "is not JSON: *");
  assert_refused ("{\"a\":1,\"a\":2}", "is not JSON: *");
  assert_refused ("{\"a\":0x10}", "is not JSON: *");
  assert_refused ("{'a':1}", "is not JSON: *");
  assert_refused ("{\"a\":\"\xff\"}", "is not JSON: *");
  assert_refused ("var a = {}", "is not JSON: *");
  assert_refused ("7", "is no JSON object");
  assert_refused ("\"{}\"", "is no JSON object");
  assert_refused ("null", "is no JSON object");
  assert_refused ("{\"a\":9223372036854775808}", "has the number 9223372036854775808, *");
  assert_refused ("{\"a\":[1,-9223372036854775809]}", "has the number -9223372036854775809, *");
  assert_refused ("{\"\\\"\":\"\\\\\",\"b\":99999999999999999999}", "has the number 9999*");

  for (int i = 0; i < 1000000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, "is not JSON: *");
}

static void
test_items (void)
{
  static const char *const wrong[] = {
    "{}", "{\"items\":null}", "{\"items\":{}}", "{\"items\":[1]}", "{\"items\":[{},[]]}",
  };
  g_autoptr (JsonObject) empty = parse ("{\"items\":[]}");
  g_autoptr (JsonObject) full = parse ("{\"items\":[{},{}],\"cursor\":\"\"}");

  g_test_summary ("A list is an object with items that are objects.");

  g_assert_true (usher_answer_has_items (empty));
  g_assert_true (usher_answer_has_items (full));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (JsonObject) answer = parse (wrong[i]);

      g_assert_false (usher_answer_has_items (answer));
    }
}

static void
test_huge (void)
{
  g_autoptr (GString) text = g_string_new ("{\"items\":[");
  g_autoptr (JsonObject) answer = NULL;

  g_test_summary ("A list of 20 000 is read.");

  for (int i = 0; i < 20000; i++)
    g_string_append_printf (text, "%s{\"n\":%d,\"s\":\"x\"}", i > 0 ? "," : "", i);
  g_string_append (text, "]}");
  answer = parse (text->str);
  g_assert_cmpuint (usher_answer_get_length (answer, "items"), ==, 20000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/answer/values", test_values);
  g_test_add_func ("/answer/wrong-shapes", test_wrong_shapes);
  g_test_add_func ("/answer/refused", test_refused);
  g_test_add_func ("/answer/items", test_items);
  g_test_add_func ("/answer/huge", test_huge);

  return g_test_run ();
}
