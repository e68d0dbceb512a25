/* usher-exchange.h: a request on its way to its answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-reply.h"
#include "usher-request.h"

G_BEGIN_DECLS

#define USHER_TYPE_EXCHANGE (usher_exchange_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherExchange, usher_exchange, USHER, EXCHANGE, GObject)

/**
 * UsherExchangeDoneFunc:
 * @exchange: an exchange whose reply is complete
 * @user_data: (closure): data of who gave the function
 *
 * Sends the answer: see [ctor@Exchange.new].
 */
typedef void (*UsherExchangeDoneFunc) (UsherExchange *exchange, gpointer user_data);
/**
 * UsherExchangeGoneFunc:
 * @exchange: an exchange whose client has left
 * @user_data: (closure): data of who gave the function
 *
 * Is told that nobody waits any more: see [method@Exchange.set_gone_func].
 */
typedef void (*UsherExchangeGoneFunc) (UsherExchange *exchange, gpointer user_data);

USHER_API
UsherExchange *
usher_exchange_new (UsherRequest *request, UsherExchangeDoneFunc done, gpointer user_data);
USHER_API
UsherRequest *usher_exchange_get_request (UsherExchange *self);
USHER_API
UsherReply *usher_exchange_get_reply (UsherExchange *self);
USHER_API
gint64 usher_exchange_get_started (UsherExchange *self);
USHER_API
gboolean usher_exchange_set_gone_func (UsherExchange *self,
                                       UsherExchangeGoneFunc func,
                                       gpointer user_data,
                                       GDestroyNotify destroy);
USHER_API
gboolean usher_exchange_is_gone (UsherExchange *self);
USHER_API
void usher_exchange_finish (UsherExchange *self);
USHER_API
void usher_exchange_answer_json (UsherExchange *self, char *json);
USHER_API
void usher_exchange_fail (UsherExchange *self, const GError *error);

G_END_DECLS
