/* usher-description.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-description-private.h"

#include <string.h>

struct _UsherDescription
{
  char *uri;           /* (owned) */
  char *admin_uri;     /* (owned) */
  GPtrArray *services; /* (owned) (element-type UsherDeclarations) */
  GPtrArray *routes;   /* (owned) (nullable) (element-type UsherDescribedRoute) */
  GPtrArray *channels; /* (owned) (nullable) (element-type UsherDescribedChannel) */
  GPtrArray *silence;  /* (owned) (element-type UsherAnswerRemark): empty */
};

static void
free_route (gpointer data)
{
  UsherDescribedRoute *route = data;

  g_free (route->path);
  g_ptr_array_unref (route->parameters);
  g_free (route);
}

static void
free_channel (gpointer data)
{
  UsherDescribedChannel *channel = data;

  g_free (channel->id);
  g_array_unref (channel->uses);
  g_free (channel);
}

UsherDescription *
usher_description_new (const char *uri, const char *admin_uri)
{
  UsherDescription *self = g_new0 (UsherDescription, 1);

  self->uri = g_strdup (uri);
  self->admin_uri = g_strdup (admin_uri);
  self->services = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_declarations_unref);
  self->silence = g_ptr_array_new ();

  return self;
}

void
usher_description_free (UsherDescription *self)
{
  g_clear_pointer (&self->routes, g_ptr_array_unref);
  g_clear_pointer (&self->channels, g_ptr_array_unref);
  g_ptr_array_unref (self->services);
  g_ptr_array_unref (self->silence);
  g_free (self->uri);
  g_free (self->admin_uri);
  g_free (self);
}

static int
compare_services (gconstpointer a, gconstpointer b)
{
  UsherDeclarations *const *first = a;
  UsherDeclarations *const *second = b;

  return strcmp (usher_declarations_get_service (*first), usher_declarations_get_service (*second));
}

void
usher_description_add (UsherDescription *self, UsherDeclarations *service)
{
  g_ptr_array_add (self->services, usher_declarations_ref (service));
  g_ptr_array_sort (self->services, compare_services);
}

const char *
usher_description_get_uri (UsherDescription *self)
{
  return self->uri;
}

const char *
usher_description_get_admin_uri (UsherDescription *self)
{
  return self->admin_uri;
}

GPtrArray *
usher_description_get_services (UsherDescription *self)
{
  return self->services;
}

char *
usher_description_make_name (const char *text)
{
  char *name = g_strdup (text);

  return g_strcanon (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-", '_');
}

char *
usher_description_choose_name (GHashTable *names, const char *name)
{
  char *chosen = g_strdup (name);

  for (guint i = 2; g_hash_table_contains (names, chosen); i++)
    {
      g_free (chosen);
      chosen = g_strdup_printf ("%s_%u", name, i);
    }
  g_hash_table_add (names, g_strdup (chosen));

  return chosen;
}

/* (transfer full): the same of all patterns that mean the same paths */
static char *
make_kind (const char *pattern)
{
  g_auto (GStrv) segments = g_strsplit (pattern, "/", -1);

  for (guint i = 0; segments[i] != NULL; i++)
    if (*segments[i] == ':')
      segments[i][1] = '\0';

  return g_strjoinv ("/", segments);
}

static int
is_for_admin (const UsherDescribedRoute *route)
{
  return (usher_route_get_flags (route->route) & USHER_ROUTE_ADMIN) != 0;
}

/* a public one before that of the admin listener with the same path */
static int
compare_routes (gconstpointer a, gconstpointer b)
{
  const UsherDescribedRoute *const *first = a;
  const UsherDescribedRoute *const *second = b;
  g_autofree char *kind = make_kind (usher_route_get_pattern ((*first)->route));
  g_autofree char *other = make_kind (usher_route_get_pattern ((*second)->route));
  int order = strcmp (kind, other);

  if (order == 0)
    order = strcmp (usher_route_get_method ((*first)->route),
                    usher_route_get_method ((*second)->route));

  return order != 0 ? order : is_for_admin (*first) - is_for_admin (*second);
}

static void
append_parameter (GString *path, GPtrArray *parameters, GHashTable *names, const char *segment)
{
  g_autofree char *name = usher_description_make_name (*segment != '\0' ? segment : "parameter");
  char *chosen = usher_description_choose_name (names, name);

  g_string_append_printf (path, "{%s}", chosen);
  g_ptr_array_add (parameters, chosen);
}

static void
fill_path (UsherDescribedRoute *route)
{
  g_auto (GStrv) segments = g_strsplit (usher_route_get_pattern (route->route), "/", -1);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GString *path = g_string_new (NULL);

  for (guint i = 0; segments[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (path, '/');
      if (*segments[i] == ':')
        append_parameter (path, route->parameters, names, segments[i] + 1);
      else
        g_string_append_uri_escaped (path, segments[i], "!$&'()*+,;=:@", FALSE);
    }
  route->path = g_string_free (path, FALSE);
}

static gpointer
copy_name (gconstpointer name, gpointer user_data)
{
  return g_strdup (name);
}

/* Those of one path call its parameters the same, whatever each of them calls its own. */
static void
set_paths (GPtrArray *routes)
{
  g_autofree char *kind = NULL;

  for (guint i = 0; i < routes->len; i++)
    {
      UsherDescribedRoute *route = g_ptr_array_index (routes, i);
      UsherDescribedRoute *before = i > 0 ? g_ptr_array_index (routes, i - 1) : NULL;
      g_autofree char *own = make_kind (usher_route_get_pattern (route->route));

      if (before == NULL || !g_str_equal (own, kind))
        {
          route->parameters = g_ptr_array_new_with_free_func (g_free);
          fill_path (route);
        }
      else
        {
          route->parameters = g_ptr_array_copy (before->parameters, (GCopyFunc) copy_name, NULL);
          g_ptr_array_set_free_func (route->parameters, g_free);
          route->path = g_strdup (before->path);
        }
      g_free (kind);
      kind = g_steal_pointer (&own);
    }
}

static void
add_routes (UsherDescription *self, UsherDeclarations *service)
{
  GPtrArray *endpoints = usher_declarations_get_endpoints (service);

  for (guint i = 0; i < endpoints->len; i++)
    {
      UsherDescribedRoute *route = g_new0 (UsherDescribedRoute, 1);

      route->service = service;
      route->route = usher_endpoint_get_route (g_ptr_array_index (endpoints, i));
      route->remark = usher_remarks_find_route (usher_declarations_get_remarks (service),
                                                usher_route_get_method (route->route),
                                                usher_route_get_pattern (route->route));
      route->answers = route->remark != NULL ? route->remark->answers : self->silence;
      g_ptr_array_add (self->routes, route);
    }
}

GPtrArray *
usher_description_get_routes (UsherDescription *self)
{
  if (self->routes != NULL)
    return self->routes;

  self->routes = g_ptr_array_new_with_free_func (free_route);
  for (guint i = 0; i < self->services->len; i++)
    add_routes (self, g_ptr_array_index (self->services, i));
  g_ptr_array_sort (self->routes, compare_routes);
  set_paths (self->routes);

  return self->routes;
}

static UsherDescribedChannel *
ensure_channel (GPtrArray *channels, const char *name)
{
  UsherDescribedChannel *channel = NULL;

  for (guint i = 0; i < channels->len; i++)
    {
      channel = g_ptr_array_index (channels, i);
      if (g_str_equal (channel->channel, name))
        return channel;
    }

  channel = g_new0 (UsherDescribedChannel, 1);
  channel->channel = name;
  channel->uses = g_array_new (FALSE, FALSE, sizeof (UsherDescribedUse));
  g_ptr_array_add (channels, channel);

  return channel;
}

static void
add_channels (GPtrArray *channels, UsherDeclarations *service)
{
  GPtrArray *events = usher_declarations_get_events (service);
  GPtrArray *listeners = usher_declarations_get_listeners (service);

  for (guint i = 0; i < events->len; i++)
    {
      UsherEventSchema *event = g_ptr_array_index (events, i);
      UsherDescribedChannel *channel =
          ensure_channel (channels, usher_event_schema_get_channel (event));
      const UsherDescribedUse use = { service, NULL };

      if (channel->event == NULL)
        {
          channel->event = event;
          channel->owner = service;
        }
      g_array_append_val (channel->uses, use);
    }

  for (guint i = 0; i < listeners->len; i++)
    {
      const UsherListener *listener = g_ptr_array_index (listeners, i);
      UsherDescribedChannel *channel =
          ensure_channel (channels, usher_listener_get_channel (listener));
      const UsherDescribedUse use = { service, usher_listener_get_group (listener) };

      g_array_append_val (channel->uses, use);
    }
}

static int
compare_channels (gconstpointer a, gconstpointer b)
{
  const UsherDescribedChannel *const *first = a;
  const UsherDescribedChannel *const *second = b;

  return strcmp ((*first)->channel, (*second)->channel);
}

static int
compare_uses (gconstpointer a, gconstpointer b)
{
  const UsherDescribedUse *first = a;
  const UsherDescribedUse *second = b;
  int order = strcmp (usher_declarations_get_service (first->service),
                      usher_declarations_get_service (second->service));

  return order != 0 ? order : g_strcmp0 (first->group, second->group);
}

GPtrArray *
usher_description_get_channels (UsherDescription *self)
{
  g_autoptr (GHashTable) names = NULL;

  if (self->channels != NULL)
    return self->channels;

  names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->channels = g_ptr_array_new_with_free_func (free_channel);
  for (guint i = 0; i < self->services->len; i++)
    add_channels (self->channels, g_ptr_array_index (self->services, i));
  g_ptr_array_sort (self->channels, compare_channels);
  for (guint i = 0; i < self->channels->len; i++)
    {
      UsherDescribedChannel *channel = g_ptr_array_index (self->channels, i);
      g_autofree char *name = g_strdelimit (g_strdup (channel->channel), ":", '.');

      channel->id = usher_description_choose_name (names, name);
      g_array_sort (channel->uses, compare_uses);
    }

  return self->channels;
}
