/* usher-auth-service.c: users, their passwords and who is banned
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

#include "usher-auth-contract.h"
#include "usher-auth-description.h"
#include "usher-auth-routes.h"
#include "usher-auth-sessions.h"
#include "usher-auth-try.h"
#include "usher-password.h"
#include "usher-user.h"

/* clang-format off */
static const UsherSetting settings[] = {
  /* 19 MiB and two passes are what OWASP asks of Argon2id at least */
  { NULL, "hash-memory-kib", USHER_SETTING_INTEGER, "19456", 1024, 4194304, "KiB of memory that one password hash takes" },
  { NULL, "hash-passes", USHER_SETTING_INTEGER, "2", 1, 64, "how often a password hash goes over that memory" },
  { NULL, USHER_AUTH_WINDOW, USHER_SETTING_INTEGER, "900", 1, 86400, "seconds for which a try to sign in or up counts" },
  { NULL, USHER_AUTH_MAX_BY_PAIR, USHER_SETTING_INTEGER, "10", 1, 100000, "failed sign-ins of an e-mail from one address, or /64 of IPv6, in that time" },
  { NULL, USHER_AUTH_MAX_BY_ADDRESS, USHER_SETTING_INTEGER, "100", 1, 100000, "failed sign-ins from one address, whatever the e-mail" },
  { NULL, USHER_AUTH_MAX_BY_EMAIL, USHER_SETTING_INTEGER, "100", 1, 100000, "failed sign-ins of an e-mail from everywhere" },
  { NULL, USHER_AUTH_MAX_SIGN_UPS, USHER_SETTING_INTEGER, "20", 1, 100000, "sign-ups from one address" },
};
/* clang-format on */

static const UsherField ban_event[] = {
  { USHER_AUTH_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_AUTH_VERSION, USHER_FIELD_INTEGER, USHER_FIELD_REQUIRED },
};

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
      UsherPayload *payload = NULL;

      if (!usher_unit_replace (unit, user, error))
        return FALSE;

      payload = usher_unit_begin_event (unit, banned ? USHER_AUTH_BANNED : USHER_AUTH_UNBANNED);
      usher_payload_set_string (payload, USHER_AUTH_ID, id);
      usher_payload_set_integer (payload, USHER_AUTH_VERSION, usher_document_get_version (user));
    }

  return usher_reply_answer (reply, 200, user);
}

static gboolean
ban (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  return set_banned (request, unit, reply, TRUE, error);
}

static gboolean
unban (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  return set_banned (request, unit, reply, FALSE, error);
}

static const UsherRouteEntry routes[] = {
  { "POST", "/admin/users/:id/ban", USHER_ROUTE_ADMIN, ban },
  { "POST", "/admin/users/:id/unban", USHER_ROUTE_ADMIN, unban },
};

static gboolean
configure (UsherContext *context, GError **error)
{
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  usher_context_add_collection (context,
                                USHER_USER_COLLECTION,
                                usher_user_fields,
                                G_N_ELEMENTS (usher_user_fields));
  usher_context_add_event (context, USHER_AUTH_BANNED, ban_event, G_N_ELEMENTS (ban_event));
  usher_context_add_event (context, USHER_AUTH_UNBANNED, ban_event, G_N_ELEMENTS (ban_event));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), NULL);
  usher_auth_routes_add (context);
  usher_auth_sessions_add (context);
  usher_auth_describe (context);

  return usher_password_prepare (error);
}

USHER_DEFINE_SERVICE ("auth", "1.0.0", configure)
