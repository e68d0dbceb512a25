/* usher-guest-book-service.c: a durable service in as few lines as one takes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

#define ENTRIES "entries"
#define SIGNED  "guest-book:signed"

static const UsherField entry_fields[] = {
  { "text",
    USHER_FIELD_STRING,
    USHER_FIELD_INPUT | USHER_FIELD_REQUIRED | USHER_FIELD_TEXT,
    1,
    200,
    "Text must have 1 to 200 characters" },
  { "userId", USHER_FIELD_ID, USHER_FIELD_REQUIRED },
};

static gboolean
sign (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) entry = usher_request_read_new (request, unit, ENTRIES, error);

  if (entry == NULL)
    return FALSE;

  usher_document_set_string (entry, "userId", usher_request_get_user_id (request));

  return usher_unit_create (unit, entry, SIGNED, error) && usher_reply_answer (reply, 201, entry);
}

static const UsherRouteEntry routes[] = {
  { "POST", "/api/guest-book", USHER_ROUTE_SIGNED_IN, sign },
};

static gboolean
configure (UsherContext *context, GError **error)
{
  usher_context_add_collection (context, ENTRIES, entry_fields, G_N_ELEMENTS (entry_fields));
  usher_context_add_event (context, SIGNED, entry_fields, G_N_ELEMENTS (entry_fields));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), NULL);

  return TRUE;
}

USHER_DEFINE_SERVICE ("guest-book", "1.0.0", configure)
