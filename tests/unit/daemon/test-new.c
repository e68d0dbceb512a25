/* test-new.c: a new project, as the shell sees it; that what is written works is held by new-test.py
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-test-program.h"

#define AUTHOR "Zoë of “Ann & Co.”"

/* (transfer full): a command line that makes @name in @folder of the fixture's */
static char *
make_line (UsherTestProgram *fixture, const char *name, const char *folder, const char *more)
{
  g_autofree char *path = g_build_filename (fixture->directory, folder, NULL);
  g_autofree char *quoted_name = g_shell_quote (name);
  g_autofree char *quoted_path = g_shell_quote (path);

  return g_strdup_printf (
      "new plugin --author '%s'%s -- %s %s", AUTHOR, more, quoted_name, quoted_path);
}

static void
assert_refused (UsherTestProgram *fixture, const char *name, int status, const char *pattern)
{
  g_autofree char *line = make_line (fixture, name, "refused", "");
  g_autofree char *path = g_build_filename (fixture->directory, "refused", NULL);

  usher_test_program_assert_says (fixture, line, status, pattern);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_names (UsherTestProgram *fixture, gconstpointer data)
{
  static const char *const bad[] = {
    "",     "a/b",          "../a", ".",    "..",       "/a",
    "A",    "ticketImages", "a_b",  "1a",   "a-",       "-a",
    "a--b", "a b",          "a\nb", "a\n",  "a.b",      "a$(id)",
    "é",    "@name@",       "a;b",  "a\"b", "LICENSES", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    NULL,
  };
  static const char *const taken[] = {
    "admin", "bus",        "host", "http",    "log",       "session",
    "store", "supervisor", "hub",  "gateway", "profile-x", NULL,
  };
  static const char *const targets[] = { "test", "all", "install", "dist", "meson-x", NULL };

  g_test_summary (
      "A name that no plugin can have is refused with the reason, and nothing is made.");

  for (guint i = 0; bad[i] != NULL; i++)
    assert_refused (fixture, bad[i], 2, "*cannot be a plugin's name: it wants letters*at most 32*");
  for (guint i = 0; taken[i] != NULL; i++)
    assert_refused (fixture, taken[i], 1, "*is a name of the host's*");
  for (guint i = 0; targets[i] != NULL; i++)
    assert_refused (fixture, targets[i], 1, "*is a name of Meson's*");
}

static void
test_found (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("The name of a plugin that is found, or what it provides, is taken.");

  usher_test_program_add_plugin (fixture, "good", "Provides=better\n");
  assert_refused (fixture, "good", 1, "*“good” is the name of a plugin: “*/good.plugin”*");
  assert_refused (fixture, "goods", 1, "*“goods” is too near to plugin “good”*");
  assert_refused (fixture, "better", 1, "*“better” is the name of a plugin: “*/good.plugin”*");
}

static void
test_arguments (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("What is not to be made, or not told whole, is refused with what there is.");

  usher_test_program_assert_says (fixture, "new", 2, "*plugin*", "*usher new --help*");
  usher_test_program_assert_says (fixture, "new plugin", 2, "*wants NAME*");
  usher_test_program_assert_says (fixture, "new plugn a", 2, "*“plugn”*did you mean “plugin”*");
  usher_test_program_assert_says (fixture, "new python a", 2, "*“python”*plugin*");
  usher_test_program_assert_says (fixture, "new plugin a b c", 2, "*“c” is not wanted here*");
  usher_test_program_assert_says (fixture,
                                  "new plugin a --license 'M I T'",
                                  2,
                                  "*“M I T” is no identifier of a licence*");
  usher_test_program_assert_says (fixture,
                                  "new plugin a --author '*/ main ()'",
                                  2,
                                  "*the author's name wants a line*");
  usher_test_program_assert_says (fixture,
                                  "new plugin a --author ''",
                                  2,
                                  "*the author's name wants a line*");
  usher_test_program_assert_says (
      fixture, "new plugin --help", 0, "*plugin NAME *", "*--author=*", "*--license=*");
  g_assert_false (g_file_test ("a", G_FILE_TEST_EXISTS));
}

/* (transfer full): the text of a file, which has the modes that the umask leaves */
static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  struct stat info;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);

  return g_steal_pointer (&text);
}

static void
test_files (UsherTestProgram *fixture, gconstpointer data)
{
  static const char *const names[] = {
    ".clang-format", ".gitignore",    "README.md",  "meson.build",
    "a-b.c",         "a-b.plugin.in", "test-a-b.c", "meson_options.txt",
  };
  g_autofree char *line = make_line (fixture, "a-b", "my 'new' one", "");
  g_autofree char *folder = g_build_filename (fixture->directory, "my 'new' one", NULL);
  g_autofree char *license = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *head = g_strdup_printf ("Text: %d " AUTHOR "\n", g_date_time_get_year (now));
  struct stat info;
  mode_t mask = umask (0027);

  g_test_summary (
      "All files of a plugin are there, in its author's name, as open as the umask says.");

  usher_test_program_assert_says (fixture,
                                  line,
                                  0,
                                  "*cd '*my '\\''new'\\'' one' && meson setup build*");
  umask (mask);
  g_assert_cmpint (stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0750);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = read_file (folder, names[i]);

      g_assert_nonnull (strstr (text, head));
      g_assert_null (strstr (text, "The Usher authors"));
      g_assert_null (strstr (text, "@name@"));
    }
  license = read_file (folder, "LICENSES/LGPL-2.1-or-later.txt");
  g_assert_nonnull (strstr (license, "GNU LESSER GENERAL PUBLIC LICENSE"));
}

static void
test_license (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *line = make_line (fixture, "a", "a", " --license=MIT");
  g_autofree char *folder = g_build_filename (fixture->directory, "a", NULL);
  g_autofree char *licenses = g_build_filename (folder, "LICENSES", NULL);
  g_autofree char *source = g_build_filename (folder, "a.c", NULL);
  g_autofree char *text = NULL;

  g_test_summary ("Another licence is in the heads, and its text is asked for.");

  usher_test_program_assert_says (fixture,
                                  line,
                                  0,
                                  "*text of the licence into */LICENSES/MIT.txt*");
  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "Identifier: MIT\n"));
  g_assert_null (strstr (text, "LGPL"));
  g_assert_false (g_file_test (licenses, G_FILE_TEST_EXISTS));
}

static void
test_taken_folder (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *file = make_line (fixture, "a", "file", "");
  g_autofree char *empty = make_line (fixture, "a", "empty", "");
  g_autofree char *dangling = make_line (fixture, "a", "link", "");
  g_autofree char *nowhere = make_line (fixture, "a", "nowhere/a", "");
  g_autofree char *below = make_line (fixture, "a", "file/a", "");
  g_autofree char *folder = g_build_filename (fixture->directory, "empty", NULL);
  g_autofree char *link = g_build_filename (fixture->directory, "link", NULL);
  g_autofree char *target = g_build_filename (fixture->directory, "target", NULL);
  g_autofree char *path = g_build_filename (fixture->directory, "file", NULL);
  g_autofree char *text = NULL;

  g_test_summary ("What is there already, of whatever kind, is left alone.");

  usher_test_program_add_file (fixture->directory, "file", "mine");
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (target, link), ==, 0);
  usher_test_program_assert_says (fixture, file, 1, "*/file” is there already*");
  usher_test_program_assert_says (fixture, empty, 1, "*/empty” is there already*");
  usher_test_program_assert_says (fixture, dangling, 1, "*/link” is there already*");
  usher_test_program_assert_says (fixture,
                                  nowhere,
                                  1,
                                  "*folder “*/nowhere/a” cannot be made: No such*");
  usher_test_program_assert_says (fixture,
                                  below,
                                  1,
                                  "*folder “*/file/a” cannot be made: Not a dir*");

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
}

static void
test_full (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *line = make_line (fixture, "a", "a", "");
  g_autofree char *folder = g_build_filename (fixture->directory, "a", NULL);
  g_autofree char *disk = g_build_filename (fixture->directory, "disk", NULL);

  g_test_summary ("When the disk is full in the midst of it nothing is left.");

  usher_test_program_add_file (fixture->directory, "disk", "write ENOSPC */a.c\n");
  usher_test_program_set_variable (fixture, "USHER_TEST_DISK", disk);
  usher_test_program_set_variable (fixture, "LD_PRELOAD", g_getenv ("USHER_TEST_DISK_LIBRARY"));
  usher_test_program_set_variable (fixture,
                                   "ASAN_OPTIONS",
                                   "verify_asan_link_order=0:fast_unwind_on_malloc=0");
  usher_test_program_assert_says (fixture, line, 1, "*/a/a.c” cannot be written: No space left*");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  usher_test_program_add ("/new/names", test_names);
  usher_test_program_add ("/new/found", test_found);
  usher_test_program_add ("/new/arguments", test_arguments);
  usher_test_program_add ("/new/files", test_files);
  usher_test_program_add ("/new/license", test_license);
  usher_test_program_add ("/new/taken-folder", test_taken_folder);
  usher_test_program_add ("/new/full", test_full);

  return g_test_run ();
}
