/* usher-orders-copies.c: keeps the copies of tickets
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-orders-service.h"

#include <usher.h>

#include "usher-ticket-copy.h"

static UsherDocument *
read_content (UsherEvent *event, UsherContext *context, GError **error)
{
  UsherSchema *schema = usher_context_get_schema (context, USHER_TICKET_COPY_COLLECTION);
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  UsherJson *json = usher_event_get_json (event, error);
  UsherDocument *content;

  if (json == NULL)
    return NULL;

  content = usher_schema_read (schema, json, problems);
  if (content == NULL)
    {
      g_autofree char *text = usher_problems_to_json (problems);

      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "no ticket can be read: %s", text);
    }

  return content;
}

static gboolean
apply (UsherEvent *event,
       UsherUnit *unit,
       UsherDocument *copy,
       UsherDocument *content,
       gint64 version,
       GError **error)
{
  g_autoptr (UsherDocument) fresh = NULL;

  if (copy != NULL)
    {
      usher_ticket_copy_apply (copy, content, version);
      return usher_unit_replace (unit, copy, error);
    }

  fresh = usher_unit_new_document (unit, USHER_TICKET_COPY_COLLECTION, error);
  if (fresh == NULL)
    return FALSE;

  usher_document_set_id (fresh, usher_event_read_id (event, USHER_TICKETS_ID, error));
  usher_ticket_copy_apply (fresh, content, version);

  return usher_unit_insert (unit, fresh, error);
}

/* The copy of the event's ticket, and whether the event is the next one of it. @next: FALSE with TRUE returned: nothing is
 * to be done. */
static gboolean
find_copy (UsherEvent *event,
           UsherUnit *unit,
           UsherDocument **copy,
           gint64 *version,
           gboolean *next,
           GError **error)
{
  const char *ticket_id = usher_event_read_id (event, USHER_TICKETS_ID, error);
  UsherTicketCopyVerdict verdict;
  gint64 have;

  if (ticket_id == NULL ||
      !usher_event_read_integer (event, USHER_TICKETS_VERSION, version, error) ||
      !usher_unit_lookup (unit, USHER_TICKET_COPY_COLLECTION, ticket_id, copy, error))
    return FALSE;

  have = usher_ticket_copy_get_version (*copy);
  verdict = usher_ticket_copy_judge (have, *version);
  *next = verdict == USHER_TICKET_COPY_APPLY;
  if (verdict == USHER_TICKET_COPY_EARLY)
    return usher_unit_defer (unit,
                             error,
                             "version %" G_GINT64_FORMAT
                             " of ticket “%s” waits for version %" G_GINT64_FORMAT,
                             *version,
                             ticket_id,
                             have + 1);

  return TRUE;
}

/* a ticket begins at version 0, so created and updated differ in nothing */
static gboolean
on_ticket_changed (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) content = NULL;
  g_autoptr (UsherDocument) copy = NULL;
  gboolean next = FALSE;
  gint64 version;

  if (!find_copy (event, unit, &copy, &version, &next, error))
    return FALSE;
  if (!next)
    return TRUE;

  content = read_content (event, user_data, error);

  return content != NULL && apply (event, unit, copy, content, version, error);
}

static gboolean
on_ticket_withdrawn (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) copy = NULL;
  gboolean next = FALSE;
  gint64 version;

  if (!find_copy (event, unit, &copy, &version, &next, error))
    return FALSE;
  if (!next)
    return TRUE;
  if (copy == NULL)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "no ticket begins withdrawn");
      return FALSE;
    }

  usher_ticket_copy_withdraw (copy, version);

  return usher_unit_replace (unit, copy, error);
}

void
usher_orders_service_add_copies (UsherContext *context)
{
  usher_context_add_listener (
      context, USHER_TICKETS_CREATED, NULL, on_ticket_changed, context, NULL);
  usher_context_add_listener (
      context, USHER_TICKETS_UPDATED, NULL, on_ticket_changed, context, NULL);
  usher_context_add_listener (
      context, USHER_TICKETS_WITHDRAWN, NULL, on_ticket_withdrawn, NULL, NULL);
}
