/* usher-ticket-copy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ticket-copy.h"

#include "usher-tickets-contract.h"

#define ASKED (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)

const UsherField usher_ticket_copy_fields[] = {
  { USHER_TICKETS_TITLE, USHER_FIELD_STRING, ASKED },
  { USHER_TICKETS_PRICE, USHER_FIELD_MONEY, ASKED },
  { USHER_TICKETS_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_INPUT },
  { USHER_TICKETS_HIDDEN, USHER_FIELD_BOOLEAN, USHER_FIELD_INPUT },
  { USHER_TICKETS_IS_WITHDRAWN, USHER_FIELD_BOOLEAN },
  { USHER_TICKET_COPY_VERSION, USHER_FIELD_INTEGER },
};

gboolean
usher_ticket_copy_is_for_sale (UsherDocument *copy)
{
  return !usher_document_get_boolean (copy, USHER_TICKETS_HIDDEN) &&
         !usher_document_get_boolean (copy, USHER_TICKETS_IS_WITHDRAWN);
}

/* what the event does not say is so no more: nobody holds the ticket, nobody hides it */
static gboolean
take_over (UsherDocument *copy, UsherEvent *event, gpointer data, GError **error)
{
  UsherSchema *schema = usher_document_get_schema (copy);
  g_autoptr (UsherDocument) content = usher_event_read_document (event, schema, error);

  if (content == NULL)
    return FALSE;

  usher_document_unset (copy, USHER_TICKETS_ORDER_ID);
  usher_document_unset (copy, USHER_TICKETS_HIDDEN);
  usher_document_merge (copy, content);

  return TRUE;
}

static gboolean
withdraw (UsherDocument *copy, UsherEvent *event, gpointer data, GError **error)
{
  if (!usher_document_has (copy, USHER_TICKETS_TITLE))
    return usher_refuse (error, USHER_ERROR_INVALID, "no ticket begins withdrawn");

  usher_document_set_boolean (copy, USHER_TICKETS_IS_WITHDRAWN, TRUE);

  return TRUE;
}

/* a ticket begins at version 0, so created and updated differ in nothing */
static gboolean
on_ticket_changed (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return usher_copy_apply (
      event, unit, USHER_TICKET_COPY_COLLECTION, USHER_TICKET_COPY_VERSION, take_over, NULL, error);
}

static gboolean
on_ticket_withdrawn (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return usher_copy_apply (
      event, unit, USHER_TICKET_COPY_COLLECTION, USHER_TICKET_COPY_VERSION, withdraw, NULL, error);
}

static const UsherListenerEntry listeners[] = {
  { USHER_TICKETS_CREATED, NULL, on_ticket_changed },
  { USHER_TICKETS_UPDATED, NULL, on_ticket_changed },
  { USHER_TICKETS_WITHDRAWN, NULL, on_ticket_withdrawn },
};

void
usher_ticket_copy_declare (UsherContext *context)
{
  usher_context_add_collection (context,
                                USHER_TICKET_COPY_COLLECTION,
                                usher_ticket_copy_fields,
                                G_N_ELEMENTS (usher_ticket_copy_fields));
  usher_context_add_listeners (context, listeners, G_N_ELEMENTS (listeners), NULL);
}
