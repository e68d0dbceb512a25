/* usher-expiration-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-expiration-service.h"

#include "usher-expiration-contract.h"
#include "usher-orders-contract.h"

/* the key is the id of the order */
#define TIMER "order"

struct _UsherExpirationService
{
  GObject parent_instance;
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherExpirationService,
                               usher_expiration_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

/* Seen again, or after its cancel, it sets a timer that orders does not heed: the order has moved on. */
static gboolean
on_order_created (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *order_id = usher_event_read_id (event, USHER_ORDERS_ID, error);
  gint64 expires_at;

  if (order_id == NULL ||
      !usher_event_read_time (event, USHER_ORDERS_EXPIRES_AT, &expires_at, error))
    return FALSE;

  usher_unit_schedule (unit, TIMER, order_id, expires_at, NULL);

  return TRUE;
}

static gboolean
on_order_cancelled (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *order_id = usher_event_read_id (event, USHER_ORDERS_ID, error);

  if (order_id == NULL)
    return FALSE;

  usher_unit_unschedule (unit, TIMER, order_id);

  return TRUE;
}

static gboolean
on_time_over (UsherTimer *timer, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *payload = NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, USHER_EXPIRATION_ORDER_ID, usher_timer_get_key (timer));
  usher_json_writer_end_object (writer);
  payload = usher_json_writer_end (writer);
  usher_unit_publish (unit, USHER_EXPIRATION_COMPLETE, payload);

  return TRUE;
}

static gboolean
usher_expiration_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  usher_context_add_timer (context, TIMER, on_time_over, NULL, NULL);
  usher_context_add_listener (context, USHER_ORDERS_CREATED, NULL, on_order_created, NULL, NULL);
  usher_context_add_listener (
      context, USHER_ORDERS_CANCELLED, NULL, on_order_cancelled, NULL, NULL);

  return TRUE;
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_expiration_service_configure;
}

static void
usher_expiration_service_class_init (UsherExpirationServiceClass *klass)
{
}

static void
usher_expiration_service_init (UsherExpirationService *self)
{
}

USHER_PLUGIN_DEFINE ("expiration", "1.0.0", usher_expiration_service_get_type)
