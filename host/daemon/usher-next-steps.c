/* usher-next-steps.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-next-steps.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "usher-tool.h"

/* where the library is described, beside a program that is installed, and in the build tree */
#define INSTALLED "../" LIBDIR "/pkgconfig"
#define BUILT     "../../meson-uninstalled"

/* (transfer full): @text as a shell takes it, without quotes where it needs none */
static char *
quote (const char *text)
{
  if (text[strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/._+-")] == '\0')
    return g_strdup (text);

  return g_shell_quote (text);
}

/* (transfer full) (nullable): a folder that belongs to @program, if it is there */
static char *
find_beside (const char *program, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (program);
  g_autofree char *place = g_canonicalize_filename (path, folder);

  return g_file_test (place, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&place) : NULL;
}

/* (transfer full): " --pkg-config-path=…", or nothing where it is found without. @built: (nullable) */
static char *
make_option (const char *program, const char *built)
{
  static const char *const command[] = { "pkg-config", "--variable=pcfiledir", "usher-1", NULL };
  g_autofree char *installed = find_beside (program, INSTALLED);
  g_autofree char *found = usher_tool_ask (command);
  g_autofree char *place = found != NULL ? g_canonicalize_filename (found, "/") : NULL;
  g_autofree char *quoted = NULL;

  if (built == NULL && (installed == NULL || g_strcmp0 (installed, place) == 0))
    return g_strdup ("");

  quoted = quote (built != NULL ? built : installed);

  return g_strdup_printf (" --pkg-config-path=%s", quoted);
}

/* (transfer full): how a shell finds @program */
static char *
choose_command (const char *program, const char *built)
{
  g_autofree char *found = g_find_program_in_path ("usher");
  g_autofree char *real = found != NULL ? realpath (found, NULL) : NULL;

  return built == NULL && g_strcmp0 (real, program) == 0 ? g_strdup ("usher") : quote (program);
}

void
usher_next_steps_print (const char *folder)
{
  g_autofree char *link = g_file_read_link ("/proc/self/exe", NULL);
  const char *program = link != NULL ? link : "usher";
  /* the environment of “develop exec” is not that of the shell which is given the lines */
  g_autofree char *built = find_beside (program, BUILT);
  g_autofree char *option = make_option (program, built);
  g_autofree char *command = choose_command (program, built);
  g_autofree char *quoted = quote (folder);

  g_print ("cd %s%s && meson setup build%s && meson compile -C build\n"
           "meson test -C build\n"
           "%s run --plugins build\n",
           *quoted == '-' ? "./" : "",
           quoted,
           option,
           command);
}

void
usher_next_steps_print_python (const char *folder, const char *name)
{
  g_autofree char *link = g_file_read_link ("/proc/self/exe", NULL);
  const char *program = link != NULL ? link : "usher";
  g_autofree char *built = find_beside (program, BUILT);
  g_autofree char *packages = find_beside (program, USHER_PYTHON_FROM_PROGRAM);
  g_autofree char *command = choose_command (program, built);
  g_autofree char *quoted = quote (folder);
  g_autofree char *path = packages != NULL ? quote (packages) : NULL;
  g_autofree char *module = g_strdelimit (g_strdup (name), "-", '_');

  g_print ("cd %s%s\n"
           "%s%s%s/usr/bin/python3 test_%s.py\n"
           "%s run --plugins .\n",
           *quoted == '-' ? "./" : "",
           quoted,
           path != NULL ? "PYTHONPATH=" : "",
           path != NULL ? path : "",
           path != NULL ? " " : "",
           module,
           command);
}
