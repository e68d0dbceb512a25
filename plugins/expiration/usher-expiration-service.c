/* usher-expiration-service.c: tells when the time of an order is over
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

#include "usher-expiration-contract.h"
#include "usher-orders-contract.h"

/* the key is the id of the order */
#define TIMER "order"

static const UsherField complete_fields[] = {
  { USHER_EXPIRATION_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
};

/* Seen again, or after its cancel, it sets a timer that orders does not heed: the order has moved on. */
static gboolean
on_order_created (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  const char *order_id = usher_event_read_id (event, USHER_ORDERS_ID, error);
  gint64 expires_at;

  if (order_id == NULL ||
      !usher_event_read_time (event, USHER_ORDERS_EXPIRES_AT, &expires_at, error))
    return FALSE;

  usher_unit_schedule (unit, TIMER, order_id, expires_at, NULL);

  return TRUE;
}

static gboolean
on_order_cancelled (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  const char *order_id = usher_event_read_id (event, USHER_ORDERS_ID, error);

  if (order_id == NULL)
    return FALSE;

  usher_unit_unschedule (unit, TIMER, order_id);

  return TRUE;
}

static gboolean
on_time_over (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  UsherPayload *payload = usher_unit_begin_event (unit, USHER_EXPIRATION_COMPLETE);

  usher_payload_set_string (payload, USHER_EXPIRATION_ORDER_ID, usher_timer_get_key (timer));

  return TRUE;
}

static gboolean
configure (UsherContext *context, GError **error)
{
  usher_context_add_event (context,
                           USHER_EXPIRATION_COMPLETE,
                           complete_fields,
                           G_N_ELEMENTS (complete_fields));
  usher_context_describe_event (context, USHER_EXPIRATION_COMPLETE, "The time of an order is over");
  usher_context_add_timer (context, TIMER, on_time_over, NULL, NULL);
  usher_context_add_listener (context, USHER_ORDERS_CREATED, NULL, on_order_created, NULL, NULL);
  usher_context_add_listener (
      context, USHER_ORDERS_CANCELLED, NULL, on_order_cancelled, NULL, NULL);

  return TRUE;
}

USHER_DEFINE_SERVICE ("expiration", "1.0.0", configure)
