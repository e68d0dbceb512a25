/* usher-wants.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-wants-private.h"

#include "usher-settings.h"
#include "usher-version-private.h"

typedef struct
{
  const char *name;  /* (unowned): that is wanted */
  const char *range; /* (unowned): with the versions that will do */
  GPtrArray *names;  /* (owned) (element-type utf8): of all that are there */
  const char
      *found; /* (unowned) (nullable): the version of the one that has the name or provides it */
  gboolean fits;
} Search;

static void
look_at (const char *name,
         UsherManifest *manifest,
         UsherPluginState state,
         const char *reason,
         gpointer user_data)
{
  Search *search = user_data;

  if (manifest == NULL)
    return;

  g_ptr_array_add (search->names, (gpointer) name);
  if (!g_str_equal (name, search->name) &&
      !g_strv_contains (usher_manifest_get_provides (manifest), search->name))
    return;

  search->found = usher_manifest_get_version (manifest);
  search->fits = search->fits || usher_version_range_contains (search->range, search->found);
}

static void
tell (UsherManifest *manifest, const Search *search)
{
  const char *by = usher_manifest_get_name (manifest);
  const char *nearest =
      usher_nearest_word (search->name, (const char *const *) search->names->pdata);

  if (search->found != NULL)
    g_message ("plugin “%s” wants “%s”, but there is version %s", by, search->range, search->found);
  else if (nearest != NULL)
    g_message ("plugin “%s” wants “%s”, which is not there, did you mean “%s”?",
               by,
               search->range,
               nearest);
  else
    g_message ("plugin “%s” wants “%s”, which is not there", by, search->range);
}

void
usher_wants_tell (UsherCatalog *catalog, UsherManifest *manifest)
{
  const char *const *wants = usher_manifest_get_wants (manifest);

  for (guint i = 0; wants[i] != NULL; i++)
    {
      g_autofree char *name = usher_version_range_parse (wants[i], NULL);
      g_autoptr (GPtrArray) names = g_ptr_array_new ();
      Search search = { name, wants[i], names };

      if (name == NULL)
        continue;

      usher_catalog_foreach (catalog, look_at, &search);
      g_ptr_array_add (names, NULL);
      if (!search.fits)
        tell (manifest, &search);
    }
}
