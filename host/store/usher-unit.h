/* usher-unit.h: what a handler reads and wants changed, committed as one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-commit.h"
#include "usher-document.h"
#include "usher-event.h"
#include "usher-payload.h"
#include "usher-query.h"
#include "usher-types.h"

G_BEGIN_DECLS

#define USHER_TYPE_UNIT (usher_unit_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherUnit, usher_unit, USHER, UNIT, GObject)

USHER_API
UsherUnit *usher_unit_new (UsherStore *store, UsherClock *clock);
USHER_API
UsherCommit *usher_unit_get_commit (UsherUnit *self);

USHER_API
UsherDocument *
usher_unit_find (UsherUnit *self, const char *collection, const char *id, GError **error);
USHER_API
UsherDocument *usher_unit_find_coming (UsherUnit *self,
                                       const char *collection,
                                       const char *id,
                                       gint64 wait,
                                       GError **error);
USHER_API
gboolean usher_unit_lookup (UsherUnit *self,
                            const char *collection,
                            const char *id,
                            UsherDocument **document,
                            GError **error);
USHER_API
GPtrArray *usher_unit_query (UsherUnit *self, UsherQuery *query, GError **error);

USHER_API
UsherDocument *usher_unit_new_document (UsherUnit *self, const char *collection, GError **error);
USHER_API
char *usher_unit_new_id (UsherUnit *self);
USHER_API
gboolean usher_unit_insert (UsherUnit *self, UsherDocument *document, GError **error);
USHER_API
gboolean usher_unit_replace (UsherUnit *self, UsherDocument *document, GError **error);
USHER_API
gboolean
usher_unit_create (UsherUnit *self, UsherDocument *document, const char *channel, GError **error);
USHER_API
gboolean
usher_unit_update (UsherUnit *self, UsherDocument *document, const char *channel, GError **error);
USHER_API
gboolean usher_unit_remove (UsherUnit *self, UsherDocument *document, GError **error);

USHER_API
void usher_unit_publish (UsherUnit *self, const char *channel, const char *payload);
USHER_API
void usher_unit_publish_document (UsherUnit *self, const char *channel, UsherDocument *document);
USHER_API
UsherPayload *usher_unit_begin_event (UsherUnit *self, const char *channel);

USHER_API
void usher_unit_schedule (UsherUnit *self,
                          const char *name,
                          const char *key,
                          gint64 due,
                          const char *payload);
USHER_API
void usher_unit_unschedule (UsherUnit *self, const char *name, const char *key);

USHER_API
gint64 usher_unit_get_time (UsherUnit *self);

USHER_API
gboolean usher_unit_wait_for (UsherUnit *self,
                              const char *collection,
                              const char *id,
                              gint64 wait,
                              GError **error);
USHER_API
gboolean
usher_unit_wait_for_query (UsherUnit *self, UsherQuery *query, gint64 wait, GError **error);
USHER_API
gboolean usher_unit_has_waited (UsherUnit *self);
USHER_API
gboolean usher_unit_defer (UsherUnit *self, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
USHER_API
gboolean usher_unit_defer_literal (UsherUnit *self, const char *reason, GError **error);

/**
 * UsherStepFunc:
 * @unit: a fresh unit
 * @reply: (nullable): the answer of the request, `NULL` outside a request and where it is decided
 * @user_data: (closure): data of who asked for the step
 * @error: return location for an error
 *
 * Goes on after a unit is committed, see [method@Unit.then] and [method@Unit.hold_answer].
 *
 * Returns: whether @unit shall be committed; else @error is the answer
 */
typedef gboolean (*UsherStepFunc) (UsherUnit *unit,
                                   UsherReply *reply,
                                   gpointer user_data,
                                   GError **error);

USHER_API
void
usher_unit_then (UsherUnit *self, UsherStepFunc next, gpointer user_data, GDestroyNotify destroy);
USHER_API
void usher_unit_hold_answer (UsherUnit *self,
                             UsherStepFunc look,
                             gpointer user_data,
                             GDestroyNotify destroy);

G_END_DECLS
