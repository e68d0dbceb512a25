/* usher-gateway-copies.c: the host processes of a gateway, for others
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-gateway-private.h"

static char **
dup_services (UsherRegistration *registration)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < registration->services->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (registration->services, i));

  return g_strv_builder_end (builder);
}

static UsherGatewayCopy *
copy_info_new (const UsherCopy *copy, gint64 now)
{
  UsherGatewayCopy *info = g_new0 (UsherGatewayCopy, 1);

  info->name = g_strdup (copy->registration->name);
  info->pid = copy->registration->pid;
  info->listen = g_strdup (copy->registration->listen);
  info->admin = g_strdup (copy->registration->admin);
  info->services = dup_services (copy->registration);
  info->state = "ready";
  if (copy->is_away || copy->rest_until > now)
    info->state = "away";
  else if (copy->doubt_until > now)
    info->state = "doubtful";
  info->n_in_flight = copy->n_in_flight;
  info->n_requests = copy->n_requests;
  info->n_errors = copy->n_errors;

  return info;
}

/**
 * usher_gateway_list:
 * @self: a gateway
 *
 * Lists the host processes that are registered. Any thread.
 *
 * Returns: (transfer container) (element-type UsherGatewayCopy): the copies
 */
GPtrArray *
usher_gateway_list (UsherGateway *self)
{
  GPtrArray *list = NULL;
  gint64 now = g_get_monotonic_time ();

  g_return_val_if_fail (USHER_IS_GATEWAY (self), NULL);

  list = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_gateway_copy_free);
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->copies->len; i++)
    {
      const UsherCopy *copy = g_ptr_array_index (self->copies, i);

      if (!copy->is_broken)
        g_ptr_array_add (list, copy_info_new (copy, now));
    }
  g_mutex_unlock (&self->mutex);

  return list;
}

static gboolean
has_service (UsherGateway *self, const char *name, gint64 now)
{
  for (guint i = 0; i < self->copies->len; i++)
    {
      UsherCopy *copy = g_ptr_array_index (self->copies, i);

      if (!copy->is_away && copy->rest_until <= now &&
          g_ptr_array_find_with_equal_func (copy->registration->services, name, g_str_equal, NULL))
        return TRUE;
    }

  return FALSE;
}

/**
 * usher_gateway_has_services:
 * @self: a gateway
 * @names: (array zero-terminated=1): names of services
 *
 * Tells whether each of them is served by a registered host that is not known to be away. Any thread.
 *
 * Returns: whether all are served
 */
gboolean
usher_gateway_has_services (UsherGateway *self, const char *const *names)
{
  gint64 now = g_get_monotonic_time ();
  gboolean all = TRUE;

  g_return_val_if_fail (USHER_IS_GATEWAY (self), FALSE);
  g_return_val_if_fail (names != NULL, FALSE);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; names[i] != NULL && all; i++)
    all = has_service (self, names[i], now);
  g_mutex_unlock (&self->mutex);

  return all;
}
