/* test-event-members.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-event-members.h"

#define ID "111111111111111111111111"

static UsherEvent *
make_event (const char *payload)
{
  return usher_event_new ("e1", "order:created", 0, payload, -1);
}

/* the error names the channel and @path */
static void
assert_missing (const GError *error, const char *path)
{
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "“order:created”"));
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_string (void)
{
  g_autoptr (UsherEvent) event = make_event ("{\"ticket\":{\"title\":\"a\\u00e9\",\"price\":7}}");
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) number = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A string is read by its path; one that is missing or no string is named.");

  g_assert_cmpstr (usher_event_read_string (event, "ticket.title", &error), ==, "aé");
  g_assert_no_error (error);
  g_assert_null (usher_event_read_string (event, "ticket.name", &missing));
  assert_missing (missing, "“ticket.name”");
  g_assert_null (usher_event_read_string (event, "ticket.price", &number));
  assert_missing (number, "“ticket.price”");
}

static void
test_id (void)
{
  g_autoptr (UsherEvent) event = make_event ("{\"id\":\"" ID "\",\"orderId\":\"x\"}");
  g_autoptr (GError) bad = NULL;
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An id is read; what is none is named.");

  g_assert_cmpstr (usher_event_read_id (event, "id", &error), ==, ID);
  g_assert_no_error (error);
  g_assert_null (usher_event_read_id (event, "orderId", &bad));
  assert_missing (bad, "“orderId”");
  g_assert_null (usher_event_read_id (event, "ticket.id", &missing));
  assert_missing (missing, "“ticket.id”");
}

static void
test_integer (void)
{
  g_autoptr (UsherEvent) event = make_event ("{\"version\":12,\"half\":0.5,\"text\":\"12\"}");
  g_autoptr (GError) half = NULL;
  g_autoptr (GError) text = NULL;
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  g_test_summary ("An integer is read; a fraction and a string are none.");

  g_assert_true (usher_event_read_integer (event, "version", &value, &error));
  g_assert_no_error (error);
  g_assert_cmpint (value, ==, 12);
  g_assert_false (usher_event_read_integer (event, "half", &value, &half));
  assert_missing (half, "“half”");
  g_assert_false (usher_event_read_integer (event, "text", &value, &text));
  assert_missing (text, "“text”");
}

static void
test_time (void)
{
  g_autoptr (UsherEvent) event =
      make_event ("{\"expiresAt\":\"2026-01-01T00:00:00.250Z\",\"other\":\"soon\"}");
  g_autoptr (GError) bad = NULL;
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  g_test_summary ("A moment is read to the millisecond; what is none is named.");

  g_assert_true (usher_event_read_time (event, "expiresAt", &value, &error));
  g_assert_no_error (error);
  g_assert_cmpint (value, ==, G_GINT64_CONSTANT (1767225600250000));
  g_assert_false (usher_event_read_time (event, "other", &value, &bad));
  assert_missing (bad, "“other”");
}

static void
test_money (void)
{
  g_autoptr (UsherEvent) event = make_event ("{\"ticket\":{\"price\":19.99,\"fee\":0.005}}");
  g_autoptr (GError) bad = NULL;
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  g_test_summary ("An amount is read to the cent; what has parts of one is named.");

  g_assert_true (usher_event_read_money (event, "ticket.price", &value, &error));
  g_assert_no_error (error);
  g_assert_cmpint (value, ==, 1999);
  g_assert_false (usher_event_read_money (event, "ticket.fee", &value, &bad));
  assert_missing (bad, "“ticket.fee”");
}

static void
test_document (void)
{
  static const UsherField fields[] = {
    { "title", USHER_FIELD_STRING, USHER_FIELD_INPUT | USHER_FIELD_REQUIRED },
    { "kept", USHER_FIELD_BOOLEAN },
  };
  g_autoptr (UsherEvent) event = make_event ("{\"title\":\"Opera\",\"kept\":true,\"more\":1}");
  g_autoptr (UsherEvent) other = make_event ("{\"kept\":true}");
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("tickets", fields, G_N_ELEMENTS (fields), &error);
  g_autoptr (UsherDocument) document = usher_event_read_document (event, schema, &error);

  g_test_summary ("Fields that are input are read into a document, others are not.");

  g_assert_no_error (error);
  g_assert_cmpstr (usher_document_get_string (document, "title"), ==, "Opera");
  g_assert_false (usher_document_has (document, "kept"));
  g_assert_null (usher_event_read_document (other, schema, &error));
  assert_missing (error, "“tickets”");
  g_assert_nonnull (strstr (error->message, "title"));
}

static void
test_no_object (void)
{
  g_autoptr (UsherEvent) event = make_event ("[1]");
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  gint64 value = 0;

  g_test_summary ("A payload that is no object is an error each time.");

  g_assert_null (usher_event_read_string (event, "id", &first));
  g_assert_error (first, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_false (usher_event_read_integer (event, "version", &value, &second));
  g_assert_error (second, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_false (usher_event_read_money (event, "price", &value, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/event-members/string", test_string);
  g_test_add_func ("/event-members/id", test_id);
  g_test_add_func ("/event-members/integer", test_integer);
  g_test_add_func ("/event-members/time", test_time);
  g_test_add_func ("/event-members/money", test_money);
  g_test_add_func ("/event-members/document", test_document);
  g_test_add_func ("/event-members/no-object", test_no_object);

  return g_test_run ();
}
