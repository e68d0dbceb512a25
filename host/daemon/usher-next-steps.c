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

/* where the library is described, beside a program that is installed, or in the build tree */
static const char *const places[] = { "../" LIBDIR "/pkgconfig", "../../meson-uninstalled" };

/* (transfer full): @text as a shell takes it, without quotes where it needs none */
static char *
quote (const char *text)
{
  if (text[strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/._+-")] == '\0')
    return g_strdup (text);

  return g_shell_quote (text);
}

/* (transfer full) (nullable): the folder of the description that pkg-config finds */
static char *
ask_pkg_config (void)
{
  const char *const command[] = { "pkg-config", "--variable=pcfiledir", "usher-1", NULL };
  g_autofree char *folder = NULL;

  if (!g_spawn_sync (NULL,
                     (char **) command,
                     NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL,
                     NULL,
                     &folder,
                     NULL,
                     NULL,
                     NULL))
    return NULL;

  return g_canonicalize_filename (g_strstrip (folder), "/");
}

/* (transfer full) (nullable): the folder of the description that belongs to @program */
static char *
find_description (const char *program)
{
  g_autofree char *folder = g_path_get_dirname (program);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *place = g_canonicalize_filename (places[i], folder);

      if (g_file_test (place, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&place);
    }

  return NULL;
}

/* (transfer full): " --pkg-config-path=…", or nothing where it is found without */
static char *
make_option (const char *program)
{
  g_autofree char *ours = find_description (program);
  g_autofree char *found = ask_pkg_config ();
  g_autofree char *quoted = NULL;

  if (ours == NULL || g_strcmp0 (ours, found) == 0)
    return g_strdup ("");

  quoted = quote (ours);

  return g_strdup_printf (" --pkg-config-path=%s", quoted);
}

/* (transfer full): how a shell finds @program */
static char *
choose_command (const char *program)
{
  g_autofree char *found = g_find_program_in_path ("usher");
  g_autofree char *real = found != NULL ? realpath (found, NULL) : NULL;

  return g_strcmp0 (real, program) == 0 ? g_strdup ("usher") : quote (program);
}

void
usher_next_steps_print (const char *folder)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *option = make_option (program != NULL ? program : "");
  g_autofree char *command = choose_command (program != NULL ? program : "usher");
  g_autofree char *quoted = quote (folder);

  g_print ("cd %s%s && meson setup build%s && meson compile -C build\n"
           "meson test -C build\n"
           "%s run --plugins build\n",
           *quoted == '-' ? "./" : "",
           quoted,
           option,
           command);
}
