/* usher-hub-group-state.c: what the log keeps of a queue group
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

/* how far ahead the log says that events may be out: each time it has to costs a commit */
#define RESERVE 2048

#define IS_REPLAYED 1
#define IS_ALONE    2

static void
save_pending (GByteArray *state, const UsherPending *pending)
{
  guint n_reasons = pending->reasons != NULL ? pending->reasons->len : 0;

  usher_frame_add_u64 (state, pending->sequence);
  usher_frame_add_u32 (state, pending->attempts);
  usher_frame_add_u64 (state, (guint64) pending->deferred_since);
  usher_frame_add_u8 (state,
                      (guint8) ((pending->replayed ? IS_REPLAYED : 0) |
                                (pending->alone ? IS_ALONE : 0)));
  usher_frame_add_u32 (state, n_reasons);
  for (guint i = 0; i < n_reasons; i++)
    usher_frame_add_text (state, g_ptr_array_index (pending->reasons, i));
}

static void
save_notable (GByteArray *state, UsherGroup *group)
{
  GHashTableIter iter;
  gpointer value = NULL;
  guint n_notable = 0;

  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n_notable += usher_group_is_notable (group, value) ? 1 : 0;

  usher_frame_add_u32 (state, n_notable);
  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (usher_group_is_notable (group, value))
      save_pending (state, value);
}

/* What may be out when the hub dies, and what is out alone. */
static void
save_out (GByteArray *state, const UsherGroup *group)
{
  const UsherTrial *trial = &group->trial;
  gboolean is_out = group->reserving > 0 && trial->state >= USHER_TRIAL_CHOSEN;

  usher_frame_add_u64 (state, group->reserving);
  usher_frame_add_u32 (state, is_out ? trial->size : 0);
  usher_frame_add_u64 (state, is_out ? trial->seat->member->instance : 0);
  usher_frame_add_u32 (state, is_out ? trial->sequences->len : 0);
  for (guint i = 0; is_out && i < trial->sequences->len; i++)
    usher_frame_add_u64 (state, g_array_index (trial->sequences, guint64, i));
}

/* The state as it is kept: floor, what is done above it, what is pending and notable, what may be out. */
static GBytes *
save_group (UsherGroup *group)
{
  GByteArray *state = g_byte_array_new ();
  GHashTableIter iter;
  gpointer key = NULL;

  usher_frame_add_u8 (state, group->live ? 1 : 0);
  usher_frame_add_u64 (state, group->floor);
  usher_frame_add_u64 (state, group->cursor);
  save_notable (state, group);
  usher_frame_add_u32 (state, g_hash_table_size (group->done));
  g_hash_table_iter_init (&iter, group->done);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    usher_frame_add_u64 (state, *(guint64 *) key);
  save_out (state, group);

  return g_byte_array_free_to_bytes (state);
}

static void
load_pending (UsherHub *self, UsherGroup *group, UsherFrameReader *reader)
{
  UsherPending *pending = usher_group_add_pending (group, usher_frame_read_u64 (reader));
  guint8 flags = 0;
  guint n_reasons = 0;

  pending->attempts = usher_frame_read_u32 (reader);
  /* what it waits for could not come while there was no hub: its patience begins anew */
  if (usher_frame_read_u64 (reader) != 0)
    pending->deferred_since = usher_clock_get_time (self->clock);
  flags = usher_frame_read_u8 (reader);
  pending->replayed = (flags & IS_REPLAYED) != 0;
  if ((flags & IS_ALONE) != 0)
    usher_group_suspect (group, pending, 0, TRUE);
  pending->redelivered = TRUE;
  n_reasons = usher_frame_read_u32 (reader);
  for (guint i = 0; i < n_reasons && !reader->failed; i++)
    {
      char *reason = usher_frame_read_text (reader);

      if (pending->reasons == NULL)
        pending->reasons = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (pending->reasons, reason != NULL ? reason : g_strdup (""));
    }
  group->next_due = 0;
}

static UsherPending *
find_or_add (UsherGroup *group, guint64 sequence)
{
  UsherPending *pending = usher_group_find_pending (group, sequence);

  if (pending == NULL)
    pending = usher_group_add_pending (group, sequence);
  pending->redelivered = TRUE;
  group->next_due = 0;

  return pending;
}

/* The hub before did not end in order: whatever may have been out is suspect. */
static void
suspect_all (UsherGroup *group)
{
  guint64 last = MIN (group->reserved, usher_hub_channel_get_last (group->channel));
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    usher_group_suspect (group, value, 0, FALSE);
  for (guint64 i = MAX (group->floor + 1, usher_hub_channel_get_first (group->channel)); i <= last;
       i++)
    if (!g_hash_table_contains (group->done, &i))
      usher_group_suspect (group, find_or_add (group, i), 0, FALSE);
  group->cursor = MAX (group->cursor, last + 1);
  group->resumed = MAX (group->resumed, group->cursor);
}

/* A trial was under way: the process died of it, unless it comes back. */
static void
load_trial (UsherHub *self, UsherGroup *group, UsherFrameReader *reader)
{
  guint size = usher_frame_read_u32 (reader);
  guint64 instance = usher_frame_read_u64 (reader);
  guint n = usher_frame_read_u32 (reader);

  for (guint i = 0; i < n && !reader->failed; i++)
    {
      guint64 sequence = usher_frame_read_u64 (reader);
      UsherPending *pending = NULL;

      if (reader->failed || g_hash_table_contains (group->done, &sequence))
        continue;
      pending = find_or_add (group, sequence);
      usher_group_suspect (group, pending, instance, TRUE);
      if (size == 1)
        usher_group_count_death (self, group, pending);
    }
}

void
usher_hub_load_group (UsherHub *self,
                      const char *channel_name,
                      const char *name,
                      gconstpointer state,
                      gsize size)
{
  UsherHubChannel *channel = usher_hub_log_get_channel (self->log, channel_name);
  UsherGroup *group = usher_hub_add_group (self, channel, name, TRUE, 1);
  UsherFrameReader reader;
  guint n = 0;

  usher_frame_reader_init (&reader, state, size);
  group->live = usher_frame_read_u8 (&reader) != 0;
  group->floor = usher_frame_read_u64 (&reader);
  group->resumed = usher_frame_read_u64 (&reader);
  group->cursor = group->floor + 1;
  n = usher_frame_read_u32 (&reader);
  for (guint i = 0; i < n && !reader.failed; i++)
    load_pending (self, group, &reader);
  n = usher_frame_read_u32 (&reader);
  for (guint i = 0; i < n && !reader.failed; i++)
    {
      guint64 sequence = usher_frame_read_u64 (&reader);

      g_hash_table_add (group->done, g_memdup2 (&sequence, sizeof sequence));
    }
  /* 0: the hub before ended in order */
  group->reserved = group->reserving = usher_frame_read_u64 (&reader);
  if (group->reserved > 0)
    {
      suspect_all (group);
      load_trial (self, group, &reader);
      if (group->n_suspects > 0)
        g_info ("group “%s” of “%s”: the hub did not end in order, %u events may have been out",
                group->name,
                usher_hub_channel_get_name (group->channel),
                group->n_suspects);
    }
  group->changed = FALSE;
}

/* What goes out must be known to be out, so the log is told ahead. */
void
usher_hub_reserve (UsherHub *self, UsherGroup *group)
{
  if (!group->durable || group->live || group->seats->len == 0 || self->is_closing ||
      group->cursor > usher_hub_channel_get_last (group->channel) ||
      group->cursor + RESERVE / 2 <= MAX (group->reserved, group->reserving))
    return;

  group->changed = TRUE;
  self->hurry = TRUE;
}

static void
add_state (UsherHub *self, UsherGroup *group)
{
  g_autoptr (GBytes) state = NULL;

  /* after an orderly end nothing is suspect */
  if (!group->changed && !(self->is_closing && group->durable && group->reserved > 0))
    return;

  group->changed = FALSE;
  group->reserving = self->is_closing || group->live ? 0 : group->cursor - 1 + RESERVE;
  if (group->trial.state == USHER_TRIAL_CHOSEN)
    group->trial.state = USHER_TRIAL_WRITING;
  state = save_group (group);
  usher_hub_log_set_group (self->log, group->channel, group->name, state);
}

void
usher_hub_add_states (UsherHub *self)
{
  for (guint i = 0; i < self->groups->len; i++)
    add_state (self, g_ptr_array_index (self->groups, i));
}

static void
take_state (UsherHub *self, UsherGroup *group, gboolean written)
{
  if (written)
    {
      group->reserved = group->reserving;
      if (group->trial.state == USHER_TRIAL_WRITING)
        group->trial.state = USHER_TRIAL_WRITTEN;
      return;
    }

  group->reserving = group->reserved;
  if (group->trial.state == USHER_TRIAL_CHOSEN || group->trial.state == USHER_TRIAL_WRITING)
    usher_group_end_trial (self, group);
  group->changed = group->durable;
}

void
usher_hub_take_states (UsherHub *self, gboolean written)
{
  for (guint i = 0; i < self->groups->len; i++)
    take_state (self, g_ptr_array_index (self->groups, i), written);
}
