/* usher-payments-list.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-list.h"

#include "usher-payment.h"

static const char *
get_user_id (UsherRequest *request)
{
  return usher_session_get_user_id (usher_request_get_session (request));
}

static void
set_time (UsherJsonWriter *writer, UsherDocument *payment, const char *name)
{
  g_autofree char *time = usher_time_format (usher_document_get_integer (payment, name));

  usher_json_writer_set_string (writer, name, time);
}

/* What the payer is shown: the order has the rest. */
static void
add_payment (UsherJsonWriter *writer, UsherDocument *payment)
{
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer,
                                USHER_PAYMENTS_ID,
                                usher_document_get_string (payment, USHER_PAYMENT_ID));
  usher_json_writer_set_string (writer, USHER_PAYMENTS_ORDER_ID, usher_document_get_id (payment));
  usher_json_writer_set_string (writer,
                                USHER_PAYMENT_STATE,
                                usher_document_get_string (payment, USHER_PAYMENT_STATE));
  usher_json_writer_set_money (writer,
                               "amount",
                               usher_document_get_integer (payment, USHER_PAYMENT_PRICE));
  set_time (writer, payment, USHER_PAYMENT_BEGUN);
  if (usher_document_has (payment, USHER_PAYMENT_REFUNDED_AT))
    set_time (writer, payment, USHER_PAYMENT_REFUNDED_AT);
  usher_json_writer_end_object (writer);
}

static char *
make_json (GPtrArray *payments, guint limit)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < MIN (payments->len, limit); i++)
    add_payment (writer, g_ptr_array_index (payments, i));
  usher_json_writer_end_array (writer);

  return usher_json_writer_end (writer);
}

/* A page goes on behind a document, which has the order's id; people know the payment's, and the link has the other. */
static gboolean
find_cursor (UsherRequest *request,
             UsherUnit *unit,
             const char *after,
             char **cursor,
             GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (USHER_PAYMENT_COLLECTION);
  g_autoptr (UsherDocument) payment = NULL;
  g_autoptr (GPtrArray) found = NULL;

  usher_query_equal (query, USHER_PAYMENT_ID, after);
  usher_query_limit (query, 1);
  found = usher_unit_query (unit, query, error);
  if (found == NULL || !usher_unit_lookup (unit, USHER_PAYMENT_COLLECTION, after, &payment, error))
    return FALSE;

  if (found->len == 0 && payment == NULL)
    usher_problems_add (usher_request_get_problems (request),
                        "after",
                        "After must be the id of a payment that exists");
  if (!usher_request_check (request, error))
    return FALSE;

  *cursor =
      g_strdup (found->len > 0 ? usher_document_get_id (g_ptr_array_index (found, 0)) : after);

  return TRUE;
}

/* @query: has the page that @request asks for, but for where it begins */
static GPtrArray *
list_all (UsherRequest *request,
          UsherUnit *unit,
          UsherQuery *query,
          const char *after,
          GError **error)
{
  g_autofree char *cursor = NULL;

  if (after != NULL && !find_cursor (request, unit, after, &cursor, error))
    return NULL;

  usher_query_equal (query, USHER_PAYMENT_PAYER_ID, get_user_id (request));
  usher_query_after (query, cursor);

  return usher_unit_query (unit, query, error);
}

/* There is one of an order, or none. */
static GPtrArray *
list_one (UsherRequest *request, UsherUnit *unit, const char *order_id, GError **error)
{
  g_autoptr (GPtrArray) payments =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_document_unref);
  g_autoptr (UsherDocument) payment = NULL;

  if (!usher_unit_lookup (unit, USHER_PAYMENT_COLLECTION, order_id, &payment, error))
    return NULL;

  if (payment != NULL && usher_payment_is_owned_by (payment, get_user_id (request)) &&
      usher_payment_get_state (payment) != USHER_PAYMENT_NONE)
    g_ptr_array_add (payments, g_steal_pointer (&payment));

  return g_steal_pointer (&payments);
}

static gboolean
list_payments (UsherRequest *request,
               UsherUnit *unit,
               UsherReply *reply,
               gpointer user_data,
               GError **error)
{
  const char *order_id = usher_request_get_query (request, USHER_PAYMENTS_ORDER_ID);
  g_autoptr (UsherQuery) query = usher_query_new (USHER_PAYMENT_COLLECTION);
  g_autoptr (GPtrArray) payments = NULL;
  gboolean is_oldest_first = FALSE;
  const char *after = NULL;
  guint limit = 0;

  if (order_id != NULL && !usher_id_is_valid (order_id))
    usher_problems_add (usher_request_get_problems (request),
                        USHER_PAYMENTS_ORDER_ID,
                        "OrderId must be an id");
  if (!usher_request_get_page (request, &limit, &after, &is_oldest_first, error))
    return FALSE;

  usher_query_limit (query, limit + 1);
  usher_query_oldest_first (query, is_oldest_first);
  payments = order_id != NULL ? list_one (request, unit, order_id, error)
                              : list_all (request, unit, query, after, error);
  if (payments == NULL)
    return FALSE;

  /* for the link; what of the documents is shown is said here */
  usher_reply_set_page (reply, request, payments, limit);
  usher_reply_take_json (reply, make_json (payments, limit));

  return TRUE;
}

void
usher_payments_list_add (UsherContext *context)
{
  usher_context_add_route (
      context, "GET", "/api/payments", USHER_ROUTE_SIGNED_IN, list_payments, NULL, NULL);
}
