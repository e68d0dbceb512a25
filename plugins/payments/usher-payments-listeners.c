/* usher-payments-listeners.c: keeps the copies of orders
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-listeners.h"

#include <usher.h>

#include "usher-orders-contract.h"
#include "usher-payment-record.h"

/* cents, exactly */
static gboolean
read_price (UsherEvent *event, gint64 *price, GError **error)
{
  UsherJson *json = usher_event_get_json (event, error);

  if (json == NULL)
    return FALSE;
  if (usher_json_get_money (json, USHER_ORDERS_TICKET_PRICE, price) && *price > 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "event “%s” on “%s” has no price “%s”",
               usher_event_get_id (event),
               usher_event_get_channel (event),
               USHER_ORDERS_TICKET_PRICE);

  return FALSE;
}

static UsherDocument *
read_order (UsherEvent *event, UsherUnit *unit, gint64 version, GError **error)
{
  const char *order_id = usher_event_read_id (event, USHER_ORDERS_ID, error);
  const char *status, *user_id;
  gint64 expires_at, price;
  g_autoptr (UsherDocument) payment = NULL;

  if (order_id == NULL ||
      (status = usher_event_read_string (event, USHER_ORDERS_STATUS, error)) == NULL ||
      (user_id = usher_event_read_id (event, USHER_ORDERS_USER_ID, error)) == NULL ||
      !usher_event_read_time (event, USHER_ORDERS_EXPIRES_AT, &expires_at, error) ||
      !read_price (event, &price, error))
    return NULL;

  payment = usher_unit_new_document (unit, USHER_PAYMENT_COLLECTION, error);
  if (payment == NULL)
    return NULL;

  usher_document_set_id (payment, order_id);
  usher_document_set_integer (payment, USHER_PAYMENT_ORDER_VERSION, version);
  usher_document_set_string (payment, USHER_PAYMENT_STATUS, status);
  usher_document_set_string (payment, USHER_PAYMENT_USER_ID, user_id);
  usher_document_set_integer (payment, USHER_PAYMENT_EXPIRES_AT, expires_at);
  usher_document_set_integer (payment, USHER_PAYMENT_PRICE, price);

  return g_steal_pointer (&payment);
}

/* Whether the event is the next one of its order. @next: (out): FALSE with TRUE returned: nothing is to be done. */
static gboolean
find_order (UsherEvent *event,
            UsherUnit *unit,
            UsherDocument **payment,
            gint64 *version,
            gboolean *next,
            GError **error)
{
  const char *order_id = usher_event_read_id (event, USHER_ORDERS_ID, error);
  gint64 have;

  if (order_id == NULL || !usher_event_read_integer (event, USHER_ORDERS_VERSION, version, error) ||
      !usher_unit_lookup (unit, USHER_PAYMENT_COLLECTION, order_id, payment, error))
    return FALSE;

  have = usher_payment_get_order_version (*payment);
  *next = usher_payment_judge_news (have, *version) == USHER_PAYMENT_NEXT;
  if (usher_payment_judge_news (have, *version) == USHER_PAYMENT_AHEAD)
    return usher_unit_defer (unit,
                             error,
                             "version %" G_GINT64_FORMAT
                             " of order “%s” waits for version %" G_GINT64_FORMAT,
                             *version,
                             order_id,
                             have + 1);

  return TRUE;
}

static gboolean
on_order_created (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) known = NULL;
  g_autoptr (UsherDocument) payment = NULL;
  gboolean next = FALSE;
  gint64 version;

  if (!find_order (event, unit, &known, &version, &next, error))
    return FALSE;
  if (!next || known != NULL)
    return TRUE;

  payment = read_order (event, unit, version, error);

  return payment != NULL && usher_unit_insert (unit, payment, error);
}

static gboolean
on_order_updated (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *status = usher_event_read_string (event, USHER_ORDERS_STATUS, error);
  g_autoptr (UsherDocument) payment = NULL;
  gboolean next = FALSE;
  gint64 version;

  if (status == NULL || !find_order (event, unit, &payment, &version, &next, error))
    return FALSE;
  if (!next)
    return TRUE;

  usher_payment_set_status (payment, status);
  usher_document_set_integer (payment, USHER_PAYMENT_ORDER_VERSION, version);

  return usher_payment_record (unit, payment, FALSE, error);
}

static gboolean
on_order_cancelled (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) payment = NULL;
  gboolean next = FALSE;
  gint64 version;

  if (!find_order (event, unit, &payment, &version, &next, error))
    return FALSE;
  if (!next)
    return TRUE;

  usher_document_set_integer (payment, USHER_PAYMENT_ORDER_VERSION, version);

  return usher_payment_record (unit,
                               payment,
                               usher_payment_cancel (payment, usher_event_get_time (event)),
                               error);
}

static const struct
{
  const char *channel;
  UsherEventHandler handler;
} listeners[] = {
  { USHER_ORDERS_CREATED, on_order_created },
  { USHER_ORDERS_UPDATED, on_order_updated },
  { USHER_ORDERS_CANCELLED, on_order_cancelled },
};

void
usher_payments_listeners_add (UsherContext *context)
{
  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    usher_context_add_listener (
        context, listeners[i].channel, NULL, listeners[i].handler, NULL, NULL);
}
