/* usher-gateway-copy.h: a host process that a gateway knows, as it was when it was asked for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherGatewayCopy:
 * @name: the name
 * @pid: as the process said
 * @listen: (nullable): where its front listens
 * @admin: (nullable): where its admin listener does
 * @services: its services
 * @state: `ready`, `doubtful` (it let a request time out) or `away`
 * @n_in_flight: requests that it has
 * @n_requests: requests that it answered
 * @n_errors: requests that it took and did not answer
 *
 * A host process that a gateway knows, as it was when it was asked for.
 */
typedef struct
{
  char *name;
  gint64 pid;
  char *listen;
  char *admin;
  GStrv services;
  const char *state; /* static */
  guint n_in_flight;
  guint64 n_requests;
  guint64 n_errors;
} UsherGatewayCopy;

#define USHER_TYPE_GATEWAY_COPY (usher_gateway_copy_get_type ())

USHER_API
GType usher_gateway_copy_get_type (void);
USHER_API
UsherGatewayCopy *usher_gateway_copy_copy (const UsherGatewayCopy *self);
USHER_API
void usher_gateway_copy_free (UsherGatewayCopy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherGatewayCopy, usher_gateway_copy_free)

G_END_DECLS
