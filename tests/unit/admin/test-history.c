/* test-history.c: what a host remembers of its last quarter of an hour
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "admin-stage.h"
#include "usher-history-private.h"
#include "usher-test-base.h"

static JsonNode *
read_history (UsherHistory *history)
{
  g_autofree char *text = usher_history_print (history);

  return usher_test_json_read (text);
}

static double
get_number (UsherHistory *history, const char *path)
{
  g_autoptr (JsonNode) page = read_history (history);
  JsonNode *number = usher_test_json_find (page, path);

  g_assert_nonnull (number);
  g_assert_true (JSON_NODE_HOLDS_VALUE (number));

  return json_node_get_double (number);
}

static void
assert_unknown (UsherHistory *history, const char *path)
{
  g_autoptr (JsonNode) page = read_history (history);

  usher_test_json_assert_null (page, path);
}

static guint
count (UsherHistory *history)
{
  g_autoptr (JsonNode) page = read_history (history);

  return usher_test_json_get_length (page, "items");
}

static void
test_requests (AdminStage *stage, gconstpointer data)
{
  g_autoptr (UsherHistory) history = usher_history_new (stage->stage.host);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A point has the requests between two looks, and how long they took");

  stage_start (&stage->stage);
  usher_host_listen (stage->stage.host, "127.0.0.1:0", NULL, &error);
  g_assert_no_error (error);
  admin_stage_call (stage, "GET", "/things/17", NULL, 200);
  usher_history_look (history);
  g_assert_cmpuint (count (history), ==, 0);

  for (guint i = 0; i < 3; i++)
    admin_stage_call (stage, "GET", "/things/17", NULL, 200);
  usher_history_look (history);
  g_assert_cmpuint (count (history), ==, 1);
  g_assert_cmpfloat (get_number (history, "items.0.requests"), >, 0);
  g_assert_cmpfloat (get_number (history, "items.0.errors"), <=, 0);
  g_assert_cmpfloat (get_number (history, "items.0.median"), >, 0);
  g_assert_cmpfloat (get_number (history, "items.0.slow"),
                     >=,
                     get_number (history, "items.0.median"));
  assert_unknown (history, "items.0.events");
  assert_unknown (history, "items.0.lag");

  usher_history_look (history);
  g_assert_cmpfloat (get_number (history, "items.1.requests"), <=, 0);
  assert_unknown (history, "items.1.median");
}

static gint64
count_events (AdminStage *stage)
{
  g_autoptr (JsonNode) page = admin_stage_get_json (stage, "/streaming/serverz");

  return usher_test_json_get_integer (page, "in_msgs");
}

static void
test_bus (AdminStage *stage, gconstpointer data)
{
  g_autoptr (UsherHistory) history = usher_history_new (stage->stage.host);

  g_test_summary ("A point has what came to the bus, of a host without a public port that alone");

  admin_stage_start (stage);
  usher_history_look (history);
  admin_stage_call (stage, "POST", "/say", NULL, 200);
  usher_test_until (count_events (stage) > 0);
  usher_history_look (history);
  g_assert_cmpfloat (get_number (history, "items.0.events"), >, 0);
  g_assert_cmpfloat (get_number (history, "items.0.lag"), >=, 0);
  assert_unknown (history, "items.0.requests");

  usher_test_hub_stop (stage->hub);
  usher_test_until (!usher_bus_is_connected (stage->bus));
  usher_history_look (history);
  assert_unknown (history, "items.1.events");
  assert_unknown (history, "items.1.lag");
}

static void
test_bound (AdminStage *stage, gconstpointer data)
{
  g_autoptr (UsherHistory) history = usher_history_new (stage->stage.host);
  double newest = 0;

  g_test_summary ("No more than a quarter of an hour is kept, and the oldest comes first");

  stage_start (&stage->stage);
  for (guint i = 0; i < 500; i++)
    usher_history_look (history);
  g_assert_cmpuint (count (history), ==, 180);
  /* each is told as it is when it is asked for */
  newest = get_number (history, "items.179.age");
  g_assert_cmpfloat (get_number (history, "items.0.age"), >=, newest);
}

static void
test_start (AdminStage *stage, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A host that has started looks by itself until it stops");

  admin_stage_start (stage);
  admin_stage_assert_status (stage, "GET", "/history", 200);
  usher_admin_start (stage->admin, &error);
  g_assert_no_error (error);
  admin_stage_assert_status (stage, "GET", "/history", 200);
  usher_host_stop (stage->stage.host, G_TIME_SPAN_SECOND, &error);
  g_assert_no_error (error);
}

static void
test_about (AdminStage *stage, gconstpointer data)
{
  g_autoptr (JsonNode) nowhere = NULL;
  g_autoptr (JsonNode) page = NULL;

  g_test_summary ("A host says where it is, and where its data are if it has some");

  stage_start (&stage->stage);
  nowhere = admin_stage_get_json (stage, "/about");
  usher_test_json_assert_string (nowhere, "host", g_get_host_name ());
  usher_test_json_assert_null (nowhere, "data");
  usher_admin_set_directory (stage->admin, "/var/lib/\xff");
  page = admin_stage_get_json (stage, "/about");
  usher_test_json_assert_string (page, "data", "/var/lib/\357\277\275");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) \
  g_test_add ("/history/" path, AdminStage, NULL, admin_stage_set_up, func, admin_stage_tear_down)
  add ("requests", test_requests);
  add ("bus", test_bus);
  add ("bound", test_bound);
  add ("start", test_start);
  add ("about", test_about);
#undef add

  return g_test_run ();
}
