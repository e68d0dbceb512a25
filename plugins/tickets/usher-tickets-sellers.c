/* usher-tickets-sellers.c: what a banned user sells is hidden, and shown again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tickets-service.h"

#include "usher-auth-contract.h"
#include "usher-ticket.h"
#include "usher-tickets-contract.h"

/* with the id of the user; only of those who were banned once */
#define SELLERS "sellers"
#define BANNED  "banned"
#define VERSION "userVersion"

static const UsherField seller_fields[] = {
  { BANNED, USHER_FIELD_BOOLEAN },
  { VERSION, USHER_FIELD_INTEGER },
};

gboolean
usher_tickets_service_is_banned (UsherUnit *unit,
                                 UsherDocument *ticket,
                                 gboolean *banned,
                                 GError **error)
{
  const char *user_id = usher_document_get_string (ticket, USHER_TICKETS_USER_ID);
  g_autoptr (UsherDocument) seller = NULL;

  if (!usher_unit_lookup (unit, SELLERS, user_id, &seller, error))
    return FALSE;

  *banned = seller != NULL && usher_document_get_boolean (seller, BANNED);

  return TRUE;
}

static gboolean
hide_or_show (UsherDocument *ticket, UsherUnit *unit, gboolean *is_changed, GError **error)
{
  gboolean banned;

  if (!usher_tickets_service_is_banned (unit, ticket, &banned, error))
    return FALSE;

  *is_changed = usher_ticket_hide (ticket, banned);

  return TRUE;
}

/* What he lists while his sessions are not refused yet, within a second, or by a request that runs on, is committed behind
 * the sweep: others follow after these pauses. Until then it is in the list, but nobody can order it. */
static const gint64 pauses[] = { 2 * G_TIME_SPAN_SECOND, G_TIME_SPAN_MINUTE };

/* of all that a seller offers; a later ban or unban begins it anew */
static const UsherSweep sweep = {
  .timer = "seller",
  .collection = USHER_TICKET_COLLECTION,
  .field = USHER_TICKETS_USER_ID,
  .channel = USHER_TICKETS_UPDATED,
  .change = hide_or_show,
  .pauses = pauses,
  .n_pauses = G_N_ELEMENTS (pauses),
};

static gboolean
note_ban (UsherDocument *seller, UsherEvent *event, gpointer unit, GError **error)
{
  gboolean banned = g_str_equal (usher_event_get_channel (event), USHER_AUTH_BANNED);

  usher_document_set_boolean (seller, BANNED, banned);
  usher_sweep_begin (&sweep, unit, usher_document_get_id (seller));

  return TRUE;
}

/* the versions of a user have gaps, since not all of them are of bans */
static gboolean
on_ban (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return usher_copy_apply_latest (event, unit, SELLERS, VERSION, note_ban, unit, error);
}

static const UsherListenerEntry listeners[] = {
  { USHER_AUTH_BANNED, NULL, on_ban },
  { USHER_AUTH_UNBANNED, NULL, on_ban },
};

void
usher_tickets_service_add_sellers (UsherContext *context)
{
  usher_context_add_collection (context, SELLERS, seller_fields, G_N_ELEMENTS (seller_fields));
  usher_context_add_listeners (context, listeners, G_N_ELEMENTS (listeners), NULL);
  usher_sweep_declare (&sweep, context);
}
