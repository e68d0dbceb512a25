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
#include "usher-test-processor.h"

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
    .description = "Who charges the cards: test takes no real money" },
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

/* Somebody was to charge and has not said what became of it: the process died, or the answer was lost. When the
 * processor is away this fails, and the host tries again with growing delay. */
static gboolean
settle (UsherTimer *timer, UsherUnit *unit, gpointer self, GError **error)
{
  UsherCardProcessor *processor = usher_payments_service_get_processor (self);
  const char *key = usher_timer_get_key (timer);
  g_autofree char *order_id = g_strndup (key, strcspn (key, ":"));
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, order_id, error);
  g_autofree char *open_key = NULL;
  g_auto (UsherCharge) charge = { 0 };
  gint64 attempt;

  if (payment == NULL)
    return FALSE;

  open_key = usher_payment_make_charge_key (payment);
  if (usher_payment_get_state (payment) != USHER_PAYMENT_OPEN || !g_str_equal (open_key, key))
    return TRUE;

  if (!processor->settle (processor, key, &charge, error))
    return FALSE;

  attempt = usher_document_get_integer (payment, USHER_PAYMENT_ATTEMPT);

  return !usher_payment_conclude (payment, attempt, &charge) ||
         usher_payment_record (payment, unit, error);
}

/* Fails, and is tried again, until the money is back. */
static gboolean
refund (UsherTimer *timer, UsherUnit *unit, gpointer self, GError **error)
{
  UsherCardProcessor *processor = usher_payments_service_get_processor (self);
  g_autoptr (UsherDocument) payment =
      usher_unit_find (unit, USHER_PAYMENT_COLLECTION, usher_timer_get_key (timer), error);
  g_autofree char *key = NULL;
  g_autofree char *refund_id = NULL;
  const char *charge_id;

  if (payment == NULL)
    return FALSE;
  if (usher_payment_get_state (payment) != USHER_PAYMENT_REFUNDING)
    return TRUE;

  key = usher_payment_make_refund_key (payment);
  charge_id = usher_document_get_string (payment, USHER_PAYMENTS_STRIPE_ID);
  if (!processor->refund (processor, key, charge_id, &refund_id, error))
    return FALSE;

  return !usher_payment_refund (payment, refund_id, usher_unit_get_time (unit)) ||
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

  return TRUE;
}

static gboolean
usher_payments_service_start (UsherService *service, UsherContext *context, GError **error)
{
  UsherPaymentsService *self = USHER_PAYMENTS_SERVICE (service);
  const char *processor = usher_context_get_string (context, "processor");
  g_autofree char *directory = usher_context_dup_directory (context, error);

  if (directory == NULL)
    return FALSE;
  if (g_strcmp0 (processor, "test") != 0)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "[payments] processor is “%s”, but only “test” is known",
                         processor);

  self->processor = usher_test_processor_new (directory, usher_context_get_clock (context), error);

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
