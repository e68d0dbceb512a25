/* test-plugin-path.c: where plugins are looked for, and whose code is let in
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

#include "usher-test-json.h"
#include "usher-test-program.h"

/* Puts the plugin “good” into a folder that is made, and says its version. (transfer full): the folder */
static char *
make_folder (UsherTestProgram *fixture, const char *below, const char *version)
{
  g_autofree char *folder = g_build_filename (fixture->directory, below, NULL);
  g_autofree char *text =
      g_strdup_printf ("[Plugin]\nName=good\nVersion=%s\nABI=1\nModule=%s/good.so\n",
                       version,
                       g_getenv ("USHER_TEST_MODULE_DIR"));

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  usher_test_program_add_file (folder, "good.plugin", text);

  return g_steal_pointer (&folder);
}

/* what $XDG_DATA_HOME/usher/plugins is in the fixture */
static char *
make_own_folder (UsherTestProgram *fixture, const char *version)
{
  return make_folder (fixture, "usher/plugins", version);
}

static void
assert_row (JsonArray *items, guint i, const char *state, const char *version, const char *folder)
{
  JsonObject *item = json_array_get_object_element (items, i);

  g_assert_cmpstr (json_object_get_string_member (item, "state"), ==, state);
  g_assert_cmpstr (json_object_get_string_member (item, "version"), ==, version);
  g_assert_cmpstr (json_object_get_string_member (item, "folder"), ==, folder);
}

/* @expected: the one channel of the events that a plugin has declared, NULL: none */
static void
assert_event (JsonArray *items, guint index, const char *expected)
{
  JsonObject *item = json_array_get_object_element (items, index);
  JsonArray *events = json_object_get_array_member (item, "events");

  g_assert_cmpuint (json_array_get_length (events), ==, expected != NULL ? 1 : 0);
  if (expected != NULL)
    g_assert_cmpstr (json_array_get_string_element (events, 0), ==, expected);
}

static void
test_events (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *given = make_folder (fixture, "given", "1.0.0");
  g_autofree char *named = make_folder (fixture, "named", "2.0.0");
  g_autofree char *all = g_strdup_printf ("plugins --json --plugins %s --plugins %s", given, named);
  g_autoptr (JsonNode) list = NULL;
  JsonArray *items = NULL;

  g_test_summary ("A plugin that is used is told with the events that it has declared.");

  list = usher_test_program_read_json (fixture, all);
  items = json_object_get_array_member (json_node_get_object (list), "items");
  g_assert_cmpuint (json_array_get_length (items), ==, 2);
  assert_event (items, 0, "good:made");
  assert_event (items, 1, NULL);
}

static void
test_order (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *given = make_folder (fixture, "given", "1.0.0");
  g_autofree char *named = make_folder (fixture, "named", "2.0.0");
  g_autofree char *own = make_own_folder (fixture, "3.0.0");
  g_autofree char *all = g_strdup_printf ("plugins --json --plugins %s", given);
  g_autofree char *only = g_strconcat (all, " --plugins-only", NULL);
  g_autoptr (JsonNode) list = NULL;
  g_autoptr (JsonNode) few = NULL;
  JsonArray *items = NULL;

  g_test_summary ("A given folder comes before those of the environment, these before the user's "
                  "own; each plugin is told with its folder.");

  usher_test_program_set_variable (fixture, "USHER_PLUGIN_PATH", named);
  list = usher_test_program_read_json (fixture, all);
  items = json_object_get_array_member (json_node_get_object (list), "items");
  g_assert_cmpuint (json_array_get_length (items), ==, 3);
  assert_row (items, 0, "configured", "1.0.0", given);
  assert_row (items, 1, "shadowed", "2.0.0", named);
  assert_row (items, 2, "shadowed", "3.0.0", own);

  few = usher_test_program_read_json (fixture, only);
  items = json_object_get_array_member (json_node_get_object (few), "items");
  g_assert_cmpuint (json_array_get_length (items), ==, 1);
  assert_row (items, 0, "configured", "1.0.0", given);
}

static void
test_shadowed (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *own = make_own_folder (fixture, "3.0.0");

  g_test_summary ("That one folder has what another has too is nothing wrong.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (fixture,
                                  "plugins",
                                  0,
                                  "*good * 1.0.0 * configured *",
                                  "*good * 3.0.0 * shadowed */usher/plugins *“*/good.plugin” is in "
                                  "an earlier folder*");
  usher_test_program_assert_says (fixture,
                                  "check --listen none --admin none",
                                  0,
                                  "nothing is wrong\n");
}

static void
test_up (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *own = make_own_folder (fixture, "1.0.0");
  g_autofree char *ps = NULL;

  g_test_summary ("The processes of “usher up” look where it looks.");

  usher_test_program_start (fixture, "up", "");
  ps = g_strdup_printf ("ps --admin %s", fixture->admin);
  usher_test_program_assert_says (fixture, ps, 0, "*\ngood *ready*");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_missing (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *named = g_build_filename (fixture->directory, "nothing", NULL);

  g_test_summary ("A folder that somebody named must be there, one that nobody named need not.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (fixture, "plugins", 0, "*good *");
  usher_test_program_set_variable (fixture, "USHER_PLUGIN_PATH", named);
  usher_test_program_assert_says (fixture,
                                  "plugins",
                                  1,
                                  "*plugin folder “*/nothing” cannot be read: *");
}

static void
test_writable (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *own = make_own_folder (fixture, "1.0.0");
  g_autofree char *given = g_strdup_printf ("plugins --plugins %s", own);

  g_test_summary (
      "A folder where anybody could put code is not searched unless it is named; why is said.");

  usher_test_program_add_plugin (fixture, "good", "");
  g_assert_cmpint (g_chmod (own, 0777), ==, 0);
  usher_test_program_assert_says (
      fixture,
      "plugins",
      0,
      "*good * configured */plugins *",
      "*plugin folder “*/usher/plugins” is left out: everybody may write to it*");
  usher_test_program_assert_says (
      fixture,
      given,
      0,
      "*good * configured */usher/plugins *",
      "*plugin folder “*/usher/plugins” may be written to by everybody*");
}

static void
test_foreign (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *own = make_own_folder (fixture, "3.0.0");

  g_test_summary ("A user's own folder that belongs to another user is not searched.");

  if (chown (own, 12345, (gid_t) -1) != 0)
    {
      g_test_skip ("only root can give a folder away");
      return;
    }

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (
      fixture,
      "plugins",
      0,
      "*good * 1.0.0 * configured *",
      "*plugin folder “*/usher/plugins” is left out: it belongs to another user*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_program_add ("/plugin-path/events", test_events);
  usher_test_program_add ("/plugin-path/order", test_order);
  usher_test_program_add ("/plugin-path/shadowed", test_shadowed);
  usher_test_program_add ("/plugin-path/up", test_up);
  usher_test_program_add ("/plugin-path/missing", test_missing);
  usher_test_program_add ("/plugin-path/writable", test_writable);
  usher_test_program_add ("/plugin-path/foreign", test_foreign);

  return g_test_run ();
}
