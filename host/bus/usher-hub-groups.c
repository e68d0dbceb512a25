/* usher-hub-groups.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-groups-private.h"

#include "usher-error.h"
#include "usher-hub-group-private.h"

struct _UsherHubGroups
{
  UsherHubGroupsShared shared;
  GPtrArray *groups; /* (owned) (element-type UsherHubGroup) */
};

UsherHubGroups *
usher_hub_groups_new (const UsherHubGroupsFuncs *funcs, gpointer user_data)
{
  UsherHubGroups *self = g_new0 (UsherHubGroups, 1);

  self->shared.funcs = *funcs;
  self->shared.user_data = user_data;
  self->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_hub_group_free);

  return self;
}

void
usher_hub_groups_free (UsherHubGroups *self)
{
  g_ptr_array_unref (self->groups);
  g_free (self);
}

void
usher_hub_groups_set_moment (UsherHubGroups *self, const UsherHubMoment *moment)
{
  self->shared.moment = *moment;
}

UsherHubGroup *
usher_hub_groups_find (UsherHubGroups *self, const UsherHubChannel *channel, const char *name)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      UsherHubGroup *group = g_ptr_array_index (self->groups, i);

      if (usher_hub_group_get_channel (group) == channel &&
          g_str_equal (usher_hub_group_get_name (group), name))
        return group;
    }

  return NULL;
}

UsherHubGroup *
usher_hub_groups_add (UsherHubGroups *self,
                      UsherHubChannel *channel,
                      const char *name,
                      UsherHubGroupKind kind,
                      guint64 start)
{
  UsherHubGroup *group = usher_hub_group_new (&self->shared, channel, name, kind, start);

  g_ptr_array_add (self->groups, group);

  return group;
}

void
usher_hub_groups_load (UsherHubGroups *self,
                       UsherHubChannel *channel,
                       const char *name,
                       gconstpointer state,
                       gsize size)
{
  usher_hub_group_load (usher_hub_groups_add (self, channel, name, USHER_HUB_GROUP_DURABLE, 1),
                        state,
                        size);
}

GPtrArray *
usher_hub_groups_peek (UsherHubGroups *self)
{
  return self->groups;
}

static gint64
serve (UsherHubGroup *group)
{
  usher_hub_group_expire (group);
  /* before what is new: a process that is to be alone gets no more */
  usher_hub_group_try_suspects (group);
  usher_hub_group_dispatch (group);
  usher_hub_group_reserve (group);

  return usher_hub_group_get_next_due (group);
}

gint64
usher_hub_groups_serve (UsherHubGroups *self)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < self->groups->len; i++)
    next = MIN (next, serve (g_ptr_array_index (self->groups, i)));

  return next;
}

gboolean
usher_hub_groups_is_urgent (const UsherHubGroups *self)
{
  return self->shared.is_urgent;
}

void
usher_hub_groups_save (UsherHubGroups *self)
{
  for (guint i = 0; i < self->groups->len; i++)
    usher_hub_group_save (g_ptr_array_index (self->groups, i));
  self->shared.is_urgent = FALSE;
}

void
usher_hub_groups_take_saved (UsherHubGroups *self, gboolean is_written)
{
  for (guint i = 0; i < self->groups->len; i++)
    usher_hub_group_take_saved (g_ptr_array_index (self->groups, i), is_written);
}

void
usher_hub_groups_acquit (UsherHubGroups *self, guint64 instance)
{
  for (guint i = 0; i < self->groups->len; i++)
    usher_hub_group_acquit_all (g_ptr_array_index (self->groups, i), instance);
}

gboolean
usher_hub_groups_replay (UsherHubGroups *self,
                         const UsherHubChannel *channel,
                         const UsherParked *parked,
                         GError **error)
{
  UsherHubGroup *group = usher_hub_groups_find (self, channel, parked->group);

  if (group == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "group “%s” of channel “%s” is gone",
                   parked->group,
                   parked->channel);
      return FALSE;
    }

  usher_hub_group_replay (group, parked->sequence);

  return TRUE;
}

static void
remove_group (UsherHubGroups *self, UsherHubGroup *group)
{
  if (usher_hub_group_is_durable (group))
    self->shared.funcs.save (usher_hub_group_get_channel (group),
                             usher_hub_group_get_name (group),
                             NULL,
                             self->shared.user_data);
  g_ptr_array_remove (self->groups, group);
}

/* @forgets: a durable one goes too */
static void
leave (UsherHubGroups *self, UsherHubSeat *seat, gboolean has_died, gboolean forgets)
{
  UsherHubGroup *group = usher_hub_seat_get_group (seat);

  usher_hub_seat_vacate (seat, has_died);
  if (usher_hub_group_peek_seats (group)->len == 0 &&
      (forgets || !usher_hub_group_is_durable (group)))
    remove_group (self, group);
}

void
usher_hub_groups_leave (UsherHubGroups *self, UsherHubSeat *seat, gboolean has_died)
{
  leave (self, seat, has_died, FALSE);
}

void
usher_hub_groups_forget (UsherHubGroups *self, UsherHubSeat *seat)
{
  leave (self, seat, FALSE, TRUE);
}
