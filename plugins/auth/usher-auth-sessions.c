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
  UsherPayload *payload = usher_unit_begin_event (unit, USHER_AUTH_SESSION_ENDED);

  usher_payload_set_string (payload, USHER_AUTH_ID, id);
  usher_payload_set_string (payload, USHER_AUTH_USER_ID, usher_session_get_user_id (session));
  usher_payload_set_integer (payload, USHER_AUTH_BEFORE, before);
  usher_payload_set_integer (payload, USHER_AUTH_EXP, usher_session_get_expires (session));
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

/* One without an id, of before they had any, ends with those that are older. */
static gboolean
sign_out (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  UsherSession *session = usher_request_get_session (request);
  const char *id = session != NULL ? usher_session_get_id (session) : NULL;

  if (session != NULL)
    publish_end (unit,
                 id != NULL ? id : USHER_AUTH_ALL,
                 session,
                 usher_session_get_issued (session) + 1);

  return answer_signed_out (reply);
}

static gboolean
sign_out_all (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer context,
              GError **error)
{
  UsherSession *session = usher_request_get_session (request);
  const char *user_id = usher_session_get_user_id (session);
  const char *email = usher_session_get_email (session);
  g_autoptr (UsherSession) next = usher_context_begin_session (context, user_id, email);

  usher_auth_sessions_end_before (unit, next);

  return answer_signed_out (reply);
}

static void
write_user (UsherJsonWriter *writer, UsherSession *session)
{
  gint64 issued = usher_session_get_issued (session) / G_USEC_PER_SEC;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "id", usher_session_get_user_id (session));
  usher_json_writer_set_string (writer, "email", usher_session_get_email (session));
  usher_json_writer_set_integer (writer, "iat", issued);
  usher_json_writer_end_object (writer);
}

static gboolean
show_user (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
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

static const UsherRouteEntry routes[] = {
  { "POST", "/api/users/signout", USHER_ROUTE_UNKEYED, sign_out },
  { "POST", "/api/users/signout-all", USHER_ROUTE_SIGNED_IN | USHER_ROUTE_UNKEYED, sign_out_all },
  { "GET", "/api/users/currentuser", USHER_ROUTE_NONE, show_user },
};

static const UsherField ended_event[] = {
  { USHER_AUTH_ID, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { USHER_AUTH_USER_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_AUTH_BEFORE, USHER_FIELD_INTEGER, USHER_FIELD_REQUIRED },
  { USHER_AUTH_EXP, USHER_FIELD_INTEGER, USHER_FIELD_REQUIRED },
};

void
usher_auth_sessions_add (UsherContext *context)
{
  usher_context_add_event (context,
                           USHER_AUTH_SESSION_ENDED,
                           ended_event,
                           G_N_ELEMENTS (ended_event));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), context);
}
