/* usher-ticket-copy.h: what orders knows of a ticket
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-tickets-contract.h"

G_BEGIN_DECLS

#define USHER_TICKET_COPY_COLLECTION "tickets"
#define USHER_TICKET_COPY_TITLE      USHER_TICKETS_TITLE
#define USHER_TICKET_COPY_PRICE      USHER_TICKETS_PRICE
#define USHER_TICKET_COPY_ORDER_ID   USHER_TICKETS_ORDER_ID
#define USHER_TICKET_COPY_HIDDEN     USHER_TICKETS_HIDDEN
#define USHER_TICKET_COPY_WITHDRAWN  USHER_TICKETS_IS_WITHDRAWN
/* the ticket's version; the document's own counts the changes of the copy */
#define USHER_TICKET_COPY_VERSION "ticketVersion"

/* a copy that has not come yet */
#define USHER_TICKET_COPY_NONE (-1)

/**
 * UsherTicketCopyVerdict:
 * @USHER_TICKET_COPY_APPLY: the event is the next one
 * @USHER_TICKET_COPY_KNOWN: it has been applied already
 * @USHER_TICKET_COPY_EARLY: one before it is still to come
 *
 * What becomes of an event with a version.
 */
typedef enum
{
  USHER_TICKET_COPY_APPLY,
  USHER_TICKET_COPY_KNOWN,
  USHER_TICKET_COPY_EARLY,
} UsherTicketCopyVerdict;

const UsherField *usher_ticket_copy_get_fields (guint *n_fields);

/* @copy: (nullable) */
gint64 usher_ticket_copy_get_version (UsherDocument *copy);
/* @have: the version of the copy; @version: the one in the event */
UsherTicketCopyVerdict usher_ticket_copy_judge (gint64 have, gint64 version);
/* takes over @content, what the event says of ticket @version */
void usher_ticket_copy_apply (UsherDocument *copy, UsherDocument *content, gint64 version);
/* ticket @version is withdrawn: its last version */
void usher_ticket_copy_withdraw (UsherDocument *copy, gint64 version);
/* Whether it may be ordered if nobody else has it: neither withdrawn nor of a seller who is banned */
gboolean usher_ticket_copy_is_for_sale (UsherDocument *copy);
/* @now: microseconds. Whether a ticket of that id can be so new that its copy is on its way. */
gboolean usher_ticket_copy_may_come (const char *ticket_id, gint64 now);

G_END_DECLS
