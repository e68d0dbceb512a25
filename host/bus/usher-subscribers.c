/* usher-subscribers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-subscribers-private.h"

struct _UsherSubscribers
{
  UsherSendFunc send;
  gpointer user_data;
  int paused;          /* (atomic) */
  gboolean got_some;   /* since that was asked */
  GHashTable *all;     /* (owned): id → UsherSubscriber */
  GHashTable *seated;  /* (owned): the hub's id → UsherSubscriber */
  guint last_seat;     /* the hub counts up */
  GPtrArray *early;    /* (owned) (element-type GBytes): for seats that are not known yet */
  GHashTable *orphans; /* (owned): ids of subscribers that were forgotten before they had a seat */
};

UsherSubscriber *
usher_subscriber_new (guint id,
                      const UsherSubscription *wish,
                      UsherAnswers *answers,
                      UsherDeliveryFunc func,
                      gpointer user_data,
                      GDestroyNotify destroy)
{
  UsherSubscriber *self = g_new0 (UsherSubscriber, 1);

  self->id = id;
  self->channel = g_strdup (wish->channel);
  self->group = g_strdup (wish->group);
  self->durable = g_strdup (wish->durable);
  self->wish = *wish;
  self->way = usher_answer_way_new (answers, id);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

void
usher_subscriber_free (gpointer data)
{
  UsherSubscriber *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  usher_answer_way_unref (self->way);
  g_free (self->channel);
  g_free (self->group);
  g_free (self->durable);
  g_free (self);
}

GByteArray *
usher_subscriber_make_wish (const UsherSubscriber *self)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_SUBSCRIBE);
  const UsherSubscription *wish = &self->wish;
  /* who has been there goes on where he was */
  gboolean resumes = self->next > 0 && self->group == NULL;

  usher_frame_add_u32 (frame, self->id);
  usher_frame_add_text (frame, self->channel);
  usher_frame_add_text (frame, self->group);
  usher_frame_add_text (frame, self->durable);
  usher_frame_add_u8 (frame, (guint8) (resumes ? USHER_START_SEQUENCE : wish->start));
  usher_frame_add_u64 (frame, resumes ? self->next : wish->start_sequence);
  usher_frame_add_u64 (frame, (guint64) wish->start_time);
  usher_frame_add_u32 (frame, wish->max_in_flight);
  usher_frame_add_u64 (frame, (guint64) wish->ack_wait);
  usher_frame_add_u32 (frame, wish->max_deliver);
  usher_frame_add_u64 (frame, (guint64) wish->defer_limit);

  return frame;
}

static GPtrArray *
new_frames (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

UsherSubscribers *
usher_subscribers_new (UsherSendFunc send, gpointer user_data)
{
  UsherSubscribers *self = g_new0 (UsherSubscribers, 1);

  self->send = send;
  self->user_data = user_data;
  self->all = g_hash_table_new_full (NULL, NULL, NULL, usher_subscriber_free);
  self->seated = g_hash_table_new (NULL, NULL);
  self->early = new_frames ();
  self->orphans = g_hash_table_new (NULL, NULL);

  return self;
}

void
usher_subscribers_free (UsherSubscribers *self)
{
  g_hash_table_unref (self->orphans);
  g_hash_table_unref (self->seated);
  g_ptr_array_unref (self->early);
  g_hash_table_unref (self->all);
  g_free (self);
}

void
usher_subscribers_pause (UsherSubscribers *self)
{
  g_atomic_int_set (&self->paused, TRUE);
}

gboolean
usher_subscribers_is_paused (UsherSubscribers *self)
{
  return g_atomic_int_get (&self->paused);
}

gboolean
usher_subscribers_got_some (UsherSubscribers *self)
{
  gboolean got_some = self->got_some;

  self->got_some = FALSE;

  return got_some;
}

void
usher_subscribers_add (UsherSubscribers *self, UsherSubscriber *subscriber)
{
  subscriber->taken = TRUE;
  g_hash_table_insert (self->all, GUINT_TO_POINTER (subscriber->id), subscriber);
}

UsherSubscriber *
usher_subscribers_steal (UsherSubscribers *self, guint id, gboolean orphan)
{
  gpointer key = GUINT_TO_POINTER (id);
  UsherSubscriber *subscriber = g_hash_table_lookup (self->all, key);

  if (subscriber == NULL)
    return NULL;

  if (orphan && subscriber->seat == 0)
    g_hash_table_add (self->orphans, key);
  g_hash_table_remove (self->seated, GUINT_TO_POINTER (subscriber->seat));
  g_hash_table_steal (self->all, key);

  return subscriber;
}

void
usher_subscribers_foreach (UsherSubscribers *self, UsherSubscriberFunc func, gpointer user_data)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->all);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    func (value, user_data);
}

guint
usher_subscribers_get_seat (UsherSubscribers *self, guint id)
{
  const UsherSubscriber *subscriber = g_hash_table_lookup (self->all, GUINT_TO_POINTER (id));

  return subscriber != NULL ? subscriber->seat : 0;
}

static void
unseat (UsherSubscriber *subscriber, gpointer user_data)
{
  subscriber->seat = 0;
  subscriber->fetching = FALSE;
}

void
usher_subscribers_begin_anew (UsherSubscribers *self)
{
  g_hash_table_remove_all (self->seated);
  g_ptr_array_set_size (self->early, 0);
  self->last_seat = 0;
  g_hash_table_remove_all (self->orphans);
  usher_subscribers_foreach (self, unseat, NULL);
}

static void
hand_over (UsherSubscribers *self,
           UsherSubscriber *subscriber,
           UsherEvent *event,
           guint attempt,
           gboolean redelivered)
{
  UsherDelivery *delivery = usher_answer_way_deliver (subscriber->way, event, attempt, redelivered);

  self->got_some = TRUE;
  if (usher_subscribers_is_paused (self))
    {
      usher_delivery_hand_back (delivery);
      usher_delivery_unref (delivery);
      return;
    }

  subscriber->func (delivery, subscriber->user_data);
}

void
usher_subscribers_take_deliver (UsherSubscribers *self, UsherFrameReader *reader)
{
  const guint8 *start = reader->at;
  guint seat = usher_frame_read_u32 (reader);
  guint64 base = usher_frame_read_u64 (reader);
  guint count = usher_frame_read_u16 (reader);
  guint attempt = usher_frame_read_u32 (reader);
  gboolean redelivered = usher_frame_read_u8 (reader) != 0;
  UsherSubscriber *subscriber = g_hash_table_lookup (self->seated, GUINT_TO_POINTER (seat));

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

/* What overtook the word about its seat. */
static void
take_early (UsherSubscribers *self)
{
  g_autoptr (GPtrArray) frames = NULL;

  if (self->early->len == 0)
    return;

  frames = g_steal_pointer (&self->early);
  self->early = new_frames ();
  for (guint i = 0; i < frames->len; i++)
    {
      GBytes *frame = g_ptr_array_index (frames, i);
      UsherFrameReader reader;

      usher_frame_reader_init (&reader, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
      usher_subscribers_take_deliver (self, &reader);
    }
}

static void
fetch (UsherSubscribers *self, UsherSubscriber *subscriber)
{
  GByteArray *frame = NULL;

  if (subscriber->fetching || subscriber->seat == 0)
    return;

  subscriber->fetching = TRUE;
  frame = usher_frame_new (USHER_FRAME_FETCH);
  usher_frame_add_u32 (frame, subscriber->seat);
  usher_frame_add_u64 (frame, subscriber->next);
  self->send (frame, self->user_data);
}

gboolean
usher_subscribers_seat (UsherSubscribers *self, guint id, guint seat, guint64 next)
{
  UsherSubscriber *subscriber = g_hash_table_lookup (self->all, GUINT_TO_POINTER (id));

  if (subscriber == NULL)
    return !g_hash_table_remove (self->orphans, GUINT_TO_POINTER (id));

  subscriber->seat = seat;
  subscriber->seen = subscriber->next;
  /* what a durable one answered may be lost: it gets all again that the hub does not know to be done */
  subscriber->next = subscriber->durable != NULL ? next : MAX (subscriber->next, next);
  g_hash_table_insert (self->seated, GUINT_TO_POINTER (seat), subscriber);
  self->last_seat = MAX (self->last_seat, seat);
  if (subscriber->group == NULL)
    fetch (self, subscriber);
  take_early (self);

  return TRUE;
}

void
usher_subscribers_forget_places (UsherSubscribers *self)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->all);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((UsherSubscriber *) value)->next = 0;
}

/* Hands over what is new of @count events from @base on; FALSE when there is a gap before them. */
static gboolean
take_events (UsherSubscribers *self,
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
take_for (UsherSubscribers *self, UsherSubscriber *subscriber, UsherFrameReader reader)
{
  guint8 type = usher_frame_read_u8 (&reader);
  guint64 number = usher_frame_read_u64 (&reader);

  if (type == USHER_FRAME_HEAD && number >= subscriber->next)
    fetch (self, subscriber);
  else if (type == USHER_FRAME_LIVE)
    {
      guint count = usher_frame_read_u16 (&reader);

      if (!take_events (self, subscriber, number, count, &reader))
        fetch (self, subscriber);
    }
}

void
usher_subscribers_take_live (UsherSubscribers *self, const char *channel, UsherFrameReader *reader)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->all);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherSubscriber *subscriber = value;

      /* what comes while a gap is filled is fetched too, behind it */
      if (subscriber->group == NULL && subscriber->seat != 0 && !subscriber->fetching &&
          g_str_equal (subscriber->channel, channel))
        take_for (self, subscriber, *reader);
    }
}

void
usher_subscribers_take_grown (UsherSubscribers *self, UsherFrameReader *reader)
{
  g_autofree char *channel = usher_frame_read_text (reader);
  guint64 last = usher_frame_read_u64 (reader);
  GHashTableIter iter;
  gpointer value = NULL;

  if (reader->failed || channel == NULL)
    return;

  g_hash_table_iter_init (&iter, self->all);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherSubscriber *subscriber = value;

      if (subscriber->group == NULL && last >= subscriber->next &&
          g_str_equal (subscriber->channel, channel))
        fetch (self, subscriber);
    }
}

void
usher_subscribers_take_fetched (UsherSubscribers *self, UsherFrameReader *reader)
{
  guint seat = usher_frame_read_u32 (reader);
  guint64 last = usher_frame_read_u64 (reader);
  gboolean more = usher_frame_read_u8 (reader) != 0;
  guint64 base = usher_frame_read_u64 (reader);
  guint count = usher_frame_read_u16 (reader);
  UsherSubscriber *subscriber = g_hash_table_lookup (self->seated, GUINT_TO_POINTER (seat));

  if (subscriber == NULL || reader->failed)
    return;

  subscriber->fetching = more;
  if (count == 0)
    return;

  /* the limit of age may have dropped what was between */
  subscriber->next = MAX (subscriber->next, base);
  take_events (self, subscriber, base, count, reader);
  if (!more && subscriber->next <= last)
    fetch (self, subscriber);
}
