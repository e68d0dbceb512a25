/* usher-payments-webhook.c: the processor says that something has happened
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-webhook.h"

#include "usher-payment.h"
#include "usher-stripe-api.h"
#include "usher-stripe-signature.h"

/* how often it is said at most that events are refused, as anybody may send some */
#define SAY_PAUSE G_TIME_SPAN_MINUTE

#define OBJECT_ID "data.object.id"
#define ORDER     "data.object.metadata." USHER_STRIPE_ORDER
#define ATTEMPT   "data.object.metadata." USHER_STRIPE_ATTEMPT

typedef struct
{
  UsherContext *context; /* (unowned) */
  gint64 said;           /* (atomic): monotonic, 0: never */
} Webhook;

/* the events after which an attempt, or a refund, is looked at */
static const char *const charge_types[] = {
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "payment_intent.canceled",
  NULL,
};
static const char *const refund_types[] = {
  "refund.updated",
  "refund.failed",
  "charge.refund.updated",
  NULL,
};

/* FALSE: it is of none that is known here */
static gboolean
is_of_last_attempt (UsherJson *event, UsherDocument *payment)
{
  g_autofree char *key = usher_payment_make_charge_key (payment);
  g_autofree char *said = g_strdup_printf ("%s:%s",
                                           usher_json_get_string (event, ORDER),
                                           usher_json_get_string (event, ATTEMPT));

  return g_str_equal (said, key);
}

/* An event is a hint and no more: it sets the timer that asks the processor how things stand now. So it may come twice, late, or
 * behind one that came after it. */
static void
look_again (UsherJson *event, UsherDocument *payment, UsherUnit *unit)
{
  const char *type = usher_json_get_string (event, "type");
  UsherPaymentState state = usher_payment_get_state (payment);
  gint64 now = usher_unit_get_time (unit);

  if (g_strv_contains (charge_types, type) && state == USHER_PAYMENT_OPEN &&
      usher_document_has_string (payment,
                                 USHER_PAYMENT_INTENT_ID,
                                 usher_json_get_string (event, OBJECT_ID)))
    usher_payment_follow_state (payment, unit);
  else if (g_strv_contains (refund_types, type) &&
           (state == USHER_PAYMENT_REFUNDING || state == USHER_PAYMENT_REFUNDED))
    usher_unit_schedule (unit, USHER_PAYMENTS_REFUND, usher_document_get_id (payment), now, NULL);
}

static void
tell_of_refusal (Webhook *self, const char *reason)
{
  gint64 said = __atomic_load_n (&self->said, __ATOMIC_RELAXED);
  gint64 now = g_get_monotonic_time ();

  if ((said == 0 || now - said >= SAY_PAUSE) &&
      __atomic_compare_exchange_n (
          &self->said, &said, now, FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    g_message ("an event that shall be of the card processor is refused: %s", reason);
}

static gboolean
check_signature (Webhook *self, UsherRequest *request, gint64 now, GError **error)
{
  UsherContext *context = self->context;
  g_autoptr (UsherSecret) secrets = usher_context_dup_secret (context, "stripe-webhook-secret");

  if (secrets == NULL || g_strcmp0 (usher_context_get_string (context, "processor"), "stripe") != 0)
    return usher_refuse (error, USHER_ERROR_NOT_FOUND, "no events of a processor are expected");
  if (usher_stripe_signature_check (usher_request_get_header (request, USHER_STRIPE_SIGNATURE),
                                    usher_request_get_body (request),
                                    usher_secret_get_text (secrets),
                                    now,
                                    error))
    return TRUE;

  tell_of_refusal (self, (*error)->message);

  return FALSE;
}

static gboolean
take_event (UsherRequest *request,
            UsherUnit *unit,
            UsherReply *reply,
            gpointer data,
            GError **error)
{
  g_autoptr (UsherDocument) payment = NULL;
  UsherJson *event = NULL;
  const char *order_id = NULL;

  if (!check_signature (data, request, usher_unit_get_time (unit), error))
    return FALSE;

  event = usher_request_get_json (request, error);
  if (event == NULL)
    return FALSE;
  if (usher_json_get_string (event, "type") == NULL)
    return usher_refuse (error, USHER_ERROR_INVALID, "The event has no type");

  order_id = usher_json_get_string (event, ORDER);
  if (order_id != NULL && usher_id_is_valid (order_id) &&
      !usher_unit_lookup (unit, USHER_PAYMENT_COLLECTION, order_id, &payment, error))
    return FALSE;
  if (payment != NULL && is_of_last_attempt (event, payment))
    look_again (event, payment, unit);

  usher_reply_take_json (reply, g_strdup ("{}"));

  return TRUE;
}

void
usher_payments_webhook_add (UsherContext *context)
{
  Webhook *self = g_new0 (Webhook, 1);

  self->context = context;
  usher_context_add_route (
      context, "POST", "/api/payments/webhook", USHER_ROUTE_NONE, take_event, self, g_free);
}
