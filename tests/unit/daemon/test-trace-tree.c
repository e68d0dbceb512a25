/* test-trace-tree.c: what led to what, whatever is told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-trace-tree.h"

#define ID(n) "01900000-0000-7000-8000-00000000000" #n
#define MANY  20000

static JsonObject *
make (const char *id, const char *causation, guint second)
{
  JsonObject *object = json_object_new ();
  g_autofree char *time = g_strdup_printf ("2026-01-01T00:00:%02u.000000Z", second % 60);

  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "time", time);
  json_object_set_string_member (object, "due", time);
  if (causation != NULL)
    json_object_set_string_member (object, "causation", causation);

  return object;
}

static void
add (UsherTraceTree *tree, const char *id, const char *causation, guint second)
{
  g_autoptr (JsonObject) event = make (id, causation, second);

  usher_trace_tree_add_event (tree, event);
}

/* “DEPTH:ID” of each, in order */
static void
assert_list (UsherTraceTree *tree, const char *expected)
{
  g_autoptr (GPtrArray) nodes = usher_trace_tree_list (tree);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      const UsherTraceNode *node = g_ptr_array_index (nodes, i);

      g_string_append_printf (list, "%s%u:%s", i > 0 ? " " : "", node->depth, node->id);
    }
  g_assert_cmpstr (list->str, ==, expected);
}

static void
test_order (void)
{
  g_autoptr (UsherTraceTree) tree = usher_trace_tree_new ();

  g_test_summary ("What was caused stands below its cause, in the order of its time, and once");

  add (tree, ID (3), ID (1), 9);
  add (tree, ID (1), NULL, 1);
  add (tree, ID (2), ID (1), 5);
  add (tree, ID (4), ID (2), 10);
  add (tree, ID (2), ID (1), 5);

  g_assert_cmpuint (usher_trace_tree_get_n_events (tree), ==, 4);
  assert_list (tree, "0:" ID (1) " 1:" ID (2) " 2:" ID (4) " 1:" ID (3));
}

static void
test_timers (void)
{
  g_autoptr (UsherTraceTree) tree = usher_trace_tree_new ();
  g_autoptr (JsonObject) timer = make ("s/ring/b", ID (1), 30);
  g_autoptr (JsonObject) again = make ("s/ring/b", ID (1), 30);
  g_autoptr (JsonObject) later = make ("s/ring/c", "timer:s/ring/a b " ID (1), 40);

  g_test_summary (
      "A timer that fired is between its event and what it did; those that are set are there once");

  add (tree, ID (1), NULL, 1);
  add (tree, ID (2), "timer:s/ring/a b " ID (1), 20);
  add (tree, ID (3), "timer:s/ring/a b " ID (1), 21);
  usher_trace_tree_add_timer (tree, timer);
  usher_trace_tree_add_timer (tree, again);
  usher_trace_tree_add_timer (tree, later);

  assert_list (tree, "0:" ID (1) " 1:s/ring/a b 2:" ID (2) " 2:" ID (3) " 1:s/ring/b 1:s/ring/c");
}

static void
test_missing (void)
{
  g_autoptr (UsherTraceTree) tree = usher_trace_tree_new ();

  g_test_summary ("What has a cause that is not there is a beginning");

  add (tree, ID (2), ID (1), 2);
  add (tree, ID (3), "timer:", 3);
  add (tree, ID (4), "timer:s/ring/a", 4);

  assert_list (tree, "0:" ID (2) " 0: 1:" ID (3) " 0:s/ring/a 1:" ID (4));
}

static void
test_circle (void)
{
  g_autoptr (UsherTraceTree) tree = usher_trace_tree_new ();

  g_test_summary ("Causes that lead in a circle, or to themselves, end");

  add (tree, ID (1), ID (2), 1);
  add (tree, ID (2), ID (1), 2);
  add (tree, ID (3), ID (3), 3);

  assert_list (tree, "0:" ID (1) " 1:" ID (2) " 0:" ID (3));
}

static void
test_garbage (void)
{
  g_autoptr (UsherTraceTree) tree = usher_trace_tree_new ();
  g_autoptr (JsonObject) empty = json_object_new ();
  g_autoptr (JsonObject) odd = json_object_new ();

  g_test_summary ("What makes no sense is left out, or has no time");

  json_object_set_int_member (odd, "id", 1);
  usher_trace_tree_add_event (tree, empty);
  usher_trace_tree_add_event (tree, odd);
  usher_trace_tree_add_timer (tree, empty);
  json_object_set_string_member (empty, "id", ID (1));
  json_object_set_string_member (empty, "time", "never");
  usher_trace_tree_add_event (tree, empty);

  assert_list (tree, "0:" ID (1));
}

static void
test_long (void)
{
  g_autoptr (UsherTraceTree) tree = usher_trace_tree_new ();
  g_autoptr (GPtrArray) nodes = NULL;

  g_test_summary ("A chain may be of any length");

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autofree char *cause = i > 0 ? g_strdup_printf ("%u", i - 1) : NULL;

      add (tree, id, cause, 0);
    }
  nodes = usher_trace_tree_list (tree);

  g_assert_cmpuint (nodes->len, ==, MANY);
  g_assert_cmpuint (((UsherTraceNode *) g_ptr_array_index (nodes, MANY - 1))->depth, ==, MANY - 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace-tree/order", test_order);
  g_test_add_func ("/trace-tree/timers", test_timers);
  g_test_add_func ("/trace-tree/missing", test_missing);
  g_test_add_func ("/trace-tree/circle", test_circle);
  g_test_add_func ("/trace-tree/garbage", test_garbage);
  g_test_add_func ("/trace-tree/long", test_long);

  return g_test_run ();
}
