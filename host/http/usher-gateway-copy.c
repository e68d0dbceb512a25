/* usher-gateway-copy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-gateway-copy.h"

G_DEFINE_BOXED_TYPE (UsherGatewayCopy,
                     usher_gateway_copy,
                     usher_gateway_copy_copy,
                     usher_gateway_copy_free)

/**
 * usher_gateway_copy_copy:
 * @self: what is known of a process
 *
 * Copies what is known of a process.
 *
 * Returns: (transfer full): the copy
 */
UsherGatewayCopy *
usher_gateway_copy_copy (const UsherGatewayCopy *self)
{
  UsherGatewayCopy *copy = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (UsherGatewayCopy, 1);
  *copy = *self;
  copy->name = g_strdup (self->name);
  copy->listen = g_strdup (self->listen);
  copy->admin = g_strdup (self->admin);
  copy->services = g_strdupv (self->services);

  return copy;
}

/**
 * usher_gateway_copy_free:
 * @self: (transfer full): what is known of a process
 *
 * Frees it.
 */
void
usher_gateway_copy_free (UsherGatewayCopy *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->name);
  g_free (self->listen);
  g_free (self->admin);
  g_strfreev (self->services);
  g_free (self);
}
