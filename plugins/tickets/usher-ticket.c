/* usher-ticket.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ticket.h"

#include "usher-tickets-contract.h"

#define ASKED (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)

const UsherField usher_ticket_fields[] = {
  { USHER_TICKETS_TITLE,
    USHER_FIELD_STRING,
    ASKED | USHER_FIELD_TEXT,
    1,
    200,
    "Title is required",
    "Title must have at most 200 characters" },
  { USHER_TICKETS_PRICE,
    USHER_FIELD_MONEY,
    ASKED,
    1,
    100000000,
    "Price must be greater than 0",
    "Price must be at most 1000000" },
  { USHER_TICKETS_USER_ID, USHER_FIELD_ID, USHER_FIELD_INDEXED | USHER_FIELD_REQUIRED },
  { USHER_TICKETS_ORDER_ID, USHER_FIELD_ID },
  { USHER_TICKETS_HIDDEN, USHER_FIELD_BOOLEAN },
  { USHER_TICKETS_IS_WITHDRAWN, USHER_FIELD_BOOLEAN },
  { USHER_TICKET_EDITED, USHER_FIELD_INTEGER, USHER_FIELD_PRIVATE },
  { USHER_TICKET_UNLISTED, USHER_FIELD_BOOLEAN, USHER_FIELD_PRIVATE | USHER_FIELD_INDEXED },
};

gboolean
usher_ticket_is_reserved (UsherDocument *ticket)
{
  return usher_document_has (ticket, USHER_TICKETS_ORDER_ID);
}

gboolean
usher_ticket_is_withdrawn (UsherDocument *ticket)
{
  return usher_document_has (ticket, USHER_TICKETS_IS_WITHDRAWN);
}

UsherTicketVerdict
usher_ticket_judge (UsherDocument *ticket, const char *order_id, gint64 seen, gboolean banned)
{
  if (usher_document_has_string (ticket, USHER_TICKETS_ORDER_ID, order_id))
    return USHER_TICKET_DONE;

  if (usher_ticket_is_withdrawn (ticket))
    return USHER_TICKET_WITHDRAWN;

  if (banned)
    return USHER_TICKET_BANNED;

  if (usher_ticket_is_reserved (ticket))
    return USHER_TICKET_HELD;

  if (usher_document_get_integer (ticket, USHER_TICKET_EDITED) > seen)
    return USHER_TICKET_CHANGED;

  return USHER_TICKET_FREE;
}

static void
mark_unlisted (UsherDocument *ticket)
{
  usher_document_set_flag (ticket,
                           USHER_TICKET_UNLISTED,
                           usher_ticket_is_reserved (ticket) ||
                               usher_ticket_is_withdrawn (ticket) ||
                               usher_document_has (ticket, USHER_TICKETS_HIDDEN));
}

void
usher_ticket_hold (UsherDocument *ticket, const char *order_id)
{
  usher_document_set_string (ticket, USHER_TICKETS_ORDER_ID, order_id);
  mark_unlisted (ticket);
}

void
usher_ticket_withdraw (UsherDocument *ticket)
{
  usher_document_set_boolean (ticket, USHER_TICKETS_IS_WITHDRAWN, TRUE);
  mark_unlisted (ticket);
}

gboolean
usher_ticket_hide (UsherDocument *ticket, gboolean hidden)
{
  if (usher_ticket_is_withdrawn (ticket) ||
      usher_document_has (ticket, USHER_TICKETS_HIDDEN) == hidden)
    return FALSE;

  usher_document_set_flag (ticket, USHER_TICKETS_HIDDEN, hidden);
  mark_unlisted (ticket);

  return TRUE;
}

void
usher_ticket_edit (UsherDocument *ticket, UsherDocument *wanted)
{
  usher_document_merge (ticket, wanted);
  usher_document_set_integer (ticket, USHER_TICKET_EDITED, usher_document_get_version (ticket) + 1);
}

gboolean
usher_ticket_upgrade (UsherDocument *ticket, gpointer data, GError **error)
{
  mark_unlisted (ticket);

  return TRUE;
}
