/* usher-ticket-copy.h: what orders knows of a ticket
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* with the members of the ticket under their names in the contract */
#define USHER_TICKET_COPY_COLLECTION "tickets"
/* the ticket's version; the document's own counts the changes of the copy */
#define USHER_TICKET_COPY_VERSION "ticketVersion"

extern const UsherField usher_ticket_copy_fields[6];

/* the collection, and the listeners that keep it */
void usher_ticket_copy_declare (UsherContext *context);
/* Whether it may be ordered if nobody else has it: neither withdrawn nor of a seller who is banned */
gboolean usher_ticket_copy_is_for_sale (UsherDocument *copy);

G_END_DECLS
