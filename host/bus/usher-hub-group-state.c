/* usher-hub-group-state.c: what the log keeps of a queue group
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

/* how far ahead the log says that events may be out: each time it has to costs a commit */
#define RESERVE 2048

static void
save_notable (UsherHubGroup *self, GByteArray *state)
{
  GHashTableIter iter;
  gpointer value = NULL;
  guint n_notable = 0;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n_notable += usher_hub_group_is_notable (self, value) ? 1 : 0;

  usher_frame_add_u32 (state, n_notable);
  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (usher_hub_group_is_notable (self, value))
      usher_hub_pending_save (value, state);
}

static void
save_done (const UsherHubGroup *self, GByteArray *state)
{
  GHashTableIter iter;
  gpointer key = NULL;

  usher_frame_add_u32 (state, g_hash_table_size (self->done));
  g_hash_table_iter_init (&iter, self->done);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    usher_frame_add_u64 (state, *(guint64 *) key);
}

/* What may be out when the hub dies, and what is out alone. */
static void
save_out (const UsherHubGroup *self, GByteArray *state)
{
  const UsherTrial *trial = &self->trial;
  gboolean is_out = self->reserving > 0 && trial->state >= USHER_TRIAL_CHOSEN;

  usher_frame_add_u64 (state, self->reserving);
  usher_frame_add_u32 (state, is_out ? trial->size : 0);
  usher_frame_add_u64 (state, is_out ? trial->seat->worker->instance : 0);
  usher_frame_add_u32 (state, is_out ? trial->sequences->len : 0);
  for (guint i = 0; is_out && i < trial->sequences->len; i++)
    usher_frame_add_u64 (state, g_array_index (trial->sequences, guint64, i));
}

/* Floor, what is done above it, what is pending and notable, what may be out. */
static GBytes *
make_state (UsherHubGroup *self)
{
  GByteArray *state = g_byte_array_new ();

  usher_frame_add_u8 (state, usher_hub_group_is_position (self) ? 1 : 0);
  usher_frame_add_u64 (state, self->floor);
  usher_frame_add_u64 (state, self->cursor);
  save_notable (self, state);
  save_done (self, state);
  save_out (self, state);

  return g_byte_array_free_to_bytes (state);
}

void
usher_hub_group_save (UsherHubGroup *self)
{
  gboolean is_closing = self->shared->moment.is_closing;
  g_autoptr (GBytes) state = NULL;

  /* after an orderly end nothing is suspect */
  if (!self->has_changed &&
      !(is_closing && usher_hub_group_is_durable (self) && self->reserved > 0))
    return;

  self->has_changed = FALSE;
  self->reserving =
      is_closing || usher_hub_group_is_position (self) ? 0 : self->cursor - 1 + RESERVE;
  if (self->trial.state == USHER_TRIAL_CHOSEN)
    self->trial.state = USHER_TRIAL_WRITING;
  state = make_state (self);
  self->shared->funcs.save (self->channel, self->name, state, self->shared->user_data);
}

void
usher_hub_group_take_saved (UsherHubGroup *self, gboolean is_written)
{
  if (is_written)
    {
      self->reserved = self->reserving;
      if (self->trial.state == USHER_TRIAL_WRITING)
        self->trial.state = USHER_TRIAL_WRITTEN;
      return;
    }

  self->reserving = self->reserved;
  if (self->trial.state == USHER_TRIAL_CHOSEN || self->trial.state == USHER_TRIAL_WRITING)
    usher_hub_group_end_trial (self);
  usher_hub_group_set_changed (self);
}

/* What goes out must be known to be out, so the log is told ahead. */
void
usher_hub_group_reserve (UsherHubGroup *self)
{
  if (self->kind != USHER_HUB_GROUP_DURABLE || self->seats->len == 0 ||
      self->shared->moment.is_closing ||
      self->cursor > usher_hub_channel_get_last (self->channel) ||
      self->cursor + RESERVE / 2 <= MAX (self->reserved, self->reserving))
    return;

  self->has_changed = TRUE;
  self->shared->is_urgent = TRUE;
}

/* Whether it is one of the channel: a damaged state may name any, and what it names is looked for and kept. */
static gboolean
is_known (UsherHubGroup *self, guint64 sequence)
{
  return sequence > 0 && sequence <= usher_hub_channel_get_last (self->channel);
}

static void
load_pending (UsherHubGroup *self, UsherFrameReader *reader)
{
  UsherHubPending *pending = usher_hub_pending_load (reader, self->shared->moment.now);

  if (reader->failed || !is_known (self, pending->sequence) ||
      usher_hub_group_find_pending (self, pending->sequence) != NULL)
    {
      usher_hub_pending_free (pending);
      return;
    }

  usher_hub_group_insert_pending (self, pending);
  if (pending->is_alone)
    usher_hub_group_suspect (self, pending, 0, TRUE);
  self->next_due = 0;
}

static UsherHubPending *
find_or_add (UsherHubGroup *self, guint64 sequence)
{
  UsherHubPending *pending = usher_hub_group_find_pending (self, sequence);

  if (pending == NULL)
    {
      pending = usher_hub_pending_new (sequence);
      usher_hub_group_insert_pending (self, pending);
    }
  pending->is_redelivered = TRUE;
  self->next_due = 0;

  return pending;
}

/* The hub before did not end in order: whatever may have been out is suspect. */
static void
suspect_all (UsherHubGroup *self)
{
  guint64 first = usher_hub_channel_get_first (self->channel);
  guint64 last = MIN (self->reserved, usher_hub_channel_get_last (self->channel));
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    usher_hub_group_suspect (self, value, 0, FALSE);
  for (guint64 i = MAX (self->floor + 1, first); i <= last; i++)
    if (!usher_hub_group_is_done (self, i))
      usher_hub_group_suspect (self, find_or_add (self, i), 0, FALSE);
  self->cursor = MAX (self->cursor, last + 1);
  self->resumed = MAX (self->resumed, self->cursor);
}

/* A trial was under way: the process died of it, unless it comes back. */
static void
load_trial (UsherHubGroup *self, UsherFrameReader *reader)
{
  guint size = usher_frame_read_u32 (reader);
  guint64 instance = usher_frame_read_u64 (reader);
  guint n = usher_frame_read_u32 (reader);

  for (guint i = 0; i < n && !reader->failed; i++)
    {
      guint64 sequence = usher_frame_read_u64 (reader);
      UsherHubPending *pending = NULL;

      if (reader->failed || !is_known (self, sequence) || usher_hub_group_is_done (self, sequence))
        continue;
      pending = find_or_add (self, sequence);
      usher_hub_group_suspect (self, pending, instance, TRUE);
      if (size == 1)
        usher_hub_group_count_death (self, pending);
    }
}

static void
load_done (UsherHubGroup *self, UsherFrameReader *reader)
{
  guint n = usher_frame_read_u32 (reader);

  for (guint i = 0; i < n && !reader->failed; i++)
    {
      guint64 sequence = usher_frame_read_u64 (reader);

      if (sequence > self->floor && is_known (self, sequence))
        usher_hub_group_add_done (self, sequence);
    }
}

/* What may have been out; 0: the hub before ended in order. */
static void
load_out (UsherHubGroup *self, UsherFrameReader *reader)
{
  guint64 reserved = usher_frame_read_u64 (reader);

  self->reserved = self->reserving = MIN (reserved, self->resumed - 1 + RESERVE);
  if (self->reserved == 0)
    return;

  suspect_all (self);
  load_trial (self, reader);
  if (self->n_suspects > 0)
    g_info ("group “%s” of “%s”: the hub did not end in order, %u events may have been out",
            self->name,
            usher_hub_channel_get_name (self->channel),
            self->n_suspects);
}

void
usher_hub_group_load (UsherHubGroup *self, gconstpointer state, gsize size)
{
  guint64 last = usher_hub_channel_get_last (self->channel);
  UsherFrameReader reader;
  guint64 floor = 0;
  guint64 cursor = 0;
  guint n = 0;

  usher_frame_reader_init (&reader, state, size);
  self->kind =
      usher_frame_read_u8 (&reader) != 0 ? USHER_HUB_GROUP_POSITION : USHER_HUB_GROUP_DURABLE;
  floor = usher_frame_read_u64 (&reader);
  cursor = usher_frame_read_u64 (&reader);
  self->floor = MIN (floor, last);
  self->cursor = self->floor + 1;
  self->resumed = CLAMP (cursor, self->cursor, last + 1);
  n = usher_frame_read_u32 (&reader);
  for (guint i = 0; i < n && !reader.failed; i++)
    load_pending (self, &reader);
  load_done (self, &reader);
  load_out (self, &reader);
  if (reader.failed)
    g_message ("what group “%s” of “%s” had done is damaged in the log: events may come again",
               self->name,
               usher_hub_channel_get_name (self->channel));
  self->has_changed = FALSE;
}
