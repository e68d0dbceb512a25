/* usher-check.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "usher-admin-listener.h"
#include "usher-commands.h"
#include "usher-setup.h"

/* Binds as “usher run” would, and lets go again. */
static void
check_listener (UsherSetup *setup, const char *listen, const char *token)
{
  g_autoptr (UsherRouter) router = usher_router_new (NULL, 0);
  g_autoptr (UsherAdminListener) listener = usher_admin_listener_new (router, token);
  g_autoptr (GError) error = NULL;

  if (usher_admin_listener_start (listener, listen, &error))
    usher_admin_listener_stop (listener);
  else
    g_ptr_array_add (setup->problems, g_strdup (error->message));
}

static void
check_listeners (UsherSetup *setup)
{
  const char *token = usher_settings_get_string (setup->settings, "admin", "token");

  /* the public one asks for no token */
  check_listener (setup, setup->options->listen, "none");
  check_listener (setup, setup->options->admin, *token != '\0' ? token : NULL);
}

/* A data directory that is not there is not made here; what it would be made in must be writable. */
static void
check_missing_directory (UsherSetup *setup)
{
  g_autofree char *parent = g_canonicalize_filename (setup->options->data, NULL);

  while (!g_file_test (parent, G_FILE_TEST_EXISTS))
    {
      char *next = g_path_get_dirname (parent);

      g_free (parent);
      parent = next;
    }

  if (!g_file_test (parent, G_FILE_TEST_IS_DIR))
    errno = ENOTDIR;
  else if (access (parent, W_OK | X_OK) == 0)
    return;

  g_ptr_array_add (setup->problems,
                   g_strdup_printf ("data directory “%s” cannot be made: %s",
                                    setup->options->data,
                                    g_strerror (errno)));
}

static void
add_failed (const char *name,
            UsherManifest *manifest,
            UsherPluginState state,
            const char *reason,
            gpointer user_data)
{
  UsherSetup *setup = user_data;

  if (state == USHER_PLUGIN_FAILED)
    g_ptr_array_add (setup->problems, g_strdup_printf ("plugin “%s”: %s", name, reason));
}

int
usher_check (const UsherOptions *options)
{
  gboolean is_there = g_file_test (options->data, G_FILE_TEST_EXISTS);
  g_autoptr (UsherSetup) setup =
      usher_setup_new (options, is_there ? USHER_SETUP_ALONE : USHER_SETUP_LOOK);

  if (!is_there)
    check_missing_directory (setup);
  usher_catalog_foreach (setup->catalog, add_failed, setup);
  check_listeners (setup);

  usher_setup_print_problems (setup);
  if (setup->problems->len > 0)
    return EXIT_FAILURE;

  g_print ("nothing is wrong\n");

  return EXIT_SUCCESS;
}
