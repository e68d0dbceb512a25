/* usher-host-register.c: how others find a host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "usher-error.h"
#include "usher-host-private.h"
#include "usher-host-view-private.h"
#include "usher-registration-private.h"

static void
add_lane (UsherRegistration *registration, UsherLane *lane)
{
  GPtrArray *endpoints = usher_declarations_get_endpoints (usher_lane_get_declarations (lane));

  g_ptr_array_add (registration->services, g_strdup (usher_lane_get_name (lane)));
  for (guint i = 0; i < endpoints->len; i++)
    {
      UsherRoute *route = usher_endpoint_get_route (g_ptr_array_index (endpoints, i));

      g_ptr_array_add (registration->routes, usher_route_ref (route));
    }
}

/**
 * usher_host_register:
 * @self: a host that is ready and listens
 * @run_directory: where hosts are looked for, made with mode 0700 when it is missing
 * @name: the name of the host, which no other in the directory has
 * @error: return location for a [error@Error]
 *
 * Tells others where the host listens and which routes it serves, in `run_directory/name.json`. The first act of
 * [method@Host.stop] is to take that back. A host that is killed leaves the file.
 *
 * Returns: whether it is registered; `USHER_ERROR_INVALID` for a name that is none, `USHER_ERROR_UNAVAILABLE` when
 *   the file cannot be written
 */
gboolean
usher_host_register (UsherHost *self, const char *run_directory, const char *name, GError **error)
{
  g_autoptr (UsherRegistration) registration = NULL;

  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (run_directory != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (self->registered == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!usher_registration_is_name (name))
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "“%s” is no name for a host", name);
      return FALSE;
    }

  if (g_mkdir_with_parents (run_directory, 0700) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "run directory “%s” cannot be made: %s",
                   run_directory,
                   g_strerror (errno));
      return FALSE;
    }

  registration = usher_registration_new (name);
  registration->listen = g_strdup (usher_host_get_uri (self));
  registration->admin = g_strdup (usher_host_get_admin_uri (self));
  for (guint i = 0; i < usher_host_get_n_lanes (self); i++)
    add_lane (registration, usher_host_get_lane (self, i));

  if (!usher_registration_write (registration, run_directory, error))
    return FALSE;

  self->registered = usher_registration_make_path (run_directory, name);

  return TRUE;
}
