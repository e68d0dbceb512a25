/* usher-context.h: all that a service gets from the host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-handlers.h"
#include "usher-http-client.h"
#include "usher-limiter.h"
#include "usher-router.h"
#include "usher-schema.h"
#include "usher-secret.h"
#include "usher-sessions.h"
#include "usher-settings.h"

G_BEGIN_DECLS

#define USHER_TYPE_CONTEXT (usher_context_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherContext, usher_context, USHER, CONTEXT, GObject)

/**
 * UsherRouteEntry: (skip)
 * @method: the HTTP method
 * @pattern: the path, `:name` stands for one segment
 * @flags: what is asked of the request, and where the handler runs
 * @handler: the handler
 *
 * One row of a table of routes, for [method@Context.add_routes].
 */
typedef struct
{
  const char *method;
  const char *pattern;
  UsherRouteFlags flags;
  UsherRequestHandler handler;
} UsherRouteEntry;

/**
 * UsherListenerEntry: (skip)
 * @channel: the channel of the events
 * @group: (nullable): the queue group, `NULL`: the first of the service
 * @handler: the handler
 *
 * One row of a table of listeners, for [method@Context.add_listeners].
 */
typedef struct
{
  const char *channel;
  const char *group;
  UsherEventHandler handler;
} UsherListenerEntry;

/**
 * UsherEventEntry: (skip)
 * @channel: the channel on which the service publishes
 * @fields: (array length=n_fields): the members of the payload
 * @n_fields: how many
 *
 * One row of a table of events, for [method@Context.add_events].
 */
typedef struct
{
  const char *channel;
  const UsherField *fields;
  guint n_fields;
} UsherEventEntry;

/**
 * UsherAnswerEntry: (skip)
 * @method: the method of a route
 * @pattern: its path
 * @status: a status that it answers with
 * @body: (nullable): what is in the body, `NULL`: nothing, or of 400 and above the host's error
 * @description: (nullable): when that is
 *
 * One row of a table of answers, for [method@Context.add_answers].
 */
typedef struct
{
  const char *method;
  const char *pattern;
  guint status;
  const char *body;
  const char *description;
} UsherAnswerEntry;

USHER_API
void
usher_context_add_settings (UsherContext *self, const UsherSetting *settings, guint n_settings);
USHER_API
void usher_context_use_pool (UsherContext *self, guint n_threads);
USHER_API
void usher_context_add_collection (UsherContext *self,
                                   const char *collection,
                                   const UsherField *fields,
                                   guint n_fields);
USHER_API
void usher_context_add_key (UsherContext *self,
                            const char *collection,
                            const char *const *fields,
                            const char *message);
USHER_API
void usher_context_add_form (UsherContext *self,
                             const char *name,
                             const UsherField *fields,
                             guint n_fields);
USHER_API
void usher_context_add_route (UsherContext *self,
                              const char *method,
                              const char *pattern,
                              UsherRouteFlags flags,
                              UsherRequestHandler handler,
                              gpointer user_data,
                              GDestroyNotify destroy);
USHER_API
void usher_context_add_routes (UsherContext *self,
                               const UsherRouteEntry *entries,
                               guint n_entries,
                               gpointer user_data);
USHER_API
void usher_context_add_listener (UsherContext *self,
                                 const char *channel,
                                 const char *group,
                                 UsherEventHandler handler,
                                 gpointer user_data,
                                 GDestroyNotify destroy);
USHER_API
void usher_context_add_listeners (UsherContext *self,
                                  const UsherListenerEntry *entries,
                                  guint n_entries,
                                  gpointer user_data);
USHER_API
void usher_context_add_events (UsherContext *self, const UsherEventEntry *entries, guint n_entries);
USHER_API
void usher_context_add_event (UsherContext *self,
                              const char *channel,
                              const UsherField *fields,
                              guint n_fields);
USHER_API
void usher_context_add_timer (UsherContext *self,
                              const char *name,
                              UsherTimerHandler handler,
                              gpointer user_data,
                              GDestroyNotify destroy);
USHER_API
void usher_context_add_upgrade (UsherContext *self,
                                const char *collection,
                                guint from,
                                guint to,
                                UsherUpgradeFunc func,
                                gpointer user_data,
                                GDestroyNotify destroy);

USHER_API
void usher_context_add_view (UsherContext *self,
                             const char *name,
                             const UsherField *fields,
                             guint n_fields);
USHER_API
void usher_context_add_answer (UsherContext *self,
                               const char *method,
                               const char *pattern,
                               guint status,
                               const char *body,
                               const char *description);
USHER_API
void
usher_context_add_answers (UsherContext *self, const UsherAnswerEntry *entries, guint n_entries);
USHER_API
void usher_context_describe_route (UsherContext *self,
                                   const char *method,
                                   const char *pattern,
                                   const char *summary,
                                   const char *body,
                                   const char *query);
USHER_API
void usher_context_describe_event (UsherContext *self, const char *channel, const char *summary);
USHER_API
void usher_context_describe_field (UsherContext *self,
                                   const char *table,
                                   const char *field,
                                   const char *description,
                                   const char *const *values,
                                   const char *example);

USHER_API
const char *usher_context_get_name (UsherContext *self);
USHER_API
UsherClock *usher_context_get_clock (UsherContext *self);
USHER_API
char *usher_context_dup_directory (UsherContext *self, GError **error);
USHER_API
const char *usher_context_get_string (UsherContext *self, const char *key);
USHER_API
UsherSecret *usher_context_dup_secret (UsherContext *self, const char *key);
USHER_API
gint64 usher_context_get_integer (UsherContext *self, const char *key);
USHER_API
gboolean usher_context_get_boolean (UsherContext *self, const char *key);
USHER_API
UsherLimiter *
usher_context_get_limiter (UsherContext *self, const char *name, guint max, gint64 window);
USHER_API
UsherSession *
usher_context_begin_session (UsherContext *self, const char *user_id, const char *email);
USHER_API
UsherSchema *usher_context_get_form (UsherContext *self, const char *name);
USHER_API
UsherSchema *usher_context_get_schema (UsherContext *self, const char *collection);

G_END_DECLS
