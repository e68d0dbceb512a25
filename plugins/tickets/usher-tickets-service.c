/* usher-tickets-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tickets-service.h"

#include "usher-ticket.h"

struct _UsherTicketsService
{
  GObject parent_instance;
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherTicketsService,
                               usher_tickets_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

static gboolean
usher_tickets_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  const UsherField *fields;
  guint n_fields;

  fields = usher_ticket_get_fields (&n_fields);
  usher_context_add_collection (context, USHER_TICKET_COLLECTION, fields, n_fields);
  usher_context_add_upgrade (
      context, USHER_TICKET_COLLECTION, 0, USHER_TICKET_LEVEL, usher_ticket_upgrade, NULL, NULL);
  usher_tickets_service_add_routes (context);
  usher_tickets_service_add_listeners (context);
  usher_tickets_service_add_sellers (context);

  return TRUE;
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_tickets_service_configure;
}

static void
usher_tickets_service_class_init (UsherTicketsServiceClass *klass)
{
}

static void
usher_tickets_service_init (UsherTicketsService *self)
{
}

USHER_PLUGIN_DEFINE ("tickets", "1.0.0", usher_tickets_service_get_type)
