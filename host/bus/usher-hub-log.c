/* usher-hub-log.c: from published to durable to told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <string.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-pulse-private.h"

/* how many of each channel's are looked up at the start: members send again what was not confirmed, up to 16384 each */
#define MIN_KNOWN 4096
#define MAX_KNOWN 65536
/* what is kept in memory of a channel */
#define RECENT_BYTES (256 * 1024)
/* how long mere acknowledgements may wait for a commit */
#define LAZY_WRITE   (100 * G_TIME_SPAN_MILLISECOND)
#define RETRY_DELAY  (200 * G_TIME_SPAN_MILLISECOND)
#define EXPIRY_PAUSE G_TIME_SPAN_SECOND

/* Remembers, or forgets, each event of a frame. */
static void
visit_ids (UsherHub *self, const UsherJournalFrame *frame, gboolean forget)
{
  UsherFrameReader reader;
  const guint8 *bytes = NULL;
  const guint8 *id = NULL;
  gsize size = 0;

  usher_frame_reader_init (&reader,
                           g_bytes_get_data (frame->bytes, NULL),
                           g_bytes_get_size (frame->bytes));
  while (reader.at < reader.end && usher_frame_skip_event (&reader, &bytes, &size, &id))
    if (forget)
      usher_recent_ids_remove (self->known, id);
    else
      usher_recent_ids_add (self->known, id);
}

void
usher_hub_free_channel (gpointer data)
{
  UsherChannel *channel = data;

  g_queue_clear_full (&channel->recent, (GDestroyNotify) usher_journal_frame_free);
  g_clear_pointer (&channel->old, usher_journal_frame_free);
  g_ptr_array_unref (channel->groups);
  g_ptr_array_unref (channel->seats);
  g_free (channel->name);
  g_free (channel);
}

UsherChannel *
usher_hub_get_channel (UsherHub *self, const char *name)
{
  UsherChannel *channel = g_hash_table_lookup (self->channels, name);

  if (channel != NULL)
    return channel;

  channel = g_new0 (UsherChannel, 1);
  channel->name = g_strdup (name);
  channel->first = 1;
  g_queue_init (&channel->recent);
  channel->groups = g_ptr_array_new_with_free_func (usher_hub_free_group);
  channel->seats = g_ptr_array_new ();
  g_hash_table_insert (self->channels, channel->name, channel);

  return channel;
}

static void
on_channel (const char *name,
            guint64 first,
            guint64 last,
            guint64 n_events,
            guint64 n_bytes,
            gpointer user_data)
{
  UsherChannel *channel = usher_hub_get_channel (user_data, name);

  channel->first = first;
  channel->last = last;
  channel->committed = last;
  channel->n_events = n_events;
  channel->n_bytes = n_bytes;
}

static void
on_group (const char *channel,
          const char *name,
          gconstpointer state,
          gsize size,
          gpointer user_data)
{
  usher_hub_load_group (user_data, channel, name, state, size);
}

gboolean
usher_hub_load (UsherHub *self, GError **error)
{
  GHashTableIter iter;
  gpointer value = NULL;
  guint64 n_known = 0;

  if (!usher_journal_foreach_channel (self->journal, on_channel, self, error) ||
      !usher_journal_foreach_group (self->journal, on_group, self, error))
    return FALSE;

  n_known = USHER_HUB_KNOWN_EVENTS / MAX (1, g_hash_table_size (self->channels));
  n_known = CLAMP (n_known, MIN_KNOWN, MAX_KNOWN);
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherChannel *channel = value;
      guint64 from = channel->last > n_known ? channel->last - n_known : 1;
      g_autoptr (GPtrArray) frames =
          usher_journal_list_tail (self->journal, channel->name, from, error);

      if (frames == NULL)
        return FALSE;
      for (guint i = 0; i < frames->len; i++)
        visit_ids (self, g_ptr_array_index (frames, i), FALSE);
    }

  return TRUE;
}

/* The frame with @sequence, or the first one after it; valid until the next call. */
UsherJournalFrame *
usher_hub_find_frame (UsherHub *self, UsherChannel *channel, guint64 sequence)
{
  UsherJournalFrame *first = g_queue_peek_head (&channel->recent);
  g_autoptr (GError) error = NULL;

  if (first != NULL && sequence >= first->base)
    {
      for (GList *link = channel->recent.tail; link != NULL; link = link->prev)
        {
          UsherJournalFrame *frame = link->data;

          if (frame->base <= sequence)
            return sequence < frame->base + frame->count ? frame : NULL;
        }
      return NULL;
    }

  if (channel->old != NULL && channel->old->base <= sequence &&
      sequence < channel->old->base + channel->old->count)
    return channel->old;

  g_clear_pointer (&channel->old, usher_journal_frame_free);
  channel->old = usher_journal_find (self->journal, channel->name, sequence, &error);
  if (error != NULL)
    g_message ("channel “%s” cannot be read back: %s", channel->name, error->message);

  return channel->old;
}

void
usher_hub_clear_confirm (gpointer data)
{
  g_clear_pointer (&((UsherConfirm *) data)->identity, g_bytes_unref);
}

/* Whether a confirmation goes on where the one before it ends. */
static gboolean
follows (GArray *confirms, guint index)
{
  const UsherConfirm *confirm = &g_array_index (confirms, UsherConfirm, index);
  const UsherConfirm *before = confirm - 1;

  return confirm->code == 0 && confirm->request == 0 && confirm->session == before->session &&
         g_bytes_equal (confirm->identity, before->identity);
}

void
usher_hub_reply_later (UsherHub *self, UsherMember *member, guint request)
{
  UsherConfirm confirm = { .identity = g_bytes_ref (member->identity), .request = request };

  g_array_append_val (self->next_confirms, confirm);
}

static void
reply_confirmed (UsherHub *self, const UsherConfirm *confirm, guint8 code)
{
  g_autoptr (GError) error = NULL;

  if (code != 0)
    g_set_error (&error, USHER_ERROR, code - 1, "the bus could not write its log");
  usher_hub_reply (self, confirm->identity, confirm->request, error, NULL, 0);
}

/* Tells each member up to where its events are durable, and which were refused. */
static void
send_confirms (UsherHub *self, GArray *confirms, guint8 code)
{
  for (guint i = 0; i < confirms->len; i++)
    {
      const UsherConfirm *confirm = &g_array_index (confirms, UsherConfirm, i);
      guint8 own = confirm->code != 0 ? confirm->code : code;
      GByteArray *frame = NULL;

      if (confirm->request != 0)
        {
          reply_confirmed (self, confirm, own);
          continue;
        }

      frame = usher_frame_new (USHER_FRAME_CONFIRM);
      /* one message speaks for all that follow each other and went well */
      while (own == 0 && i + 1 < confirms->len && follows (confirms, i + 1))
        confirm = &g_array_index (confirms, UsherConfirm, ++i);

      usher_frame_add_u32 (frame, confirm->session);
      usher_frame_add_u64 (frame, confirm->last);
      usher_frame_add_u16 (frame, own != 0 ? (guint16) (confirm->last - confirm->first + 1) : 0);
      for (guint64 number = confirm->first; own != 0 && number <= confirm->last; number++)
        {
          usher_frame_add_u64 (frame, number);
          usher_frame_add_u8 (frame, own);
        }
      usher_hub_send (self, confirm->identity, frame);
    }
}

static void
publish_live (UsherHub *self, UsherChannel *channel, const UsherJournalFrame *frame)
{
  GByteArray *message = NULL;
  gsize size = 0;
  gconstpointer bytes = NULL;

  if (channel->seats->len == 0)
    return;

  message = g_byte_array_new ();
  bytes = g_bytes_get_data (frame->bytes, &size);
  g_byte_array_append (message, (const guint8 *) channel->name, (guint) strlen (channel->name) + 1);
  usher_frame_add_u8 (message, USHER_FRAME_LIVE);
  usher_frame_add_u64 (message, frame->base);
  usher_frame_add_u16 (message, (guint16) frame->count);
  g_byte_array_append (message, bytes, (guint) size);
  /* what a subscriber's pipe has no room for it finds missing and fetches */
  zmq_send (zsock_resolve (self->live), message->data, message->len, ZMQ_DONTWAIT);
  usher_hub_tell_grown (self, channel);
  self->out_events += frame->count;
  g_byte_array_unref (message);
}

/* Takes over the frames that are durable now. */
static void
accept_frames (UsherHub *self, UsherJournalBatch *batch)
{
  g_autoptr (GPtrArray) frames = g_steal_pointer (&batch->frames);

  batch->frames = g_ptr_array_new ();
  g_ptr_array_set_free_func (frames, NULL);
  for (guint i = 0; i < frames->len; i++)
    {
      UsherJournalFrame *frame = g_ptr_array_index (frames, i);
      UsherChannel *channel = usher_hub_get_channel (self, frame->channel);

      channel->committed = frame->base + frame->count - 1;
      self->n_durable += frame->count;
      channel->n_events = channel->committed - channel->first + 1;
      publish_live (self, channel, frame);
      g_queue_push_tail (&channel->recent, frame);
      channel->recent_bytes += g_bytes_get_size (frame->bytes);
      while (channel->recent_bytes > RECENT_BYTES && g_queue_get_length (&channel->recent) > 1)
        {
          UsherJournalFrame *oldest = g_queue_pop_head (&channel->recent);

          channel->recent_bytes -= g_bytes_get_size (oldest->bytes);
          usher_journal_frame_free (oldest);
        }
    }

  for (guint i = 0; i < batch->expired->len; i++)
    {
      const UsherExpired *expired = g_ptr_array_index (batch->expired, i);
      UsherChannel *channel = usher_hub_get_channel (self, expired->channel);

      channel->first = expired->last + 1;
      channel->n_bytes -= expired->bytes;
      channel->n_events = channel->committed - channel->first + 1;
    }
}

/* Nothing of it is in the log: neither are the frames that were numbered behind it. */
static void
refuse_frames (UsherHub *self, UsherJournalBatch *batch)
{
  for (guint i = 0; i < batch->frames->len; i++)
    {
      UsherJournalFrame *frame = g_ptr_array_index (batch->frames, i);
      UsherChannel *channel = usher_hub_get_channel (self, frame->channel);

      channel->last = channel->committed;
      channel->n_bytes -= g_bytes_get_size (frame->bytes);
      visit_ids (self, frame, TRUE);
    }
  g_ptr_array_set_size (batch->frames, 0);
}

/* What else was in it is tried again with the next one. */
static void
keep_for_later (UsherHub *self, UsherJournalBatch *batch)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer state = NULL;

  g_ptr_array_extend_and_steal (self->next->parked, g_steal_pointer (&batch->parked));
  batch->parked = g_ptr_array_new ();
  g_ptr_array_extend_and_steal (self->next->unparked, g_steal_pointer (&batch->unparked));
  batch->unparked = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, batch->groups);
  while (g_hash_table_iter_next (&iter, &key, &state))
    if (!g_hash_table_contains (self->next->groups, key))
      g_hash_table_insert (self->next->groups,
                           g_strdup (key),
                           state != NULL ? g_bytes_ref (state) : NULL);
}

/* What is published behind them waits until their members know. */
static void
hold_refused (UsherHub *self, GArray *confirms, guint8 code)
{
  for (guint i = 0; i < confirms->len; i++)
    {
      const UsherConfirm *confirm = &g_array_index (confirms, UsherConfirm, i);
      UsherMember *member =
          confirm->channel != NULL ? g_hash_table_lookup (self->members, confirm->identity) : NULL;

      if (member != NULL && member->session == confirm->session)
        usher_hub_hold (member, confirm->channel, confirm->last, code);
    }
}

static void
accept_failure (UsherHub *self, UsherJournalBatch *batch, const GError *error)
{
  guint8 code = (guint8) (1 + (error->domain == USHER_ERROR ? error->code : USHER_ERROR_FAILED));

  if (!self->is_failing)
    g_message ("the bus refuses events: %s", error->message);
  self->is_failing = TRUE;
  self->retry_at = usher_hub_get_now (self) + RETRY_DELAY;
  refuse_frames (self, batch);
  refuse_frames (self, self->next);
  keep_for_later (self, batch);
  usher_hub_take_states (self, FALSE);
  hold_refused (self, self->written_confirms, code);
  hold_refused (self, self->next_confirms, code);
  send_confirms (self, self->written_confirms, code);
  send_confirms (self, self->next_confirms, code);
  g_array_set_size (self->next_confirms, 0);
}

/* The journal has written, or could not. */
void
usher_hub_take_written (UsherHub *self)
{
  UsherJournalBatch *batch = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->mutex);
  batch = g_steal_pointer (&self->done);
  error = g_steal_pointer (&self->done_error);
  g_mutex_unlock (&self->mutex);
  if (batch == NULL)
    return;

  if (error != NULL)
    accept_failure (self, batch, error);
  else
    {
      if (self->is_failing)
        g_message ("the bus accepts events again");
      self->is_failing = FALSE;
      usher_hub_count_commit (self, batch->duration);
      usher_hub_take_states (self, TRUE);
      accept_frames (self, batch);
      send_confirms (self, self->written_confirms, 0);
    }

  self->written = NULL;
  g_clear_pointer (&self->written_confirms, g_array_unref);
  usher_journal_batch_free (batch);
}

/* Gives what has gathered to the journal, when that is free. */
void
usher_hub_submit (UsherHub *self)
{
  gint64 now = usher_hub_get_now (self);
  gboolean stopping = g_atomic_int_get (&self->stopping) != 0;
  gboolean urgent = self->next->frames->len > 0 || self->next->parked->len > 0 ||
                    self->next->unparked->len > 0 || self->next->expired->len > 0 || self->hurry ||
                    stopping;

  if (self->written != NULL || (self->is_failing && (stopping || now < self->retry_at)))
    return;

  /* nothing to write, only that it was written already */
  if (!urgent && self->next_confirms->len > 0)
    {
      send_confirms (self, self->next_confirms, 0);
      g_array_set_size (self->next_confirms, 0);
    }
  if (!urgent && now - self->last_write < LAZY_WRITE)
    return;

  usher_hub_add_states (self);
  self->hurry = FALSE;
  if (usher_journal_batch_is_empty (self->next))
    return;

  self->last_write = now;
  self->written = self->next;
  self->written_confirms = self->next_confirms;
  self->next = usher_journal_batch_new ();
  self->next_confirms = g_array_new (FALSE, FALSE, sizeof (UsherConfirm));
  g_array_set_clear_func (self->next_confirms, usher_hub_clear_confirm);
  g_async_queue_push (self->to_journal, self->written);
}

/* Drops what the limit of age has passed. */
void
usher_hub_drop_old (UsherHub *self)
{
  gint64 now = usher_hub_get_now (self);
  gint64 before = usher_clock_get_time (self->clock) - self->limits.max_age;
  GHashTableIter iter;
  gpointer value = NULL;

  if (self->limits.max_age == 0 || now < self->next_expiry || self->next->expired->len > 0 ||
      self->written != NULL)
    return;

  self->next_expiry = now + EXPIRY_PAUSE;
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherChannel *channel = value;
      guint64 keep = usher_journal_find_time (self->journal, channel->name, before);
      UsherExpired *expired = NULL;

      if (keep == 0)
        keep = channel->committed + 1;
      if (keep <= channel->first)
        continue;
      expired = g_new0 (UsherExpired, 1);
      expired->channel = g_strdup (channel->name);
      expired->last = keep - 1;
      expired->bytes = usher_journal_measure (self->journal, channel->name, keep - 1);
      g_ptr_array_add (self->next->expired, expired);
    }
}

static const char stop_journal[] = "stop";

/* Flushing blocks, so it has a thread; one batch at a time. */
gpointer
usher_hub_run_journal (gpointer data)
{
  UsherHub *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the log of the bus");
  gpointer item = NULL;

  while ((item = g_async_queue_pop (self->to_journal)) != stop_journal)
    {
      GError *error = NULL;

      usher_pulse_begin (pulse);
      usher_journal_commit (self->journal, item, &error);
      usher_pulse_end (pulse);
      g_mutex_lock (&self->mutex);
      self->done = item;
      self->done_error = error;
      g_mutex_unlock (&self->mutex);
      usher_hub_wake (self);
    }

  return NULL;
}

void
usher_hub_stop_journal (UsherHub *self)
{
  g_async_queue_push (self->to_journal, (gpointer) stop_journal);
  g_thread_join (self->journal_thread);
}
