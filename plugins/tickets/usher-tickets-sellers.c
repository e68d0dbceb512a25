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

/* The key is the id of the seller. The payload says how far it has come: the last ticket that it has seen, and how many pauses
 * were before it; without one it begins. A ban sets it anew, and what a round that fired before has decided is not
 * committed then. */
#define TIMER  "seller"
#define AFTER  "after"
#define PAUSES "pauses"

/* how many tickets are looked at for one that has to change */
#define GLANCE 16

/* What he lists while his sessions are not refused yet, within a second, or by a request that runs on, is committed behind
 * the round: others follow after these pauses. Until then it is in the list, but nobody can order it. */
static const gint64 pauses[] = { 2 * G_TIME_SPAN_SECOND, G_TIME_SPAN_MINUTE };

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

/* @after: (nullable): where the next round goes on */
static void
schedule (UsherUnit *unit, const char *user_id, const char *after, gint64 n_pauses, gint64 delay)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *payload = NULL;

  usher_json_writer_begin_object (writer);
  if (after != NULL)
    usher_json_writer_set_string (writer, AFTER, after);
  usher_json_writer_set_integer (writer, PAUSES, n_pauses);
  usher_json_writer_end_object (writer);
  payload = usher_json_writer_end (writer);
  usher_unit_schedule (unit, TIMER, user_id, usher_unit_get_time (unit) + delay, payload);
}

/* the next of his tickets behind @after, so what he offers meanwhile too */
static GPtrArray *
list_tickets (UsherUnit *unit, const char *user_id, const char *after, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (USHER_TICKET_COLLECTION);

  usher_query_equal (query, USHER_TICKETS_USER_ID, user_id);
  usher_query_oldest_first (query, TRUE);
  usher_query_after (query, after);
  usher_query_limit (query, GLANCE);

  return usher_unit_query (unit, query, error);
}

/* Changes the first ticket that is not as it should be, and sets the timer for those behind it. */
static gboolean
go_on (UsherUnit *unit, UsherDocument *seller, UsherJson *round, GError **error)
{
  const char *user_id = usher_document_get_id (seller);
  const char *after = usher_json_get_string (round, AFTER);
  g_autoptr (GPtrArray) tickets = list_tickets (unit, user_id, after, error);
  gint64 n_pauses = 0;

  if (tickets == NULL)
    return FALSE;

  usher_json_get_integer (round, PAUSES, &n_pauses);
  for (guint i = 0; i < tickets->len; i++)
    {
      UsherDocument *ticket = g_ptr_array_index (tickets, i);

      after = usher_document_get_id (ticket);
      if (usher_ticket_hide (ticket, usher_document_get_boolean (seller, BANNED)))
        {
          schedule (unit, user_id, after, n_pauses, 0);
          return usher_unit_update (unit, ticket, USHER_TICKETS_UPDATED, error);
        }
    }

  if (tickets->len == GLANCE)
    schedule (unit, user_id, after, n_pauses, 0);
  else if (n_pauses < (gint64) G_N_ELEMENTS (pauses))
    schedule (unit, user_id, NULL, n_pauses + 1, pauses[n_pauses]);

  return TRUE;
}

static gboolean
on_round (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  const char *payload = usher_timer_get_payload (timer);
  g_autoptr (UsherDocument) seller = NULL;
  g_autoptr (UsherJson) round = usher_json_parse (payload != NULL ? payload : "{}", -1, error);

  if (round == NULL)
    return FALSE;

  seller = usher_unit_find (unit, SELLERS, usher_timer_get_key (timer), error);

  return seller != NULL && go_on (unit, seller, round, error);
}

static gboolean
note_ban (UsherDocument *seller, UsherEvent *event, gpointer unit, GError **error)
{
  const char *user_id = usher_document_get_id (seller);
  gboolean banned = g_str_equal (usher_event_get_channel (event), USHER_AUTH_BANNED);

  usher_document_set_boolean (seller, BANNED, banned);
  usher_unit_schedule (unit, TIMER, user_id, usher_unit_get_time (unit), NULL);

  return TRUE;
}

/* The versions of a user have gaps, since not all of them are of bans; what comes late is of the past. */
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
  usher_context_add_timer (context, TIMER, on_round, NULL, NULL);
  usher_context_add_listeners (context, listeners, G_N_ELEMENTS (listeners), NULL);
}
