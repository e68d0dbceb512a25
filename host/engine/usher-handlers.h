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

/**
 * UsherRequestHandler:
 * @request: a request
 * @unit: what it reads and wants changed
 * @reply: the answer
 * @user_data: (closure): data of the service
 * @error: return location for an error
 *
 * Answers a request: a plain synchronous function. It runs on any thread, beside itself, and more than once.
 *
 * An error is answered by the table of [func@error_get_status]; the message of `USHER_ERROR_INVALID` is shown to the person.
 * `USHER_ERROR_DEFER` is set by [method@Unit.wait_for] alone.
 *
 * Returns: whether @unit shall be committed, and then @reply be sent; else @error is the answer, and nothing is committed
 */
typedef gboolean (*UsherRequestHandler) (UsherRequest *request,
                                         UsherUnit *unit,
                                         UsherReply *reply,
                                         gpointer user_data,
                                         GError **error);
/**
 * UsherEventHandler:
 * @event: an event
 * @unit: what it reads and wants changed
 * @user_data: (closure): data of the service
 * @error: return location for an error
 *
 * Takes an event, as [callback@RequestHandler] takes a request.
 *
 * Returns: whether @unit shall be committed, and the event be acknowledged with it; else nothing is committed, and the event
 *   comes again: soon for `USHER_ERROR_DEFER`, which [method@Unit.defer] and [method@Unit.wait_for] set, until it is parked
 *   for any other
 */
typedef gboolean (*UsherEventHandler) (UsherEvent *event,
                                       UsherUnit *unit,
                                       gpointer user_data,
                                       GError **error);
/**
 * UsherTimerHandler:
 * @timer: a timer that is due
 * @unit: what it reads and wants changed
 * @user_data: (closure): data of the service
 * @error: return location for an error
 *
 * Does what a timer is for, as [callback@RequestHandler] answers a request.
 *
 * Returns: whether @unit shall be committed, and the timer be gone with it; else nothing is committed, and it is tried again,
 *   with growing delay, a minute at most, and without limit
 */
typedef gboolean (*UsherTimerHandler) (UsherTimer *timer,
                                       UsherUnit *unit,
                                       gpointer user_data,
                                       GError **error);
/**
 * UsherUpgradeFunc:
 * @document: a document below the level to which the upgrade leads
 * @user_data: (closure): data of the service
 * @error: return location for an error
 *
 * Brings one document to the level of an upgrade, on a thread of the host's. It sees nothing else. What is right already, in part or as
 * a whole, it leaves as it is.
 *
 * Returns: whether @document shall be stored so; else it stays as it was, and is tried again in a minute
 */
typedef gboolean (*UsherUpgradeFunc) (UsherDocument *document, gpointer user_data, GError **error);

G_END_DECLS
