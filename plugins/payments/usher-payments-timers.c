/* usher-payments-timers.c: ends open attempts and gives money back
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-timers.h"

#include <string.h>

#include "usher-payment-record.h"

/* Somebody was to charge and has not said what became of it: the process died, or the answer was lost. When the
 * processor is away this fails, and the host tries again with growing delay. */
static gboolean
settle (UsherTimer *timer, UsherUnit *unit, gpointer user_data, GError **error)
{
  UsherCardProcessor *processor = usher_cashier_get_processor (user_data);
  const char *key = usher_timer_get_key (timer);
  g_autofree char *order_id = g_strndup (key, strcspn (key, ":"));
  g_autoptr (UsherDocument) payment = NULL;
  g_autofree char *open_key = NULL;
  g_auto (UsherCharge) charge = { 0 };

  payment = usher_unit_find (unit, USHER_PAYMENT_COLLECTION, order_id, error);
  if (payment == NULL)
    return FALSE;

  open_key = usher_payment_make_charge_key (payment);
  if (usher_payment_get_state (payment) != USHER_PAYMENT_OPEN || !g_str_equal (open_key, key))
    return TRUE;

  if (!usher_card_processor_settle (processor, key, &charge, error))
    return FALSE;

  return !usher_payment_conclude (payment,
                                  usher_document_get_integer (payment, USHER_PAYMENT_ATTEMPT),
                                  &charge) ||
         usher_payment_record (unit, payment, TRUE, error);
}

/* Fails, and is tried again, until the money is back. */
static gboolean
refund (UsherTimer *timer, UsherUnit *unit, gpointer user_data, GError **error)
{
  UsherCardProcessor *processor = usher_cashier_get_processor (user_data);
  g_autoptr (UsherDocument) payment = NULL;
  g_autofree char *key = NULL;
  g_autofree char *refund_id = NULL;

  payment = usher_unit_find (unit, USHER_PAYMENT_COLLECTION, usher_timer_get_key (timer), error);
  if (payment == NULL)
    return FALSE;
  if (usher_payment_get_state (payment) != USHER_PAYMENT_REFUNDING)
    return TRUE;

  key = usher_payment_make_refund_key (payment);
  if (!usher_card_processor_refund (processor,
                                    key,
                                    usher_document_get_string (payment, USHER_PAYMENT_STRIPE_ID),
                                    &refund_id,
                                    error))
    return FALSE;

  return !usher_payment_refund (payment, refund_id, usher_unit_get_time (unit)) ||
         usher_payment_record (unit, payment, TRUE, error);
}

void
usher_payments_timers_add (UsherContext *context, UsherCashier *cashier)
{
  usher_context_add_timer (context, USHER_PAYMENTS_SETTLE, settle, cashier, NULL);
  usher_context_add_timer (context, USHER_PAYMENTS_REFUND, refund, cashier, NULL);
}
