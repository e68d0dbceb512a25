/* usher-payment-record.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payment-record.h"

static void
follow_state (UsherUnit *unit, UsherDocument *payment)
{
  const char *order_id = usher_document_get_id (payment);
  g_autofree char *payload = NULL;

  switch (usher_payment_get_state (payment))
    {
    case USHER_PAYMENT_COMPLETED:
      payload = usher_payment_make_created (payment);
      usher_unit_publish (unit, USHER_PAYMENTS_CREATED, payload);
      break;

    case USHER_PAYMENT_REFUNDING:
      usher_unit_schedule (unit, USHER_PAYMENTS_REFUND, order_id, usher_unit_get_time (unit), NULL);
      break;

    case USHER_PAYMENT_REFUNDED:
      payload = usher_payment_make_refunded (payment);
      usher_unit_publish (unit, USHER_PAYMENTS_REFUNDED, payload);
      break;

    case USHER_PAYMENT_NONE:
    case USHER_PAYMENT_OPEN:
    case USHER_PAYMENT_FAILED:
    default:
      break;
    }
}

gboolean
usher_payment_record (UsherUnit *unit, UsherDocument *payment, gboolean moved, GError **error)
{
  if (!usher_unit_replace (unit, payment, error))
    return FALSE;

  if (moved)
    follow_state (unit, payment);

  return TRUE;
}
