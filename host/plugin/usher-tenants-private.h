/* usher-tenants-private.h: all services of a host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-tenant-private.h"

G_BEGIN_DECLS

/* Filled before the start and not changed after it. Lanes: any thread; the rest: who starts and stops the host. */
typedef struct _UsherTenants UsherTenants;

/* Is told that a service has come further. */
typedef void (*UsherTenantsMovedFunc) (const char *service, gpointer user_data);

UsherTenants *usher_tenants_new (UsherTenantsMovedFunc func, gpointer user_data);
void usher_tenants_free (UsherTenants *self);
/* lets @tenant, which is taken over, declare what it has; one that fails is kept apart, since a router forgets no route: those
 * that it has already are answered 404 */
gboolean usher_tenants_add (UsherTenants *self,
                            UsherTenant *tenant,
                            UsherRouter *router,
                            UsherRouter *operators,
                            GError **error);
/* (nullable): also one that is kept apart */
UsherTenant *usher_tenants_find (UsherTenants *self, const char *service);
guint usher_tenants_get_n (UsherTenants *self);
UsherLane *usher_tenants_get_lane (UsherTenants *self, guint index);
/* how far those that were added have come, all of them */
void usher_tenants_move (UsherTenants *self, UsherPluginState state, const char *reason);
/* NULL with NOT_FOUND */
UsherLane *usher_tenants_find_lane (UsherTenants *self, const char *service, GError **error);
/* starts them in their order, then their tickers; @bus: (nullable) */
gboolean usher_tenants_start (UsherTenants *self, UsherBus *bus, GError **error);
gboolean usher_tenants_subscribe (UsherTenants *self, UsherBus *bus, GError **error);
/* no timer fires any more */
void usher_tenants_rest (UsherTenants *self);
/* whoever waits for a document gets his answer now */
void usher_tenants_give_up (UsherTenants *self);
gboolean usher_tenants_is_idle (UsherTenants *self);
void usher_tenants_stop_tickers (UsherTenants *self);
/* stops them in the opposite order, all of them; the first error counts */
gboolean usher_tenants_stop (UsherTenants *self, GError **error);
/* ends the calling thread's reads in all stores */
void usher_tenants_end_reads (UsherTenants *self);

G_END_DECLS
