/* usher-event-question-private.h: a page of events, asked of the bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-clerk-private.h"
#include "usher-event-page-private.h"

G_BEGIN_DECLS

/* how long the bus may hold a question */
#define USHER_EVENT_QUESTION_WAIT (20 * G_TIME_SPAN_SECOND)
/* events of a page */
#define USHER_EVENT_QUESTION_LIMIT 100

/* @page: (nullable): NULL with an @error */
typedef void (*UsherEventPageFunc) (const UsherEventPage *page,
                                    const GError *error,
                                    gpointer user_data);

/* Calls @func once, on the clerk's thread; not at all when that is closed. @destroy: (nullable): is called in any case. */
void usher_event_question_put (UsherBus *bus,
                               const UsherEventsQuery *query,
                               UsherClerk *clerk,
                               UsherEventPageFunc func,
                               gpointer user_data,
                               GDestroyNotify destroy);

G_END_DECLS
