/* usher-auth-bans.c: the administrator shuts users out and lets them in again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-bans.h"

#include "usher-auth-contract.h"
#include "usher-user.h"

static void
publish (UsherUnit *unit, const char *channel, UsherDocument *user)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *payload = NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, USHER_AUTH_ID, usher_document_get_id (user));
  usher_json_writer_set_integer (writer, USHER_AUTH_VERSION, usher_document_get_version (user));
  usher_json_writer_end_object (writer);
  payload = usher_json_writer_end (writer);
  usher_unit_publish (unit, channel, payload);
}

/* What is so already is answered and not said again. */
static gboolean
set_banned (UsherRequest *request,
            UsherUnit *unit,
            UsherReply *reply,
            gboolean banned,
            GError **error)
{
  const char *id = usher_request_get_parameter (request, "id");
  g_autoptr (UsherDocument) user = usher_unit_find (unit, USHER_USER_COLLECTION, id, error);

  if (user == NULL)
    return FALSE;

  if (usher_user_set_banned (user, banned))
    {
      if (!usher_unit_replace (unit, user, error))
        return FALSE;

      publish (unit, banned ? USHER_AUTH_BANNED : USHER_AUTH_UNBANNED, user);
    }
  usher_reply_set_document (reply, user);

  return TRUE;
}

static gboolean
ban (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  return set_banned (request, unit, reply, TRUE, error);
}

static gboolean
unban (UsherRequest *request,
       UsherUnit *unit,
       UsherReply *reply,
       gpointer user_data,
       GError **error)
{
  return set_banned (request, unit, reply, FALSE, error);
}

void
usher_auth_bans_add (UsherContext *context)
{
  usher_context_add_route (
      context, "POST", "/admin/users/:id/ban", USHER_ROUTE_ADMIN, ban, NULL, NULL);
  usher_context_add_route (
      context, "POST", "/admin/users/:id/unban", USHER_ROUTE_ADMIN, unban, NULL, NULL);
}
