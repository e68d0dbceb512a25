/* usher-payments-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-service.h"

#include "usher-payment.h"
#include "usher-test-processor.h"

#define ASKED (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)

struct _UsherPaymentsService
{
  GObject parent_instance;

  UsherContext *context;         /* (unowned): the host keeps it as long as the service */
  UsherCardProcessor *processor; /* (owned) (nullable): from start() on */
  UsherSchema *request;          /* (owned) */
};

static const UsherSetting settings[] = {
  { "payments",
    "processor",
    USHER_SETTING_STRING,
    "test",
    0,
    0,
    "Who charges the cards: test takes no real money" },
  { "payments",
    "settle-seconds",
    USHER_SETTING_INTEGER,
    "30",
    1,
    3600,
    "How long an attempt stays open before the processor is asked what became of it" },
};

/* the token is the processor's business: it is passed on and never stored */
static const UsherField request_fields[] = {
  { USHER_PAYMENTS_TOKEN, USHER_FIELD_STRING, ASKED, 1, 255, "Token must be provided" },
  { USHER_PAYMENTS_ORDER_ID, USHER_FIELD_ID, ASKED, 0, 0, "OrderId must be provided" },
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherPaymentsService,
                               usher_payments_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

static gboolean
usher_payments_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  UsherPaymentsService *self = USHER_PAYMENTS_SERVICE (service);
  const UsherField *fields;
  guint n_fields;

  self->context = context;
  self->request =
      usher_schema_new ("payment", request_fields, G_N_ELEMENTS (request_fields), error);
  if (self->request == NULL)
    return FALSE;

  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  fields = usher_payment_get_fields (&n_fields);
  usher_context_add_collection (context, USHER_PAYMENT_COLLECTION, fields, n_fields);
  usher_payments_service_add_routes (self);
  usher_payments_service_add_listeners (self);
  usher_payments_service_add_timers (self);

  return TRUE;
}

static gboolean
usher_payments_service_start (UsherService *service, UsherContext *context, GError **error)
{
  UsherPaymentsService *self = USHER_PAYMENTS_SERVICE (service);
  const char *processor = usher_context_get_string (context, "processor");
  g_autofree char *directory = NULL;

  if (g_strcmp0 (processor, "test") != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "[payments] processor is “%s”, but only “test” is known",
                   processor);
      return FALSE;
    }

  directory = usher_context_dup_directory (context, error);
  if (directory == NULL)
    return FALSE;

  self->processor = usher_test_processor_new (directory, usher_context_get_clock (context), error);

  return self->processor != NULL;
}

static void
usher_payments_service_stop (UsherService *service, UsherContext *context)
{
  UsherPaymentsService *self = USHER_PAYMENTS_SERVICE (service);

  g_clear_object (&self->processor);
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_payments_service_configure;
  iface->start = usher_payments_service_start;
  iface->stop = usher_payments_service_stop;
}

static void
usher_payments_service_finalize (GObject *object)
{
  UsherPaymentsService *self = USHER_PAYMENTS_SERVICE (object);

  g_clear_object (&self->processor);
  g_clear_pointer (&self->request, usher_schema_unref);

  G_OBJECT_CLASS (usher_payments_service_parent_class)->finalize (object);
}

static void
usher_payments_service_class_init (UsherPaymentsServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_payments_service_finalize;
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

UsherSchema *
usher_payments_service_get_request (UsherPaymentsService *self)
{
  return self->request;
}

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
usher_payments_service_save (UsherUnit *unit,
                             UsherDocument *payment,
                             gboolean moved,
                             GError **error)
{
  if (!usher_unit_replace (unit, payment, error))
    return FALSE;

  if (moved)
    follow_state (unit, payment);

  return TRUE;
}

USHER_PLUGIN_DEFINE ("payments", "1.0.0", usher_payments_service_get_type)
