/* usher-zmq-bus-deliveries.c: what comes to a member's subscribers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-zmq-bus-private.h"

static void
hand_over (UsherZmqBus *self,
           UsherSubscriber *subscriber,
           UsherEvent *event,
           guint attempt,
           gboolean redelivered)
{
  UsherDelivery *delivery = usher_delivery_new (
      USHER_BUS (self), usher_zmq_bus_answer, subscriber->id, event, attempt, redelivered);

  self->got_some = TRUE;
  if (g_atomic_int_get (&self->paused))
    {
      usher_delivery_hand_back (delivery);
      usher_delivery_unref (delivery);
      return;
    }

  subscriber->func (delivery, subscriber->user_data);
}

/* a DELIVER frame behind its type */
void
usher_zmq_bus_deliver (UsherZmqBus *self, UsherFrameReader *reader)
{
  const guint8 *start = reader->at;
  guint seat = usher_frame_read_u32 (reader);
  guint64 base = usher_frame_read_u64 (reader);
  guint count = usher_frame_read_u16 (reader);
  guint attempt = usher_frame_read_u32 (reader);
  gboolean redelivered = usher_frame_read_u8 (reader) != 0;
  UsherSubscriber *subscriber = g_hash_table_lookup (self->seats, GUINT_TO_POINTER (seat));

  /* deliveries have a socket of their own, and may overtake the hub's word about the seat */
  if (subscriber == NULL && seat > self->last_seat)
    g_ptr_array_add (self->early, g_bytes_new (start, (gsize) (reader->end - start)));
  /* of a seat that was left the hub gives the events to others */
  if (subscriber == NULL)
    return;

  for (guint i = 0; i < count && !reader->failed; i++)
    {
      g_autoptr (UsherEvent) event = usher_frame_read_event (reader, subscriber->channel, base + i);

      if (event != NULL)
        hand_over (self, subscriber, event, attempt, redelivered);
    }
}

void
usher_zmq_bus_take_early (UsherZmqBus *self)
{
  g_autoptr (GPtrArray) frames = NULL;

  if (self->early->len == 0)
    return;

  frames = g_steal_pointer (&self->early);
  self->early = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < frames->len; i++)
    {
      GBytes *frame = g_ptr_array_index (frames, i);
      UsherFrameReader reader;

      usher_frame_reader_init (&reader, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
      usher_zmq_bus_deliver (self, &reader);
    }
}

void
usher_zmq_bus_fetch (UsherZmqBus *self, UsherSubscriber *subscriber)
{
  GByteArray *frame = NULL;

  if (subscriber->fetching || subscriber->seat == 0)
    return;

  subscriber->fetching = TRUE;
  frame = usher_frame_new (USHER_FRAME_FETCH);
  usher_frame_add_u32 (frame, subscriber->seat);
  usher_frame_add_u64 (frame, subscriber->next);
  usher_zmq_bus_send (self, frame);
}

/* Hands over what is new of @count events from @base on; FALSE when there is a gap before them. */
static gboolean
take_events (UsherZmqBus *self,
             UsherSubscriber *subscriber,
             guint64 base,
             guint count,
             UsherFrameReader *reader)
{
  if (base > subscriber->next)
    return FALSE;

  for (guint i = 0; i < count && !reader->failed; i++)
    {
      g_autoptr (UsherEvent) event = usher_frame_read_event (reader, subscriber->channel, base + i);

      if (event == NULL || base + i < subscriber->next)
        continue;
      subscriber->next = base + i + 1;
      hand_over (self, subscriber, event, 1, base + i < subscriber->seen);
    }

  return TRUE;
}

static void
take_for (UsherZmqBus *self, UsherSubscriber *subscriber, UsherFrameReader reader)
{
  guint8 type = usher_frame_read_u8 (&reader);
  guint64 number = usher_frame_read_u64 (&reader);

  if (type == USHER_FRAME_HEAD && number >= subscriber->next)
    usher_zmq_bus_fetch (self, subscriber);
  else if (type == USHER_FRAME_LIVE)
    {
      guint count = usher_frame_read_u16 (&reader);

      if (!take_events (self, subscriber, number, count, &reader))
        usher_zmq_bus_fetch (self, subscriber);
    }
}

/* a LIVE or HEAD frame, for each who follows the channel */
void
usher_zmq_bus_take_live (UsherZmqBus *self, const char *channel, UsherFrameReader *reader)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->subscribers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherSubscriber *subscriber = value;

      /* what comes while a gap is filled is fetched too, behind it */
      if (subscriber->group == NULL && subscriber->seat != 0 && !subscriber->fetching &&
          g_str_equal (subscriber->channel, channel))
        take_for (self, subscriber, *reader);
    }
}

/* a GROWN frame behind its type */
void
usher_zmq_bus_take_grown (UsherZmqBus *self, UsherFrameReader *reader)
{
  g_autofree char *channel = usher_frame_read_text (reader);
  guint64 last = usher_frame_read_u64 (reader);
  GHashTableIter iter;
  gpointer value = NULL;

  if (reader->failed || channel == NULL)
    return;

  g_hash_table_iter_init (&iter, self->subscribers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherSubscriber *subscriber = value;

      if (subscriber->group == NULL && last >= subscriber->next &&
          g_str_equal (subscriber->channel, channel))
        usher_zmq_bus_fetch (self, subscriber);
    }
}

/* a FETCHED frame behind its type */
void
usher_zmq_bus_take_fetched (UsherZmqBus *self, UsherFrameReader *reader)
{
  guint seat = usher_frame_read_u32 (reader);
  guint64 last = usher_frame_read_u64 (reader);
  gboolean more = usher_frame_read_u8 (reader) != 0;
  guint64 base = usher_frame_read_u64 (reader);
  guint count = usher_frame_read_u16 (reader);
  UsherSubscriber *subscriber = g_hash_table_lookup (self->seats, GUINT_TO_POINTER (seat));

  if (subscriber == NULL || reader->failed)
    return;

  subscriber->fetching = more;
  if (count == 0)
    return;

  /* the limit of age may have dropped what was between */
  subscriber->next = MAX (subscriber->next, base);
  take_events (self, subscriber, base, count, reader);
  if (!more && subscriber->next <= last)
    usher_zmq_bus_fetch (self, subscriber);
}
