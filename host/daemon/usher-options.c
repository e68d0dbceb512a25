/* usher-options.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-options.h"

#include <gio/gio.h>
#include <string.h>

#include "usher-error.h"

#define LISTEN "127.0.0.1:3000"
#define ADMIN  "127.0.0.1:8222"

void
usher_options_free (UsherOptions *self)
{
  g_strfreev (self->services);
  g_strfreev (self->assignments);
  g_strfreev (self->plugins);
  g_free (self->config);
  g_free (self->data);
  g_free (self->listen);
  g_free (self->admin);
  g_free (self);
}

static gboolean
parse (UsherOptions *self, char ***arguments, const char *summary, GError **error)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &self->config, "Read settings from FILE", "FILE" },
    { "set",
      's',
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &self->assignments,
      "Set one setting; may be repeated",
      "GROUP.KEY=VALUE" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &self->data, "Keep the data in DIR", "DIR" },
    { "listen",
      0,
      0,
      G_OPTION_ARG_STRING,
      &self->listen,
      "Serve the public at ADDR:PORT, by default " LISTEN "; port 0 takes any",
      "ADDR:PORT" },
    { "admin",
      0,
      0,
      G_OPTION_ARG_STRING,
      &self->admin,
      "Serve operators at ADDR:PORT, by default " ADMIN,
      "ADDR:PORT" },
    { "plugins",
      0,
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      &self->plugins,
      "Look for plugins in DIR; may be repeated",
      "DIR" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->services, NULL, "[SERVICE…]" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);

  return g_option_context_parse_strv (context, arguments, error);
}

/* The first folder of a list with colons, as systemd gives $STATE_DIRECTORY. */
static char *
choose_data (void)
{
  const char *state = g_getenv ("STATE_DIRECTORY");

  if (state != NULL && *state != '\0')
    return g_strndup (state, strcspn (state, ":"));

  return g_build_filename (g_get_user_data_dir (), "usher", NULL);
}

static char **
choose_plugins (void)
{
  const char *path = g_getenv ("USHER_PLUGIN_PATH");
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "", ":", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; folders[i] != NULL; i++)
    if (*folders[i] != '\0')
      g_strv_builder_add (builder, folders[i]);
  if (path == NULL || *path == '\0')
    g_strv_builder_add (builder, USHER_PLUGIN_DIR);

  return g_strv_builder_end (builder);
}

/* Whether it looks like ADDR:PORT or [ADDR]:PORT, before anything is opened. */
static gboolean
check_address (const char *option, const char *text, GError **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = g_strndup (text, colon != NULL ? (gsize) (colon - text) : 0);
  gsize length = strlen (host);

  if (length > 1 && host[0] == '[' && host[length - 1] == ']')
    {
      host[length - 1] = '\0';
      memmove (host, host + 1, length - 1);
    }

  if (colon != NULL && (g_str_equal (host, "localhost") || g_hostname_is_ip_address (host)) &&
      g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, NULL, NULL))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "--%s is “%s”, but wants ADDR:PORT, such as %s",
               option,
               text,
               LISTEN);

  return FALSE;
}

static void
add_defaults (UsherOptions *self)
{
  if (self->data == NULL)
    self->data = choose_data ();
  if (self->plugins == NULL)
    self->plugins = choose_plugins ();
  if (self->listen == NULL)
    self->listen = g_strdup (LISTEN);
  if (self->admin == NULL)
    self->admin = g_strdup (ADMIN);
}

UsherOptions *
usher_options_new (int argc, char **argv, const char *summary, GError **error)
{
  g_autoptr (UsherOptions) self = g_new0 (UsherOptions, 1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;

  for (int i = 0; i < argc; i++)
    g_strv_builder_add (builder, argv[i]);
  arguments = g_strv_builder_end (builder);

  if (!parse (self, &arguments, summary, error))
    return NULL;

  add_defaults (self);
  if (!check_address ("listen", self->listen, error) ||
      !check_address ("admin", self->admin, error))
    return NULL;

  return g_steal_pointer (&self);
}
