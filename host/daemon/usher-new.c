/* usher-new.c: the command “new”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "usher-commands.h"
#include "usher-error.h"
#include "usher-new-name.h"
#include "usher-next-steps.h"
#include "usher-plugin.h"
#include "usher-scaffold.h"
#include "usher-tool.h"

#define LICENSE     "LGPL-2.1-or-later"
#define MAX_AUTHOR  200
#define TEMPLATE(x) "/org/usher/plugin/" x

static char *author = NULL;
static char *license = NULL;

const GOptionEntry usher_new_entries[] = {
  { "author",
    0,
    0,
    G_OPTION_ARG_STRING,
    &author,
    "Who has the copyright, by default Git's user.name, else who is logged in",
    "NAME" },
  { "license",
    0,
    0,
    G_OPTION_ARG_STRING,
    &license,
    "The SPDX licence of the files, by default " LICENSE,
    "SPDX" },
  { NULL },
};

static const UsherScaffoldFile plugin_files[] = {
  { TEMPLATE ("LGPL-2.1-or-later.txt"), "LICENSES/" LICENSE ".txt" },
  { TEMPLATE ("README.md.in"), "README.md" },
  { TEMPLATE ("clang-format"), ".clang-format" },
  { TEMPLATE ("gitignore.in"), ".gitignore" },
  { TEMPLATE ("manifest.plugin.in"), "@name@.plugin.in" },
  { TEMPLATE ("meson.build.in"), "meson.build" },
  { TEMPLATE ("meson_options.txt.in"), "meson_options.txt" },
  { TEMPLATE ("service.c.in"), "@name@.c" },
  { TEMPLATE ("test.c.in"), "test-@name@.c" },
};

/* (transfer full) */
static char *
choose_author (void)
{
  static const char *const command[] = { "git", "config", "user.name", NULL };
  g_autofree char *name = author != NULL ? g_strdup (author) : usher_tool_ask (command);

  return name != NULL ? g_steal_pointer (&name) : g_strdup (g_get_user_name ());
}

/* It stands in comments of C, of Markdown and of Meson. */
static gboolean
check_author (const char *name, GError **error)
{
  gboolean is_line = g_utf8_validate (name, -1, NULL) && strlen (name) <= MAX_AUTHOR;

  for (const char *at = name; is_line && *at != '\0'; at = g_utf8_next_char (at))
    is_line = g_unichar_isprint (g_utf8_get_char (at));
  if (is_line && *name != '\0' && !g_ascii_isspace (*name) && strstr (name, "*/") == NULL &&
      strstr (name, "--") == NULL)
    return TRUE;

  return usher_refuse (
      error,
      USHER_ERROR_INVALID,
      "the author's name wants a line of at most %d bytes without “*/” and “--”; say "
      "another one with --author",
      MAX_AUTHOR);
}

static gboolean
check_license (const char *id, GError **error)
{
  return g_regex_match_simple ("^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$",
                               id,
                               G_REGEX_DOLLAR_ENDONLY,
                               0) ||
         usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "“%s” is no identifier of a licence, such as " LICENSE " or MIT",
                       id);
}

static gboolean
write_plugin (const char *name, const char *folder, const char *id, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *who = choose_author ();
  g_autofree char *copyright = g_strdup_printf ("%d %s", g_date_time_get_year (now), who);
  const gboolean has_text = g_str_equal (id, LICENSE);
  const UsherScaffoldWord words[] = {
    { "@name@", name },
    { "@usher@", PACKAGE_VERSION },
    { "@abi@", G_STRINGIFY (USHER_PLUGIN_ABI) },
    /* so the templates have heads of their own that hold */
    { "2026 The Usher authors", copyright },
    { LICENSE, id },
    { NULL },
  };

  return check_author (who, error) &&
         /* the first file is the licence, of which no other text is at hand */
         usher_scaffold_write (folder,
                               plugin_files + (has_text ? 0 : 1),
                               G_N_ELEMENTS (plugin_files) - (has_text ? 0 : 1),
                               words,
                               error);
}

int
usher_new (const UsherOptions *options)
{
  /* the only verb is “plugin” */
  const char *name = options->arguments[1];
  const char *folder = options->arguments[2] != NULL ? options->arguments[2] : name;
  const char *id = license != NULL ? license : LICENSE;
  g_autoptr (GError) error = NULL;

  if (!usher_new_name_check (name, options, &error) || !check_license (id, &error) ||
      !write_plugin (name, folder, id, &error))
    {
      g_printerr ("usher: %s\n", error->message);
      return g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID) ? EXIT_USAGE : EXIT_FAILURE;
    }

  g_print ("Plugin “%s” is in %s. Build it, test it, and run it beside the others:\n\n",
           name,
           folder);
  usher_next_steps_print (folder);
  if (!g_str_equal (id, LICENSE))
    g_print ("\nPut the text of the licence into %s/LICENSES/%s.txt.\n", folder, id);

  return EXIT_SUCCESS;
}
