/* usher-payment.h: an order and its charge, in one document
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-card-processor.h"
#include "usher-payments-contract.h"

G_BEGIN_DECLS

/* One document an order, with the order's id. A cancel and a charge change the same document, so its version
 * decides which of them was first. */
#define USHER_PAYMENT_COLLECTION "payments"
/* the copy of the order; the document's own version counts the changes of both */
#define USHER_PAYMENT_ORDER_VERSION "orderVersion"
#define USHER_PAYMENT_STATUS        "status"
#define USHER_PAYMENT_USER_ID       "userId"
#define USHER_PAYMENT_EXPIRES_AT    "expiresAt"
#define USHER_PAYMENT_PRICE         "price"
/* it was cancelled because its time was over */
#define USHER_PAYMENT_EXPIRED "expired"
/* who has tried to pay: it is the owner, once there is an attempt */
#define USHER_PAYMENT_PAYER_ID "payerId"
/* the charge: the number and id of the last attempt, when it began, how it stands, what the processor calls it */
#define USHER_PAYMENT_ATTEMPT "attempt"
#define USHER_PAYMENT_ID      "paymentId"
#define USHER_PAYMENT_BEGUN   "createdAt"
#define USHER_PAYMENT_STATE   "state"
/* what the processor has made for the attempt before it takes money, where it does */
#define USHER_PAYMENT_INTENT_ID "intentId"
/* what it was to be paid in, as the setting may be another one when it is settled */
#define USHER_PAYMENT_CURRENCY "currency"
/* how many refunds came to nothing */
#define USHER_PAYMENT_LOST_REFUNDS "lostRefunds"
/* when the money was back */
#define USHER_PAYMENT_REFUNDED_AT "refundedAt"

/* (timer, key): an open attempt, by its idempotency key; money to give back, by the order */
#define USHER_PAYMENTS_SETTLE "settle"
#define USHER_PAYMENTS_REFUND "refund"

/* How the charge of an order stands. */
typedef enum
{
  USHER_PAYMENT_NONE,      /* nobody has tried to pay */
  USHER_PAYMENT_OPEN,      /* the processor was, or is about to be, asked */
  USHER_PAYMENT_FAILED,    /* the last attempt took no money */
  USHER_PAYMENT_COMPLETED, /* the order is paid */
  USHER_PAYMENT_REFUNDING, /* money was taken for an order that is cancelled, or not what was asked */
  USHER_PAYMENT_REFUNDED, /* and has been given back */
} UsherPaymentState;

/* Whether an order can be paid. */
typedef enum
{
  USHER_PAYMENT_MAY_PAY,      /* a new attempt may begin */
  USHER_PAYMENT_IS_CANCELLED, /* the order was cancelled */
  USHER_PAYMENT_IS_EXPIRED,   /* its time is over */
  USHER_PAYMENT_IS_PAID,      /* it is paid */
  USHER_PAYMENT_IS_RUNNING,   /* an attempt is open */
  USHER_PAYMENT_IS_EARLY,     /* the ticket is not reserved for it yet */
  USHER_PAYMENT_IS_RETURNED,  /* its money goes back, or has gone back */
} UsherPaymentVerdict;

extern const UsherField usher_payment_fields[17];

UsherPaymentState usher_payment_get_state (UsherDocument *payment);
gboolean usher_payment_is_cancelled (UsherDocument *payment);
/* orders has not said yet that it is paid, nor that it never will be */
gboolean usher_payment_is_awaited (UsherDocument *payment);
UsherPaymentVerdict usher_payment_judge (UsherDocument *payment, gint64 now);

/* order:updated: a cancelled order stays so */
void usher_payment_set_status (UsherDocument *payment, const char *status);
/* order:cancelled at @time; tells whether there is something to do: money that was taken is to be given back, or an attempt whose
 * intent is known to be settled */
gboolean usher_payment_cancel (UsherDocument *payment, gint64 time);
/* a new attempt; @payment_id: its id */
void usher_payment_open (UsherDocument *payment, const char *payment_id, gint64 now);
/* what documents of level 0 lack: they had attempts before anybody listed them */
gboolean usher_payment_upgrade (UsherDocument *payment, gpointer data, GError **error);
/* What the processor says of attempt @attempt. Tells whether the state moved: it does not when somebody else has
 * written the same outcome, or when the attempt is not the last one any more. */
gboolean usher_payment_conclude (UsherDocument *payment, gint64 attempt, const UsherCharge *charge);
/* Whether attempt @attempt is the last one, and open. */
gboolean usher_payment_is_open_at (UsherDocument *payment, gint64 attempt);
/* What the processor says of the refund; tells whether the state moved. Money that was back, and is not any more, is to be given
 * back again. */
gboolean usher_payment_refund (UsherDocument *payment, const UsherCharge *refund, gint64 now);
/* what the document has of the last attempt, as long as it is there; a currency is kept where it has none */
void usher_payment_describe (UsherDocument *payment, UsherPurchase *purchase);

/* Whether prices may be in @currency: amounts are hundredths, as they are. */
gboolean usher_payment_check_currency (const char *currency, GError **error);

/* The idempotency keys: `orderId:attempt`, `orderId:attempt:refund`, and `orderId:attempt:refund:1` after one that was lost. */
char *usher_payment_make_charge_key (UsherDocument *payment);
char *usher_payment_make_refund_key (UsherDocument *payment);

/* Says and does what a new state asks for: an event, a timer. */
void usher_payment_follow_state (UsherDocument *payment, UsherUnit *unit);
/* the same, and writes the document */
gboolean usher_payment_record (UsherDocument *payment, UsherUnit *unit, GError **error);

G_END_DECLS
