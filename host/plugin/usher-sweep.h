/* usher-sweep.h: many documents change because of one event
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-context.h"
#include "usher-unit.h"

G_BEGIN_DECLS

/**
 * UsherSweepFunc: (skip)
 * @document: one of those that the sweep goes over
 * @unit: the unit of this round, to read with
 * @is_changed: (out): whether @document is another now
 * @error: return location for an error
 *
 * Makes a document as it should be. May be asked again of one that is so already.
 *
 * Returns: whether that could be said
 */
typedef gboolean (*UsherSweepFunc) (UsherDocument *document,
                                    UsherUnit *unit,
                                    gboolean *is_changed,
                                    GError **error);

/**
 * UsherSweep: (skip)
 * @timer: the name of the timer that carries it
 * @collection: a collection of the service
 * @field: an indexed field of it: the sweep goes over the documents where it is the key of the timer
 * @channel: (nullable): the subject of the event that tells of each document that was changed
 * @change: makes one as it should be
 * @pauses: (array length=n_pauses): the pauses, in microseconds, after each of which the sweep begins anew: for what was written while
 *   it ran
 * @n_pauses: how many
 *
 * How many documents are changed, each in a unit of its own: a constant of the service, see [method@Sweep.declare].
 */
typedef struct
{
  const char *timer;
  const char *collection;
  const char *field;
  const char *channel;
  UsherSweepFunc change;
  const gint64 *pauses;
  guint n_pauses;
} UsherSweep;

USHER_API
void usher_sweep_declare (const UsherSweep *self, UsherContext *context);
USHER_API
void usher_sweep_begin (const UsherSweep *self, UsherUnit *unit, const char *key);

G_END_DECLS
