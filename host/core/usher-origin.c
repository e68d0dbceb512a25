/* usher-origin.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-origin.h"

G_DEFINE_BOXED_TYPE (UsherOrigin, usher_origin, usher_origin_copy, usher_origin_free)

/**
 * usher_origin_new:
 * @correlation: (nullable): the request or event that it goes back to at first
 * @causation: (nullable): the event that led to it straight
 * @traceparent: (nullable): the W3C trace context
 *
 * Makes an origin of what is known.
 *
 * Returns: (transfer full): the origin
 */
UsherOrigin *
usher_origin_new (const char *correlation, const char *causation, const char *traceparent)
{
  UsherOrigin *self = g_new0 (UsherOrigin, 1);

  self->correlation = g_strdup (correlation);
  self->causation = g_strdup (causation);
  self->traceparent = g_strdup (traceparent);

  return self;
}

/**
 * usher_origin_copy:
 * @self: an origin
 *
 * Copies an origin and its strings.
 *
 * Returns: (transfer full): the copy
 */
UsherOrigin *
usher_origin_copy (const UsherOrigin *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return usher_origin_new (self->correlation, self->causation, self->traceparent);
}

/**
 * usher_origin_free:
 * @self: (transfer full): an origin
 *
 * Frees an origin and its strings.
 */
void
usher_origin_free (UsherOrigin *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->correlation);
  g_free (self->causation);
  g_free (self->traceparent);
  g_free (self);
}
