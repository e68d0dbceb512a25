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
#include "usher-front.h"
#include "usher-host-view-private.h"
#include "usher-own-hub.h"
#include "usher-resources.h"
#include "usher-settings-private.h"
#include "usher-setup.h"
#include "usher-sites.h"

static void
check_admin_listener (UsherSetup *setup, UsherAdminListener *listener, const char *address)
{
  g_autoptr (GError) error = NULL;

  if (address != NULL && !usher_admin_listener_start (listener, address, &error))
    g_ptr_array_add (setup->problems, g_strdup (error->message));
}

/* Binds as “usher run” would, and lets go again. */
static void
check_listeners (UsherSetup *setup)
{
  const UsherOptions *options = setup->options;
  g_autoptr (UsherRouter) router = usher_router_new (NULL, 0);
  g_autoptr (UsherFront) front = usher_front_new (router, NULL, setup->settings, setup->clock);
  g_autoptr (UsherAdminListener) admin = usher_admin_listener_new (router, setup->settings);
  g_autoptr (UsherAdminListener) probe = usher_admin_listener_new_probe (router, setup->settings);
  g_autoptr (GError) error = NULL;

  if (options->listen != NULL && !usher_front_start (front, options->listen, &error))
    g_ptr_array_add (setup->problems, g_strdup (error->message));
  check_admin_listener (setup, admin, options->admin);
  check_admin_listener (setup, probe, options->probe);
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

/* A setting that is wrong is told by itself, and fails its plugin. */
static gboolean
is_told (UsherSetup *setup, const char *reason)
{
  for (guint i = 0; i < setup->problems->len; i++)
    if (g_str_has_suffix (reason, g_ptr_array_index (setup->problems, i)))
      return TRUE;

  return FALSE;
}

static void
add_failed (const char *name,
            UsherManifest *manifest,
            UsherPluginState state,
            const char *reason,
            gpointer user_data)
{
  UsherSetup *setup = user_data;

  if (state == USHER_PLUGIN_FAILED && !is_told (setup, reason))
    g_ptr_array_add (setup->problems, g_strdup_printf ("plugin “%s”: %s", name, reason));
}

/* The host itself listens to these, whatever its services do. */
static void
check_session_channel (UsherSetup *setup, const char *key)
{
  const char *channel = usher_settings_get_string (setup->settings, "session", key);
  g_autofree char *public = usher_settings_dup_public (setup->settings, "session", key);

  if (channel == NULL || *channel == '\0' || usher_event_is_channel (channel))
    return;

  g_ptr_array_add (setup->problems,
                   g_strdup_printf ("setting “session.%s” is “%s”, which can be no channel",
                                    key,
                                    public));
}

static void
check_resources (UsherSetup *setup)
{
  g_autoptr (GError) error = NULL;

  guint n_remote = setup->host != NULL ? usher_sites_count_remote (setup->host) : 0;

  if (!usher_resources_check (setup->n_services, n_remote, &error))
    g_ptr_array_add (setup->problems, g_strdup (error->message));
}

/* What earlier runs have stored must fit what the services declare now, and the log be the one that they had. */
static void
check_stores (UsherSetup *setup)
{
  for (guint i = 0; setup->host != NULL && i < usher_host_get_n_lanes (setup->host); i++)
    {
      UsherLane *lane = usher_host_get_lane (setup->host, i);
      g_autoptr (GError) error = NULL;
      UsherReach reach;

      if ((!usher_lane_check (lane, &reach, &error) ||
           !usher_own_hub_check (setup, &reach, &error)) &&
          !is_told (setup, error->message))
        g_ptr_array_add (setup->problems,
                         g_strdup_printf ("service “%s” would not start: %s",
                                          usher_lane_get_name (lane),
                                          error->message));
    }
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
  check_stores (setup);
  check_listeners (setup);
  check_session_channel (setup, "revoke-channel");
  check_session_channel (setup, "restore-channel");
  check_session_channel (setup, "ended-channel");
  check_resources (setup);

  usher_setup_print_problems (setup);
  if (setup->problems->len > 0)
    return EXIT_FAILURE;

  g_print ("nothing is wrong\n");

  return EXIT_SUCCESS;
}
