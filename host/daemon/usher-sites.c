/* usher-sites.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sites.h"

#include <string.h>

#include "usher-host-view-private.h"
#include "usher-store-uri.h"

/* what stands for a service where none is known */
#define ANY "service"

/* Several services may have the same address. */
static void
add_once (GPtrArray *problems, const char *problem)
{
  if (!g_ptr_array_find_with_equal_func (problems, problem, g_str_equal, NULL))
    g_ptr_array_add (problems, g_strdup (problem));
}

static void
check_base (UsherSettings *settings, GPtrArray *problems)
{
  const char *base = usher_settings_get_string (settings, "store", "uri");
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;

  if (base == NULL || *base == '\0')
    return;

  uri = usher_store_make_uri (base, ANY, &error);
  if (uri == NULL)
    {
      g_prefix_error_literal (&error, "setting “store.uri”: ");
      add_once (problems, error->message);
    }
}

void
usher_sites_check (UsherHost *host, UsherSettings *settings, GPtrArray *problems)
{
  guint n = usher_host_get_n_lanes (host);

  if (n == 0)
    check_base (settings, problems);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!usher_lane_check_site (usher_host_get_lane (host, i), &error))
        add_once (problems, error->message);
    }
}

char *
usher_sites_dup_public (const char *value)
{
  return strstr (value, "://") != NULL ? usher_store_uri_dup_public (value) : g_strdup (value);
}

/* “USER@” alone tells nothing that opens anything. */
gboolean
usher_sites_has_password (const char *value)
{
  const char *place = strstr (value, "://");
  const char *at = place != NULL ? strrchr (place, '@') : NULL;
  const char *colon = place != NULL ? strchr (place + strlen ("://"), ':') : NULL;

  return at != NULL && colon != NULL && colon < at;
}
