/* usher-payments-description.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-description.h"

#include "usher-orders-contract.h"
#include "usher-payment.h"

#define PAY  "/api/payments"
#define HOOK "/api/payments/webhook"

/* what payers are shown: of a list, of a payment that is done, of one that is not */
#define SHOWN   "shownPayment"
#define PAID    "paid"
#define PENDING "pending"
/* what may be asked of the list, and what the processor sends */
#define WANTED "wantedPayments"
#define NOTICE "notice"
#define NONE   "nothing"

static const UsherField shown_fields[] = {
  { USHER_PAYMENTS_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_PAYMENTS_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_PAYMENT_STATE, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { "amount", USHER_FIELD_MONEY, USHER_FIELD_REQUIRED },
  { USHER_PAYMENT_BEGUN, USHER_FIELD_TIME, USHER_FIELD_REQUIRED },
  { USHER_PAYMENT_REFUNDED_AT, USHER_FIELD_TIME },
};

static const UsherField paid_fields[] = {
  { USHER_PAYMENTS_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
};

static const UsherField pending_fields[] = {
  { USHER_PAYMENTS_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { "status", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { "clientSecret", USHER_FIELD_STRING },
};

static const UsherField wanted_fields[] = {
  { USHER_PAYMENTS_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_INPUT },
};

static const UsherField notice_fields[] = {
  { "type", USHER_FIELD_STRING, USHER_FIELD_INPUT | USHER_FIELD_REQUIRED },
  { "data", USHER_FIELD_JSON, USHER_FIELD_INPUT },
};

static const UsherAnswerEntry answers[] = {
  { "GET", PAY, 200, SHOWN "[]", "The caller's payments, newest first" },
  { "GET", PAY, 400, NULL, "OrderId must be an id" },
  { "POST", PAY, 201, PAID, "The order is paid" },
  { "POST", PAY, 202, PENDING, "The payer has to confirm, or the processor is still at it" },
  { "POST", PAY, 400, NULL, "Token must be provided" },
  { "POST", PAY, 400, NULL, "OrderId must be provided" },
  { "POST", PAY, 400, NULL, "Cannot pay for a cancelled order" },
  { "POST", PAY, 400, NULL, "Order has expired" },
  { "POST", PAY, 400, NULL, "Order is already paid" },
  { "POST", PAY, 400, NULL, "Order is not reserved yet" },
  { "POST", PAY, 400, NULL, "The money of this order goes back: order again" },
  { "POST", PAY, 402, NULL, "Your card was declined." },
  { "POST", PAY, 404, NULL, "Not Found" },
  { "POST", PAY, 409, NULL, "Another payment of this order is running" },
  { "POST", HOOK, 200, NONE, "The event was heard" },
  { "POST", HOOK, 404, NULL, "Not Found" },
};

static const char *const states[] = {
  "open", "completed", "failed", "refunding", "refunded", NULL
};

static const char *const statuses[] = { "processing", "requires_action", NULL };

static const char *const order_statuses[] = {
  USHER_ORDERS_STATUS_CREATED,
  USHER_ORDERS_STATUS_AWAITING,
  USHER_ORDERS_STATUS_COMPLETE,
  USHER_ORDERS_STATUS_CANCELLED,
  NULL,
};

static void
add_tables (UsherContext *context)
{
  usher_context_add_view (context, SHOWN, shown_fields, G_N_ELEMENTS (shown_fields));
  usher_context_add_view (context, PAID, paid_fields, G_N_ELEMENTS (paid_fields));
  usher_context_add_view (context, PENDING, pending_fields, G_N_ELEMENTS (pending_fields));
  usher_context_add_view (context, NONE, NULL, 0);
  usher_context_add_form (context, WANTED, wanted_fields, G_N_ELEMENTS (wanted_fields));
  usher_context_add_form (context, NOTICE, notice_fields, G_N_ELEMENTS (notice_fields));
}

void
usher_payments_describe (UsherContext *context)
{
  add_tables (context);
  usher_context_describe_route (context, "GET", PAY, "List one's payments", NULL, WANTED);
  usher_context_describe_route (
      context, "POST", PAY, "Pay for an order", USHER_PAYMENTS_FORM, NULL);
  usher_context_describe_route (
      context, "POST", HOOK, "Hear an event of the card processor", NOTICE, NULL);
  usher_context_add_answers (context, answers, G_N_ELEMENTS (answers));

  usher_context_describe_event (context, USHER_PAYMENTS_CREATED, "An order is paid");
  usher_context_describe_event (context,
                                USHER_PAYMENTS_REFUNDED,
                                "The money of a cancelled order is back");

  usher_context_describe_field (
      context, USHER_PAYMENTS_FORM, "token", "What the processor calls the card", NULL, "tok_visa");
  usher_context_describe_field (
      context, SHOWN, USHER_PAYMENT_STATE, "How the charge stands", states, NULL);
  usher_context_describe_field (context, PENDING, "status", NULL, statuses, "requires_action");
  usher_context_describe_field (
      context, PENDING, "clientSecret", "What the payer confirms with", NULL, "pi_1_secret_2");
  usher_context_describe_field (context,
                                USHER_PAYMENT_COLLECTION,
                                USHER_PAYMENT_STATUS,
                                "Of the order",
                                order_statuses,
                                NULL);
  usher_context_describe_field (
      context, NULL, USHER_PAYMENTS_STRIPE_ID, "What the processor calls the charge", NULL, "pi_1");
  usher_context_describe_field (
      context, NULL, USHER_PAYMENTS_REFUND_ID, "What the processor calls the refund", NULL, "re_1");
}
