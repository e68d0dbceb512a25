/* usher-hub-door-entrances.c: where members come in
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include <string.h>

#include "usher-endpoint-private.h"
#include "usher-error.h"
#include "usher-link-private.h"
#include "usher-socket-private.h"

void
usher_hub_door_free_entrance (gpointer data)
{
  UsherHubEntrance *entrance = data;

  g_free (entrance->endpoint);
  g_free (entrance->live);
  g_free (entrance);
}

/* Over tcp one port is enough: a firewall has one rule, and a connection is whole or gone. */
static gboolean
bind_live (UsherHubDoor *self, UsherHubEntrance *entrance, GError **error)
{
  g_autofree char *live = g_strconcat (entrance->endpoint, ".live", NULL);

  if (!usher_endpoint_bind (self->live, live, error))
    {
      zsock_unbind (self->router, "%s", entrance->endpoint);
      return FALSE;
    }
  entrance->live = g_steal_pointer (&live);

  return TRUE;
}

char *
usher_hub_door_bind (UsherHubDoor *self, const char *endpoint, GError **error)
{
  UsherHubEntrance *entrance = NULL;
  gboolean is_tcp = g_str_has_prefix (endpoint, USHER_ENDPOINT_TCP);

  if (self->guard != NULL && !usher_guard_set (self->guard, self->router, is_tcp))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "endpoint “%s” stays shut: its keys cannot be used",
                   endpoint);
      return NULL;
    }

  usher_link_set_family (self->router, endpoint);
  if (!usher_endpoint_bind (self->router, endpoint, error))
    return NULL;

  entrance = g_new0 (UsherHubEntrance, 1);
  entrance->endpoint = g_strdup (zsock_endpoint (self->router));
  entrance->is_remote = !g_str_has_prefix (endpoint, USHER_ENDPOINT_INPROC);
  if (!is_tcp && !bind_live (self, entrance, error))
    {
      usher_hub_door_free_entrance (entrance);
      return NULL;
    }
  g_ptr_array_add (self->entrances, entrance);

  return g_strdup (entrance->endpoint);
}

gboolean
usher_hub_door_open_push (UsherHubDoor *self,
                          const UsherHubEntrance *entrance,
                          UsherHubMember *member,
                          GError **error)
{
  g_autofree char *wanted = NULL;
  zsock_t *push = NULL;

  member->is_remote = entrance->is_remote;
  if (entrance->live == NULL)
    {
      member->endpoint = g_strdup (entrance->endpoint);
      return TRUE;
    }

  wanted = g_strdup_printf ("%s.m%u", entrance->endpoint, ++self->last_member);
  push = usher_socket_new (ZMQ_PUSH);
  if (push == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_BUSY,
                   "the hub's process has no file descriptors left for another member");
      return FALSE;
    }
  zsock_set_sndhwm (push, USHER_HUB_DOOR_ROOM);
  zsock_set_linger (push, 0);
  if (!usher_endpoint_bind (push, wanted, error))
    {
      zsock_destroy (&push);
      return FALSE;
    }
  member->endpoint = g_steal_pointer (&wanted);
  member->push = push;

  return TRUE;
}

const UsherHubEntrance *
usher_hub_door_find_entrance (UsherHubDoor *self, const char *endpoint)
{
  for (guint i = 0; i < self->entrances->len; i++)
    {
      const UsherHubEntrance *entrance = g_ptr_array_index (self->entrances, i);

      if (g_strcmp0 (entrance->endpoint, endpoint) == 0)
        return entrance;
    }

  /* the same way by another name */
  for (guint i = 0; i < self->entrances->len; i++)
    {
      const UsherHubEntrance *entrance = g_ptr_array_index (self->entrances, i);
      gsize length = (gsize) (strstr (entrance->endpoint, "://") - entrance->endpoint);

      if (endpoint != NULL && strncmp (entrance->endpoint, endpoint, length + 1) == 0)
        return entrance;
    }

  return NULL;
}
