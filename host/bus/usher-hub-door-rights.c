/* usher-hub-door-rights.c: what the keys of members let them do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-error.h"

gboolean
usher_hub_door_set_key (UsherHubDoor *self,
                        UsherHubMember *member,
                        const UsherHubKey *key,
                        GError **error)
{
  g_autoptr (GError) own = NULL;

  member->user = g_strdup (key->user);
  member->key = g_strdup (key->name);
  if (self->guard == NULL || key->name == NULL)
    return TRUE;

  /* as it is now: who comes again is judged anew */
  member->acl = usher_acl_load (self->guard->keys->directory, key->name, &own);
  if (own == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&own));

  return FALSE;
}

gboolean
usher_hub_door_allows (const UsherHubMember *member,
                       UsherAclVerb verb,
                       const char *channel,
                       GError **error)
{
  static const char *const words[USHER_ACL_N_VERBS] = { "publish to", "subscribe to" };

  if (member->acl == NULL || usher_acl_allows (member->acl, verb, channel))
    return TRUE;

  g_message ("member “%s” with key “%s” may not %s channel “%s”",
             member->client,
             member->key,
             words[verb],
             channel != NULL ? channel : "*");
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_FORBIDDEN,
               "key “%s” may not %s channel “%s”, see “%s.acl” among the hub's keys",
               member->key,
               words[verb],
               channel != NULL ? channel : "*",
               member->key);

  return FALSE;
}
