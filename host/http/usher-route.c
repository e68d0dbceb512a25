/* usher-route.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-route-private.h"

struct _UsherRoute
{
  gatomicrefcount ref_count;
  char *service; /* (owned) (nullable) */
  char *method;  /* (owned) */
  char *pattern; /* (owned) */
  UsherRouteFlags flags;
};

UsherRoute *
usher_route_new (const char *service,
                 const char *method,
                 const char *pattern,
                 UsherRouteFlags flags)
{
  UsherRoute *self = g_new0 (UsherRoute, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->service = g_strdup (service);
  self->method = g_strdup (method);
  self->pattern = g_strdup (pattern);
  self->flags = flags;

  return self;
}

UsherRoute *
usher_route_ref (UsherRoute *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
usher_route_unref (UsherRoute *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->service);
  g_free (self->method);
  g_free (self->pattern);
  g_free (self);
}

const char *
usher_route_get_service (const UsherRoute *self)
{
  return self->service;
}

const char *
usher_route_get_method (const UsherRoute *self)
{
  return self->method;
}

const char *
usher_route_get_pattern (const UsherRoute *self)
{
  return self->pattern;
}

UsherRouteFlags
usher_route_get_flags (const UsherRoute *self)
{
  return self->flags;
}
