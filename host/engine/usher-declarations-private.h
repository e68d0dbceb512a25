/* usher-declarations-private.h: what a service has said of itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-alarm-private.h"
#include "usher-endpoint-private.h"
#include "usher-event-schema-private.h"
#include "usher-listener-private.h"
#include "usher-remarks-private.h"
#include "usher-schema.h"
#include "usher-shape-private.h"
#include "usher-upgrade-private.h"

G_BEGIN_DECLS

/* Filled while the service configures itself, by one thread; never changed after that, by any. Counted. */
typedef struct _UsherDeclarations UsherDeclarations;

UsherDeclarations *usher_declarations_new (const char *service);
UsherDeclarations *usher_declarations_ref (UsherDeclarations *self);
void usher_declarations_unref (UsherDeclarations *self);
const char *usher_declarations_get_service (UsherDeclarations *self);

/* Each takes ownership of what it is given; FALSE with INVALID: there is one of that name, which is kept beside it, or the
 * name is none, or another service's. */
gboolean
usher_declarations_add_schema (UsherDeclarations *self, UsherSchema *schema, GError **error);
/* fields and message are copied */
gboolean usher_declarations_add_key (UsherDeclarations *self,
                                     const char *collection,
                                     const char *const *fields,
                                     const char *message,
                                     GError **error);
/* what a request is asked for that is no document */
gboolean usher_declarations_add_form (UsherDeclarations *self, UsherSchema *form, GError **error);
void usher_declarations_add_endpoint (UsherDeclarations *self, UsherEndpoint *endpoint);
gboolean
usher_declarations_add_listener (UsherDeclarations *self, UsherListener *listener, GError **error);
gboolean usher_declarations_add_alarm (UsherDeclarations *self, UsherAlarm *alarm, GError **error);
gboolean
usher_declarations_add_event (UsherDeclarations *self, UsherEventSchema *event, GError **error);
/* or it does not go on where the one before ends; its schema has the level that it leads to then */
gboolean
usher_declarations_add_upgrade (UsherDeclarations *self, UsherUpgrade *upgrade, GError **error);

/* refuses what is said of a route, a table, a field or an event that is not declared */
gboolean usher_declarations_check_remarks (UsherDeclarations *self, GError **error);

/* what the service says of all that */
UsherRemarks *usher_declarations_get_remarks (UsherDeclarations *self);
/* FALSE: no view, form or collection of that name, which may end with “[]”, is declared; @shape: (out): borrows */
gboolean
usher_declarations_find_shape (UsherDeclarations *self, const char *name, UsherShape *shape);
/* (transfer full) (element-type UsherShape): all collections, forms, views and events, by name; borrow */
GArray *usher_declarations_list_shapes (UsherDeclarations *self);
/* (element-type UsherSchema) */
GPtrArray *usher_declarations_get_forms (UsherDeclarations *self);
/* (element-type UsherAlarm) */
GPtrArray *usher_declarations_get_alarms (UsherDeclarations *self);
/* (element-type UsherSchema) */
GPtrArray *usher_declarations_get_schemas (UsherDeclarations *self);
/* (element-type UsherEndpoint) */
GPtrArray *usher_declarations_get_endpoints (UsherDeclarations *self);
/* (element-type UsherListener) */
GPtrArray *usher_declarations_get_listeners (UsherDeclarations *self);
/* (element-type UsherEventSchema): in the order in which they were declared */
GPtrArray *usher_declarations_get_events (UsherDeclarations *self);
/* likewise, by channel */
GHashTable *usher_declarations_get_event_table (UsherDeclarations *self);
/* refuses an event that @other declares too, and differently */
gboolean
usher_declarations_check_events (UsherDeclarations *self, UsherDeclarations *other, GError **error);
/* (element-type UsherUpgrade): those of a collection in the order of levels */
GPtrArray *usher_declarations_get_upgrades (UsherDeclarations *self);
/* refuses a collection whose documents no upgrade leads on from; @level: the lowest that one has */
gboolean usher_declarations_check_level (UsherDeclarations *self,
                                         UsherSchema *schema,
                                         guint level,
                                         GError **error);
/* the names of the timers, a set */
GHashTable *usher_declarations_get_timers (UsherDeclarations *self);
gboolean usher_declarations_has_blocking_endpoint (UsherDeclarations *self);
/* all handlers run on the pool of the service, which has so many threads unless a setting says otherwise; 0: each where it may */
void usher_declarations_set_pool (UsherDeclarations *self, guint n_threads);
guint usher_declarations_get_pool (UsherDeclarations *self);

/* all (nullable) */
UsherSchema *usher_declarations_find_schema (UsherDeclarations *self, const char *collection);
UsherSchema *usher_declarations_find_form (UsherDeclarations *self, const char *name);
/* @group: NULL: the group of the service itself */
UsherListener *
usher_declarations_find_listener (UsherDeclarations *self, const char *channel, const char *group);
UsherAlarm *usher_declarations_find_alarm (UsherDeclarations *self, const char *name);
/* (transfer full): the group of a listener that names none */
char *usher_declarations_make_group (UsherDeclarations *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDeclarations, usher_declarations_unref)

G_END_DECLS
