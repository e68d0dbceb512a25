/* usher-tickets-sellers.c: hides what a banned user sells, and shows it again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tickets-service.h"

#include <usher.h>

#include "usher-auth-contract.h"
#include "usher-seller.h"
#include "usher-ticket.h"
#include "usher-tickets-contract.h"

/* The key is the id of the seller. The payload says how far it has come, for which version of him; without one it begins. */
#define TIMER   "seller"
#define VERSION "version"
#define AFTER   "after"
#define LAST    "last"

/* how many tickets are looked at for one that has to change */
#define GLANCE 16
/* A ticket may be committed after the round by a request that saw the seller before it. None runs that long. */
#define LAST_ROUND G_TIME_SPAN_MINUTE

/* where a round stands */
typedef struct
{
  gint64 version;    /* of the seller */
  const char *after; /* (nullable): the id of the last ticket that it has seen */
  gboolean last;     /* no other one follows */
} Round;

static void
schedule (UsherUnit *unit, const char *user_id, const Round *round, gint64 delay)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *payload = NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_integer (writer, VERSION, round->version);
  if (round->after != NULL)
    usher_json_writer_set_string (writer, AFTER, round->after);
  usher_json_writer_set_boolean (writer, LAST, round->last);
  usher_json_writer_end_object (writer);
  payload = usher_json_writer_end (writer);
  usher_unit_schedule (unit, TIMER, user_id, usher_unit_get_time (unit) + delay, payload);
}

/* What was begun for another version of the seller begins anew. @round: with his version; it points into @json. */
static void
read_round (UsherJson *json, Round *round)
{
  gint64 version = 0;

  if (!usher_json_get_integer (json, VERSION, &version) || version != round->version)
    return;

  round->after = usher_json_get_string (json, AFTER);
  usher_json_get_boolean (json, LAST, &round->last);
}

/* the next of his tickets behind @after */
static GPtrArray *
list_tickets (UsherUnit *unit, const char *user_id, const char *after, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (USHER_TICKET_COLLECTION);

  usher_query_equal (query, USHER_TICKETS_USER_ID, user_id);
  usher_query_limit (query, GLANCE);
  if (after != NULL)
    usher_query_after (query, after);

  return usher_unit_query (unit, query, error);
}

/* Changes the first ticket that is not as it should be, and sets the timer for those behind it. */
static gboolean
go_on (UsherUnit *unit, UsherDocument *seller, Round *round, GError **error)
{
  const char *user_id = usher_document_get_id (seller);
  g_autoptr (GPtrArray) tickets = list_tickets (unit, user_id, round->after, error);
  gboolean found = FALSE;

  if (tickets == NULL)
    return FALSE;

  for (guint i = 0; i < tickets->len && !found; i++)
    {
      UsherDocument *ticket = g_ptr_array_index (tickets, i);

      round->after = usher_document_get_id (ticket);
      found = usher_ticket_hide (ticket, usher_seller_is_banned (seller));
      if (found && !usher_unit_replace (unit, ticket, error))
        return FALSE;
      if (found)
        usher_unit_publish_document (unit, USHER_TICKETS_UPDATED, ticket);
    }

  if (found || tickets->len == GLANCE)
    schedule (unit, user_id, round, 0);
  else if (!round->last)
    schedule (unit, user_id, &(Round){ .version = round->version, .last = TRUE }, LAST_ROUND);

  return TRUE;
}

static gboolean
on_round (UsherTimer *timer, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *payload = usher_timer_get_payload (timer);
  g_autoptr (UsherDocument) seller =
      usher_unit_find (unit, USHER_SELLER_COLLECTION, usher_timer_get_key (timer), error);
  g_autoptr (UsherJson) json = NULL;
  Round round = { 0 };

  if (seller == NULL)
    return FALSE;

  round.version = usher_seller_get_version (seller);
  if (payload != NULL)
    {
      json = usher_json_parse (payload, -1, error);
      if (json == NULL)
        return FALSE;
      read_round (json, &round);
    }

  return go_on (unit, seller, &round, error);
}

static UsherDocument *
make_seller (UsherUnit *unit, const char *user_id, GError **error)
{
  UsherDocument *seller = usher_unit_new_document (unit, USHER_SELLER_COLLECTION, error);

  if (seller != NULL)
    usher_document_set_id (seller, user_id);

  return seller;
}

/* The versions of a user have gaps, since not all of them are of bans; what comes late is of the past. */
static gboolean
learn (UsherEvent *event, UsherUnit *unit, gboolean banned, GError **error)
{
  const char *user_id = usher_event_read_id (event, USHER_AUTH_ID, error);
  g_autoptr (UsherDocument) seller = NULL;
  gboolean is_new;
  gint64 version;

  if (user_id == NULL || !usher_event_read_integer (event, USHER_AUTH_VERSION, &version, error) ||
      !usher_unit_lookup (unit, USHER_SELLER_COLLECTION, user_id, &seller, error))
    return FALSE;

  is_new = seller == NULL;
  if (is_new && (seller = make_seller (unit, user_id, error)) == NULL)
    return FALSE;
  if (!usher_seller_learn (seller, banned, version))
    return TRUE;

  usher_unit_schedule (unit, TIMER, user_id, usher_unit_get_time (unit), NULL);

  return is_new ? usher_unit_insert (unit, seller, error)
                : usher_unit_replace (unit, seller, error);
}

static gboolean
on_banned (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return learn (event, unit, TRUE, error);
}

static gboolean
on_unbanned (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return learn (event, unit, FALSE, error);
}

void
usher_tickets_service_add_sellers (UsherContext *context)
{
  const UsherField *fields;
  guint n_fields;

  fields = usher_seller_get_fields (&n_fields);
  usher_context_add_collection (context, USHER_SELLER_COLLECTION, fields, n_fields);
  usher_context_add_timer (context, TIMER, on_round, NULL, NULL);
  usher_context_add_listener (context, USHER_AUTH_BANNED, NULL, on_banned, NULL, NULL);
  usher_context_add_listener (context, USHER_AUTH_UNBANNED, NULL, on_unbanned, NULL, NULL);
}

gboolean
usher_tickets_service_is_banned (UsherUnit *unit,
                                 const char *user_id,
                                 gboolean *banned,
                                 GError **error)
{
  g_autoptr (UsherDocument) seller = NULL;

  if (!usher_unit_lookup (unit, USHER_SELLER_COLLECTION, user_id, &seller, error))
    return FALSE;

  *banned = usher_seller_is_banned (seller);

  return TRUE;
}
