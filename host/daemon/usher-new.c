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

/* What a plugin is written in. */
typedef struct
{
  const char *name;
  const UsherScaffoldFile *files; /* the first is the licence, of which no other text is at hand */
  guint n_files;
} Language;

static char *author = NULL;
static char *language = NULL;
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
  { "lang",
    0,
    0,
    G_OPTION_ARG_STRING,
    &language,
    "What the plugin is in: c, python or vala, by default c",
    "LANGUAGE" },
  { NULL },
};

static const UsherScaffoldFile c_files[] = {
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

static const UsherScaffoldFile python_files[] = {
  { TEMPLATE ("LGPL-2.1-or-later.txt"), "LICENSES/" LICENSE ".txt" },
  { TEMPLATE ("python/README.md.in"), "README.md" },
  { TEMPLATE ("python/gitignore.in"), ".gitignore" },
  { TEMPLATE ("python/manifest.plugin.in"), "@name@.plugin" },
  { TEMPLATE ("python/service.py.in"), "@module@.py" },
  { TEMPLATE ("python/test.py.in"), "test_@module@.py" },
};

/* what it does is held by the same test as of one in C */
static const UsherScaffoldFile vala_files[] = {
  { TEMPLATE ("LGPL-2.1-or-later.txt"), "LICENSES/" LICENSE ".txt" },
  { TEMPLATE ("vala/README.md.in"), "README.md" },
  { TEMPLATE ("gitignore.in"), ".gitignore" },
  { TEMPLATE ("manifest.plugin.in"), "@name@.plugin.in" },
  { TEMPLATE ("vala/meson.build.in"), "meson.build" },
  { TEMPLATE ("meson_options.txt.in"), "meson_options.txt" },
  { TEMPLATE ("vala/plugin.c.in"), "plugin.c" },
  { TEMPLATE ("vala/service.vala.in"), "@name@.vala" },
  { TEMPLATE ("test.c.in"), "test-@name@.c" },
};

static const Language languages[] = {
  { "c", c_files, G_N_ELEMENTS (c_files) },
  { "python", python_files, G_N_ELEMENTS (python_files) },
  { "vala", vala_files, G_N_ELEMENTS (vala_files) },
};

static const Language *
find_language (const char *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_equal (languages[i].name, name))
      return &languages[i];

  usher_refuse (error, USHER_ERROR_INVALID, "--lang is “%s”, but wants c, python or vala", name);

  return NULL;
}

/* (transfer full): “TicketImages” of “ticket-images” */
static char *
make_type (const char *name)
{
  GString *type = g_string_new (NULL);

  for (const char *at = name; *at != '\0'; at++)
    if (*at != '-')
      g_string_append_c (type, at == name || at[-1] == '-' ? g_ascii_toupper (*at) : *at);

  return g_string_free (type, FALSE);
}

/* (transfer full): “ticket_images” */
static char *
make_module (const char *name)
{
  return g_strdelimit (g_strdup (name), "-", '_');
}

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
write_plugin (const Language *lang,
              const char *name,
              const char *folder,
              const char *id,
              GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *who = choose_author ();
  g_autofree char *copyright = g_strdup_printf ("%d %s", g_date_time_get_year (now), who);
  g_autofree char *type = make_type (name);
  g_autofree char *module = make_module (name);
  const guint skip = g_str_equal (id, LICENSE) ? 0 : 1;
  const UsherScaffoldWord words[] = {
    { "@name@", name },
    { "@module@", module },
    { "@type@", type },
    { "@usher@", PACKAGE_VERSION },
    { "@abi@", G_STRINGIFY (USHER_PLUGIN_ABI) },
    /* so the templates have heads of their own that hold */
    { "2026 The Usher authors", copyright },
    { LICENSE, id },
    { NULL },
  };

  return check_author (who, error) &&
         usher_scaffold_write (folder, lang->files + skip, lang->n_files - skip, words, error);
}

int
usher_new (const UsherOptions *options)
{
  /* the only verb is “plugin” */
  const char *name = options->arguments[1];
  const char *folder = options->arguments[2] != NULL ? options->arguments[2] : name;
  const char *id = license != NULL ? license : LICENSE;
  g_autoptr (GError) error = NULL;
  const Language *lang = find_language (language != NULL ? language : "c", &error);

  if (lang == NULL || !usher_new_name_check (name, options, &error) ||
      !check_license (id, &error) || !write_plugin (lang, name, folder, id, &error))
    {
      g_printerr ("usher: %s\n", error->message);
      return g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID) ? EXIT_USAGE : EXIT_FAILURE;
    }

  g_print ("Plugin “%s” is in %s. %s, and run it beside the others:\n\n",
           name,
           folder,
           lang->files == python_files ? "Test it" : "Build it, test it");
  if (lang->files == python_files)
    usher_next_steps_print_python (folder, name);
  else
    usher_next_steps_print (folder);
  if (!g_str_equal (id, LICENSE))
    g_print ("\nPut the text of the licence into %s/LICENSES/%s.txt.\n", folder, id);

  return EXIT_SUCCESS;
}
