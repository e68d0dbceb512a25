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
/* private: set when the ticket is not in the list, whatever the reason, so that the list is one index */
#define USHER_TICKET_UNLISTED "unlisted"
/* the level of documents that have it where they should */
#define USHER_TICKET_LEVEL 1

/* What becomes of an order's wish for a ticket. */
typedef enum
{
  USHER_TICKET_FREE,      /* the order may have the ticket */
  USHER_TICKET_DONE,      /* the order has it already */
  USHER_TICKET_WITHDRAWN, /* its owner has taken it back */
  USHER_TICKET_BANNED,    /* its seller is banned */
  USHER_TICKET_HELD,      /* another order has it */
  USHER_TICKET_CHANGED,   /* title or price are no longer what the order was placed for */
} UsherTicketVerdict;

extern const UsherField usher_ticket_fields[8];

gboolean usher_ticket_is_reserved (UsherDocument *ticket);
gboolean usher_ticket_is_withdrawn (UsherDocument *ticket);
/* @seen: the version of the ticket that the order was placed for; @banned: its seller is */
UsherTicketVerdict
usher_ticket_judge (UsherDocument *ticket, const char *order_id, gint64 seen, gboolean banned);
/* @order_id: (nullable): who holds it from now on */
void usher_ticket_hold (UsherDocument *ticket, const char *order_id);
void usher_ticket_withdraw (UsherDocument *ticket);
/* While its seller is banned. Tells whether that changed anything; a withdrawn ticket changes no more. */
gboolean usher_ticket_hide (UsherDocument *ticket, gboolean hidden);
/* takes title and price of @wanted */
void usher_ticket_edit (UsherDocument *ticket, UsherDocument *wanted);
/* an UsherUpgradeFunc, to USHER_TICKET_LEVEL */
gboolean usher_ticket_upgrade (UsherDocument *ticket, gpointer data, GError **error);

G_END_DECLS
