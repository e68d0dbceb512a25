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
apply (UsherUnit *unit,
       UsherDocument *copy,
       const char *ticket_id,
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

  usher_document_set_id (fresh, ticket_id);
  usher_ticket_copy_apply (fresh, content, version);

  return usher_unit_insert (unit, fresh, error);
}

/* a ticket begins at version 0, so created and updated differ in nothing */
static gboolean
on_ticket_changed (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *ticket_id = usher_event_read_id (event, USHER_TICKETS_ID, error);
  g_autoptr (UsherDocument) content = NULL;
  g_autoptr (UsherDocument) copy = NULL;
  gint64 version, have;

  if (ticket_id == NULL ||
      !usher_event_read_integer (event, USHER_TICKETS_VERSION, &version, error) ||
      !usher_unit_lookup (unit, USHER_TICKET_COPY_COLLECTION, ticket_id, &copy, error))
    return FALSE;

  have = usher_ticket_copy_get_version (copy);
  switch (usher_ticket_copy_judge (have, version))
    {
    case USHER_TICKET_COPY_APPLY:
      content = read_content (event, user_data, error);
      return content != NULL && apply (unit, copy, ticket_id, content, version, error);
    case USHER_TICKET_COPY_EARLY:
      return usher_unit_defer (unit,
                               error,
                               "version %" G_GINT64_FORMAT
                               " of ticket “%s” waits for version %" G_GINT64_FORMAT,
                               version,
                               ticket_id,
                               have + 1);
    case USHER_TICKET_COPY_KNOWN:
    default:
      return TRUE;
    }
}

void
usher_orders_service_add_copies (UsherContext *context)
{
  usher_context_add_listener (
      context, USHER_TICKETS_CREATED, NULL, on_ticket_changed, context, NULL);
  usher_context_add_listener (
      context, USHER_TICKETS_UPDATED, NULL, on_ticket_changed, context, NULL);
}
