/* usher-context.h: all that a service gets from the host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-event.h"
#include "usher-http-client.h"
#include "usher-limiter.h"
#include "usher-reply.h"
#include "usher-request.h"
#include "usher-router.h"
#include "usher-schema.h"
#include "usher-sessions.h"
#include "usher-settings.h"
#include "usher-timer.h"
#include "usher-unit.h"

G_BEGIN_DECLS

/* Handlers: plain synchronous functions; any thread, beside themselves, and more than once. TRUE: commit the unit, then
 * answer, acknowledge or be done. FALSE with an error: nothing is committed; a request is answered by the error table; an
 * event is tried again and at last parked; a timer is tried again with growing delay. USHER_ERROR_DEFER by
 * usher_unit_wait_for() and usher_unit_defer(). Messages of INVALID errors are shown to the person. */
typedef gboolean (*UsherRequestHandler) (UsherRequest *request,
                                         UsherUnit *unit,
                                         UsherReply *reply,
                                         gpointer user_data,
                                         GError **error);
typedef gboolean (*UsherEventHandler) (UsherEvent *event,
                                       UsherUnit *unit,
                                       gpointer user_data,
                                       GError **error);
typedef gboolean (*UsherTimerHandler) (UsherTimer *timer,
                                       UsherUnit *unit,
                                       gpointer user_data,
                                       GError **error);

#define USHER_TYPE_CONTEXT (usher_context_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherContext, usher_context, USHER, CONTEXT, GObject)

/* Declarations: in configure() only. What is wrong (a name twice, a bad pattern) fails the configuration
 * as a whole with a clear error; so these return nothing. */
USHER_API
void
usher_context_add_settings (UsherContext *self, const UsherSetting *settings, guint n_settings);
/* @fields: a static table; a store of the service is opened when it has a collection, timer, listener or event */
USHER_API
void usher_context_add_collection (UsherContext *self,
                                   const char *collection,
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
/* @group: (nullable): NULL is "<service>-service"; it is the queue group, the durable name and the inbox's subscriber */
USHER_API
void usher_context_add_listener (UsherContext *self,
                                 const char *channel,
                                 const char *group,
                                 UsherEventHandler handler,
                                 gpointer user_data,
                                 GDestroyNotify destroy);
USHER_API
void usher_context_add_timer (UsherContext *self,
                              const char *name,
                              UsherTimerHandler handler,
                              gpointer user_data,
                              GDestroyNotify destroy);

/* Use: in configure() after the settings were added, and later from any thread. */
USHER_API
const char *usher_context_get_name (UsherContext *self);
USHER_API
UsherClock *usher_context_get_clock (UsherContext *self);
/* a folder of the service's own in the data directory (made on the first call), for what is no document (the test
 * processor's ledger); NULL with an error when it cannot be made */
USHER_API
char *usher_context_dup_directory (UsherContext *self, GError **error);
/* settings of the group named like the service */
USHER_API
const char *usher_context_get_string (UsherContext *self, const char *key);
USHER_API
gint64 usher_context_get_integer (UsherContext *self, const char *key);
USHER_API
gboolean usher_context_get_boolean (UsherContext *self, const char *key);
/* a limiter of this process, made on the first call with @name; (transfer none) */
USHER_API
UsherLimiter *
usher_context_get_limiter (UsherContext *self, const char *name, guint max, gint64 window);
/* a session that begins now, for usher_reply_set_session() */
USHER_API
UsherSession *
usher_context_begin_session (UsherContext *self, const char *user_id, const char *email);
/* the host's schema object for a collection of this service; (transfer none) */
USHER_API
UsherSchema *usher_context_get_schema (UsherContext *self, const char *collection);

G_END_DECLS
