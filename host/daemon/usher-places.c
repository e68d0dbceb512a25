/* usher-places.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-places.h"

#include "usher-error.h"

struct _UsherPlace
{
  char *prefix; /* (owned): what its paths begin with */
  JsonObject
      *services; /* (owned) (nullable): with the names of its services; NULL: a host by itself */
};

static void
place_free (gpointer data)
{
  UsherPlace *place = data;

  g_clear_pointer (&place->services, json_object_unref);
  g_free (place->prefix);
  g_free (place);
}

static void
add_place (GPtrArray *places, const char *process, JsonObject *services)
{
  UsherPlace *place = g_new0 (UsherPlace, 1);
  g_autofree char *escaped = process != NULL ? g_uri_escape_string (process, NULL, FALSE) : NULL;

  place->prefix = escaped != NULL ? g_strconcat ("/processes/", escaped, NULL) : g_strdup ("");
  place->services = services != NULL ? json_object_ref (services) : NULL;
  g_ptr_array_add (places, place);
}

gboolean
usher_place_has_service (const UsherPlace *place, const char *service)
{
  for (guint i = 0; i < usher_answer_get_length (place->services, "services"); i++)
    {
      g_autofree char *path = g_strdup_printf ("services.%u", i);

      if (g_strcmp0 (usher_answer_get_text (place->services, path), service) == 0)
        return TRUE;
    }

  return place->services == NULL;
}

GPtrArray *
usher_places_list (UsherAdminClient *client, GError **error)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
  g_autoptr (GError) trouble = NULL;
  g_autoptr (JsonObject) processes = usher_admin_client_list (client, "/processes", &trouble);

  if (g_error_matches (trouble, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    add_place (places, NULL, NULL);
  else if (processes == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return NULL;
    }

  for (guint i = 0; i < usher_answer_get_length (processes, "items"); i++)
    {
      JsonObject *process = usher_answer_get_item (processes, "items", i);
      const char *name = usher_answer_get_text (process, "name");

      if (name != NULL && usher_answer_get_text (process, "instance") != NULL &&
          usher_answer_get_length (process, "services") > 0)
        add_place (places, name, process);
    }

  return g_steal_pointer (&places);
}

const char *
usher_place_get_prefix (const UsherPlace *place)
{
  return place->prefix;
}

const char *
usher_place_get_process (const UsherPlace *place)
{
  return place->services != NULL ? usher_answer_get_text (place->services, "name") : NULL;
}
