/* usher-revocation.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-revocation-private.h"

#include "usher-json.h"

/* the id that means all sessions of a user */
#define ALL "*"

static gboolean
read_user (UsherRevocation *revocation, UsherRevocationRole role, UsherJson *json)
{
  revocation->kind =
      role == USHER_REVOCATION_ROLE_REVOKE ? USHER_REVOCATION_REFUSE : USHER_REVOCATION_ACCEPT;
  revocation->id = usher_json_get_string (json, "id");

  return revocation->id != NULL && usher_json_get_integer (json, "version", &revocation->version);
}

static gboolean
read_ending (UsherRevocation *revocation, UsherJson *json)
{
  const char *id = usher_json_get_string (json, "id");

  if (id == NULL || !usher_json_get_integer (json, "exp", &revocation->expires))
    return FALSE;

  if (!g_str_equal (id, ALL))
    {
      revocation->kind = USHER_REVOCATION_END;
      revocation->id = id;
      return TRUE;
    }

  revocation->kind = USHER_REVOCATION_END_ALL;
  revocation->id = usher_json_get_string (json, "userId");

  return revocation->id != NULL && usher_json_get_integer (json, "before", &revocation->before);
}

void
usher_revocation_read (UsherRevocation *revocation, UsherRevocationRole role, UsherEvent *event)
{
  g_autoptr (GError) error = NULL;
  UsherJson *json = usher_event_get_json (event, &error);

  *revocation = (UsherRevocation){ .kind = USHER_REVOCATION_NONE };
  if (json != NULL && (role == USHER_REVOCATION_ROLE_ENDED ? read_ending (revocation, json)
                                                           : read_user (revocation, role, json)))
    return;

  *revocation = (UsherRevocation){ .kind = USHER_REVOCATION_NONE };
  g_message ("event “%s” on “%s” names no %s",
             usher_event_get_id (event),
             usher_event_get_channel (event),
             role == USHER_REVOCATION_ROLE_ENDED ? "session and when it ends" : "user and version");
}
