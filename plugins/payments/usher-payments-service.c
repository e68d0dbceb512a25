/* usher-payments-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-service.h"

#include "usher-cashier.h"
#include "usher-payment.h"
#include "usher-payments-listeners.h"
#include "usher-payments-routes.h"
#include "usher-payments-timers.h"

struct _UsherPaymentsService
{
  GObject parent_instance;

  UsherCashier *cashier; /* (owned) (nullable): from configure() on */
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

  fields = usher_payment_get_fields (&n_fields);
  usher_context_add_collection (context, USHER_PAYMENT_COLLECTION, fields, n_fields);
  usher_context_add_upgrade (
      context, USHER_PAYMENT_COLLECTION, 0, 1, usher_payment_upgrade, NULL, NULL);
  self->cashier = usher_cashier_new (context);
  usher_payments_listeners_add (context);
  usher_payments_timers_add (context, self->cashier);

  return usher_payments_routes_add (context, self->cashier, error);
}

static gboolean
usher_payments_service_start (UsherService *service, UsherContext *context, GError **error)
{
  return usher_cashier_start (USHER_PAYMENTS_SERVICE (service)->cashier, error);
}

static void
usher_payments_service_stop (UsherService *service, UsherContext *context)
{
  usher_cashier_stop (USHER_PAYMENTS_SERVICE (service)->cashier);
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

  g_clear_pointer (&self->cashier, usher_cashier_free);

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

USHER_PLUGIN_DEFINE ("payments", "1.0.0", usher_payments_service_get_type)
