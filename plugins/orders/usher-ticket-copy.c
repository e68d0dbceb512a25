/* usher-ticket-copy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ticket-copy.h"

#define ASKED (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)
/* older ids are of tickets whose copy came long ago, or never will */
#define FRESH (10 * G_TIME_SPAN_SECOND)

static const UsherField copy_fields[] = {
  { USHER_TICKET_COPY_TITLE, USHER_FIELD_STRING, ASKED },
  { USHER_TICKET_COPY_PRICE, USHER_FIELD_MONEY, ASKED },
  { USHER_TICKET_COPY_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_INPUT },
  { USHER_TICKET_COPY_HIDDEN, USHER_FIELD_BOOLEAN, USHER_FIELD_INPUT },
  { USHER_TICKET_COPY_WITHDRAWN, USHER_FIELD_BOOLEAN },
  { USHER_TICKET_COPY_VERSION, USHER_FIELD_INTEGER },
};

const UsherField *
usher_ticket_copy_get_fields (guint *n_fields)
{
  *n_fields = G_N_ELEMENTS (copy_fields);

  return copy_fields;
}

gint64
usher_ticket_copy_get_version (UsherDocument *copy)
{
  if (copy == NULL)
    return USHER_TICKET_COPY_NONE;

  return usher_document_get_integer (copy, USHER_TICKET_COPY_VERSION);
}

UsherTicketCopyVerdict
usher_ticket_copy_judge (gint64 have, gint64 version)
{
  if (version <= have)
    return USHER_TICKET_COPY_KNOWN;

  return version - 1 == have ? USHER_TICKET_COPY_APPLY : USHER_TICKET_COPY_EARLY;
}

void
usher_ticket_copy_apply (UsherDocument *copy, UsherDocument *content, gint64 version)
{
  usher_document_unset (copy, USHER_TICKET_COPY_ORDER_ID);
  usher_document_unset (copy, USHER_TICKET_COPY_HIDDEN);
  usher_document_merge (copy, content);
  usher_document_set_integer (copy, USHER_TICKET_COPY_VERSION, version);
}

void
usher_ticket_copy_withdraw (UsherDocument *copy, gint64 version)
{
  usher_document_set_boolean (copy, USHER_TICKET_COPY_WITHDRAWN, TRUE);
  usher_document_set_integer (copy, USHER_TICKET_COPY_VERSION, version);
}

gboolean
usher_ticket_copy_is_for_sale (UsherDocument *copy)
{
  return !usher_document_get_boolean (copy, USHER_TICKET_COPY_HIDDEN) &&
         !usher_document_get_boolean (copy, USHER_TICKET_COPY_WITHDRAWN);
}

gboolean
usher_ticket_copy_may_come (const char *ticket_id, gint64 now)
{
  gint64 made = usher_id_get_time (ticket_id);

  return ABS (now - made) <= FRESH;
}
