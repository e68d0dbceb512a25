/* usher-ticket.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ticket.h"

#include "usher-tickets-contract.h"

#define ASKED   (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)
#define TRIMMED (ASKED | USHER_FIELD_TRIM)

static const UsherField ticket_fields[] = {
  { USHER_TICKETS_TITLE, USHER_FIELD_STRING, TRIMMED, 1, 200, "Title is required" },
  { USHER_TICKETS_PRICE, USHER_FIELD_MONEY, ASKED, 1, 100000000, "Price must be greater than 0" },
  { USHER_TICKETS_USER_ID, USHER_FIELD_ID },
  { USHER_TICKETS_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_INDEXED },
  { USHER_TICKET_EDITED, USHER_FIELD_INTEGER, USHER_FIELD_PRIVATE },
};

const UsherField *
usher_ticket_get_fields (guint *n_fields)
{
  *n_fields = G_N_ELEMENTS (ticket_fields);

  return ticket_fields;
}

gboolean
usher_ticket_is_owned_by (UsherDocument *ticket, const char *user_id)
{
  return g_strcmp0 (usher_document_get_string (ticket, USHER_TICKETS_USER_ID), user_id) == 0;
}

gboolean
usher_ticket_is_reserved (UsherDocument *ticket)
{
  return usher_document_has (ticket, USHER_TICKETS_ORDER_ID);
}

gboolean
usher_ticket_is_held_by (UsherDocument *ticket, const char *order_id)
{
  return g_strcmp0 (usher_document_get_string (ticket, USHER_TICKETS_ORDER_ID), order_id) == 0;
}

UsherTicketVerdict
usher_ticket_judge (UsherDocument *ticket, const char *order_id, gint64 seen)
{
  if (usher_ticket_is_held_by (ticket, order_id))
    return USHER_TICKET_DONE;

  if (usher_ticket_is_reserved (ticket))
    return USHER_TICKET_HELD;

  if (usher_document_get_integer (ticket, USHER_TICKET_EDITED) > seen)
    return USHER_TICKET_CHANGED;

  return USHER_TICKET_FREE;
}

void
usher_ticket_edit (UsherDocument *ticket, UsherDocument *wanted)
{
  usher_document_merge (ticket, wanted);
  usher_document_set_integer (ticket, USHER_TICKET_EDITED, usher_document_get_version (ticket) + 1);
}
