/* usher-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-service.h"

#include "usher-error.h"

/**
 * UsherService:
 *
 * What a plugin implements.
 *
 * The host makes one object, lets it declare what it has, starts it, and calls the handlers that it
 * declared. A service keeps no mutable state of its own.
 */
G_DEFINE_INTERFACE (UsherService, usher_service, G_TYPE_OBJECT)

static void
usher_service_default_init (UsherServiceInterface *iface)
{
}

/**
 * usher_service_configure: (virtual configure)
 * @self: a service
 * @context: where to declare collections, routes, listeners, timers and settings
 * @error: return location for an error
 *
 * Lets the service declare what it has. Called once, before anything is open.
 *
 * Returns: whether the service can be used
 */
gboolean
usher_service_configure (UsherService *self, UsherContext *context, GError **error)
{
  UsherServiceInterface *iface = NULL;

  g_return_val_if_fail (USHER_IS_SERVICE (self), FALSE);
  g_return_val_if_fail (USHER_IS_CONTEXT (context), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  iface = USHER_SERVICE_GET_IFACE (self);
  if (iface->configure == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "type “%s” does not implement configure()",
                   G_OBJECT_TYPE_NAME (self));
      return FALSE;
    }

  if (iface->configure (self, context, error))
    return TRUE;

  /* a binding may fail without an error */
  if (error != NULL && *error == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_FAILED, "configure() failed without an error");

  return FALSE;
}

/**
 * usher_service_start: (virtual start)
 * @self: a service
 * @context: its context
 * @error: return location for an error
 *
 * Does what is to be done once before the first request, if anything.
 *
 * Returns: whether the service has started
 */
gboolean
usher_service_start (UsherService *self, UsherContext *context, GError **error)
{
  UsherServiceInterface *iface = NULL;

  g_return_val_if_fail (USHER_IS_SERVICE (self), FALSE);
  g_return_val_if_fail (USHER_IS_CONTEXT (context), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  iface = USHER_SERVICE_GET_IFACE (self);
  if (iface->start == NULL || iface->start (self, context, error))
    return TRUE;

  if (error != NULL && *error == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_FAILED, "start() failed without an error");

  return FALSE;
}

/**
 * usher_service_stop: (virtual stop)
 * @self: a service
 * @context: its context
 *
 * Does what is to be done after the last request, if anything.
 */
void
usher_service_stop (UsherService *self, UsherContext *context)
{
  UsherServiceInterface *iface = NULL;

  g_return_if_fail (USHER_IS_SERVICE (self));
  g_return_if_fail (USHER_IS_CONTEXT (context));

  iface = USHER_SERVICE_GET_IFACE (self);
  if (iface->stop != NULL)
    iface->stop (self, context);
}
