/* usher-host-class.h: services, their stores, the bus and the listeners, as one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-bus.h"
#include "usher-catalog.h"
#include "usher-clock.h"
#include "usher-event.h"
#include "usher-exchange.h"
#include "usher-gateway.h"
#include "usher-reply.h"
#include "usher-request.h"
#include "usher-router.h"
#include "usher-service.h"
#include "usher-settings.h"
#include "usher-store.h"

G_BEGIN_DECLS

#define USHER_TYPE_HOST (usher_host_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherHost, usher_host, USHER, HOST, GObject)

/**
 * UsherDescriptionFormat:
 * @USHER_DESCRIPTION_JSON: all that is declared, as `usher describe --compare` reads it
 * @USHER_DESCRIPTION_OPENAPI: the routes, as OpenAPI 3.1
 * @USHER_DESCRIPTION_ASYNCAPI: the events, as AsyncAPI 3
 *
 * In which form [method@Host.describe] tells what a host has.
 */
typedef enum
{
  USHER_DESCRIPTION_JSON,
  USHER_DESCRIPTION_OPENAPI,
  USHER_DESCRIPTION_ASYNCAPI,
} UsherDescriptionFormat;

USHER_API
gboolean usher_host_declare_settings (UsherSettings *settings, GError **error);

USHER_API
UsherHost *
usher_host_new (const char *directory, UsherSettings *settings, UsherClock *clock, GError **error);
USHER_API
UsherHost *usher_host_new_shared (const char *directory,
                                  UsherSettings *settings,
                                  UsherClock *clock,
                                  GError **error);
USHER_API
gboolean usher_host_share (UsherHost *self, GError **error);
USHER_API
gboolean
usher_host_add_service (UsherHost *self, const char *name, UsherService *service, GError **error);

/**
 * UsherHostStoreFunc:
 * @host: the host
 * @service: the name of the service
 * @uri: where its database is, as for [func@Store.open]
 * @options: how it is opened
 * @user_data: (closure): data of who gave the function
 * @error: return location for a [error@Error]
 *
 * Opens the database of a service.
 *
 * Returns: (transfer full): the store, or `NULL`
 */
typedef UsherStore *(*UsherHostStoreFunc) (UsherHost *host,
                                           const char *service,
                                           const char *uri,
                                           const UsherStoreOptions *options,
                                           gpointer user_data,
                                           GError **error);

/**
 * UsherHostListenerFunc:
 * @service: the name of the service
 * @channel: the channel
 * @group: the queue group
 * @user_data: (closure): data of the caller
 *
 * Is called for one listener of all.
 */
typedef void (*UsherHostListenerFunc) (const char *service,
                                       const char *channel,
                                       const char *group,
                                       gpointer user_data);

USHER_API
void usher_host_set_store_func (UsherHost *self,
                                UsherHostStoreFunc func,
                                gpointer user_data,
                                GDestroyNotify destroy);
USHER_API
void usher_host_foreach_listener (UsherHost *self, UsherHostListenerFunc func, gpointer user_data);
USHER_API
gboolean usher_host_has_path (UsherHost *self, const char *path);
USHER_API
UsherPluginState usher_host_get_service_state (UsherHost *self, const char *name, char **reason);
USHER_API
char *usher_host_describe (UsherHost *self, UsherDescriptionFormat format);
USHER_API
gboolean usher_host_start (UsherHost *self, UsherBus *bus, GError **error);
USHER_API
gboolean usher_host_listen (UsherHost *self, const char *listen, const char *admin, GError **error);
USHER_API
gboolean usher_host_listen_probe (UsherHost *self, const char *address, GError **error);
USHER_API
gboolean usher_host_add_admin_route (UsherHost *self,
                                     const char *method,
                                     const char *pattern,
                                     UsherRouteFunc func,
                                     gpointer user_data,
                                     GDestroyNotify destroy,
                                     GError **error);
USHER_API
void usher_host_serve_operators (UsherHost *self, UsherGateway *gateway);
USHER_API
gboolean
usher_host_register (UsherHost *self, const char *run_directory, const char *name, GError **error);
USHER_API
const char *usher_host_get_uri (UsherHost *self);
USHER_API
const char *usher_host_get_admin_uri (UsherHost *self);
USHER_API
gboolean usher_host_is_ready (UsherHost *self, char **reason);
USHER_API
void usher_host_set_trouble (UsherHost *self, const char *reason);
USHER_API
gboolean usher_host_stop (UsherHost *self, gint64 timeout, GError **error);

USHER_API
void usher_host_serve (UsherHost *self, UsherExchange *exchange, gboolean admin);
USHER_API
UsherReply *usher_host_call (UsherHost *self, UsherRequest *request, gboolean admin);
USHER_API
gboolean usher_host_feed (UsherHost *self,
                          const char *service,
                          const char *group,
                          UsherEvent *event,
                          GError **error);
USHER_API
int usher_host_run_timers (UsherHost *self, GError **error);
USHER_API
GPtrArray *usher_host_list_outbox (UsherHost *self, const char *service, GError **error);
USHER_API
char *usher_host_dup_document (UsherHost *self,
                               const char *service,
                               const char *collection,
                               const char *id,
                               GError **error);
USHER_API
char *usher_host_make_session_token (UsherHost *self, UsherSession *session, GError **error);
USHER_API
char *
usher_host_make_token (UsherHost *self, const char *user_id, const char *email, GError **error);

G_END_DECLS
