/* usher-payments-routes.c: people pay, and look at what they paid
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payment.h"
#include "usher-payments-description.h"
#include "usher-payments-service.h"

/* with USHER_PAYMENTS_ORDER_ID */
#define TOKEN "token"

#define ASKED    (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)
#define NO_ORDER "OrderId must be provided"
/* how long a request waits for an order that was just placed */
#define ORDER_WAIT (2 * G_TIME_SPAN_SECOND)

#define AWAY \
  "The card processor does not answer now: try again in a minute, nothing is charged twice"

/* the token is the processor's business: it is passed on and never stored */
static const UsherField form_fields[] = {
  { TOKEN, USHER_FIELD_STRING, ASKED, 1, 255, "Token must be provided" },
  { USHER_PAYMENTS_ORDER_ID, USHER_FIELD_ID, ASKED, 0, 0, NO_ORDER, NO_ORDER },
};

/* why an order cannot be paid */
static const struct
{
  UsherError code;
  const char *message;
} refusals[] = {
  [USHER_PAYMENT_IS_CANCELLED] = { USHER_ERROR_INVALID, "Cannot pay for a cancelled order" },
  [USHER_PAYMENT_IS_EXPIRED] = { USHER_ERROR_INVALID, "Order has expired" },
  [USHER_PAYMENT_IS_PAID] = { USHER_ERROR_INVALID, "Order is already paid" },
  [USHER_PAYMENT_IS_RUNNING] = { USHER_ERROR_BUSY, "Another payment of this order is running" },
  [USHER_PAYMENT_IS_EARLY] = { USHER_ERROR_INVALID, "Order is not reserved yet" },
  [USHER_PAYMENT_IS_RETURNED] = { USHER_ERROR_INVALID,
                                  "The money of this order goes back: order again" },
};

/* what the steps need of the request; atomically counted */
typedef struct
{
  UsherCardProcessor *processor; /* (owned) */
  char *order_id;                /* (owned) */
  char *key;                     /* (owned): of the attempt */
  char *intent_id;               /* (owned) (nullable): of the attempt, once it is prepared */
  char *currency;                /* (owned) */
  char *token;                   /* (owned): nowhere else, and so gone with the process */
  gint64 attempt;
  gint64 patience; /* with the order, when it is paid */
} Charging;

static void
charging_clear (gpointer data)
{
  Charging *charging = data;

  usher_card_processor_unref (charging->processor);
  g_free (charging->order_id);
  g_free (charging->key);
  g_free (charging->intent_id);
  g_free (charging->currency);
  g_free (charging->token);
}

static void
charging_unref (gpointer charging)
{
  g_atomic_rc_box_release_full (charging, charging_clear);
}

/* What the payer goes on with is his alone, so no answer that has it is kept. */
static void
answer_pending (UsherReply *reply, UsherJsonWriter *writer, const UsherCharge *charge)
{
  usher_json_writer_set_string (writer,
                                "status",
                                charge->secret != NULL ? "requires_action" : "processing");
  if (charge->secret != NULL)
    usher_json_writer_set_string (writer, "clientSecret", charge->secret);
  usher_reply_set_header (reply, "Cache-Control", "no-store");
}

static void
answer (UsherReply *reply, UsherDocument *payment, const UsherCharge *charge)
{
  g_autoptr (UsherJsonWriter) writer = NULL;

  if (usher_payment_is_cancelled (payment))
    {
      usher_reply_refuse (reply, 400, refusals[usher_payment_judge (payment, 0)].message);
      return;
    }
  if (charge->outcome == USHER_CHARGE_DECLINED || charge->outcome == USHER_CHARGE_WRONG)
    {
      usher_reply_refuse (reply, 402, charge->message);
      return;
    }

  writer = usher_json_writer_new ();
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer,
                                USHER_PAYMENTS_ID,
                                usher_document_get_string (payment, USHER_PAYMENT_ID));
  if (charge->outcome == USHER_CHARGE_PENDING)
    answer_pending (reply, writer, charge);
  usher_json_writer_end_object (writer);
  usher_reply_set_status (reply, charge->outcome == USHER_CHARGE_PENDING ? 202 : 201);
  usher_reply_take_json (reply, usher_json_writer_end (writer));
}

/* The timer was first. It has written the same outcome, as a key has only one. */
static gboolean
check_settled (UsherDocument *payment, const char *key, const UsherCharge *charge, GError **error)
{
  gboolean is_taken = charge->outcome == USHER_CHARGE_PAID || charge->outcome == USHER_CHARGE_WRONG;

  return !is_taken || usher_document_has_string (payment, USHER_PAYMENTS_STRIPE_ID, charge->id) ||
         usher_refuse (error,
                       USHER_ERROR_FAILED,
                       "charge “%s” was made after its key “%s” had been settled without it",
                       charge->id,
                       key);
}

/* Whether orders has heard of the payment, so that who asks there next is told. */
static gboolean
look_for_completion (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  const Charging *charging = data;
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, charging->order_id, error);

  if (payment == NULL || !usher_payment_is_awaited (payment))
    return payment != NULL;

  return usher_unit_wait_for (
      unit, USHER_PAYMENT_COLLECTION, charging->order_id, charging->patience, error);
}

static gboolean
conclude (UsherUnit *unit,
          UsherReply *reply,
          Charging *charging,
          UsherDocument *payment,
          const UsherCharge *charge,
          GError **error)
{
  answer (reply, payment, charge);
  if (usher_reply_get_status (reply) == 201 && charging->patience > 0)
    usher_unit_hold_answer (unit,
                            look_for_completion,
                            g_atomic_rc_box_acquire (charging),
                            charging_unref);
  if (!usher_payment_conclude (payment, charging->attempt, charge))
    return check_settled (payment, charging->key, charge, error);

  usher_unit_unschedule (unit, USHER_PAYMENTS_SETTLE, charging->key);

  return usher_payment_record (payment, unit, error);
}

static void
describe (const Charging *charging, UsherDocument *payment, UsherPurchase *purchase)
{
  purchase->currency = charging->currency;
  usher_payment_describe (payment, purchase);
  purchase->key = charging->key;
  /* that of the document may be of a later attempt */
  purchase->intent_id = charging->intent_id;
}

/* What an operator is told goes to the log, and the payer is told what he can do. */
static gboolean
excuse (const Charging *charging, GError *cause, GError **error)
{
  if (!g_error_matches (cause, USHER_ERROR, USHER_ERROR_UNAVAILABLE))
    {
      g_propagate_error (error, cause);
      return FALSE;
    }

  g_message ("payment “%s” has no answer yet: %s", charging->key, cause->message);
  g_error_free (cause);

  return usher_refuse_literal (USHER_ERROR_UNAVAILABLE, AWAY, error);
}

/* The last step: the attempt is on disk, with a timer that settles it should this be the last thing that the process
 * does. Of a cancelled order no money is taken any more; but if it ran before, some may have been. */
static gboolean
charge_card (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Charging *charging = data;
  UsherCardProcessor *processor = charging->processor;
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, charging->order_id, error);
  g_auto (UsherCharge) charge = { 0 };
  UsherPurchase purchase = { 0 };
  GError *cause = NULL;
  gboolean known;

  if (payment == NULL)
    return FALSE;

  describe (charging, payment, &purchase);
  known = usher_payment_is_cancelled (payment)
              ? processor->settle (processor, &purchase, USHER_SETTLE_CLOSE, &charge, &cause)
              : processor->charge (processor, &purchase, charging->token, &charge, &cause);

  return known ? conclude (unit, reply, charging, payment, &charge, error)
               : excuse (charging, cause, error);
}

/* The step before it, where the processor names what it is to charge: no money is taken before that name is on disk. An attempt
 * that is closed meanwhile has none. */
static gboolean
prepare_charge (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Charging *charging = data;
  UsherCardProcessor *processor = charging->processor;
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, charging->order_id, error);
  g_auto (UsherCharge) charge = { 0 };
  UsherPurchase purchase = { 0 };
  GError *cause = NULL;

  if (payment == NULL)
    return FALSE;
  if (!usher_payment_is_open_at (payment, charging->attempt))
    {
      usher_reply_refuse (reply, 402, USHER_CHARGE_TOO_LONG);
      return TRUE;
    }

  describe (charging, payment, &purchase);
  if (!processor->prepare (processor, &purchase, charging->token, &charge, &cause))
    return excuse (charging, cause, error);
  if (charge.outcome == USHER_CHARGE_DECLINED)
    return conclude (unit, reply, charging, payment, &charge, error);

  g_free (charging->intent_id);
  charging->intent_id = g_steal_pointer (&charge.id);
  usher_document_set_string (payment, USHER_PAYMENT_INTENT_ID, charging->intent_id);
  usher_unit_then (unit, charge_card, g_atomic_rc_box_acquire (charging), charging_unref);

  return usher_unit_replace (unit, payment, error);
}

/* Somebody repeats a payment that waits for the payer: he is told again with what to go on, or how it ended. */
static gboolean
look_at_charge (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Charging *charging = data;
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, charging->order_id, error);
  g_auto (UsherCharge) charge = { 0 };
  UsherPurchase purchase = { 0 };
  GError *cause = NULL;

  if (payment == NULL)
    return FALSE;

  describe (charging, payment, &purchase);
  if (!charging->processor->settle (
          charging->processor, &purchase, USHER_SETTLE_LOOK, &charge, &cause))
    return excuse (charging, cause, error);
  if (charge.outcome == USHER_CHARGE_PENDING && charge.secret == NULL)
    return usher_refuse_literal (USHER_ERROR_BUSY,
                                 refusals[USHER_PAYMENT_IS_RUNNING].message,
                                 error);

  return conclude (unit, reply, charging, payment, &charge, error);
}

static Charging *
charging_new (UsherPaymentsService *self, UsherDocument *payment, const char *token)
{
  UsherContext *context = usher_payments_service_get_context (self);
  Charging *charging = g_atomic_rc_box_new0 (Charging);

  charging->processor = g_atomic_rc_box_acquire (usher_payments_service_get_processor (self));
  charging->order_id = g_strdup (usher_document_get_id (payment));
  charging->key = usher_payment_make_charge_key (payment);
  charging->intent_id = g_strdup (usher_document_get_string (payment, USHER_PAYMENT_INTENT_ID));
  charging->currency = g_strdup (usher_context_get_string (context, "currency"));
  charging->token = g_strdup (token);
  charging->attempt = usher_document_get_integer (payment, USHER_PAYMENT_ATTEMPT);
  charging->patience =
      usher_context_get_integer (context, "complete-milliseconds") * G_TIME_SPAN_MILLISECOND;

  return charging;
}

/* The first step: an open attempt, before anybody is asked for money. */
static gboolean
begin_attempt (UsherPaymentsService *self,
               UsherUnit *unit,
               UsherDocument *payment,
               const char *token,
               GError **error)
{
  UsherContext *context = usher_payments_service_get_context (self);
  gint64 settle = usher_context_get_integer (context, "settle-seconds") * G_TIME_SPAN_SECOND;
  g_autofree char *payment_id = usher_unit_new_id (unit);
  gint64 now = usher_unit_get_time (unit);
  Charging *charging;

  usher_payment_open (payment, payment_id, now);
  usher_document_set_string (payment,
                             USHER_PAYMENT_CURRENCY,
                             usher_context_get_string (context, "currency"));
  if (!usher_unit_replace (unit, payment, error))
    return FALSE;

  charging = charging_new (self, payment, token);
  usher_unit_schedule (unit, USHER_PAYMENTS_SETTLE, charging->key, now + settle, NULL);
  usher_unit_then (unit,
                   charging->processor->prepare != NULL ? prepare_charge : charge_card,
                   charging,
                   charging_unref);

  return TRUE;
}

static gboolean
check_payable (UsherUnit *unit, UsherDocument *payment, GError **error)
{
  UsherPaymentVerdict verdict = usher_payment_judge (payment, usher_unit_get_time (unit));
  const char *order_id = usher_document_get_id (payment);

  if (verdict == USHER_PAYMENT_MAY_PAY)
    return TRUE;
  if (verdict == USHER_PAYMENT_IS_EARLY && !usher_unit_has_waited (unit))
    return usher_unit_wait_for (unit, USHER_PAYMENT_COLLECTION, order_id, ORDER_WAIT, error);

  return usher_refuse (error, refusals[verdict].code, "%s", refusals[verdict].message);
}

static gboolean
pay (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer self, GError **error)
{
  UsherSchema *form =
      usher_context_get_form (usher_payments_service_get_context (self), USHER_PAYMENTS_FORM);
  const char *user_id = usher_request_get_user_id (request);
  g_autoptr (UsherDocument) asked = usher_request_read (request, form, error);
  g_autoptr (UsherDocument) payment = NULL;
  const char *order_id;
  const char *token;

  if (asked == NULL)
    return FALSE;

  order_id = usher_document_get_string (asked, USHER_PAYMENTS_ORDER_ID);
  payment = usher_unit_find_coming (unit, USHER_PAYMENT_COLLECTION, order_id, ORDER_WAIT, error);
  if (payment == NULL)
    return FALSE;
  if (!usher_document_has_string (payment, USHER_PAYMENT_USER_ID, user_id))
    return usher_refuse (error, USHER_ERROR_UNAUTHORIZED, "Not authorized");

  token = usher_document_get_string (asked, TOKEN);
  if (usher_document_has (payment, USHER_PAYMENT_INTENT_ID) &&
      usher_payment_judge (payment, usher_unit_get_time (unit)) == USHER_PAYMENT_IS_RUNNING)
    {
      usher_unit_then (unit, look_at_charge, charging_new (self, payment, token), charging_unref);
      return TRUE;
    }

  return check_payable (unit, payment, error) && begin_attempt (self, unit, payment, token, error);
}

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

/* to pay is blocking, so that the number of charges at once is bounded, and of those that wait */
static const UsherRouteEntry routes[] = {
  { "POST", "/api/payments", USHER_ROUTE_SIGNED_IN | USHER_ROUTE_BLOCKING, pay },
  { "GET", "/api/payments", USHER_ROUTE_SIGNED_IN, list },
};

void
usher_payments_service_add_routes (UsherPaymentsService *self)
{
  UsherContext *context = usher_payments_service_get_context (self);

  usher_context_add_form (context, USHER_PAYMENTS_FORM, form_fields, G_N_ELEMENTS (form_fields));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), self);
}
