/* usher-hub-answer.c: what members say of their events, and what is parked
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

#include "usher-error.h"
#include "usher-json.h"

#define DEFER_FIRST (20 * G_TIME_SPAN_MILLISECOND)
#define DEFER_LAST  G_TIME_SPAN_SECOND
#define MAX_REASONS 16

static char *
list_reasons (const UsherPending *pending)
{
  GString *json = g_string_new ("[");

  for (guint i = 0; pending->reasons != NULL && i < pending->reasons->len; i++)
    {
      g_string_append (json, i > 0 ? "," : "");
      usher_json_append_string (json, g_ptr_array_index (pending->reasons, i));
    }
  g_string_append_c (json, ']');

  return g_string_free (json, FALSE);
}

/* Parks the event and counts it as done, in one commit. */
void
usher_group_park (UsherHub *self, UsherGroup *group, UsherPending *pending, gboolean deferred)
{
  UsherParked *parked = g_new0 (UsherParked, 1);

  parked->channel = g_strdup (usher_hub_channel_get_name (group->channel));
  parked->group = g_strdup (group->name);
  parked->sequence = pending->sequence;
  parked->time = usher_clock_get_time (self->clock);
  parked->attempts = pending->attempts;
  parked->deferred = deferred;
  parked->reasons = list_reasons (pending);
  g_message ("event %" G_GUINT64_FORMAT " of “%s” is parked for group “%s”: %s",
             pending->sequence,
             usher_hub_channel_get_name (group->channel),
             group->name,
             parked->reasons);
  usher_hub_log_park (self->log, parked);
  usher_group_set_done (self, group, pending);
}

void
usher_pending_add_reason (UsherPending *pending, const char *reason)
{
  guint last = 0;

  if (pending->reasons == NULL)
    pending->reasons = g_ptr_array_new_with_free_func (g_free);

  last = pending->reasons->len;
  /* deferrals say the same again and again */
  if (last > 0 && g_strcmp0 (g_ptr_array_index (pending->reasons, last - 1), reason) == 0 &&
      pending->n_defers > 0)
    return;
  if (last >= MAX_REASONS)
    g_ptr_array_remove_index (pending->reasons, 0);
  g_ptr_array_add (pending->reasons, g_strdup (reason != NULL ? reason : ""));
}

void
usher_group_count_attempt (UsherHub *self,
                           UsherGroup *group,
                           UsherPending *pending,
                           gint64 delay,
                           const char *reason)
{
  usher_group_leave_trial (self, group, pending);
  pending->attempts++;
  pending->n_defers = 0;
  usher_pending_add_reason (pending, reason);
  if (pending->attempts < group->max_deliver)
    {
      usher_group_wait_until (group,
                              pending,
                              usher_hub_get_now (self) + MIN (delay, USHER_HUB_MAX_DELAY));
      return;
    }

  usher_group_take_back (pending);
  usher_group_park (self, group, pending, FALSE);
}

static void
defer (UsherHub *self, UsherGroup *group, UsherPending *pending, const char *reason)
{
  gint64 wall = usher_clock_get_time (self->clock);

  if (pending->deferred_since == 0)
    pending->deferred_since = wall;
  usher_pending_add_reason (pending, reason);
  if (wall - pending->deferred_since >= group->defer_limit)
    {
      usher_group_take_back (pending);
      usher_group_park (self, group, pending, TRUE);
      return;
    }

  usher_group_wait_until (group,
                          pending,
                          usher_hub_get_now (self) +
                              MIN (DEFER_FIRST << MIN (pending->n_defers, 6), DEFER_LAST));
  pending->n_defers++;
}

/* What waited too long may go on, now that an event of the group was replayed with success. */
static void
release_deferred (UsherHub *self, UsherGroup *group)
{
  g_autoptr (GPtrArray) list = usher_hub_log_list_deferred (self->log, group->channel, group->name);

  for (guint i = 0; i < list->len; i++)
    usher_hub_replay (self, g_ptr_array_index (list, i), NULL);
}

void
usher_hub_answer (UsherHub *self,
                  UsherSeat *seat,
                  guint64 sequence,
                  UsherAnswerKind kind,
                  gint64 delay,
                  const char *reason)
{
  UsherGroup *group = seat->group;
  UsherPending *pending = usher_group_find_pending (group, sequence);
  gboolean replayed = FALSE;

  /* a second answer, or one for an event that is done meanwhile */
  if (pending == NULL)
    return;
  /* only an acknowledgement counts of a member that has lost the event to another */
  if (pending->seat != seat && kind != USHER_ANSWER_ACK)
    return;

  /* its process has survived it */
  if (kind != USHER_ANSWER_ACK)
    {
      usher_group_leave_trial (self, group, pending);
      usher_group_acquit (group, pending);
    }

  switch (kind)
    {
    case USHER_ANSWER_ACK:
      replayed = pending->replayed;
      usher_group_take_back (pending);
      usher_group_set_done (self, group, pending);
      if (replayed)
        release_deferred (self, group);
      break;

    case USHER_ANSWER_NAK:
      usher_group_count_attempt (self, group, pending, delay, reason);
      break;

    case USHER_ANSWER_DEFER:
      defer (self, group, pending, reason);
      break;

    case USHER_ANSWER_HAND_BACK:
    default:
      usher_group_wait_until (group, pending, 0);
      break;
    }
}

gboolean
usher_hub_replay (UsherHub *self, const UsherParked *parked, GError **error)
{
  UsherHubChannel *channel = usher_hub_log_get_channel (self->log, parked->channel);
  UsherGroup *group = usher_hub_find_group (self, channel, parked->group);
  UsherPending *pending = NULL;

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

  pending = usher_group_find_pending (group, parked->sequence);
  if (pending == NULL)
    {
      g_hash_table_remove (group->done, &parked->sequence);
      pending = usher_group_add_pending (group, parked->sequence);
    }
  pending->replayed = TRUE;
  usher_group_wait_until (group, pending, 0);
  usher_group_raise_floor (group);
  usher_hub_log_unpark (self->log, parked->id);

  return TRUE;
}
