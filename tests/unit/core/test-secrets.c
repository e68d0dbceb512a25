/* test-secrets.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-chained-secrets.h"
#include "usher-environment-secrets.h"
#include "usher-error.h"
#include "usher-folder-secrets.h"
#include "usher-settings.h"

typedef struct
{
  char *folder;      /* (owned): as of Kubernetes: links into “..data”, which is a link, too */
  char *credentials; /* (owned) */
} Fixture;

static void
write_file (const char *folder, const char *name, const char *text, int mode)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

/* Puts a generation of the volume in the place of the one before, as kubelet does. */
static void
swap (Fixture *fixture, const char *generation, const char *text)
{
  g_autofree char *data = g_build_filename (fixture->folder, generation, NULL);
  g_autofree char *next = g_build_filename (fixture->folder, "..data_tmp", NULL);
  g_autofree char *link = g_build_filename (fixture->folder, "..data", NULL);

  g_assert_cmpint (g_mkdir (data, 0700), ==, 0);
  write_file (data, "stripe", text, 0600);
  g_assert_cmpint (symlink (generation, next), ==, 0);
  g_assert_cmpint (g_rename (next, link), ==, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;

  fixture->folder = g_dir_make_tmp ("usher-secrets-XXXXXX", NULL);
  fixture->credentials = g_dir_make_tmp ("usher-secrets-XXXXXX", NULL);
  path = g_build_filename (fixture->folder, "stripe", NULL);
  g_assert_cmpint (symlink ("..data/stripe", path), ==, 0);
  swap (fixture, "..one", "first\n");
  g_setenv ("CREDENTIALS_DIRECTORY", fixture->credentials, TRUE);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder =
      g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->folder);
  remove_tree (fixture->credentials);
  g_free (fixture->folder);
  g_free (fixture->credentials);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_unsetenv ("USHER_SECRET_STRIPE");
}

static void
assert_secret (gpointer secrets, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSecret) secret = usher_secrets_lookup (secrets, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (usher_secret_get_text (secret), ==, text);
}

static void
assert_refused (gpointer secrets, const char *name, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSecret) secret = usher_secrets_lookup (secrets, name, &error);

  g_assert_null (secret);
  g_assert_error (error, USHER_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_bytes (void)
{
  const guint8 bytes[] = { 1, 0, 2 };
  g_autoptr (UsherSecret) secret = usher_secret_new_bytes (bytes, sizeof bytes);
  g_autoptr (UsherSecret) same = usher_secret_new_bytes (bytes, sizeof bytes);
  g_autoptr (UsherSecret) other = usher_secret_new ("\1");
  gsize size = 0;
  const guint8 *data = usher_secret_get_data (secret, &size);

  g_test_summary ("A secret has the bytes that were put into it, and a zero behind them");

  g_assert_cmpmem (data, size, bytes, sizeof bytes);
  g_assert_cmpuint (data[size], ==, 0);
  g_assert_true (usher_secret_equal (secret, same));
  g_assert_false (usher_secret_equal (secret, other));
}

static void
test_sealed (void)
{
  g_autoptr (UsherSecret) secret = NULL;

  g_test_summary ("Nobody writes to a secret");

  if (g_test_subprocess ())
    {
      secret = usher_secret_new ("sealed");
      ((char *) usher_secret_get_text (secret))[0] = 'S';
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

static void
test_swap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSecrets) secrets = usher_folder_secrets_new (fixture->folder);
  guint64 mark = usher_secrets_get_mark (secrets, "stripe");
  g_auto (GStrv) names = usher_secrets_list (secrets);

  g_test_summary (
      "A volume of Kubernetes: links that lead elsewhere at once, without the end of a line");

  assert_secret (secrets, "stripe", "first");
  g_assert_cmpuint (usher_secrets_get_mark (secrets, "stripe"), ==, mark);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  swap (fixture, "..two", "second");
  g_assert_cmpuint (usher_secrets_get_mark (secrets, "stripe"), !=, mark);
  assert_secret (secrets, "stripe", "second");
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherChainedSecrets) secrets = usher_chained_secrets_new_default (fixture->folder);
  g_autofree char *place = NULL;

  g_test_summary ("Credentials come first, then the directory, then variables");

  assert_refused (secrets, "else", USHER_ERROR_NOT_FOUND, "variable USHER_SECRET_ELSE");
  assert_refused (secrets, "else", USHER_ERROR_NOT_FOUND, fixture->credentials);
  assert_refused (secrets, "else", USHER_ERROR_NOT_FOUND, fixture->folder);
  g_setenv ("USHER_SECRET_STRIPE", "variable", TRUE);
  assert_secret (secrets, "stripe", "first");
  write_file (fixture->credentials, "stripe", "credential", 0600);
  assert_secret (secrets, "stripe", "credential");
  place = usher_chained_secrets_locate (secrets, "stripe");
  g_assert_nonnull (strstr (place, fixture->credentials));
  assert_refused (secrets, "../stripe", USHER_ERROR_INVALID, "../stripe");
  assert_refused (secrets, "", USHER_ERROR_INVALID, "no name");
}

static void
test_bad_files (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherChainedSecrets) secrets = usher_chained_secrets_new_default (fixture->folder);
  g_autofree char *pipe = g_build_filename (fixture->credentials, "pipe", NULL);
  g_autofree char *large = g_strnfill (70000, 'x');

  g_test_summary (
      "What is no secret ends the search with an error that names the file, and waits for nobody");

  write_file (fixture->credentials, "stripe", "open", 0606);
  assert_refused (secrets, "stripe", USHER_ERROR_FORBIDDEN, "o-w");
  write_file (fixture->credentials, "stripe", "\n", 0600);
  assert_refused (secrets, "stripe", USHER_ERROR_INVALID, "empty");
  write_file (fixture->credentials, "stripe", large, 0600);
  assert_refused (secrets, "stripe", USHER_ERROR_INVALID, "stripe");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_refused (secrets, "pipe", USHER_ERROR_INVALID, "pipe");
}

/* Whether @name is what is kept under that name now. */
static void
assert_kept (gpointer secrets, const char *name)
{
  g_autoptr (UsherSecret) secret = usher_secret_new (name);
  g_autoptr (GError) error = NULL;

  usher_secrets_store (secrets, name, secret, &error);
  g_assert_no_error (error);
  assert_secret (secrets, name, name);
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherChainedSecrets) secrets = usher_chained_secrets_new_default (fixture->folder);
  g_autofree char *pipe = g_build_filename (fixture->credentials, "pipe", NULL);
  g_autoptr (UsherSecret) secret = usher_secret_new ("new");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is kept is found again: in the place of what was no good, or not at all");

  write_file (fixture->folder, "pipe", "hidden", 0600);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_false (usher_secrets_store (USHER_SECRETS (secrets), "pipe", secret, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  write_file (fixture->credentials, "open", "x", 0606);
  assert_kept (secrets, "open");
  write_file (fixture->credentials, "empty", "", 0600);
  assert_kept (secrets, "empty");
}

static void
test_variables (void)
{
  g_autoptr (UsherSecrets) secrets = usher_environment_secrets_new ();
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  const char *const environment[] = { "USHER_SECRET_MY__KEY=x", NULL };
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Names that no setting can mean are not listed, and no secret is an unknown "
                  "setting");

  g_setenv ("USHER_SECRET_A/B", "x", TRUE);
  g_setenv ("USHER_SECRET__A", "x", TRUE);
  g_setenv ("USHER_SECRET_\xff", "x", TRUE);
  names = usher_secrets_list (secrets);
  g_assert_cmpuint (g_strv_length (names), ==, 0);
  g_unsetenv ("USHER_SECRET_A/B");
  g_unsetenv ("USHER_SECRET__A");
  g_unsetenv ("USHER_SECRET_\xff");

  g_assert_true (usher_settings_load_environment (settings, environment, NULL));
  usher_settings_check (settings, &error);
  g_assert_no_error (error);
}

static void
test_readable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSecrets) secrets = usher_folder_secrets_new (fixture->credentials);

  g_test_summary ("That others may read them is told once");

  write_file (fixture->credentials, "a", "x", 0644);
  write_file (fixture->credentials, "b", "y", 0644);
  g_test_expect_message ("usher-core", G_LOG_LEVEL_MESSAGE, "*may be read by everybody*");
  assert_secret (secrets, "a", "x");
  assert_secret (secrets, "b", "y");
  g_test_assert_expected_messages ();
}

static const UsherSetting table[] = {
  { "shop", "uri", USHER_SETTING_STRING, "none", 0, 0, "where" },
  { "shop", "max", USHER_SETTING_INTEGER, "1", 0, 0, "how many" },
  { "shop", "stripe-key", USHER_SETTING_STRING, "", 0, 0, "whose" },
};

static void
test_setting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autoptr (UsherSecret) secret = NULL;
  g_autoptr (GError) error = NULL;
  const char *before = NULL;

  g_test_summary ("Any text may refer to a secret, what is used now is the one of now, and a "
                  "missing one is named");

  write_file (fixture->credentials, "place", "mongodb://u:p@h", 0600);
  g_assert_true (usher_settings_declare (settings, table, G_N_ELEMENTS (table), NULL));
  g_assert_null (usher_settings_dup_secret (settings, "shop", "stripe-key"));
  g_assert_true (usher_settings_assign (settings, "shop.uri=secret:place", "-s", &error));
  g_assert_no_error (error);
  before = usher_settings_get_string (settings, "shop", "uri");
  g_assert_cmpstr (before, ==, "mongodb://u:p@h");
  g_assert_cmpstr (usher_settings_get_reference (settings, "shop", "uri"), ==, "secret:place");
  g_assert_null (usher_settings_get_reference (settings, "shop", "stripe-key"));

  write_file (fixture->credentials, "place", "mongodb://u:new@h", 0600);
  secret = usher_settings_dup_secret (settings, "shop", "uri");
  g_assert_cmpstr (usher_secret_get_text (secret), ==, "mongodb://u:new@h");
  g_assert_cmpstr (before, ==, "mongodb://u:p@h");

  g_assert_false (usher_settings_assign (settings, "shop.stripe-key=secret:none", "-s", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "shop.stripe-key"));
  g_assert_nonnull (strstr (error->message, fixture->credentials));
  g_assert_cmpstr (usher_settings_get_reference (settings, "shop", "stripe-key"),
                   ==,
                   "secret:none");
}

static void
test_lost (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autoptr (UsherSecret) secret = NULL;
  g_autofree char *path = g_build_filename (fixture->credentials, "stripe", NULL);

  g_test_summary ("A secret that is gone stays what it was to who uses it");

  write_file (fixture->credentials, "stripe", "sk_1", 0600);
  g_assert_true (usher_settings_assign (settings, "shop.stripe-key=secret:stripe", "-s", NULL));
  g_assert_true (usher_settings_declare (settings, table, G_N_ELEMENTS (table), NULL));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_test_expect_message ("usher-core", G_LOG_LEVEL_MESSAGE, "*“stripe” stays as it was*");
  secret = usher_settings_dup_secret (settings, "shop", "stripe-key");
  g_test_assert_expected_messages ();
  g_assert_cmpstr (usher_secret_get_text (secret), ==, "sk_1");
}

static void
add_value (const UsherSetting *setting, const char *value, const char *source, gpointer user_data)
{
  g_string_append_printf (user_data, "%s=%s ", setting->key, value);
}

static void
test_shown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autoptr (UsherSettings) again = usher_settings_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("Who lists settings gets references, and so does who reads them again");

  write_file (fixture->credentials, "stripe", "sk_1", 0600);
  g_assert_true (usher_settings_assign (settings, "shop.stripe-key=secret:stripe", "-s", NULL));
  g_assert_true (usher_settings_declare (settings, table, G_N_ELEMENTS (table), NULL));
  usher_settings_foreach (settings, add_value, text);
  g_assert_cmpstr (text->str, ==, "max=1 stripe-key=secret:stripe uri=none ");

  g_assert_true (usher_settings_assign (again, "shop.stripe-key=secret:stripe", "-s", NULL));
  usher_settings_declare_like (again, settings);
  g_assert_true (usher_settings_get_secrets (again) == usher_settings_get_secrets (settings));
  g_assert_cmpstr (usher_settings_get_string (again, "shop", "stripe-key"), ==, "sk_1");
}

static void
test_exposed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autofree char *path = g_build_filename (fixture->credentials, "conf", NULL);
  g_auto (GStrv) exposed = NULL;

  g_test_summary ("A secret itself in a file that everybody may read is told, without the secret");

  write_file (fixture->credentials,
              "conf",
              "[shop]\nstripe-key=sk_live\nuri=x\n[admin]\ntoken=secret:admin\n",
              0644);
  g_assert_true (usher_settings_load_file (settings, path, NULL));
  exposed = usher_settings_list_exposed (settings);
  g_assert_cmpuint (g_strv_length (exposed), ==, 1);
  g_assert_nonnull (strstr (exposed[0], "shop.stripe-key"));
  g_assert_null (strstr (exposed[0], "sk_live"));
}

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/secret/bytes", test_bytes);
  g_test_add_func ("/secret/sealed", test_sealed);
  test ("/secrets/swap", test_swap);
  test ("/secrets/order", test_order);
  test ("/secrets/bad-files", test_bad_files);
  test ("/secrets/kept", test_kept);
  g_test_add_func ("/secrets/variables", test_variables);
  test ("/secrets/readable", test_readable);
  test ("/secrets/setting", test_setting);
  test ("/secrets/lost", test_lost);
  test ("/secrets/shown", test_shown);
  test ("/secrets/exposed", test_exposed);

  return g_test_run ();
}
