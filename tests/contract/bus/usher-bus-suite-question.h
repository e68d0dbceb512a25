/* usher-bus-suite-question.h: a question for events, and its answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"

G_BEGIN_DECLS

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_told;         /* (mutex mutex) */
  gboolean is_over;     /* (mutex mutex): the bus will not call any more */
  UsherBusEvents *page; /* (owned) (nullable) (mutex mutex) */
  GError *error;        /* (owned) (nullable) (mutex mutex) */
} UsherBusQuestion;

UsherBusQuestion *usher_bus_question_new (UsherBus *bus, const UsherEventsQuery *query);
/* it must have been answered once */
void usher_bus_question_free (UsherBusQuestion *self);
gboolean usher_bus_question_is_answered (UsherBusQuestion *self);
void usher_bus_question_await (UsherBusQuestion *self);
/* waits for the answer, which must be a page */
const UsherBusEvents *usher_bus_question_get_page (UsherBusQuestion *self);
/* (transfer full): asks, and waits for the page */
UsherBusEvents *usher_bus_question_ask (UsherBus *bus, const UsherEventsQuery *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherBusQuestion, usher_bus_question_free)

G_END_DECLS
