/* usher-hub-door-deliveries.c: what members say of what was delivered, and what they fetch themselves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

/* how much of a channel is sent to who fetches, before others get their turn */
#define FETCH_FRAMES 32

/* What waited too long may go on, now that an event of the group was replayed with success. */
static void
release_deferred (UsherHubDoor *self, const UsherHubGroup *group)
{
  g_autoptr (GPtrArray) deferred = usher_hub_log_list_deferred (self->log,
                                                                usher_hub_group_get_channel (group),
                                                                usher_hub_group_get_name (group));

  for (guint i = 0; i < deferred->len; i++)
    usher_hub_door_replay (self, g_ptr_array_index (deferred, i), NULL);
}

void
usher_hub_door_take_answers (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader)
{
  guint count = usher_frame_read_u16 (reader);
  /* each group once, however many of its events are in here */
  g_autoptr (GHashTable) released = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer group = NULL;

  usher_hub_door_set_moment (self);
  for (guint i = 0; i < count && !reader->failed; i++)
    {
      guint id = usher_frame_read_u32 (reader);
      guint64 sequence = usher_frame_read_u64 (reader);
      UsherAnswerKind kind = usher_frame_read_u8 (reader);
      gint64 delay = (gint64) usher_frame_read_u64 (reader);
      g_autofree char *reason = usher_frame_read_text (reader);
      const UsherHubSubscription *subscription =
          usher_hub_door_find_subscription (self, member, id);

      if (reader->failed || subscription == NULL || subscription->seat == NULL)
        continue;
      if (usher_hub_seat_answer (subscription->seat, sequence, kind, MAX (0, delay), reason))
        g_hash_table_add (released, usher_hub_seat_get_group (subscription->seat));
    }

  g_hash_table_iter_init (&iter, released);
  while (g_hash_table_iter_next (&iter, &group, NULL))
    release_deferred (self, group);
}

/* (nullable): what of the channel is fetched next */
static const UsherJournalFrame *
find_fetched (const UsherHubSubscription *subscription)
{
  UsherHubChannel *channel = subscription->channel;
  guint64 from = subscription->fetch_from;

  if (from > usher_hub_channel_get_last (channel))
    return NULL;

  return usher_hub_channel_find (channel, MAX (from, usher_hub_channel_get_first (channel)));
}

/* (transfer full): an answer with @frame, @next: whether others follow */
static GByteArray *
make_fetched (const UsherHubSubscription *subscription,
              const UsherJournalFrame *frame,
              guint64 next)
{
  GByteArray *answer = usher_frame_new (USHER_FRAME_FETCHED);
  gsize size = 0;
  gconstpointer bytes = NULL;

  usher_frame_add_u32 (answer, subscription->id);
  usher_frame_add_u64 (answer, usher_hub_channel_get_last (subscription->channel));
  usher_frame_add_u8 (answer, next != 0 ? 1 : 0);
  usher_frame_add_u64 (answer, frame != NULL ? frame->base : 0);
  usher_frame_add_u16 (answer, frame != NULL ? (guint16) frame->count : 0);
  if (frame != NULL)
    {
      bytes = g_bytes_get_data (frame->bytes, &size);
      g_byte_array_append (answer, bytes, (guint) size);
    }

  return answer;
}

/* FALSE: it found no room, or nobody any more. */
static gboolean
send_fetched (UsherHubDoor *self, UsherHubSubscription *subscription)
{
  const UsherJournalFrame *frame = find_fetched (subscription);
  guint64 end = frame != NULL ? frame->base + frame->count : 0;
  guint64 last = usher_hub_channel_get_last (subscription->channel);
  guint64 next = subscription->fetch_frames > 1 && end <= last ? end : 0;
  GByteArray *answer = make_fetched (subscription, frame, next);
  gsize size = answer->len;

  if (!usher_hub_door_try_send (self, subscription->member->identity, answer))
    return FALSE;

  usher_hub_door_spend (self, subscription->member, size);
  self->out_events += frame != NULL ? frame->count : 0;
  subscription->fetch_from = next;
  subscription->fetch_frames--;

  return TRUE;
}

/* Sends what may be sent now, and what finds no room with the next turn; FALSE: there is more to come. */
static gboolean
serve_fetcher (UsherHubDoor *self, UsherHubSubscription *subscription)
{
  while (subscription->fetch_from != 0 && usher_hub_door_may_send (self, subscription->member) &&
         send_fetched (self, subscription))
    ;

  return subscription->fetch_from == 0;
}

void
usher_hub_door_serve_fetchers (UsherHubDoor *self)
{
  for (guint i = self->fetchers->len; i > 0; i--)
    if (serve_fetcher (self, g_ptr_array_index (self->fetchers, i - 1)))
      g_ptr_array_remove_index_fast (self->fetchers, i - 1);
}

void
usher_hub_door_fetch (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader)
{
  guint id = usher_frame_read_u32 (reader);
  guint64 from = usher_frame_read_u64 (reader);
  UsherHubSubscription *subscription = usher_hub_door_find_subscription (self, member, id);
  gboolean is_waiting = FALSE;

  if (reader->failed || subscription == NULL)
    return;

  /* who asks again, before it has all, means this */
  is_waiting = subscription->fetch_from != 0;
  subscription->fetch_from = MAX (from, 1);
  subscription->fetch_frames = FETCH_FRAMES;
  if (!is_waiting && !serve_fetcher (self, subscription))
    g_ptr_array_add (self->fetchers, subscription);
}
