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
#include "usher-query.h"
#include "usher-types.h"

G_BEGIN_DECLS

/* Used by one thread at a time. Reads see the store's committed state and this unit's own changes. */
#define USHER_TYPE_UNIT (usher_unit_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherUnit, usher_unit, USHER, UNIT, GObject)

USHER_API
UsherUnit *usher_unit_new (UsherStore *store, UsherClock *clock);
USHER_API
UsherCommit *usher_unit_get_commit (UsherUnit *self);

/* NULL with NOT_FOUND when there is none; (transfer full) */
USHER_API
UsherDocument *
usher_unit_find (UsherUnit *self, const char *collection, const char *id, GError **error);
/* like find, but no document is no error: TRUE and NULL */
USHER_API
gboolean usher_unit_lookup (UsherUnit *self,
                            const char *collection,
                            const char *id,
                            UsherDocument **document,
                            GError **error);
/* (transfer container) (element-type UsherDocument): own changes are not among them */
USHER_API
GPtrArray *usher_unit_query (UsherUnit *self, UsherQuery *query, GError **error);

/* a new document of a collection of this store, without id; NULL when the collection is unknown */
USHER_API
UsherDocument *usher_unit_new_document (UsherUnit *self, const char *collection, GError **error);
USHER_API
char *usher_unit_new_id (UsherUnit *self);
/* gives it an id if it has none, and version 0 */
USHER_API
gboolean usher_unit_insert (UsherUnit *self, UsherDocument *document, GError **error);
/* @document was read in this unit and then changed; its version becomes one more than was read, at once.
 * Committed only if the stored version is still the one read, else the handler runs again */
USHER_API
gboolean usher_unit_replace (UsherUnit *self, UsherDocument *document, GError **error);
USHER_API
gboolean usher_unit_remove (UsherUnit *self, UsherDocument *document, GError **error);

/* @payload: a JSON object as text */
USHER_API
void usher_unit_publish (UsherUnit *self, const char *channel, const char *payload);
/* the document's text is the payload */
USHER_API
void usher_unit_publish_document (UsherUnit *self, const char *channel, UsherDocument *document);

/* sets the timer (name, key), replacing it when it is set; @due: microseconds, wall time; @payload: (nullable) JSON */
USHER_API
void usher_unit_schedule (UsherUnit *self,
                          const char *name,
                          const char *key,
                          gint64 due,
                          const char *payload);
USHER_API
void usher_unit_unschedule (UsherUnit *self, const char *name, const char *key);

/* The clock's time when the handler began: the same for the whole unit. Microseconds. */
USHER_API
gint64 usher_unit_get_time (UsherUnit *self);

/* Always FALSE, so that a handler can return it: run me again when document @id of @collection changes, or at the
 * deadline @wait microseconds after the request came; at the deadline the handler runs a last time with
 * usher_unit_has_waited() TRUE. USHER_ERROR_DEFER. */
USHER_API
gboolean usher_unit_wait_for (UsherUnit *self,
                              const char *collection,
                              const char *id,
                              gint64 wait,
                              GError **error);
USHER_API
gboolean usher_unit_has_waited (UsherUnit *self);
/* Always FALSE: the event comes again soon; no attempt is counted. @reason: what it waits for. USHER_ERROR_DEFER. */
USHER_API
gboolean usher_unit_defer (UsherUnit *self, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
USHER_API
gboolean usher_unit_defer_literal (UsherUnit *self, const char *reason, GError **error);

/**
 * UsherStepFunc:
 * @unit: a fresh unit
 * @reply: (nullable): the answer of the request, `NULL` outside a request
 * @user_data: data of who asked for the step
 * @error: return location for an error
 *
 * Goes on after a unit is committed, see [method@Unit.then]. It runs on the blocking pool.
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

G_END_DECLS
