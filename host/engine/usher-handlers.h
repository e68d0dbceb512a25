/* usher-handlers.h: what a service does with a request, an event or a timer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event.h"
#include "usher-reply.h"
#include "usher-request.h"
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
/* An upgrade: brings one document from one level to the next. It sees the document alone, may see one that is upgraded already, in
 * part or as a whole, and leaves as it is what is right. TRUE: keep it, FALSE with an error: it is tried again in a minute. */
typedef gboolean (*UsherUpgradeFunc) (UsherDocument *document, gpointer user_data, GError **error);

G_END_DECLS
