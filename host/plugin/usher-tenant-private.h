/* usher-tenant-private.h: a service in its host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-catalog.h"
#include "usher-lane-private.h"
#include "usher-router.h"
#include "usher-service.h"

G_BEGIN_DECLS

/* The service, what it declared, and the lane it runs in. Of the thread that starts and stops the host. */
typedef struct _UsherTenant UsherTenant;

/* @sessions: the host's */
UsherTenant *usher_tenant_new (const char *name,
                               UsherService *service,
                               UsherSessions *sessions,
                               const UsherLaneGround *ground);
void usher_tenant_free (UsherTenant *self);
UsherLane *usher_tenant_get_lane (UsherTenant *self);
/* how far it has come, and why */
void usher_tenant_set_state (UsherTenant *self, UsherPluginState state, const char *reason);
UsherPluginState usher_tenant_get_state (UsherTenant *self);
const char *usher_tenant_get_reason (UsherTenant *self);
/* lets the service declare what it has, and takes that over; but for its routes, which come last */
gboolean usher_tenant_configure (UsherTenant *self, GError **error);
gboolean usher_tenant_add_routes (UsherTenant *self,
                                  UsherRouter *router,
                                  UsherRouter *operators,
                                  GError **error);
/* opens the store, with @bus (nullable) relays what an earlier run left, and starts the service */
gboolean usher_tenant_start (UsherTenant *self, UsherBus *bus, GError **error);
/* nothing is under way any more */
void usher_tenant_stop (UsherTenant *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTenant, usher_tenant_free)

G_END_DECLS
