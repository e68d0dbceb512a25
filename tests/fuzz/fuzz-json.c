/* fuzz-json.c: a text that is JSON means the same after it was written again, as a value and as a document
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "usher-document.h"
#include "usher-error.h"
#include "usher-event-members.h"

#define ID "0123456789abcdef01234567"

static const UsherField fields[] = {
  { "title",
    USHER_FIELD_STRING,
    USHER_FIELD_INPUT | USHER_FIELD_REQUIRED | USHER_FIELD_TRIM,
    1,
    40,
    "wants a title" },
  { "ticket.id", USHER_FIELD_ID, USHER_FIELD_INPUT, 0, 0, "wants an id" },
  { "ticket.price", USHER_FIELD_MONEY, USHER_FIELD_INPUT, 1, 100000000, "wants a price" },
  { "ticket.refund", USHER_FIELD_MONEY, USHER_FIELD_INPUT, 0, 0, "wants an amount" },
  { "count", USHER_FIELD_INTEGER, USHER_FIELD_INPUT, 0, 0, "wants a number" },
  { "open", USHER_FIELD_BOOLEAN, USHER_FIELD_INPUT, 0, 0, "wants true or false" },
  { "at", USHER_FIELD_TIME, USHER_FIELD_INPUT, 0, 0, "wants a time" },
  { "more", USHER_FIELD_JSON, USHER_FIELD_INPUT, 0, 0, "wants anything" },
  { "secret", USHER_FIELD_STRING, USHER_FIELD_INPUT | USHER_FIELD_PRIVATE, 0, 0, "wants a secret" },
};

const char *const fuzz_tokens[] = {
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  "\"",
  "\\",
  "\\u0000",
  "\\ud800",
  "\\udc00",
  "\\u00e9",
  "\\\"",
  "null",
  "true",
  "false",
  "-",
  "0",
  "-0",
  "0.1",
  "1e5",
  "1E-400",
  "19.99",
  "19.999",
  "0.005",
  "9e99",
  "e+",
  "9223372036854775807",
  " ",
  "\n",
  "\t",
  "\xc3\xa9",
  "\xf4\x8f",
  "\xed\xa0\x80",
  "\xef\xbb\xbf",
  "\"title\":\"x\"",
  "\"ticket\":{",
  "\"id\":",
  "\"price\":",
  "\"count\":",
  "\"open\":true",
  "\"at\":\"2026-01-02T03:04:05.678Z\"",
  "\"more\":",
  "\"secret\":",
  ID,
  "[[[[[[[[",
  "]]]]]]]]",
  NULL,
};

static void
assert_same_number (UsherJson *json)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (UsherJson) again = NULL;
  gint64 money = 0;
  gint64 money_again = 0;

  if (!usher_json_get_money (json, "", &money))
    return;

  usher_json_append_money (text, money);
  again = usher_json_parse (text->str, -1, NULL);
  g_assert_nonnull (again);
  g_assert_true (usher_json_get_money (again, "", &money_again));
  g_assert_cmpint (money, ==, money_again);
}

static void
assert_same_string (UsherJson *json)
{
  const char *string = usher_json_get_string (json, "");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (UsherJson) again = NULL;

  g_assert_nonnull (string);
  g_assert_true (g_utf8_validate (string, -1, NULL));
  usher_json_append_string (text, string);
  again = usher_json_parse (text->str, -1, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (usher_json_get_string (again, ""), ==, string);
}

/* The value at a path, taken out, is the same value, and so are the elements of a list. */
static void
assert_same_value (UsherJson *json, const char *path)
{
  g_autofree char *text = usher_json_dup_text (json, path);
  g_autofree char *text_again = NULL;
  g_autoptr (UsherJson) again = usher_json_parse (text, -1, NULL);
  UsherJsonType type = usher_json_get_kind (json, path);

  g_assert_nonnull (again);
  text_again = usher_json_dup_text (again, "");
  g_assert_cmpstr (text, ==, text_again);
  g_assert_cmpint (type, ==, usher_json_get_kind (again, ""));
  g_assert_cmpuint (usher_json_get_length (json, path), ==, usher_json_get_length (again, ""));
  if (type == USHER_JSON_NUMBER)
    assert_same_number (again);
  if (type == USHER_JSON_STRING)
    assert_same_string (again);

  for (guint i = 0; type == USHER_JSON_ARRAY && i < MIN (usher_json_get_length (json, path), 4);
       i++)
    {
      g_autofree char *element = g_strdup_printf ("%s%s%u", path, *path != '\0' ? "." : "", i);

      assert_same_value (json, element);
    }
}

/* Whether it is read from a store or put together of its fields. */
static void
assert_same_document (UsherSchema *schema, UsherDocument *document)
{
  gsize length = 0;
  const char *text = NULL;
  g_autofree char *private_text = usher_document_dup_private_text (document);
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (UsherDocument) stored = NULL;
  g_autoptr (UsherDocument) merged = usher_document_new (schema);
  g_autofree char *merged_private = NULL;

  usher_document_set_id (document, ID);
  usher_document_set_version (document, 3);
  text = usher_document_get_text (document, &length);
  json = usher_json_parse (text, (gssize) length, NULL);
  g_assert_nonnull (json);
  g_assert_cmpstr (usher_json_get_string (json, "id"), ==, ID);
  g_assert_cmpint (usher_json_get_kind (json, "secret"), ==, USHER_JSON_MISSING);

  stored = usher_document_new_from_text (schema, ID, 3, text, (gssize) length, private_text);
  usher_document_merge (merged, stored);
  usher_document_set_id (merged, ID);
  usher_document_set_version (merged, 3);
  g_assert_cmpstr (usher_document_get_text (merged, NULL), ==, text);
  merged_private = usher_document_dup_private_text (merged);
  g_assert_cmpstr (merged_private, ==, private_text);
}

static void
try_document (UsherJson *json)
{
  g_autoptr (UsherSchema) schema = usher_schema_new ("things", fields, G_N_ELEMENTS (fields), NULL);
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autoptr (UsherDocument) document = usher_schema_read (schema, json, problems);
  g_autofree char *text = NULL;
  g_autoptr (UsherJson) told = NULL;

  if (document != NULL)
    {
      g_assert_cmpuint (usher_problems_get_length (problems), ==, 0);
      assert_same_document (schema, document);
      return;
    }

  g_assert_cmpuint (usher_problems_get_length (problems), >, 0);
  text = usher_problems_to_json (problems);
  told = usher_json_parse (text, -1, NULL);
  g_assert_nonnull (told);
}

static void
try_event (const char *data, gsize length)
{
  static const char *const paths[] = { "", "title", "ticket.id", "more.0.at" };
  g_autoptr (UsherEvent) event = usher_event_new_full ("00000000-0000-4000-8000-000000000000",
                                                       "thing:made",
                                                       1,
                                                       1,
                                                       NULL,
                                                       NULL,
                                                       NULL,
                                                       data,
                                                       (gssize) length);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) time_error = NULL;
      const char *string = usher_event_read_string (event, paths[i], &error);
      gint64 time = 0;

      g_assert_true ((string == NULL) == (error != NULL));
      g_assert_true (usher_event_read_time (event, paths[i], &time, &time_error) ==
                     (time_error == NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherJson) json = usher_json_parse ((const char *) data, (gssize) size, &error);

  try_event ((const char *) data, size);
  if (json == NULL)
    {
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      return 0;
    }

  g_assert_no_error (error);
  g_assert_true (g_utf8_validate_len ((const char *) data, size, NULL));
  assert_same_value (json, "");
  try_document (json);

  return 0;
}
