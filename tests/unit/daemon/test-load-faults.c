/* test-load-faults.c: what is said of modules that cannot be used, and the way out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <elf.h>
#include <glib/gstdio.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-test-program.h"

/* of the same length as that which modules are linked with */
#define OUR_LIBRARY   "libusher-1.so.0"
#define OTHER_LIBRARY "libusher-1.so.9"

/* “usher plugins” says of the plugin “bad”, whose module is @module, what is in @pattern. */
static void
assert_said (UsherTestProgram *fixture, const char *module, const char *pattern)
{
  g_autofree char *text =
      g_strdup_printf ("[Plugin]\nName=bad\nVersion=1.0.0\nABI=1\nModule=%s\n", module);

  usher_test_program_add_file (fixture->plugins, "bad.plugin", text);
  usher_test_program_assert_says (fixture, "plugins", 1, pattern);
}

/* (transfer full): a good module of which @length bytes at @offset are others */
static char *
make_changed (UsherTestProgram *fixture, gsize offset, gconstpointer bytes, gsize length)
{
  g_autofree char *good = g_build_filename (g_getenv ("USHER_TEST_MODULE_DIR"), "good.so", NULL);
  g_autofree char *data = NULL;
  gsize size = 0;
  char *path = g_build_filename (fixture->directory, "changed.so", NULL);

  g_assert_true (g_file_get_contents (good, &data, &size, NULL));
  memcpy (data + offset, bytes, length);
  g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));

  return path;
}

static void
test_file (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *text = g_build_filename (fixture->directory, "text.so", NULL);
  g_autofree char *pipe = g_build_filename (fixture->directory, "pipe.so", NULL);

  g_test_summary (
      "A module that is missing, a folder, a pipe or no shared object is told for what it is.");

  assert_said (fixture,
               "nothing.so",
               "*nothing.so” cannot be opened: No such file*; compile it, or say*");
  assert_said (fixture,
               fixture->directory,
               "*cannot be opened: it is a folder: “Module” of its manifest*");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_said (fixture, pipe, "*cannot be opened: it is no file: “Module” of its manifest*");
  usher_test_program_add_file (fixture->directory, "text.so", "");
  assert_said (fixture, text, "*cannot be opened: it is no shared object*");
  usher_test_program_add_file (
      fixture->directory,
      "text.so",
      "# text.so, a file of which there is more than a head of one\n\n\n\n");
  assert_said (fixture, text, "*cannot be opened: it is no shared object*with -shared*");
}

static void
test_unreadable (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *path = make_changed (fixture, 0, ELFMAG, SELFMAG);

  g_test_summary ("A module that may not be read says so.");

  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  if (access (path, R_OK) == 0)
    g_test_skip ("root may read everything");
  else
    assert_said (fixture, path, "*cannot be opened: *Permission denied*");
}

static void
test_kind (UsherTestProgram *fixture, gconstpointer data)
{
  const guint16 object = ET_REL;
  const guint16 machine = EM_S390;
  g_autofree char *path =
      make_changed (fixture, offsetof (Elf64_Ehdr, e_type), &object, sizeof object);

  g_test_summary ("An object file, and a module for another machine, are told for what they are.");

  assert_said (fixture,
               path,
               "*cannot be opened: it is an object file or a program*link it with -shared*");
  g_free (path);
  path = make_changed (fixture, offsetof (Elf64_Ehdr, e_machine), &machine, sizeof machine);
  assert_said (fixture,
               path,
               "*cannot be opened: it is for a machine of another kind, *compile it for this one*");
}

static void
test_cut_off (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *path = make_changed (fixture, 0, ELFMAG, SELFMAG);
  const off_t sizes[] = { sizeof (Elf64_Ehdr), 1000, 5000 };
  GStatBuf info;

  g_test_summary ("A module that was cut off anywhere kills nobody.");

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (truncate (path, info.st_size - 1), ==, 0);
  assert_said (fixture, path, "*cannot be opened: its end is missing*link it again*");
  for (guint i = G_N_ELEMENTS (sizes); i > 0; i--)
    {
      g_assert_cmpint (truncate (path, sizes[i - 1]), ==, 0);
      assert_said (fixture, path, "*cannot be opened: its end is missing*link it again*");
    }
}

static void
test_library (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *good = g_build_filename (g_getenv ("USHER_TEST_MODULE_DIR"), "good.so", NULL);
  g_autofree char *bytes = NULL;
  g_autofree char *path = NULL;
  gsize size = 0;
  gsize at = 0;

  g_test_summary (
      "A module that is linked with another libusher is refused before that is loaded, or "
      "when the copy in it turns up.");

  g_assert_true (g_file_get_contents (good, &bytes, &size, NULL));
  while (memcmp (bytes + at, OUR_LIBRARY, strlen (OUR_LIBRARY)) != 0)
    at++;
  path = make_changed (fixture, at, OTHER_LIBRARY, strlen (OTHER_LIBRARY));
  assert_said (fixture,
               path,
               "*cannot be opened: it is linked with “" OTHER_LIBRARY
               "”, and this host is “" OUR_LIBRARY
               "”: compile it against the usher-1.pc of this host*");
}

/* Each row is what is said of a module that was built for it. */
static void
test_built (UsherTestProgram *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *module;
    const char *pattern;
  } rows[] = {
    { "unlinked",
      "unlinked-usher",
      "*undefined symbol: usher_of_tomorrow; it needs a newer Usher than this one, *" },
    { "unlinked", "unlinked-glib", "*undefined symbol: g_of_tomorrow; it needs a newer GLib*" },
    { "unlinked",
      "unlinked-own",
      "*undefined symbol: own_file_forgotten; add the file that defines it, or link with*" },
    { "wrong-abi",
      "wrong-abi",
      "*ABI: expected 1, found 2; it is for a newer Usher: update the host, or compile it*" },
    { "old-abi",
      "old-abi",
      "*ABI: expected 1, found 0; compile it again, against the headers of this host*" },
    { "wrong-size", "wrong-size", "*size: expected *, found 8; compile it again, *" },
    { "newer-glib",
      "newer-glib",
      "*GLib minor: expected *, found *; it was compiled for a newer GLib than the one that "
      "runs*" },
    { "empty", "empty", "*has no symbol “usher_plugin”, or hides it: end one of its files with*" },
    { "hidden", "hidden", "*has no symbol “usher_plugin”, or hides it: *let nothing hide*" },
  };

  g_test_summary ("A module for another ABI or GLib, or with a symbol that nobody has, is told "
                  "with the way out.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *file = g_strconcat (rows[i].name, ".plugin", NULL);
      g_autofree char *path = g_build_filename (fixture->plugins, file, NULL);

      usher_test_program_add_plugin_like (fixture, rows[i].name, rows[i].module, "");
      usher_test_program_assert_says (fixture, "plugins", 1, rows[i].pattern);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

static void
test_types (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary (
      "Of two plugins with a type of one name the second fails, and both are named with the type.");

  /* GLib's own words are as critical as they are in its later versions */
  usher_test_program_set_variable (fixture, "G_DEBUG", "");
  usher_test_program_add_plugin (fixture, "clash-first", "");
  usher_test_program_add_plugin (fixture, "clash-host", "Requires=clash-first");
  usher_test_program_add_plugin (fixture, "clash-record", "Requires=clash-first");
  usher_test_program_add_plugin (fixture, "clash-service", "Requires=clash-first");
  usher_test_program_add_plugin (fixture, "clash-copy", "Requires=clash-first");
  usher_test_program_assert_says (
      fixture,
      "plugins",
      0,
      "*\nclash-first * configured *",
      "*\nclash-service * failed *: plugin “clash-first” has a type “ClashService” already;*",
      "*\nclash-record * failed *: plugin “clash-first” has a type “ClashFirstRecord” already;*",
      "*\nclash-host * failed *: the host has a type “UsherContext” already; give yours another "
      "name*",
      "*\nclash-copy * failed *: the host has a type “Usher*” already; *a second copy of "
      "libusher*");
}

static void
test_functions (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("Of two plugins that export a function of one name each calls its own.");

  usher_test_program_set_variable (fixture, "G_DEBUG", "");
  usher_test_program_add_plugin (fixture, "clash-first", "");
  usher_test_program_add_plugin (fixture, "clash-record", "");
  usher_test_program_assert_says (fixture,
                                  "plugins",
                                  0,
                                  "*the function of clash-first says clash-first\n*",
                                  "*the function of clash-record says clash-record\n*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_program_add ("/load-faults/file", test_file);
  usher_test_program_add ("/load-faults/unreadable", test_unreadable);
  usher_test_program_add ("/load-faults/kind", test_kind);
  usher_test_program_add ("/load-faults/cut-off", test_cut_off);
  usher_test_program_add ("/load-faults/library", test_library);
  usher_test_program_add ("/load-faults/built", test_built);
  usher_test_program_add ("/load-faults/types", test_types);
  usher_test_program_add ("/load-faults/functions", test_functions);

  return g_test_run ();
}
