/* usher-ticket.h: what may happen to a ticket
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_TICKET_COLLECTION "tickets"
/* private: the version that the last change of title or price made */
#define USHER_TICKET_EDITED "editedVersion"

/**
 * UsherTicketVerdict:
 * @USHER_TICKET_FREE: the order may have the ticket
 * @USHER_TICKET_DONE: the order has it already
 * @USHER_TICKET_HELD: another order has it
 * @USHER_TICKET_CHANGED: title or price are no longer what the order was placed for
 *
 * What becomes of an order's wish for a ticket.
 */
typedef enum
{
  USHER_TICKET_FREE,
  USHER_TICKET_DONE,
  USHER_TICKET_HELD,
  USHER_TICKET_CHANGED,
} UsherTicketVerdict;

const UsherField *usher_ticket_get_fields (guint *n_fields);
gboolean usher_ticket_is_owned_by (UsherDocument *ticket, const char *user_id);
gboolean usher_ticket_is_reserved (UsherDocument *ticket);
gboolean usher_ticket_is_held_by (UsherDocument *ticket, const char *order_id);
/* @seen: the version of the ticket that the order was placed for */
UsherTicketVerdict usher_ticket_judge (UsherDocument *ticket, const char *order_id, gint64 seen);
/* takes title and price of @wanted */
void usher_ticket_edit (UsherDocument *ticket, UsherDocument *wanted);

G_END_DECLS
