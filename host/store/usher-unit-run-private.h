/* usher-unit-run-private.h: a unit, for who runs its handler
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-unit.h"

G_BEGIN_DECLS

/* What its events and timers go back to: the request or event that was first, the event that led to it straight, and the W3C trace
 * context. All (nullable), copied. */
void usher_unit_set_origin (UsherUnit *self,
                            const char *correlation,
                            const char *causation,
                            const char *traceparent);
/* @timers: a set of the names that may be scheduled */
void usher_unit_set_timers (UsherUnit *self, GHashTable *timers);
/* @events: UsherEventSchema by channel, which outlive @self; in debug builds what is published is held against them */
void usher_unit_set_events (UsherUnit *self, GHashTable *events);
/* publishes what is begun; within the watch for faults of whoever has run the handler */
void usher_unit_end_events (UsherUnit *self);
void usher_unit_set_has_waited (UsherUnit *self, gboolean has_waited);
/* (transfer none): the schema of a collection, NULL with a fault of the program where the store has none */
UsherSchema *usher_unit_find_schema (UsherUnit *self, const char *collection, GError **error);
/* It is of a request: there is nobody who would bring that again. */
void usher_unit_forbid_defer (UsherUnit *self);
/* Its handler is tried on a thread that must not wait for the store: what it wants to read fails, and nothing that it does then counts. */
void usher_unit_forbid_reads (UsherUnit *self);
/* whether it has read the store, or wanted to */
gboolean usher_unit_has_read (UsherUnit *self);
/* whether a read failed as the store was away: what it said is for the operator */
gboolean usher_unit_has_lost_store (UsherUnit *self);
/* what the handler waits for; FALSE: for no document. Where it is no id but a query, @id is NULL. */
gboolean usher_unit_get_wait (UsherUnit *self, const char **collection, const char **id);
/* (transfer full) (nullable) */
UsherQuery *usher_unit_take_wait_query (UsherUnit *self);
/* how long, in microseconds since the request came or the step began */
gint64 usher_unit_get_patience (UsherUnit *self);
/* something is to run after the commit */
gboolean usher_unit_has_step (UsherUnit *self);
/* nothing that runs after the commit decides it */
gboolean usher_unit_has_answer (UsherUnit *self);
/* the step that is next, if there is one; data and destroy are the caller's then */
UsherStepFunc usher_unit_take_step (UsherUnit *self, gpointer *user_data, GDestroyNotify *destroy);

G_END_DECLS
