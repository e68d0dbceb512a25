/* usher-gateway-registry.c: which host processes there are, and what they serve
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "usher-admin-forward.h"
#include "usher-error.h"
#include "usher-gateway-private.h"
#include "usher-listen-address-private.h"
#include "usher-request-private.h"
#include "usher-router-private.h"

#define SUFFIX ".json"

UsherCopy *
usher_copy_ref (UsherCopy *copy)
{
  g_atomic_ref_count_inc (&copy->ref_count);

  return copy;
}

void
usher_copy_unref (gpointer data)
{
  UsherCopy *copy = data;

  if (!g_atomic_ref_count_dec (&copy->ref_count))
    return;

  usher_registration_free (copy->registration);
  g_free (copy);
}

void
usher_gateway_route_free (gpointer data)
{
  UsherGatewayRoute *route = data;

  usher_route_unref (route->route);
  usher_route_unref (route->told);
  g_ptr_array_unref (route->copies);
  g_free (route);
}

static gboolean
is_better (const UsherCopy *copy, const UsherCopy *than, const UsherCopy *last, gint64 now)
{
  gboolean doubtful = copy->doubt_until > now;

  if (copy == last || than == last)
    return than == last;
  if (doubtful != (than->doubt_until > now))
    return !doubtful;

  return copy->n_in_flight < than->n_in_flight;
}

/* The least busy, in turn. */
UsherCopy *
usher_gateway_choose (UsherGateway *self,
                      UsherGatewayRoute *route,
                      const UsherCopy *last,
                      gint64 now)
{
  guint n = route->copies->len;
  UsherCopy *best = NULL;

  for (guint i = 0; i < n; i++)
    {
      UsherCopy *copy = g_ptr_array_index (route->copies, (route->turn + i) % n);

      if (copy->rest_until <= now && (best == NULL || is_better (copy, best, last, now)))
        best = copy;
    }
  route->turn++;
  if (best == NULL)
    return NULL;

  best->n_in_flight++;

  return usher_copy_ref (best);
}

static void
set_address (UsherCopy *copy, const char *listen)
{
  gsize scheme = g_str_has_prefix (listen, "http://") ? strlen ("http://") : 0;
  g_autoptr (GSocketAddress) address = usher_listen_address_parse (listen + scheme, NULL);

  if (address != NULL &&
      g_socket_address_to_native (address, &copy->address, sizeof copy->address, NULL))
    copy->length = (socklen_t) g_socket_address_get_native_size (address);
}

static UsherCopy *
copy_new (UsherGateway *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherRegistration) registration =
      usher_registration_read (self->directory, name, &error);
  UsherCopy *copy = g_new0 (UsherCopy, 1);

  g_atomic_ref_count_init (&copy->ref_count);
  copy->gateway = self;
  copy->probe.fd = -1;
  if (registration == NULL)
    {
      g_message ("%s", error->message);
      registration = usher_registration_new (name);
      copy->is_broken = TRUE;
    }

  if (registration->listen != NULL)
    set_address (copy, registration->listen);
  copy->registration = g_steal_pointer (&registration);

  return copy;
}

static UsherCopy *
find_copy (UsherGateway *self, const char *name)
{
  for (guint i = 0; i < self->copies->len; i++)
    {
      UsherCopy *copy = g_ptr_array_index (self->copies, i);

      if (strcmp (copy->registration->name, name) == 0)
        return copy;
    }

  return NULL;
}

static void
drop_copy (UsherGateway *self, UsherCopy *copy)
{
  g_info ("file “%s.json” has left", copy->registration->name);
  copy->is_listed = FALSE;
  if (copy->probe.fd >= 0)
    usher_loop_remove (self->loop, &copy->probe);
  g_ptr_array_remove (self->copies, copy);
}

/* Returns whether there is something new. */
static gboolean
look_at (UsherGateway *self, const char *name)
{
  g_autofree char *path = usher_registration_make_path (self->directory, name);
  UsherCopy *copy = find_copy (self, name);
  struct stat info = { 0 };
  gint64 changed = 0;

  if (lstat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return FALSE;

  changed = (gint64) info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
  if (copy != NULL && copy->inode == info.st_ino && copy->changed == changed)
    {
      copy->is_listed = TRUE;
      return FALSE;
    }

  if (copy != NULL)
    drop_copy (self, copy);
  copy = copy_new (self, name);
  copy->inode = info.st_ino;
  copy->changed = changed;
  copy->is_listed = TRUE;
  g_ptr_array_add (self->copies, copy);
  g_info ("file “%s” has come", path);

  return TRUE;
}

static gboolean
look_at_all (UsherGateway *self, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (self->directory, 0, error);
  const char *file = NULL;
  gboolean is_new = FALSE;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = NULL;

      if (!g_str_has_suffix (file, SUFFIX))
        continue;
      name = g_strndup (file, strlen (file) - strlen (SUFFIX));
      if (usher_registration_is_name (name))
        is_new = look_at (self, name) || is_new;
    }

  return is_new;
}

static gboolean
drop_unlisted (UsherGateway *self)
{
  gboolean dropped = FALSE;

  for (guint i = self->copies->len; i > 0; i--)
    {
      UsherCopy *copy = g_ptr_array_index (self->copies, i - 1);

      if (copy->is_listed)
        continue;
      drop_copy (self, copy);
      dropped = TRUE;
    }

  return dropped;
}

/* Names of parameters do not matter. */
static char *
make_key (const UsherRoute *route)
{
  GString *key =
      g_string_new ((usher_route_get_flags (route) & USHER_ROUTE_ADMIN) != 0 ? "admin " : "");
  gboolean skips = FALSE;

  g_string_append_printf (key, "%s ", usher_route_get_method (route));
  for (const char *pattern = usher_route_get_pattern (route); *pattern != '\0'; pattern++)
    {
      if (*pattern == '/')
        skips = FALSE;
      if (!skips)
        g_string_append_c (key, *pattern);
      if (*pattern == ':')
        skips = TRUE;
    }

  return g_string_free (key, FALSE);
}

static gboolean
is_of_service (const UsherRoute *route, const UsherRoute *other)
{
  return g_str_equal (usher_route_get_service (route), usher_route_get_service (other));
}

/* Two services have one route, so requests of one of them go to the other. */
static void
note_collision (UsherGateway *self, const UsherRoute *told, const UsherRoute *taken)
{
  g_autofree char *collision =
      g_strdup_printf ("route “%s %s” of service “%s” is taken by service “%s”",
                       usher_route_get_method (told),
                       usher_route_get_pattern (told),
                       usher_route_get_service (told),
                       usher_route_get_service (taken));

  g_message ("%s", collision);
  if (self->collision == NULL)
    self->collision = g_steal_pointer (&collision);
}

/* Returns whether the route is new, or another than it was. */
static gboolean
add_route (UsherGateway *self, UsherCopy *copy, UsherRoute *told)
{
  g_autofree char *key = make_key (told);
  UsherGatewayRoute *route = g_hash_table_lookup (self->keys, key);
  gboolean is_new = route == NULL;

  if (route == NULL)
    {
      route = g_new0 (UsherGatewayRoute, 1);
      route->gateway = self;
      route->route = usher_route_ref (told);
      route->told = usher_route_ref (told);
      route->copies = g_ptr_array_new ();
      g_ptr_array_add (self->routes, route);
      g_hash_table_insert (self->keys, g_steal_pointer (&key), route);
    }

  if (route->copies->len > 0 && !is_of_service (route->told, told))
    {
      note_collision (self, told, route->told);
      return is_new;
    }

  is_new = is_new || usher_route_get_flags (route->told) != usher_route_get_flags (told);
  usher_route_unref (route->told);
  route->told = usher_route_ref (told);
  g_ptr_array_add (route->copies, copy);

  return is_new;
}

/* The listener looks at a table that never changes, while we make the next. */
static void
publish_routes (UsherGateway *self, UsherRouter *router, gboolean is_admin)
{
  g_autoptr (UsherRouter) table = usher_router_new (NULL, usher_router_get_max_body (router));

  for (guint i = 0; i < self->routes->len; i++)
    {
      UsherGatewayRoute *route = g_ptr_array_index (self->routes, i);
      UsherRouteFlags told = usher_route_get_flags (route->told);
      UsherRouteFlags flags =
          told == USHER_ROUTE_SIGNED_IN ? USHER_ROUTE_CREDENTIALS : USHER_ROUTE_NONE;
      UsherRouteFunc func = is_admin ? usher_gateway_take_operator : usher_gateway_take;
      g_autoptr (GError) error = NULL;

      if (((told & USHER_ROUTE_ADMIN) != 0) == is_admin &&
          !usher_router_add (table,
                             usher_route_get_method (route->route),
                             usher_route_get_pattern (route->route),
                             flags,
                             func,
                             route,
                             NULL,
                             &error))
        g_message ("a route of “%s” is left out: %s",
                   usher_route_get_service (route->told),
                   error->message);
    }

  usher_router_follow (router, table);
}

void
usher_gateway_take_operator (UsherExchange *exchange, gpointer data)
{
  UsherGatewayRoute *route = data;
  UsherGateway *self = route->gateway;
  g_autofree char *admin = NULL;
  UsherCopy *copy = NULL;

  g_mutex_lock (&self->mutex);
  copy = usher_gateway_choose (self, route, NULL, g_get_monotonic_time ());
  if (copy != NULL)
    {
      admin = g_strdup (copy->registration->admin);
      copy->n_in_flight--;
      usher_copy_unref (copy);
    }
  g_mutex_unlock (&self->mutex);

  if (admin == NULL)
    {
      g_autoptr (UsherExchange) owned = exchange;

      usher_reply_refuse (usher_exchange_get_reply (owned), 503, "No process has the service now");
      usher_exchange_finish (owned);
      return;
    }

  usher_admin_forward (exchange, admin, NULL);
}

static void
assign_routes (UsherGateway *self)
{
  gboolean is_new = FALSE;

  g_clear_pointer (&self->collision, g_free);
  for (guint i = 0; i < self->routes->len; i++)
    g_ptr_array_set_size (((UsherGatewayRoute *) g_ptr_array_index (self->routes, i))->copies, 0);

  for (guint i = 0; i < self->copies->len; i++)
    {
      UsherCopy *copy = g_ptr_array_index (self->copies, i);

      for (guint j = 0; copy->length > 0 && j < copy->registration->routes->len; j++)
        is_new =
            add_route (self, copy, g_ptr_array_index (copy->registration->routes, j)) || is_new;
    }

  if (!is_new)
    return;

  publish_routes (self, self->router, FALSE);
  if (self->operators != NULL)
    publish_routes (self, self->operators, TRUE);
}

/* (transfer full) (nullable) */
static char *
find_trouble (UsherGateway *self, const GError *error)
{
  if (self->is_draining)
    return g_strdup ("the gateway is stopping");
  if (error != NULL)
    return g_strdup_printf ("run directory “%s” cannot be read: %s",
                            self->directory,
                            error->message);

  for (guint i = 0; i < self->copies->len; i++)
    if (!((UsherCopy *) g_ptr_array_index (self->copies, i))->is_broken)
      return g_strdup (self->collision);

  return g_strdup_printf ("no host is registered in “%s”", self->directory);
}

gboolean
usher_gateway_look_for_trouble (UsherGateway *self, const GError *error)
{
  g_autofree char *before = g_steal_pointer (&self->trouble);

  self->trouble = find_trouble (self, error);

  return g_strcmp0 (self->trouble, before) != 0;
}

gboolean
usher_gateway_scan (UsherGateway *self)
{
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  for (guint i = 0; i < self->copies->len; i++)
    ((UsherCopy *) g_ptr_array_index (self->copies, i))->is_listed = FALSE;

  changed = look_at_all (self, &error);
  changed = drop_unlisted (self) || changed;
  if (changed)
    assign_routes (self);

  return usher_gateway_look_for_trouble (self, error);
}
