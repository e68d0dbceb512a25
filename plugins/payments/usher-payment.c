/* usher-payment.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payment.h"

#include <string.h>

#include "usher-orders-contract.h"
#include "usher-payments-contract.h"

const UsherField usher_payment_fields[] = {
  { USHER_PAYMENT_ORDER_VERSION, USHER_FIELD_INTEGER },
  { USHER_PAYMENT_STATUS, USHER_FIELD_STRING },
  { USHER_PAYMENT_USER_ID, USHER_FIELD_ID },
  { USHER_PAYMENT_EXPIRES_AT, USHER_FIELD_TIME },
  { USHER_PAYMENT_PRICE, USHER_FIELD_MONEY },
  { USHER_PAYMENT_EXPIRED, USHER_FIELD_BOOLEAN },
  { USHER_PAYMENT_ATTEMPT, USHER_FIELD_INTEGER },
  { USHER_PAYMENT_ID, USHER_FIELD_ID, USHER_FIELD_INDEXED },
  { USHER_PAYMENT_STATE, USHER_FIELD_STRING },
  { USHER_PAYMENTS_STRIPE_ID, USHER_FIELD_STRING },
  { USHER_PAYMENTS_REFUND_ID, USHER_FIELD_STRING },
  { USHER_PAYMENT_PAYER_ID, USHER_FIELD_ID, USHER_FIELD_INDEXED },
  { USHER_PAYMENT_BEGUN, USHER_FIELD_TIME },
  { USHER_PAYMENT_REFUNDED_AT, USHER_FIELD_TIME },
  { USHER_PAYMENT_INTENT_ID, USHER_FIELD_STRING },
  { USHER_PAYMENT_LOST_REFUNDS, USHER_FIELD_INTEGER },
  { USHER_PAYMENT_CURRENCY, USHER_FIELD_STRING },
};

static const char *const states[] = {
  [USHER_PAYMENT_NONE] = "none",           [USHER_PAYMENT_OPEN] = "open",
  [USHER_PAYMENT_FAILED] = "failed",       [USHER_PAYMENT_COMPLETED] = "completed",
  [USHER_PAYMENT_REFUNDING] = "refunding", [USHER_PAYMENT_REFUNDED] = "refunded",
};

UsherPaymentState
usher_payment_get_state (UsherDocument *payment)
{
  const char *state = usher_document_get_string (payment, USHER_PAYMENT_STATE);

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (states[i], state) == 0)
      return (UsherPaymentState) i;

  return USHER_PAYMENT_NONE;
}

static void
set_state (UsherDocument *payment, UsherPaymentState state)
{
  usher_document_set_string (payment, USHER_PAYMENT_STATE, states[state]);
}

static gboolean
has_status (UsherDocument *payment, const char *status)
{
  return usher_document_has_string (payment, USHER_PAYMENT_STATUS, status);
}

gboolean
usher_payment_is_cancelled (UsherDocument *payment)
{
  return has_status (payment, USHER_ORDERS_STATUS_CANCELLED);
}

gboolean
usher_payment_is_awaited (UsherDocument *payment)
{
  return has_status (payment, USHER_ORDERS_STATUS_AWAITING);
}

UsherPaymentVerdict
usher_payment_judge (UsherDocument *payment, gint64 now)
{
  UsherPaymentState state = usher_payment_get_state (payment);

  if (usher_payment_is_cancelled (payment))
    return usher_document_get_boolean (payment, USHER_PAYMENT_EXPIRED) ? USHER_PAYMENT_IS_EXPIRED
                                                                       : USHER_PAYMENT_IS_CANCELLED;
  if (state == USHER_PAYMENT_COMPLETED || has_status (payment, USHER_ORDERS_STATUS_COMPLETE))
    return USHER_PAYMENT_IS_PAID;
  if (state == USHER_PAYMENT_REFUNDING || state == USHER_PAYMENT_REFUNDED)
    return USHER_PAYMENT_IS_RETURNED;
  if (now >= usher_document_get_integer (payment, USHER_PAYMENT_EXPIRES_AT))
    return USHER_PAYMENT_IS_EXPIRED;
  if (state == USHER_PAYMENT_OPEN)
    return USHER_PAYMENT_IS_RUNNING;
  if (!has_status (payment, USHER_ORDERS_STATUS_AWAITING))
    return USHER_PAYMENT_IS_EARLY;

  return USHER_PAYMENT_MAY_PAY;
}

void
usher_payment_set_status (UsherDocument *payment, const char *status)
{
  if (!usher_payment_is_cancelled (payment))
    usher_document_set_string (payment, USHER_PAYMENT_STATUS, status);
}

gboolean
usher_payment_cancel (UsherDocument *payment, gint64 time)
{
  gboolean expired = time >= usher_document_get_integer (payment, USHER_PAYMENT_EXPIRES_AT);

  /* orders may say it twice; the first time counts */
  if (!usher_payment_is_cancelled (payment))
    usher_document_set_boolean (payment, USHER_PAYMENT_EXPIRED, expired);
  usher_document_set_string (payment, USHER_PAYMENT_STATUS, USHER_ORDERS_STATUS_CANCELLED);

  if (usher_payment_get_state (payment) == USHER_PAYMENT_COMPLETED)
    {
      set_state (payment, USHER_PAYMENT_REFUNDING);
      return TRUE;
    }

  /* an open attempt meets this status when it concludes; one that may wait for its payer is not waited for */
  return usher_payment_get_state (payment) == USHER_PAYMENT_OPEN &&
         usher_document_has (payment, USHER_PAYMENT_INTENT_ID);
}

static void
set_payer (UsherDocument *payment, gint64 begun)
{
  const char *user_id = usher_document_get_string (payment, USHER_PAYMENT_USER_ID);

  usher_document_set_string (payment, USHER_PAYMENT_PAYER_ID, user_id);
  usher_document_set_integer (payment, USHER_PAYMENT_BEGUN, begun);
}

gboolean
usher_payment_upgrade (UsherDocument *payment, gpointer data, GError **error)
{
  const char *payment_id = usher_document_get_string (payment, USHER_PAYMENT_ID);

  if (payment_id != NULL)
    set_payer (payment, usher_id_get_time (payment_id));

  return TRUE;
}

void
usher_payment_open (UsherDocument *payment, const char *payment_id, gint64 now)
{
  gint64 attempt = usher_document_get_integer (payment, USHER_PAYMENT_ATTEMPT);

  usher_document_set_integer (payment, USHER_PAYMENT_ATTEMPT, attempt + 1);
  usher_document_set_string (payment, USHER_PAYMENT_ID, payment_id);
  usher_document_unset (payment, USHER_PAYMENT_INTENT_ID);
  set_payer (payment, now);
  set_state (payment, USHER_PAYMENT_OPEN);
}

gboolean
usher_payment_is_open_at (UsherDocument *payment, gint64 attempt)
{
  return usher_document_get_integer (payment, USHER_PAYMENT_ATTEMPT) == attempt &&
         usher_payment_get_state (payment) == USHER_PAYMENT_OPEN;
}

gboolean
usher_payment_conclude (UsherDocument *payment, gint64 attempt, const UsherCharge *charge)
{
  if (!usher_payment_is_open_at (payment, attempt) || charge->outcome == USHER_CHARGE_PENDING)
    return FALSE;

  if (charge->outcome == USHER_CHARGE_DECLINED)
    {
      set_state (payment, USHER_PAYMENT_FAILED);
      return TRUE;
    }

  usher_document_set_string (payment, USHER_PAYMENTS_STRIPE_ID, charge->id);
  set_state (payment,
             charge->outcome == USHER_CHARGE_WRONG || usher_payment_is_cancelled (payment)
                 ? USHER_PAYMENT_REFUNDING
                 : USHER_PAYMENT_COMPLETED);

  return TRUE;
}

gboolean
usher_payment_refund (UsherDocument *payment, const UsherCharge *refund, gint64 now)
{
  UsherPaymentState state = usher_payment_get_state (payment);
  gint64 n_lost = usher_document_get_integer (payment, USHER_PAYMENT_LOST_REFUNDS);

  if (state == USHER_PAYMENT_REFUNDING && refund->outcome == USHER_CHARGE_PAID)
    {
      usher_document_set_string (payment, USHER_PAYMENTS_REFUND_ID, refund->id);
      usher_document_set_integer (payment, USHER_PAYMENT_REFUNDED_AT, now);
      set_state (payment, USHER_PAYMENT_REFUNDED);
      return TRUE;
    }

  if ((state != USHER_PAYMENT_REFUNDING && state != USHER_PAYMENT_REFUNDED) ||
      refund->outcome != USHER_CHARGE_DECLINED)
    return FALSE;

  usher_document_set_integer (payment, USHER_PAYMENT_LOST_REFUNDS, n_lost + 1);
  usher_document_unset (payment, USHER_PAYMENTS_REFUND_ID);
  usher_document_unset (payment, USHER_PAYMENT_REFUNDED_AT);
  set_state (payment, USHER_PAYMENT_REFUNDING);

  return TRUE;
}

void
usher_payment_describe (UsherDocument *payment, UsherPurchase *purchase)
{
  const char *currency = usher_document_get_string (payment, USHER_PAYMENT_CURRENCY);

  if (currency != NULL)
    purchase->currency = currency;
  purchase->intent_id = usher_document_get_string (payment, USHER_PAYMENT_INTENT_ID);
  purchase->amount = usher_document_get_integer (payment, USHER_PAYMENT_PRICE);
}

gboolean
usher_payment_check_currency (const char *currency, GError **error)
{
  /* which have none, or thousandths, or which Stripe counts in another way */
  static const char *const others[] = {
    "bhd", "bif", "clp", "djf", "gnf", "iqd", "isk", "jod", "jpy", "kmf", "krw", "kwd", "lyd",
    "mga", "omr", "pyg", "rwf", "tnd", "ugx", "vnd", "vuv", "xaf", "xof", "xpf", NULL,
  };

  if (strlen (currency) != 3 || strspn (currency, "abcdefghijklmnopqrstuvwxyz") != 3)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "[payments] currency has to be of three small letters, as “usd”");

  return !g_strv_contains (others, currency) ||
         usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "[payments] currency is “%s”, which has no hundredths, as prices have",
                       currency);
}

char *
usher_payment_make_charge_key (UsherDocument *payment)
{
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT,
                          usher_document_get_id (payment),
                          usher_document_get_integer (payment, USHER_PAYMENT_ATTEMPT));
}

char *
usher_payment_make_refund_key (UsherDocument *payment)
{
  g_autofree char *charge_key = usher_payment_make_charge_key (payment);
  gint64 n_lost = usher_document_get_integer (payment, USHER_PAYMENT_LOST_REFUNDS);

  if (n_lost == 0)
    return g_strconcat (charge_key, ":refund", NULL);

  return g_strdup_printf ("%s:refund:%" G_GINT64_FORMAT, charge_key, n_lost);
}

/* @member: which of the processor's ids, a member of the payload and a field of the document */
static void
publish (UsherUnit *unit, UsherDocument *payment, const char *channel, const char *member)
{
  UsherPayload *payload = usher_unit_begin_event (unit, channel);
  const char *id = usher_document_get_string (payment, USHER_PAYMENT_ID);

  usher_payload_set_string (payload, USHER_PAYMENTS_ID, id);
  usher_payload_set_string (payload, USHER_PAYMENTS_ORDER_ID, usher_document_get_id (payment));
  usher_payload_set_string (payload, member, usher_document_get_string (payment, member));
}

/* None at first; after one that was lost a minute, then twice that, a day at most. */
static gint64
get_refund_delay (UsherDocument *payment)
{
  gint64 n_lost = usher_document_get_integer (payment, USHER_PAYMENT_LOST_REFUNDS);

  return n_lost == 0 ? 0 : MIN (G_TIME_SPAN_MINUTE << MIN (n_lost - 1, 16), G_TIME_SPAN_DAY);
}

void
usher_payment_follow_state (UsherDocument *payment, UsherUnit *unit)
{
  const char *order_id = usher_document_get_id (payment);
  gint64 now = usher_unit_get_time (unit);
  g_autofree char *key = NULL;

  switch (usher_payment_get_state (payment))
    {
    case USHER_PAYMENT_COMPLETED:
      publish (unit, payment, USHER_PAYMENTS_CREATED, USHER_PAYMENTS_STRIPE_ID);
      break;
    case USHER_PAYMENT_REFUNDING:
      usher_unit_schedule (
          unit, USHER_PAYMENTS_REFUND, order_id, now + get_refund_delay (payment), NULL);
      break;
    case USHER_PAYMENT_REFUNDED:
      publish (unit, payment, USHER_PAYMENTS_REFUNDED, USHER_PAYMENTS_REFUND_ID);
      break;
    case USHER_PAYMENT_OPEN:
      key = usher_payment_make_charge_key (payment);
      usher_unit_schedule (unit, USHER_PAYMENTS_SETTLE, key, now, NULL);
      break;
    case USHER_PAYMENT_NONE:
    case USHER_PAYMENT_FAILED:
    default:
      break;
    }
}

gboolean
usher_payment_record (UsherDocument *payment, UsherUnit *unit, GError **error)
{
  usher_payment_follow_state (payment, unit);

  return usher_unit_replace (unit, payment, error);
}
