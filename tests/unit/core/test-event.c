/* test-event.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-event.h"

#define ID "0190f3e0-0000-7000-8000-000000000001"

static void
test_new (void)
{
  UsherEvent *event = usher_event_new (ID, "order:created", 17, "{\"id\":\"a\"}", -1);
  gsize length = 0;

  g_test_summary ("A new event has no number yet, and goes back to nothing.");

  g_assert_cmpstr (usher_event_get_id (event), ==, ID);
  g_assert_cmpstr (usher_event_get_channel (event), ==, "order:created");
  g_assert_cmpuint (usher_event_get_sequence (event), ==, 0);
  g_assert_cmpint (usher_event_get_time (event), ==, 17);
  g_assert_null (usher_event_get_correlation (event));
  g_assert_null (usher_event_get_causation (event));
  g_assert_null (usher_event_get_traceparent (event));
  g_assert_cmpstr (usher_event_get_payload (event, &length), ==, "{\"id\":\"a\"}");
  g_assert_cmpuint (length, ==, 10);
  usher_event_unref (event);
}

static void
test_full (void)
{
  g_autofree char *payload = g_strdup ("{\"id\":\"a\"}and more");
  g_autoptr (UsherEvent) event = usher_event_new_full (
      ID, "order:created", 7, 17, "request", "event", "00-ab-cd-01", payload, 10);

  g_test_summary ("An event has copies of all that it was made of.");

  memset (payload, 'x', strlen (payload));
  g_assert_cmpuint (usher_event_get_sequence (event), ==, 7);
  g_assert_cmpstr (usher_event_get_correlation (event), ==, "request");
  g_assert_cmpstr (usher_event_get_causation (event), ==, "event");
  g_assert_cmpstr (usher_event_get_traceparent (event), ==, "00-ab-cd-01");
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, "{\"id\":\"a\"}");
}

static gpointer
read_json (gpointer data)
{
  return usher_event_get_json (data, NULL);
}

static void
test_json (void)
{
  g_autoptr (UsherEvent) event = usher_event_new (ID, "order:created", 0, "{\"id\":\"a\"}", -1);
  GThread *threads[4];
  UsherJson *json = NULL;

  g_test_summary ("The payload is read once, by whatever thread asks first.");

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("read", read_json, event);
  json = usher_event_get_json (event, NULL);
  g_assert_cmpstr (usher_json_get_string (json, "id"), ==, "a");
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) == json);
}

static void
test_no_object (void)
{
  static const char *const bad[] = { "", "[]", "1", "{\"a\":1", "{\"a\":1,\"a\":2}" };

  g_test_summary ("A payload that is no JSON object is refused, and the error names the event.");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (UsherEvent) event = usher_event_new (ID, "order:created", 0, bad[i], -1);
      g_autoptr (GError) error = NULL;

      g_assert_null (usher_event_get_json (event, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, ID));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/event/new", test_new);
  g_test_add_func ("/event/full", test_full);
  g_test_add_func ("/event/json", test_json);
  g_test_add_func ("/event/no-object", test_no_object);

  return g_test_run ();
}
