/* test-settings.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "usher-error.h"
#include "usher-settings.h"

static const UsherSetting declared[] = {
  { "http", "max-body", USHER_SETTING_INTEGER, "1000", 1, 5000, "bytes" },
  { "http", "listen", USHER_SETTING_STRING, "127.0.0.1:80", 0, 0, "where" },
  { "http", "secure", USHER_SETTING_BOOLEAN, "true", 0, 0, "cookies" },
  { "http", "trusted-proxies", USHER_SETTING_LIST, "", 0, 0, "whose word counts" },
  { "orders", "hold-seconds", USHER_SETTING_INTEGER, "900", 0, 0, "how long" },
};

typedef struct
{
  UsherSettings *settings; /* (owned) */
  char *directory;         /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->settings = usher_settings_new ();
  fixture->directory = g_dir_make_tmp ("usher-settings-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
  g_assert_finalize_object (fixture->settings);
}

static void
declare (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      usher_settings_declare (fixture->settings, declared, G_N_ELEMENTS (declared), &error));
  g_assert_no_error (error);
}

static gboolean
load (Fixture *fixture, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
  g_autoptr (GError) local_error = NULL;

  g_file_set_contents (path, text, -1, &local_error);
  g_assert_no_error (local_error);

  return usher_settings_load_file (fixture->settings, path, error);
}

static void
assert_says (const GError *error, const char *const *parts)
{
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_test_message ("%s", error->message);
  for (; *parts != NULL; parts++)
    g_assert_nonnull (strstr (error->message, *parts));
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) list = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What nobody gave has its default, and there is no problem.");

  declare (fixture);
  list = usher_settings_dup_list (fixture->settings, "http", "trusted-proxies");
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "http", "max-body"), ==, 1000);
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "http", "listen"),
                   ==,
                   "127.0.0.1:80");
  g_assert_true (usher_settings_get_boolean (fixture->settings, "http", "secure"));
  g_assert_cmpuint (g_strv_length (list), ==, 0);
  g_assert_true (usher_settings_check (fixture->settings, &error));
  g_assert_no_error (error);
}

static void
test_file (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) list = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file gives values of each type.");

  declare (fixture);
  g_assert_true (load (fixture,
                       "usher.conf",
                       "# a word\n[http]\nmax-body=5000\nlisten = [::1]:81\nsecure=false\n"
                       "trusted-proxies= 10.0.0.1 ;; 10.0.0.2;\n[orders]\nhold-seconds=-1\n",
                       &error));
  g_assert_no_error (error);
  list = usher_settings_dup_list (fixture->settings, "http", "trusted-proxies");
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "http", "max-body"), ==, 5000);
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "http", "listen"), ==, "[::1]:81");
  g_assert_false (usher_settings_get_boolean (fixture->settings, "http", "secure"));
  g_assert_cmpstrv (list, ((const char *const[]){ "10.0.0.1", "10.0.0.2", NULL }));
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "orders", "hold-seconds"),
                   ==,
                   -1);
}

static void
test_bad_files (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) malformed = NULL;
  g_autofree char *path = g_build_filename (fixture->directory, "none.conf", NULL);

  g_test_summary (
      "A file that is missing is NOT_FOUND, one that is no key file INVALID; both are named.");

  g_assert_false (usher_settings_load_file (fixture->settings, path, &missing));
  g_assert_error (missing, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (missing->message, path));
  g_assert_false (load (fixture, "bad.conf", "max-body=1\n", &malformed));
  assert_says (malformed, ((const char *const[]){ "bad.conf", NULL }));
}

static void
test_environment (Fixture *fixture, gconstpointer data)
{
  static const char *const environment[] = {
    "HOME=/root",
    "USHER_HTTP__MAX_BODY=7",
    "USHER_ORDERS__HOLD_SECONDS=8",
    "USHER_DEBUG=1",
    "USHER_",
    "USHER",
    "XUSHER_HTTP__LISTEN=x",
    NULL,
  };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A variable USHER_GROUP__KEY gives a value; others are none of ours.");

  declare (fixture);
  g_assert_true (usher_settings_load_environment (fixture->settings, environment, &error));
  g_assert_no_error (error);
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "http", "max-body"), ==, 7);
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "orders", "hold-seconds"), ==, 8);
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "http", "listen"),
                   ==,
                   "127.0.0.1:80");
  g_assert_true (usher_settings_check (fixture->settings, &error));
  g_assert_no_error (error);
}

static void
test_assign (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "",          "http",    "http.listen", "listen=1",
                                     ".listen=1", "http.=1", "=",           "." };
  g_autoptr (GError) error = NULL;

  g_test_summary ("An assignment gives a value, which may hold anything; what is none is refused.");

  declare (fixture);
  g_assert_true (usher_settings_assign (fixture->settings, "http.listen=a=b.c", "-s", &error));
  g_assert_no_error (error);
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "http", "listen"), ==, "a=b.c");
  g_assert_true (usher_settings_assign (fixture->settings, "http.listen=", "-s", &error));
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "http", "listen"), ==, "");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) refused = NULL;

      g_assert_false (usher_settings_assign (fixture->settings, bad[i], "-s", &refused));
      assert_says (refused, ((const char *const[]){ bad[i], "-s", NULL }));
    }
}

/* Gives values by each source, in the order in which the program asks them. */
static void
give_all (Fixture *fixture)
{
  static const char *const environment[] = {
    "USHER_HTTP__MAX_BODY=3",
    "USHER_ORDERS__HOLD_SECONDS=3",
    NULL,
  };

  g_assert_true (load (fixture,
                       "first.conf",
                       "[http]\nmax-body=1\nlisten=first\ntrusted-proxies=first\n"
                       "[orders]\nhold-seconds=1\n",
                       NULL));
  g_assert_true (load (fixture,
                       "second.conf",
                       "[http]\nmax-body=2\nlisten=second\n[orders]\nhold-seconds=2\n",
                       NULL));
  g_assert_true (usher_settings_load_environment (fixture->settings, environment, NULL));
  g_assert_true (usher_settings_assign (fixture->settings, "orders.hold-seconds=4", "-s", NULL));
}

static void
assert_precedence (Fixture *fixture)
{
  UsherSettings *settings = fixture->settings;

  g_assert_true (usher_settings_get_boolean (settings, "http", "secure"));
  g_assert_cmpstr (usher_settings_get_string (settings, "http", "trusted-proxies"), ==, "first");
  g_assert_cmpstr (usher_settings_get_string (settings, "http", "listen"), ==, "second");
  g_assert_cmpint (usher_settings_get_integer (settings, "http", "max-body"), ==, 3);
  g_assert_cmpint (usher_settings_get_integer (settings, "orders", "hold-seconds"), ==, 4);
}

static void
test_precedence (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Later sources win: files, environment, assignments.");

  declare (fixture);
  give_all (fixture);
  assert_precedence (fixture);
}

static void
test_declared_late (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Values that were given before their setting is declared wait for it, and later "
                  "ones win too.");

  give_all (fixture);
  declare (fixture);
  assert_precedence (fixture);
  g_assert_true (usher_settings_check (fixture->settings, &error));
  g_assert_no_error (error);
}

static void
describe (const UsherSetting *setting, const char *value, const char *source, gpointer user_data)
{
  g_autofree char *name = g_path_get_basename (source);

  g_string_append_printf (user_data, "%s.%s=%s by %s\n", setting->group, setting->key, value, name);
}

static void
test_foreach (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("Each setting tells its value and where that came from, sorted.");

  declare (fixture);
  give_all (fixture);
  usher_settings_foreach (fixture->settings, describe, text);
  g_assert_cmpstr (text->str,
                   ==,
                   "http.listen=second by second.conf\n"
                   "http.max-body=3 by environment\n"
                   "http.secure=true by default\n"
                   "http.trusted-proxies=first by first.conf\n"
                   "orders.hold-seconds=4 by -s\n");
}

static void
test_range (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "0", "5001", "-1", "9223372036854775808" };

  g_test_summary (
      "A value out of range is refused with setting, value, source and range; the old one stays.");

  declare (fixture);
  g_assert_true (usher_settings_assign (fixture->settings, "http.max-body=5000", "-s", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *assignment = g_strconcat ("http.max-body=", bad[i], NULL);
      g_autofree char *quoted = g_strdup_printf ("“%s”", bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_false (usher_settings_assign (fixture->settings, assignment, "-s", &error));
      assert_says (error,
                   ((const char *const[]){
                       "“http.max-body”", quoted, "-s", "an integer", "from 1 to 5000", NULL }));
    }
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "http", "max-body"), ==, 5000);
}

static void
test_wrong_types (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *assignment;
    const char *wanted;
  } rows[] = {
    { "http.max-body=", "an integer" },      { "http.max-body=many", "an integer" },
    { "http.max-body=1.0", "an integer" },   { "http.max-body=10k", "an integer" },
    { "http.max-body= 10", "an integer" },   { "http.secure=", "true or false" },
    { "http.secure=yes", "true or false" },  { "http.secure=1", "true or false" },
    { "http.secure=TRUE", "true or false" },
  };

  g_test_summary ("A value of another type is refused, and the error tells the type.");

  declare (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (usher_settings_assign (fixture->settings, rows[i].assignment, "-s", &error));
      assert_says (error, ((const char *const[]){ rows[i].wanted, "-s", NULL }));
    }
}

static void
test_late_misfit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) checked = NULL;

  g_test_summary ("A value that was given early and does not fit is told when its setting is "
                  "declared; others are.");

  g_assert_true (load (fixture, "usher.conf", "[http]\nmax-body=lots\nlisten=x\n", NULL));
  g_assert_false (
      usher_settings_declare (fixture->settings, declared, G_N_ELEMENTS (declared), &error));
  assert_says (error, ((const char *const[]){ "“http.max-body”", "“lots”", "usher.conf", NULL }));
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "http", "max-body"), ==, 1000);
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "http", "listen"), ==, "x");
  g_assert_false (usher_settings_check (fixture->settings, &checked));
  assert_says (checked, ((const char *const[]){ "“http.max-body”", NULL }));
}

static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  static const char *const environment[] = { "USHER_ORDERS__HOLD_SECOND=1", NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What nobody declared is a problem with its source and the nearest known name, each.");

  declare (fixture);
  g_assert_true (load (fixture, "usher.conf", "[http]\nmax-boddy=1\n[zzz]\nqqqqqqqqq=1\n", NULL));
  g_assert_true (usher_settings_load_environment (fixture->settings, environment, NULL));
  g_assert_false (usher_settings_check (fixture->settings, &error));
  assert_says (error,
               ((const char *const[]){ "“http.max-boddy” by ",
                                       "usher.conf is unknown, did you mean “http.max-body”?",
                                       "“orders.hold-second” by environment is unknown",
                                       "did you mean “orders.hold-seconds”?",
                                       "“zzz.qqqqqqqqq”",
                                       NULL }));
}

static void
test_ignored (Fixture *fixture, gconstpointer data)
{
  static const char *const environment[] = { "USHER_AWAY__KEY=1", NULL };
  g_auto (GStrv) problems = NULL;

  g_test_summary ("Values of a group that is for somebody else are no problem.");

  declare (fixture);
  g_assert_true (usher_settings_assign (fixture->settings, "away.some=1", "-s", NULL));
  g_assert_true (usher_settings_load_environment (fixture->settings, environment, NULL));
  usher_settings_ignore_group (fixture->settings, "away");
  problems = usher_settings_list_problems (fixture->settings);
  g_assert_cmpuint (g_strv_length (problems), ==, 0);
}

static void
test_declared_twice (Fixture *fixture, gconstpointer data)
{
  static const UsherSetting other = { "http", "max-body", USHER_SETTING_INTEGER, "7", 0, 0, NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A setting may be declared again alike, but not differently.");

  declare (fixture);
  declare (fixture);
  g_assert_false (usher_settings_declare (fixture->settings, &other, 1, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "http.max-body"));
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "http", "max-body"), ==, 1000);
}

static void
test_undeclared (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("To read what is not declared is a bug, and told as one.");

  g_test_expect_message ("usher-core", G_LOG_LEVEL_CRITICAL, "*“http.nothing”*");
  g_assert_null (usher_settings_get_string (fixture->settings, "http", "nothing"));
  g_test_expect_message ("usher-core", G_LOG_LEVEL_CRITICAL, "*“http.nothing”*");
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "http", "nothing"), ==, 0);
  g_test_assert_expected_messages ();
}

static void
test_nearest_word (void)
{
  static const char *const words[] = { "listen", "max-body", "hold-seconds", NULL };
  static const char *const none[] = { NULL };
  g_autofree char *endless = g_strnfill (10000, 'x');

  g_test_summary ("The nearest word is found, and none when none is near.");

  g_assert_cmpstr (usher_nearest_word ("listne", words), ==, "listen");
  g_assert_cmpstr (usher_nearest_word ("maxbody", words), ==, "max-body");
  g_assert_cmpstr (usher_nearest_word ("hold-second", words), ==, "hold-seconds");
  g_assert_null (usher_nearest_word ("expiration", words));
  g_assert_null (usher_nearest_word (endless, words));
  g_assert_null (usher_nearest_word ("listen", none));
}

/* (transfer full): “file:PATH” of a file with @text */
static char *
add_secret (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));

  return g_strconcat ("file:", path, NULL);
}

static void
test_secret (Fixture *fixture, gconstpointer data)
{
  static const UsherSetting secret = { "admin", "token", USHER_SETTING_STRING, "", 0, 0, "whom" };
  g_autofree char *reference = add_secret (fixture, "token", "open sesame\n");
  g_autofree char *assignment = g_strconcat ("admin.token=", reference, NULL);
  g_autofree char *listen = g_strconcat ("http.listen=", reference, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A secret may be in a file or a credential of systemd's, anything else may not.");

  declare (fixture);
  g_assert_true (usher_settings_declare (fixture->settings, &secret, 1, NULL));
  g_assert_true (usher_settings_assign (fixture->settings, assignment, "-s", NULL));
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "admin", "token"),
                   ==,
                   "open sesame");
  g_assert_true (usher_settings_assign (fixture->settings, listen, "-s", NULL));
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "http", "listen"), ==, reference);

  g_setenv ("CREDENTIALS_DIRECTORY", fixture->directory, TRUE);
  g_assert_true (
      usher_settings_assign (fixture->settings, "admin.token=credential:token", "-s", NULL));
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "admin", "token"),
                   ==,
                   "open sesame");
  g_assert_false (
      usher_settings_assign (fixture->settings, "admin.token=credential:../token", "-s", NULL));
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_assert_false (
      usher_settings_assign (fixture->settings, "admin.token=credential:token", "-s", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "admin.token"));
}

static void
count (UsherSettings *settings, guint *n_changes)
{
  (*n_changes)++;
}

static void
test_adopt (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSettings) fresh = usher_settings_new ();
  const char *before = NULL;
  guint n_changes = 0;

  g_test_summary ("One value is taken over from settings that were read anew, and no other.");

  declare (fixture);
  before = usher_settings_get_string (fixture->settings, "http", "listen");
  g_assert_true (usher_settings_assign (fresh, "http.listen=127.0.0.1:81", "-s", NULL));
  g_assert_true (usher_settings_assign (fresh, "http.max-body=2000", "-s", NULL));
  g_assert_true (usher_settings_assign (fresh, "orders.hold-seconds=1", "-s", NULL));
  usher_settings_declare_like (fresh, fixture->settings);
  g_assert_true (usher_settings_check (fresh, NULL));

  g_signal_connect (fixture->settings, "changed::http.max-body", G_CALLBACK (count), &n_changes);
  usher_settings_adopt (fixture->settings, fresh, "http", "listen");
  usher_settings_adopt (fixture->settings, fresh, "http", "max-body");
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "http", "listen"),
                   ==,
                   "127.0.0.1:81");
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "http", "max-body"), ==, 2000);
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "orders", "hold-seconds"),
                   ==,
                   900);
  g_assert_cmpuint (n_changes, ==, 1);
  /* who has got the text may go on reading it */
  g_assert_cmpstr (before, ==, "127.0.0.1:80");
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/settings/defaults", test_defaults);
  ADD ("/settings/file", test_file);
  ADD ("/settings/file/bad", test_bad_files);
  ADD ("/settings/environment", test_environment);
  ADD ("/settings/assign", test_assign);
  ADD ("/settings/precedence", test_precedence);
  ADD ("/settings/declared-late", test_declared_late);
  ADD ("/settings/foreach", test_foreach);
  ADD ("/settings/range", test_range);
  ADD ("/settings/wrong-types", test_wrong_types);
  ADD ("/settings/late-misfit", test_late_misfit);
  ADD ("/settings/unknown", test_unknown);
  ADD ("/settings/ignored", test_ignored);
  ADD ("/settings/declared-twice", test_declared_twice);
  ADD ("/settings/undeclared", test_undeclared);
  ADD ("/settings/secret", test_secret);
  ADD ("/settings/adopt", test_adopt);
  g_test_add_func ("/settings/nearest-word", test_nearest_word);

  return g_test_run ();
}
