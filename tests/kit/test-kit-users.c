/* test-kit-users.c: who asks, and what is in a box
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher-test.h>

#define TOLL "toll"
#define PATH "/api/passages"
#define PASS "{\"road\":\"A1\"}"

static void
test_names (UsherTestHost *host)
{
  g_autoptr (UsherTestHost) other = usher_test_host_new (TOLL, USHER_TEST_BY_HAND);
  UsherTestUser *ann = usher_test_host_as (host, "ann");
  UsherTestUser *nobody = usher_test_host_as (host, NULL);
  const char *id = usher_test_user_get_id (ann);

  g_test_summary ("A name is one user everywhere, an id is itself, and no name is nobody.");

  g_assert_true (usher_test_host_as (host, "ann") == ann);
  g_assert_true (usher_id_is_valid (id));
  g_assert_cmpstr (usher_test_user_get_id (usher_test_host_as (other, "ann")), ==, id);
  g_assert_cmpstr (usher_test_user_get_id (usher_test_host_as (host, "bob")), !=, id);
  g_assert_cmpstr (usher_test_user_get_id (usher_test_host_as (host, id)), ==, id);
  g_assert_cmpstr (usher_test_user_get_email (ann), ==, "ann@example.org");
  g_assert_null (usher_test_user_get_id (nobody));
}

static void
test_requests (UsherTestHost *host)
{
  static const UsherTestRefusal refusals[] = {
    { "POST", PATH, NULL, PASS, 401, NULL, "Not authorized" },
    { "POST", PATH, "ann", "{}", 400, "road", "Road must have 1 to 50 characters" },
    { "GET", PATH "/" USHER_TEST_NOTHING, "ann", NULL, 404, NULL, "Not Found" },
    { "PUT", "/api/other", "ann", PASS, 404, NULL, "Not Found" },
  };
  static const char *const bodies[] = { "{}", "{\"road\":null}", "{\"road\":\"\"}" };
  UsherTestUser *ann = usher_test_host_as (host, "ann");
  g_autofree char *id = usher_test_user_create (ann, PATH, PASS);
  g_autofree char *path = g_strconcat (PATH "/", id, NULL);
  g_autoptr (UsherReply) reply = usher_test_user_get (ann, path);
  g_autoptr (UsherReply) ready = usher_test_host_call_admin (host, "GET", "/readyz");

  g_test_summary ("Users ask and are answered as over the wire.");

  usher_test_assert_member (usher_test_assert_status (reply, 200), "road", "A1");
  usher_test_assert_member (reply, "userId", usher_test_user_get_id (ann));
  usher_test_assert_member (reply, "nothing", NULL);
  usher_test_assert_status (ready, 200);
  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
  usher_test_user_assert_bad_bodies (
      ann, PATH, bodies, G_N_ELEMENTS (bodies), "road", "Road must have 1 to 50 characters");
  usher_test_user_assert_repeatable (ann, PATH, PASS, "{\"road\":\"A2\"}");
}

static void
test_by_path (void)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("USHER_TEST_PLUGIN_DIR"), "toll.plugin", NULL);
  g_autofree char *dir = g_strdup (g_getenv ("USHER_TEST_PLUGIN_DIR"));
  g_autoptr (UsherTestHost) host = NULL;

  g_test_summary ("A plugin may be named by the path of its manifest.");

  g_unsetenv ("USHER_TEST_PLUGIN_DIR");
  host = usher_test_host_new (path, USHER_TEST_BY_HAND);
  g_setenv ("USHER_TEST_PLUGIN_DIR", dir, TRUE);
  g_free (usher_test_user_create (usher_test_host_as (host, "ann"), PATH, PASS));
}

static void
test_settings (void)
{
  g_autoptr (UsherTestHost) host = NULL;
  g_autofree char *large = g_strdup_printf ("{\"road\":\"%0500d\"}", 0);
  UsherTestUser *ann = NULL;

  g_test_summary ("Settings are of the box, or of the environment, and change with a restart.");

  g_setenv ("USHER_TEST_SETTINGS", "http.max-body=1024", TRUE);
  host = usher_test_host_new ("toll", USHER_TEST_BY_HAND);
  g_unsetenv ("USHER_TEST_SETTINGS");
  ann = usher_test_host_as (host, "ann");
  usher_test_host_assert_call (host, "POST", PATH, "ann", large, 400);

  usher_test_host_set (host, "http.max-body=256");
  usher_test_host_assert_call (host, "POST", PATH, "ann", large, 400);
  usher_test_host_restart (host);
  usher_test_host_assert_call (host, "POST", PATH, "ann", large, 413);
  g_free (usher_test_user_create (ann, PATH, PASS));
}

static void
test_gone (void)
{
  g_autoptr (UsherTestHost) host = usher_test_host_new (TOLL, USHER_TEST_ONE);
  g_autofree char *directory = g_strdup (usher_test_host_get_directory (host));
  g_autofree char *box = g_path_get_dirname (directory);

  g_test_summary ("Nothing is left of a box, and to close it twice is no harm.");

  g_assert_true (g_file_test (directory, G_FILE_TEST_IS_DIR));
  usher_test_host_close (host);
  usher_test_host_close (host);
  g_assert_false (g_file_test (box, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  usher_test_init (&argc, &argv);

  usher_test_add ("/kit/users/names", TOLL, test_names);
  usher_test_add ("/kit/users/requests", TOLL, test_requests);
  g_test_add_func ("/kit/box/by-path", test_by_path);
  g_test_add_func ("/kit/box/settings", test_settings);
  g_test_add_func ("/kit/box/gone", test_gone);

  return g_test_run ();
}
