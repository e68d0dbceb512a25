/* usher-hub-door-credit.c: who has read enough of what he was sent to be sent more
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#define DROP_PAUSE G_TIME_SPAN_SECOND

void
usher_hub_door_open_credit (UsherHubDoor *self, UsherHubMember *member)
{
  /* what a member before it left unread waits in the connection still */
  member->credit = g_hash_table_lookup (self->credits, member->identity);
  if (member->credit == NULL)
    {
      member->credit = usher_hub_credit_new (&self->all_credits);
      g_hash_table_insert (self->credits, g_bytes_ref (member->identity), member->credit);
    }
  if (member->push != NULL)
    member->push_credit = usher_hub_credit_new (&self->all_credits);
}

static GByteArray *
make_mark (guint64 mark)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_MARK);

  usher_frame_add_u64 (frame, mark);

  return frame;
}

/* Sends the mark that is due, if one is. */
static void
mark (UsherHubDoor *self, UsherHubMember *member)
{
  guint64 number = usher_hub_credit_begin_mark (member->credit);

  if (number != 0 && !usher_hub_door_try_send (self, member->identity, make_mark (number)))
    usher_hub_credit_lose_mark (member->credit);
}

static void
mark_delivery (UsherHubMember *member)
{
  guint64 number = usher_hub_credit_begin_mark (member->push_credit);
  g_autoptr (GByteArray) frame = NULL;

  if (number == 0)
    return;

  frame = make_mark (number);
  if (zmq_send (zsock_resolve (member->push), frame->data, frame->len, ZMQ_DONTWAIT) < 0)
    usher_hub_credit_lose_mark (member->push_credit);
}

gboolean
usher_hub_door_may_send (UsherHubDoor *self, UsherHubMember *member)
{
  /* small words fill it too, which nobody counts */
  if (member->full_until != 0 && g_get_monotonic_time () < member->full_until)
    return FALSE;
  if (usher_hub_credit_is_left (member->credit))
    return TRUE;

  /* one that found no room */
  mark (self, member);

  return FALSE;
}

gboolean
usher_hub_door_may_deliver (UsherHubDoor *self, UsherHubMember *member)
{
  if (member->push == NULL)
    return usher_hub_door_may_send (self, member);
  /* who says hello before its way is there, or never lets it be */
  if ((zsock_events (member->push) & ZMQ_POLLOUT) == 0)
    return FALSE;
  if (usher_hub_credit_is_left (member->push_credit))
    return TRUE;

  mark_delivery (member);

  return FALSE;
}

void
usher_hub_door_spend (UsherHubDoor *self, UsherHubMember *member, gsize size)
{
  usher_hub_credit_spend (member->credit, size);
  mark (self, member);
}

void
usher_hub_door_spend_delivery (UsherHubDoor *self, UsherHubMember *member, gsize size)
{
  if (member->push == NULL)
    {
      usher_hub_door_spend (self, member, size);
      return;
    }

  usher_hub_credit_spend (member->push_credit, size);
  mark_delivery (member);
}

void
usher_hub_door_take_mark (UsherHubDoor *self, GBytes *identity, UsherFrameReader *reader)
{
  guint64 number = usher_frame_read_u64 (reader);
  UsherHubMember *member = g_hash_table_lookup (self->members, identity);
  UsherHubCredit *credit = g_hash_table_lookup (self->credits, identity);
  gboolean is_taken = credit != NULL && usher_hub_credit_take_mark (credit, number);

  if (member == NULL)
    return;

  member->heard = g_get_monotonic_time ();
  if (is_taken)
    mark (self, member);
  else if (member->push_credit != NULL && usher_hub_credit_take_mark (member->push_credit, number))
    mark_delivery (member);
}

void
usher_hub_door_drop_credits (UsherHubDoor *self)
{
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer identity = NULL;

  if (now < self->next_drop)
    return;

  self->next_drop = now + DROP_PAUSE;
  g_hash_table_iter_init (&iter, self->credits);
  while (g_hash_table_iter_next (&iter, &identity, NULL))
    if (!g_hash_table_contains (self->members, identity) &&
        !usher_hub_door_send (self, identity, usher_frame_new (USHER_FRAME_PONG)))
      g_hash_table_iter_remove (&iter);
}
