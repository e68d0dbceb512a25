/* usher-orders-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-orders-service.h"

#include "usher-order.h"
#include "usher-ticket-copy.h"

struct _UsherOrdersService
{
  GObject parent_instance;
};

static const UsherSetting settings[] = {
  { "orders",
    "hold-seconds",
    USHER_SETTING_INTEGER,
    "900",
    1,
    31536000,
    "How long an order that is not paid holds its ticket" },
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherOrdersService,
                               usher_orders_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

static gboolean
usher_orders_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  const UsherField *fields;
  guint n_fields;

  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));

  fields = usher_order_get_fields (&n_fields);
  usher_context_add_collection (context, USHER_ORDER_COLLECTION, fields, n_fields);
  fields = usher_ticket_copy_get_fields (&n_fields);
  usher_context_add_collection (context, USHER_TICKET_COPY_COLLECTION, fields, n_fields);

  usher_orders_service_add_routes (context);
  usher_orders_service_add_listeners (context);
  usher_orders_service_add_copies (context);

  return TRUE;
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_orders_service_configure;
}

static void
usher_orders_service_class_init (UsherOrdersServiceClass *klass)
{
}

static void
usher_orders_service_init (UsherOrdersService *self)
{
}

USHER_PLUGIN_DEFINE ("orders", "1.0.0", usher_orders_service_get_type)
