/* usher-payments-routes.c: people pay
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-routes.h"

#include <usher.h>

#include "usher-payment-record.h"
#include "usher-payments-list.h"

#define ASKED    (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)
#define CURRENCY "usd"
/* how long a request waits for an order that was just placed */
#define ORDER_WAIT (2 * G_TIME_SPAN_SECOND)

static const UsherSetting settings[] = {
  { "payments",
    "settle-seconds",
    USHER_SETTING_INTEGER,
    "30",
    1,
    3600,
    "How long an attempt stays open before the processor is asked what became of it" },
  { "payments",
    "complete-milliseconds",
    USHER_SETTING_INTEGER,
    "500",
    0,
    5000,
    "How long the answer to a payment waits for its order to be complete" },
};

/* the token is the processor's business: it is passed on and never stored */
static const UsherField request_fields[] = {
  { USHER_PAYMENTS_TOKEN, USHER_FIELD_STRING, ASKED, 1, 255, "Token must be provided" },
  { USHER_PAYMENTS_ORDER_ID, USHER_FIELD_ID, ASKED, 0, 0, "OrderId must be provided" },
};

/* where people pay */
typedef struct
{
  UsherContext *context; /* (unowned): it has the route */
  UsherCashier *cashier; /* (unowned) */
  UsherSchema *request;  /* (owned): what is asked of who pays */
} Counter;

/* what the second step needs of the request */
typedef struct
{
  UsherCardProcessor *processor; /* (owned) */
  char *order_id;                /* (owned) */
  char *token;                   /* (owned): nowhere else, and so gone with the process */
  gint64 attempt;
  gint64 patience; /* with the order, when it is paid */
} Charging;

/* an order that is paid, and will be complete */
typedef struct
{
  char *order_id; /* (owned) */
  gint64 patience;
} Completion;

static void
charging_free (gpointer data)
{
  Charging *charging = data;

  g_object_unref (charging->processor);
  g_free (charging->order_id);
  g_free (charging->token);
  g_free (charging);
}

static void
completion_free (gpointer data)
{
  Completion *completion = data;

  g_free (completion->order_id);
  g_free (completion);
}

static gboolean
refuse (GError **error, UsherError code, const char *message)
{
  g_set_error_literal (error, USHER_ERROR, code, message);

  return FALSE;
}

static const char *
get_cancel_message (UsherDocument *payment)
{
  return usher_document_get_boolean (payment, USHER_PAYMENT_EXPIRED)
             ? "Order has expired"
             : "Cannot pay for a cancelled order";
}

static void
answer (UsherReply *reply, UsherDocument *payment, const UsherCharge *charge)
{
  g_autoptr (UsherJsonWriter) writer = NULL;

  if (usher_payment_is_cancelled (payment))
    {
      usher_reply_refuse (reply, 400, get_cancel_message (payment));
      return;
    }
  if (charge->outcome == USHER_CHARGE_DECLINED)
    {
      usher_reply_refuse (reply, 402, charge->message);
      return;
    }

  writer = usher_json_writer_new ();
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer,
                                USHER_PAYMENTS_ID,
                                usher_document_get_string (payment, USHER_PAYMENT_ID));
  usher_json_writer_end_object (writer);
  usher_reply_set_status (reply, 201);
  usher_reply_take_json (reply, usher_json_writer_end (writer));
}

/* The timer was first. It has written the same outcome, as a key has only one. */
static gboolean
check_settled (UsherDocument *payment, const char *key, const UsherCharge *charge, GError **error)
{
  const char *stripe_id = usher_document_get_string (payment, USHER_PAYMENT_STRIPE_ID);

  if (charge->outcome == USHER_CHARGE_DECLINED || g_strcmp0 (charge->id, stripe_id) == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_FAILED,
               "charge “%s” was made after its key “%s” had been settled without it",
               charge->id,
               key);

  return FALSE;
}

/* Whether orders has heard of the payment, so that who asks there next is told. */
static gboolean
look_for_completion (UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  const Completion *completion = user_data;
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, completion->order_id, error);

  if (payment == NULL || !usher_payment_is_awaited (payment))
    return payment != NULL;

  return usher_unit_wait_for (
      unit, USHER_PAYMENT_COLLECTION, completion->order_id, completion->patience, error);
}

static void
hold_until_complete (UsherUnit *unit, const Charging *charging)
{
  Completion *completion = NULL;

  if (charging->patience == 0)
    return;

  completion = g_new0 (Completion, 1);
  completion->order_id = g_strdup (charging->order_id);
  completion->patience = charging->patience;
  usher_unit_hold_answer (unit, look_for_completion, completion, completion_free);
}

/* The second step: the attempt is on disk, with a timer that settles it should this be the last thing that the process
 * does. Of a cancelled order no money is taken any more; but if it ran before, some may have been. */
static gboolean
charge_card (UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  Charging *charging = user_data;
  g_autoptr (UsherDocument) payment = NULL;
  g_autofree char *key = NULL;
  g_auto (UsherCharge) charge = { 0 };
  gint64 price;
  gboolean known;

  payment = usher_unit_find (unit, USHER_PAYMENT_COLLECTION, charging->order_id, error);
  if (payment == NULL)
    return FALSE;

  key = g_strdup_printf ("%s:%" G_GINT64_FORMAT, charging->order_id, charging->attempt);
  price = usher_document_get_integer (payment, USHER_PAYMENT_PRICE);
  known = usher_payment_is_cancelled (payment)
              ? usher_card_processor_settle (charging->processor, key, &charge, error)
              : usher_card_processor_charge (
                    charging->processor, key, price, CURRENCY, charging->token, &charge, error);
  if (!known)
    return FALSE;

  answer (reply, payment, &charge);
  if (usher_reply_get_status (reply) == 201)
    hold_until_complete (unit, charging);
  if (!usher_payment_conclude (payment, charging->attempt, &charge))
    return check_settled (payment, key, &charge, error);

  usher_unit_unschedule (unit, USHER_PAYMENTS_SETTLE, key);

  return usher_payment_record (unit, payment, TRUE, error);
}

/* The first step: an open attempt, before anybody is asked for money. */
static gboolean
begin_attempt (Counter *self,
               UsherUnit *unit,
               UsherDocument *payment,
               const char *token,
               GError **error)
{
  gint64 patience =
      usher_context_get_integer (self->context, "settle-seconds") * G_TIME_SPAN_SECOND;
  g_autofree char *payment_id = usher_unit_new_id (unit);
  g_autofree char *key = NULL;
  Charging *charging;

  usher_payment_open (payment, payment_id, usher_unit_get_time (unit));
  if (!usher_unit_replace (unit, payment, error))
    return FALSE;

  key = usher_payment_make_charge_key (payment);
  usher_unit_schedule (
      unit, USHER_PAYMENTS_SETTLE, key, usher_unit_get_time (unit) + patience, NULL);

  charging = g_new0 (Charging, 1);
  charging->processor = g_object_ref (usher_cashier_get_processor (self->cashier));
  charging->order_id = g_strdup (usher_document_get_id (payment));
  charging->token = g_strdup (token);
  charging->attempt = usher_document_get_integer (payment, USHER_PAYMENT_ATTEMPT);
  charging->patience =
      usher_context_get_integer (self->context, "complete-milliseconds") * G_TIME_SPAN_MILLISECOND;
  usher_unit_then (unit, charge_card, charging, charging_free);

  return TRUE;
}

static gboolean
check_payable (UsherUnit *unit, UsherDocument *payment, GError **error)
{
  switch (usher_payment_judge (payment, usher_unit_get_time (unit)))
    {
    case USHER_PAYMENT_MAY_PAY:
      return TRUE;

    case USHER_PAYMENT_IS_CANCELLED:
      return refuse (error, USHER_ERROR_INVALID, "Cannot pay for a cancelled order");

    case USHER_PAYMENT_IS_EXPIRED:
      return refuse (error, USHER_ERROR_INVALID, "Order has expired");

    case USHER_PAYMENT_IS_PAID:
      return refuse (error, USHER_ERROR_INVALID, "Order is already paid");

    case USHER_PAYMENT_IS_RUNNING:
      return refuse (error, USHER_ERROR_BUSY, "Another payment of this order is running");

    case USHER_PAYMENT_IS_EARLY:
    default:
      return usher_unit_has_waited (unit)
                 ? refuse (error, USHER_ERROR_INVALID, "Order is not reserved yet")
                 : usher_unit_wait_for (unit,
                                        USHER_PAYMENT_COLLECTION,
                                        usher_document_get_id (payment),
                                        ORDER_WAIT,
                                        error);
    }
}

/* An order may be paid straight after it was placed: its copy is on its way then. */
static gboolean
wait_for_copy (UsherUnit *unit, const char *order_id, GError **error)
{
  if (!usher_unit_has_waited (unit) &&
      usher_payment_may_come (order_id, usher_unit_get_time (unit)))
    return usher_unit_wait_for (unit, USHER_PAYMENT_COLLECTION, order_id, ORDER_WAIT, error);

  return refuse (error, USHER_ERROR_NOT_FOUND, "Not Found");
}

static gboolean
pay (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  Counter *self = user_data;
  UsherSession *session = usher_request_get_session (request);
  g_autoptr (UsherDocument) asked = NULL;
  g_autoptr (UsherDocument) payment = NULL;
  const char *order_id;

  asked = usher_request_read (request, self->request, error);
  if (asked == NULL)
    return FALSE;

  order_id = usher_document_get_string (asked, USHER_PAYMENTS_ORDER_ID);
  if (!usher_unit_lookup (unit, USHER_PAYMENT_COLLECTION, order_id, &payment, error))
    return FALSE;
  if (payment == NULL)
    return wait_for_copy (unit, order_id, error);
  if (!usher_payment_is_owned_by (payment, usher_session_get_user_id (session)))
    return refuse (error, USHER_ERROR_UNAUTHORIZED, "Not authorized");
  if (!check_payable (unit, payment, error))
    return FALSE;

  return begin_attempt (
      self, unit, payment, usher_document_get_string (asked, USHER_PAYMENTS_TOKEN), error);
}

static void
counter_free (gpointer data)
{
  Counter *self = data;

  g_clear_pointer (&self->request, usher_schema_unref);
  g_free (self);
}

/* blocking, so that the number of charges at once is bounded, and of those that wait */
gboolean
usher_payments_routes_add (UsherContext *context, UsherCashier *cashier, GError **error)
{
  UsherSchema *request =
      usher_schema_new ("payment", request_fields, G_N_ELEMENTS (request_fields), error);
  Counter *self = NULL;

  if (request == NULL)
    return FALSE;

  self = g_new0 (Counter, 1);
  self->context = context;
  self->cashier = cashier;
  self->request = request;
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  usher_context_add_route (context,
                           "POST",
                           "/api/payments",
                           USHER_ROUTE_SIGNED_IN | USHER_ROUTE_BLOCKING,
                           pay,
                           self,
                           counter_free);
  usher_payments_list_add (context);

  return TRUE;
}
