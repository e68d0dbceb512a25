/* usher-auth-sessions.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-sessions.h"

#include "usher-auth-contract.h"

static void
publish_end (UsherUnit *unit, const char *id, UsherSession *session, gint64 before)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *payload = NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, USHER_AUTH_ID, id);
  usher_json_writer_set_string (writer, USHER_AUTH_USER_ID, usher_session_get_user_id (session));
  usher_json_writer_set_integer (writer, USHER_AUTH_BEFORE, before);
  usher_json_writer_set_integer (writer, USHER_AUTH_EXP, usher_session_get_expires (session));
  usher_json_writer_end_object (writer);
  payload = usher_json_writer_end (writer);
  usher_unit_publish (unit, USHER_AUTH_SESSION_ENDED, payload);
}

/* One without an id, of before they had any, ends with those that are older. */
static void
end_session (UsherUnit *unit, UsherSession *session)
{
  const char *id = usher_session_get_id (session);

  publish_end (unit,
               id != NULL ? id : USHER_AUTH_ALL,
               session,
               usher_session_get_issued (session) + 1);
}

void
usher_auth_sessions_end_before (UsherUnit *unit, UsherSession *session)
{
  publish_end (unit, USHER_AUTH_ALL, session, usher_session_get_issued (session));
}

static gboolean
answer_signed_out (UsherReply *reply)
{
  usher_reply_set_session (reply, NULL);
  usher_reply_take_json (reply, g_strdup ("{}"));

  return TRUE;
}

static gboolean
sign_out (UsherRequest *request,
          UsherUnit *unit,
          UsherReply *reply,
          gpointer user_data,
          GError **error)
{
  UsherSession *session = usher_request_get_session (request);

  if (session != NULL)
    end_session (unit, session);

  return answer_signed_out (reply);
}

static gboolean
sign_out_all (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer user_data,
              GError **error)
{
  UsherContext *context = user_data;
  UsherSession *session = usher_request_get_session (request);
  g_autoptr (UsherSession) next = usher_context_begin_session (context,
                                                               usher_session_get_user_id (session),
                                                               usher_session_get_email (session));

  usher_auth_sessions_end_before (unit, next);

  return answer_signed_out (reply);
}

static void
write_user (UsherJsonWriter *writer, UsherSession *session)
{
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "id", usher_session_get_user_id (session));
  usher_json_writer_set_string (writer, "email", usher_session_get_email (session));
  usher_json_writer_set_integer (writer,
                                 "iat",
                                 usher_session_get_issued (session) / G_USEC_PER_SEC);
  usher_json_writer_end_object (writer);
}

static gboolean
show_current_user (UsherRequest *request,
                   UsherUnit *unit,
                   UsherReply *reply,
                   gpointer user_data,
                   GError **error)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  UsherSession *session = usher_request_get_session (request);

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "currentUser");
  if (session != NULL)
    write_user (writer, session);
  else
    usher_json_writer_add_null (writer);
  usher_json_writer_end_object (writer);
  usher_reply_take_json (reply, usher_json_writer_end (writer));

  return TRUE;
}

void
usher_auth_sessions_add (UsherContext *context)
{
  usher_context_add_route (
      context, "POST", "/api/users/signout", USHER_ROUTE_UNKEYED, sign_out, NULL, NULL);
  usher_context_add_route (context,
                           "POST",
                           "/api/users/signout-all",
                           USHER_ROUTE_SIGNED_IN | USHER_ROUTE_UNKEYED,
                           sign_out_all,
                           context,
                           NULL);
  usher_context_add_route (
      context, "GET", "/api/users/currentuser", USHER_ROUTE_NONE, show_current_user, NULL, NULL);
}
