/* usher-sites.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sites.h"

#include <string.h>

#include "usher-host-view-private.h"
#include "usher-store-site-private.h"
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

  uri = usher_store_site_make_uri (settings, "store", "uri", ANY, &error);
  if (uri == NULL)
    add_once (problems, error->message);
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

guint
usher_sites_count_remote (UsherHost *host)
{
  guint n = 0;

  for (guint i = 0; i < usher_host_get_n_lanes (host); i++)
    n += usher_store_site_is_remote (usher_host_get_settings (host),
                                     usher_lane_get_name (usher_host_get_lane (host, i)));

  return n;
}

/* What is looked for on the way through a catalog. */
typedef struct
{
  UsherSettings *settings; /* (unowned) */
  const char *directory;   /* (unowned) */
  GPtrArray *places;       /* (unowned) */
} Search;

static void
add_elsewhere (const char *name,
               UsherManifest *manifest,
               UsherPluginState state,
               const char *reason,
               gpointer user_data)
{
  const Search *search = user_data;
  g_autofree char *uri = NULL;
  g_autofree char *own = NULL;
  g_autofree char *public = NULL;

  if (manifest == NULL || !usher_store_site_declare_settings (search->settings, name, NULL))
    return;

  uri = usher_store_site_dup_uri (search->settings, name, search->directory, NULL);
  own = g_strdup_printf ("sqlite:%s/%s.db", search->directory, name);
  if (uri == NULL || g_str_equal (uri, own))
    return;

  public = usher_store_uri_dup_public (uri);
  g_ptr_array_add (search->places, g_strdup_printf ("the database of “%s”, %s", name, public));
}

GPtrArray *
usher_sites_list_elsewhere (UsherSettings *settings, UsherCatalog *catalog, const char *directory)
{
  Search search = { settings, directory, g_ptr_array_new_with_free_func (g_free) };

  usher_catalog_foreach (catalog, add_elsewhere, &search);

  return search.places;
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
