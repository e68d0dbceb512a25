/* usher-host-class.h: services, their stores, the bus and the listeners, as one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-bus.h"
#include "usher-clock.h"
#include "usher-event.h"
#include "usher-gateway.h"
#include "usher-reply.h"
#include "usher-request.h"
#include "usher-router.h"
#include "usher-service.h"
#include "usher-settings.h"

G_BEGIN_DECLS

#define USHER_TYPE_HOST (usher_host_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherHost, usher_host, USHER, HOST, GObject)

/* declares the host's own settings (groups host, http, bus, session, store) on @settings */
USHER_API
gboolean usher_host_declare_settings (UsherSettings *settings, GError **error);

/* @directory: the data directory, made (0700) when missing, locked while the host lives: BUSY names the pids of others.
 * Errors of a directory that is not writable or of another version name it. */
USHER_API
UsherHost *
usher_host_new (const char *directory, UsherSettings *settings, UsherClock *clock, GError **error);
/* several processes use @directory, all by this function, and are members of one bus */
USHER_API
UsherHost *usher_host_new_shared (const char *directory,
                                  UsherSettings *settings,
                                  UsherClock *clock,
                                  GError **error);
/* from alone to shared, for who has no services itself */
USHER_API
gboolean usher_host_share (UsherHost *self, GError **error);
/* calls configure(); before start; an error names the service */
USHER_API
gboolean
usher_host_add_service (UsherHost *self, const char *name, UsherService *service, GError **error);
/* Opens the stores and starts services and relays. With a @bus (nullable) listeners subscribe and the outboxes are
 * relayed; without one events stay in the outbox and are fed by hand: for tests of a service alone. When it returns TRUE
 * every subscription is confirmed. */
USHER_API
gboolean usher_host_start (UsherHost *self, UsherBus *bus, GError **error);
/* the public listener and the admin listener (each nullable); after start */
USHER_API
gboolean usher_host_listen (UsherHost *self, const char *listen, const char *admin, GError **error);
/* whether all is well, for anybody who asks at @address; after start */
USHER_API
gboolean usher_host_listen_probe (UsherHost *self, const char *address, GError **error);
/* a route of the program around the host on the admin listener; before usher_host_listen() */
USHER_API
gboolean usher_host_add_admin_route (UsherHost *self,
                                     const char *method,
                                     const char *pattern,
                                     UsherRouteFunc func,
                                     gpointer user_data,
                                     GDestroyNotify destroy,
                                     GError **error);
/* the admin listener serves what the services behind @gateway offer on theirs; before both start */
USHER_API
void usher_host_serve_operators (UsherHost *self, UsherGateway *gateway);
/* READY and listening: @name is to be found in @run_directory until the stop begins */
USHER_API
gboolean
usher_host_register (UsherHost *self, const char *run_directory, const char *name, GError **error);
USHER_API
const char *usher_host_get_uri (UsherHost *self);
USHER_API
const char *usher_host_get_admin_uri (UsherHost *self);
/* READY is true: every service started, subscriptions confirmed, stores open; @reason: (out) why not */
USHER_API
gboolean usher_host_is_ready (UsherHost *self, char **reason);
/* something that is required is not there: not ready until NULL is set */
USHER_API
void usher_host_set_trouble (UsherHost *self, const char *reason);
/* not ready, stop intake, finish, hand back what is not acknowledged, flush, close the bus and the stores; @timeout in
 * microseconds */
USHER_API
gboolean usher_host_stop (UsherHost *self, gint64 timeout, GError **error);

/* Scripting and tests: no socket between. Blocks until the answer is there; not on a host thread.
 * @admin: routes of the admin listener. The reply's session token is usher_host_make_token()'s matter. */
USHER_API
UsherReply *usher_host_call (UsherHost *self, UsherRequest *request, gboolean admin);
/* gives one event to one listener of a service (group as declared, NULL: its default group) as the bus would, once,
 * and waits for the commit. TRUE: would be acknowledged. FALSE: error DEFER: deferred; else failed. */
USHER_API
gboolean usher_host_feed (UsherHost *self,
                          const char *service,
                          const char *group,
                          UsherEvent *event,
                          GError **error);
/* runs all timers that are due by the clock and waits for them; how many ran, -1 on error */
USHER_API
int usher_host_run_timers (UsherHost *self, GError **error);
/* the events in a service's outbox, oldest first (element-type UsherEvent); without a bus: all it ever published */
USHER_API
GPtrArray *usher_host_list_outbox (UsherHost *self, const char *service, GError **error);
/* one document as JSON text (private fields not included), NULL when there is none */
USHER_API
char *usher_host_dup_document (UsherHost *self,
                               const char *service,
                               const char *collection,
                               const char *id,
                               GError **error);
/* a token for tests and scripts */
USHER_API
char *
usher_host_make_token (UsherHost *self, const char *user_id, const char *email, GError **error);

G_END_DECLS
