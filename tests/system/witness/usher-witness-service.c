/* usher-witness-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-witness-service.h"

#include "usher-expiration-contract.h"
#include "usher-orders-contract.h"
#include "usher-payments-contract.h"
#include "usher-tickets-contract.h"

#define SEEN     "seen"
#define EVENT    "event"
#define CHANNEL  "channel"
#define SEQUENCE "sequence"

/* The one service that is not idempotent by state: each time that an event is applied leaves a document of its own, so
 * that one that is applied twice shows. */
struct _UsherWitnessService
{
  GObject parent_instance;
};

static const UsherField seen_fields[] = {
  { EVENT, USHER_FIELD_STRING },
  { CHANNEL, USHER_FIELD_STRING },
  { SEQUENCE, USHER_FIELD_INTEGER },
};

static const char *const channels[] = {
  USHER_TICKETS_CREATED,     USHER_TICKETS_UPDATED,  USHER_TICKETS_RESERVATION_FAILED,
  USHER_TICKETS_WITHDRAWN,   USHER_ORDERS_CREATED,   USHER_ORDERS_UPDATED,
  USHER_ORDERS_CANCELLED,    USHER_PAYMENTS_CREATED, USHER_PAYMENTS_REFUNDED,
  USHER_EXPIRATION_COMPLETE,
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherWitnessService,
                               usher_witness_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

static gboolean
on_event (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) seen = usher_unit_new_document (unit, SEEN, error);

  if (seen == NULL)
    return FALSE;

  usher_document_set_string (seen, EVENT, usher_event_get_id (event));
  usher_document_set_string (seen, CHANNEL, usher_event_get_channel (event));
  usher_document_set_integer (seen, SEQUENCE, (gint64) usher_event_get_sequence (event));

  return usher_unit_insert (unit, seen, error);
}

static gboolean
usher_witness_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  usher_context_add_collection (context, SEEN, seen_fields, G_N_ELEMENTS (seen_fields));
  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    usher_context_add_listener (context, channels[i], NULL, on_event, NULL, NULL);

  return TRUE;
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_witness_service_configure;
}

static void
usher_witness_service_class_init (UsherWitnessServiceClass *klass)
{
}

static void
usher_witness_service_init (UsherWitnessService *self)
{
}

USHER_PLUGIN_DEFINE ("witness", "1.0.0", usher_witness_service_get_type)
