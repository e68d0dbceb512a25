/* usher-payments-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-service.h"

#include <string.h>

#include "usher-orders-contract.h"
#include "usher-payment.h"
#include "usher-payments-description.h"
#include "usher-payments-webhook.h"
#include "usher-stripe-processor.h"
#include "usher-test-processor.h"

/* how long is waited, at most, until the processor is asked again what is pending there */
#define PENDING_CHARGE (5 * G_TIME_SPAN_MINUTE)
#define PENDING_REFUND G_TIME_SPAN_HOUR

struct _UsherPaymentsService
{
  GObject parent_instance;

  UsherContext *context;         /* (unowned): the host keeps it as long as the service */
  UsherCardProcessor *processor; /* (owned) (nullable): from start to stop */
};

static const UsherSetting settings[] = {
  { .key = "processor",
    .type = USHER_SETTING_STRING,
    .default_value = "test",
    .description = "Who charges the cards: stripe, or test, which takes no real money" },
  { .key = "currency",
    .type = USHER_SETTING_STRING,
    .default_value = "usd",
    .description = "What prices are in, as ISO 4217 has it; one with hundredths" },
  { .key = "stripe-key",
    .type = USHER_SETTING_STRING,
    .default_value = "",
    .description = "The secret key of the account at Stripe" },
  { .key = "stripe-webhook-secret",
    .type = USHER_SETTING_STRING,
    .default_value = "",
    .description =
        "What Stripe signs its events with; several with spaces between while it is rolled" },
  { .key = "stripe-seconds",
    .type = USHER_SETTING_INTEGER,
    .default_value = "10",
    .min = 1,
    .max = 13,
    .description = "How long Stripe may take for each of the two steps of a payment" },
  { .key = "stripe-api",
    .type = USHER_SETTING_STRING,
    .default_value = "https://api.stripe.com",
    .description = "Where Stripe is; another for tests" },
  { .key = "settle-seconds",
    .type = USHER_SETTING_INTEGER,
    .default_value = "30",
    .min = 1,
    .max = 3600,
    .description =
        "How long an attempt stays open before the processor is asked what became of it" },
  { .key = "complete-milliseconds",
    .type = USHER_SETTING_INTEGER,
    .default_value = "500",
    .max = 5000,
    .description = "How long the answer to a payment waits for its order to be complete" },
};

static const UsherField created_event[] = {
  { USHER_PAYMENTS_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_PAYMENTS_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_PAYMENTS_STRIPE_ID, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
};

static const UsherField refunded_event[] = {
  { USHER_PAYMENTS_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_PAYMENTS_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_PAYMENTS_REFUND_ID, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
};

static const UsherEventEntry events[] = {
  { USHER_PAYMENTS_CREATED, created_event, G_N_ELEMENTS (created_event) },
  { USHER_PAYMENTS_REFUNDED, refunded_event, G_N_ELEMENTS (refunded_event) },
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherPaymentsService,
                               usher_payments_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

/* After as long as it has taken already, within bounds; and when the time of the order ends, as then it is closed. */
static gint64
get_next_look (UsherPaymentsService *self, UsherDocument *payment, gint64 now)
{
  gint64 settle = usher_context_get_integer (self->context, "settle-seconds") * G_TIME_SPAN_SECOND;
  gint64 begun = usher_document_get_integer (payment, USHER_PAYMENT_BEGUN);
  gint64 expires = usher_document_get_integer (payment, USHER_PAYMENT_EXPIRES_AT);
  gint64 next = now + CLAMP (now - begun, settle, MAX (settle, PENDING_CHARGE));

  return now < expires ? MIN (next, expires) : next;
}

static UsherSettling
choose_settling (UsherDocument *payment, gint64 now)
{
  gint64 expires = usher_document_get_integer (payment, USHER_PAYMENT_EXPIRES_AT);

  return usher_payment_is_cancelled (payment) || now >= expires ? USHER_SETTLE_CLOSE
                                                                : USHER_SETTLE_WAIT;
}

/* Somebody was to charge and has not said what became of it: the process died, the answer was lost, or the payer was to
 * confirm. When the processor is away this fails, and the host tries again with growing delay. */
static gboolean
settle (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  UsherPaymentsService *self = data;
  const char *key = usher_timer_get_key (timer);
  UsherPurchase purchase = { .key = key,
                             .currency = usher_context_get_string (self->context, "currency") };
  gint64 now = usher_unit_get_time (unit);
  g_autofree char *order_id = g_strndup (key, strcspn (key, ":"));
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, order_id, error);
  g_autofree char *open_key = NULL;
  g_auto (UsherCharge) charge = { 0 };

  if (payment == NULL)
    return FALSE;

  open_key = usher_payment_make_charge_key (payment);
  if (usher_payment_get_state (payment) != USHER_PAYMENT_OPEN || !g_str_equal (open_key, key))
    return TRUE;

  usher_payment_describe (payment, &purchase);
  if (!self->processor->settle (
          self->processor, &purchase, choose_settling (payment, now), &charge, error))
    return FALSE;

  if (charge.outcome == USHER_CHARGE_PENDING)
    usher_unit_schedule (
        unit, USHER_PAYMENTS_SETTLE, key, get_next_look (self, payment, now), NULL);

  return !usher_payment_conclude (payment,
                                  usher_document_get_integer (payment, USHER_PAYMENT_ATTEMPT),
                                  &charge) ||
         usher_payment_record (payment, unit, error);
}

/* Fails, and is tried again, until the money is back. Somebody may have said that it did not arrive after all. */
static gboolean
refund (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  UsherPaymentsService *self = data;
  const char *order_id = usher_timer_get_key (timer);
  gint64 now = usher_unit_get_time (unit);
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, order_id, error);
  g_auto (UsherCharge) refund = { 0 };
  g_autofree char *key = NULL;
  const char *charge_id = NULL;

  if (payment == NULL)
    return FALSE;
  if (usher_payment_get_state (payment) != USHER_PAYMENT_REFUNDING &&
      usher_payment_get_state (payment) != USHER_PAYMENT_REFUNDED)
    return TRUE;

  key = usher_payment_make_refund_key (payment);
  charge_id = usher_document_get_string (payment, USHER_PAYMENTS_STRIPE_ID);
  if (!self->processor->refund (self->processor, key, charge_id, &refund, error))
    return FALSE;

  if (refund.outcome == USHER_CHARGE_PENDING)
    usher_unit_schedule (unit, USHER_PAYMENTS_REFUND, order_id, now + PENDING_REFUND, NULL);
  if (refund.outcome == USHER_CHARGE_DECLINED)
    g_message ("refund “%s” of charge “%s” has failed, and is tried again: %s",
               key,
               charge_id,
               refund.message);

  return !usher_payment_refund (payment, &refund, now) ||
         usher_payment_record (payment, unit, error);
}

static gboolean
take_over (UsherDocument *payment, UsherEvent *event, gpointer data, GError **error)
{
  const char *status = usher_event_read_string (event, USHER_ORDERS_STATUS, error);
  const char *user_id =
      status != NULL ? usher_event_read_id (event, USHER_ORDERS_USER_ID, error) : NULL;
  gint64 expires_at, price;

  if (user_id == NULL ||
      !usher_event_read_time (event, USHER_ORDERS_EXPIRES_AT, &expires_at, error) ||
      !usher_event_read_money (event, USHER_ORDERS_TICKET_PRICE, &price, error))
    return FALSE;
  if (price <= 0)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "“" USHER_ORDERS_TICKET_PRICE "” of an order is not above 0");

  usher_document_set_string (payment, USHER_PAYMENT_STATUS, status);
  usher_document_set_string (payment, USHER_PAYMENT_USER_ID, user_id);
  usher_document_set_integer (payment, USHER_PAYMENT_EXPIRES_AT, expires_at);
  usher_document_set_integer (payment, USHER_PAYMENT_PRICE, price);

  return TRUE;
}

static gboolean
follow (UsherDocument *payment, UsherEvent *event, gpointer data, GError **error)
{
  const char *status = usher_event_read_string (event, USHER_ORDERS_STATUS, error);

  if (status == NULL)
    return FALSE;

  usher_payment_set_status (payment, status);

  return TRUE;
}

static gboolean
cancel (UsherDocument *payment, UsherEvent *event, gpointer unit, GError **error)
{
  if (usher_payment_cancel (payment, usher_event_get_time (event)))
    usher_payment_follow_state (payment, unit);

  return TRUE;
}

static gboolean
apply (UsherEvent *event, UsherUnit *unit, UsherCopyFunc change, GError **error)
{
  return usher_copy_apply (
      event, unit, USHER_PAYMENT_COLLECTION, USHER_PAYMENT_ORDER_VERSION, change, unit, error);
}

static gboolean
on_order_created (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return apply (event, unit, take_over, error);
}

static gboolean
on_order_updated (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return apply (event, unit, follow, error);
}

static gboolean
on_order_cancelled (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return apply (event, unit, cancel, error);
}

static const UsherListenerEntry listeners[] = {
  { USHER_ORDERS_CREATED, NULL, on_order_created },
  { USHER_ORDERS_UPDATED, NULL, on_order_updated },
  { USHER_ORDERS_CANCELLED, NULL, on_order_cancelled },
};

static gboolean
usher_payments_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  UsherPaymentsService *self = USHER_PAYMENTS_SERVICE (service);

  self->context = context;
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  usher_context_add_collection (context,
                                USHER_PAYMENT_COLLECTION,
                                usher_payment_fields,
                                G_N_ELEMENTS (usher_payment_fields));
  usher_context_add_upgrade (
      context, USHER_PAYMENT_COLLECTION, 0, 1, usher_payment_upgrade, NULL, NULL);
  usher_context_add_events (context, events, G_N_ELEMENTS (events));
  usher_context_add_timer (context, USHER_PAYMENTS_SETTLE, settle, self, NULL);
  usher_context_add_timer (context, USHER_PAYMENTS_REFUND, refund, self, NULL);
  usher_context_add_listeners (context, listeners, G_N_ELEMENTS (listeners), NULL);
  usher_payments_service_add_routes (self);
  usher_payments_webhook_add (context);
  usher_payments_describe (context);

  return TRUE;
}

static UsherCardProcessor *
make_processor (UsherPaymentsService *self, GError **error)
{
  UsherContext *context = self->context;
  const char *name = usher_context_get_string (context, "processor");
  g_autoptr (UsherSecret) key = usher_context_dup_secret (context, "stripe-key");
  g_autofree char *directory = NULL;

  if (g_strcmp0 (name, "stripe") == 0)
    return usher_stripe_processor_new (usher_context_get_string (context, "stripe-api"),
                                       key,
                                       usher_context_get_integer (context, "stripe-seconds") *
                                           G_TIME_SPAN_SECOND,
                                       error);
  if (g_strcmp0 (name, "test") != 0)
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "[payments] processor is neither “stripe” nor “test”");
      return NULL;
    }

  directory = usher_context_dup_directory (context, error);

  return directory != NULL
             ? usher_test_processor_new (directory, usher_context_get_clock (context), error)
             : NULL;
}

static gboolean
usher_payments_service_start (UsherService *service, UsherContext *context, GError **error)
{
  UsherPaymentsService *self = USHER_PAYMENTS_SERVICE (service);

  if (!usher_payment_check_currency (usher_context_get_string (context, "currency"), error))
    return FALSE;

  self->processor = make_processor (self, error);

  return self->processor != NULL;
}

static void
usher_payments_service_stop (UsherService *service, UsherContext *context)
{
  g_clear_pointer (&USHER_PAYMENTS_SERVICE (service)->processor, usher_card_processor_unref);
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_payments_service_configure;
  iface->start = usher_payments_service_start;
  iface->stop = usher_payments_service_stop;
}

static void
usher_payments_service_class_init (UsherPaymentsServiceClass *klass)
{
}

static void
usher_payments_service_init (UsherPaymentsService *self)
{
}

UsherContext *
usher_payments_service_get_context (UsherPaymentsService *self)
{
  return self->context;
}

UsherCardProcessor *
usher_payments_service_get_processor (UsherPaymentsService *self)
{
  return self->processor;
}

USHER_PLUGIN_DEFINE ("payments", "1.0.0", usher_payments_service_get_type)
