/* usher-payments-list.c: people look at what they paid
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payment.h"
#include "usher-payments-service.h"

static void
write_time (UsherJsonWriter *writer, UsherDocument *payment, const char *name)
{
  g_autofree char *time = usher_time_format (usher_document_get_integer (payment, name));

  usher_json_writer_set_string (writer, name, time);
}

/* What the payer is shown: the order has the rest. */
static void
write_payment (UsherDocument *payment, UsherJsonWriter *writer)
{
  const char *id = usher_document_get_string (payment, USHER_PAYMENT_ID);
  const char *state = usher_document_get_string (payment, USHER_PAYMENT_STATE);
  gint64 amount = usher_document_get_integer (payment, USHER_PAYMENT_PRICE);

  usher_json_writer_set_string (writer, USHER_PAYMENTS_ID, id);
  usher_json_writer_set_string (writer, USHER_PAYMENTS_ORDER_ID, usher_document_get_id (payment));
  usher_json_writer_set_string (writer, USHER_PAYMENT_STATE, state);
  usher_json_writer_set_money (writer, "amount", amount);
  write_time (writer, payment, USHER_PAYMENT_BEGUN);
  if (usher_document_has (payment, USHER_PAYMENT_REFUNDED_AT))
    write_time (writer, payment, USHER_PAYMENT_REFUNDED_AT);
}

/* Wants the payment of one order, if there is one. A document is found by its order, a query finds the payment's id. */
static gboolean
want_order (UsherRequest *request,
            UsherUnit *unit,
            UsherQuery *query,
            const char *order_id,
            GError **error)
{
  g_autoptr (UsherDocument) payment = NULL;
  const char *id = NULL;

  if (!usher_id_is_valid (order_id))
    {
      usher_problems_add (usher_request_get_problems (request),
                          USHER_PAYMENTS_ORDER_ID,
                          "OrderId must be an id");
      return TRUE;
    }

  if (!usher_unit_lookup (unit, USHER_PAYMENT_COLLECTION, order_id, &payment, error))
    return FALSE;

  id = payment != NULL ? usher_document_get_string (payment, USHER_PAYMENT_ID) : NULL;
  usher_query_equal (query, USHER_PAYMENT_ID, id != NULL ? id : order_id);

  return TRUE;
}

/* A page goes on behind a document, which has the order's id; people know the payment's, and the link has the other. */
static const UsherListView view = { .key = USHER_PAYMENT_ID, .write = write_payment };

static gboolean
list (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  const char *order_id = usher_request_get_query (request, USHER_PAYMENTS_ORDER_ID);
  g_autoptr (UsherQuery) query = usher_query_new (USHER_PAYMENT_COLLECTION);

  usher_query_equal (query, USHER_PAYMENT_PAYER_ID, usher_request_get_user_id (request));
  if (order_id != NULL && !want_order (request, unit, query, order_id, error))
    return FALSE;

  return usher_list_answer_view (request, unit, reply, query, &view, error);
}

const UsherRouteEntry usher_payments_list = { "GET", "/api/payments", USHER_ROUTE_SIGNED_IN, list };
