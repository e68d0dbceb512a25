/* usher-hub-log-commit.c: from gathered to durable
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-log-private.h"

#include "usher-id.h"

/* how long mere acknowledgements may wait for a commit */
#define LAZY_WRITE   (100 * G_TIME_SPAN_MILLISECOND)
#define RETRY_DELAY  (200 * G_TIME_SPAN_MILLISECOND)
#define EXPIRY_PAUSE G_TIME_SPAN_SECOND

void
usher_hub_log_set_group (UsherHubLog *self,
                         const UsherHubChannel *channel,
                         const char *group,
                         GBytes *state)
{
  g_hash_table_replace (self->next->groups,
                        g_strconcat (usher_hub_channel_get_name (channel), "\n", group, NULL),
                        state != NULL ? g_bytes_ref (state) : NULL);
}

void
usher_hub_log_park (UsherHubLog *self, UsherParked *parked)
{
  parked->id = usher_uuid_new (self->clock);
  g_ptr_array_add (self->next->parked, parked);
}

void
usher_hub_log_unpark (UsherHubLog *self, const char *id)
{
  g_hash_table_add (self->next->unparked, g_strdup (id));
}

static void
drop_aged (UsherHubLog *self, const UsherHubChannel *channel)
{
  const char *name = usher_hub_channel_get_name (channel);
  const gint64 age = usher_hub_log_get_limits (self, channel)->max_age;
  guint64 keep = 0;
  UsherExpired *expired = NULL;

  if (age == 0)
    return;

  keep = usher_journal_find_time (self->journal,
                                  name,
                                  usher_clock_watch_get_limit (&self->watch, age));
  if (keep == 0)
    keep = usher_hub_channel_get_last (channel) + 1;
  if (keep <= usher_hub_channel_get_first (channel))
    return;

  expired = g_new0 (UsherExpired, 1);
  expired->channel = g_strdup (name);
  expired->last = keep - 1;
  expired->bytes = usher_journal_measure (self->journal, name, keep - 1);
  g_ptr_array_add (self->next->expired, expired);
}

void
usher_hub_log_drop_old (UsherHubLog *self, gint64 now)
{
  GHashTableIter iter;
  gpointer value = NULL;

  if (now < self->next_expiry || self->next->expired->len > 0 || self->written != NULL)
    return;

  self->next_expiry = now + EXPIRY_PAUSE;
  usher_clock_watch_look (&self->watch);
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    drop_aged (self, value);
}

gboolean
usher_hub_log_is_failing (UsherHubLog *self)
{
  return self->is_failing;
}

gint64
usher_hub_log_get_retry (UsherHubLog *self)
{
  return self->is_failing ? self->retry_at : G_MAXINT64;
}

gboolean
usher_hub_log_is_quiet (UsherHubLog *self)
{
  return self->written == NULL && (self->is_failing || usher_journal_batch_is_empty (self->next));
}

gboolean
usher_hub_log_is_urgent (UsherHubLog *self)
{
  return self->next->frames->len > 0 || self->next->parked->len > 0 ||
         g_hash_table_size (self->next->unparked) > 0 || self->next->expired->len > 0;
}

gboolean
usher_hub_log_may_submit (UsherHubLog *self, gint64 now)
{
  return self->written == NULL && (!self->is_failing || now >= self->retry_at);
}

gboolean
usher_hub_log_is_overdue (UsherHubLog *self, gint64 now)
{
  return now - self->last_write >= LAZY_WRITE;
}

gboolean
usher_hub_log_submit (UsherHubLog *self, gint64 now)
{
  if (usher_journal_batch_is_empty (self->next))
    return FALSE;

  if (self->next->frames->len > 0)
    usher_lineage_begin_run (self->lineage, self->n_before + self->n_durable, &self->next->run);
  self->last_write = now;
  self->written = self->next;
  self->next = usher_journal_batch_new ();
  self->n_gathered = 0;
  usher_journal_thread_push (self->thread, self->written);

  return TRUE;
}

/* Takes over the frames that are durable now. */
static void
accept_frames (UsherHubLog *self, UsherJournalBatch *batch)
{
  g_autoptr (GPtrArray) frames = g_steal_pointer (&batch->frames);

  batch->frames = g_ptr_array_new ();
  g_ptr_array_set_free_func (frames, NULL);
  for (guint i = 0; i < frames->len; i++)
    {
      UsherJournalFrame *frame = g_ptr_array_index (frames, i);
      UsherHubChannel *channel = usher_hub_log_get_channel (self, frame->channel);

      self->n_durable += frame->count;
      usher_hub_channel_accept (channel, frame);
      self->funcs.on_frame (channel, frame, self->user_data);
    }
}

static void
accept (UsherHubLog *self, UsherJournalBatch *batch)
{
  if (self->is_failing)
    g_message ("the bus accepts events again");
  self->is_failing = FALSE;
  self->commit_times[self->n_commits % USHER_HUB_COMMIT_TIMES] =
      (guint32) CLAMP (batch->duration, 0, G_MAXINT32);
  self->n_commits++;
  if (batch->run.id != 0)
    usher_lineage_add_run (self->lineage, &batch->run);
  accept_frames (self, batch);
  for (guint i = 0; i < batch->expired->len; i++)
    {
      const UsherExpired *expired = g_ptr_array_index (batch->expired, i);
      UsherHubChannel *channel = usher_hub_log_get_channel (self, expired->channel);

      usher_hub_channel_drop (channel, expired);
      usher_hub_channel_notice_room (channel, usher_hub_log_get_limits (self, channel));
    }
}

/* Nothing of it is in the log: neither are the frames that were numbered behind it. */
static void
refuse_frames (UsherHubLog *self, UsherJournalBatch *batch)
{
  for (guint i = 0; i < batch->frames->len; i++)
    {
      const UsherJournalFrame *frame = g_ptr_array_index (batch->frames, i);
      UsherHubChannel *channel = usher_hub_log_get_channel (self, frame->channel);

      usher_hub_channel_refuse (channel, frame);
      usher_hub_channel_notice_room (channel, usher_hub_log_get_limits (self, channel));
      usher_recent_ids_remove_all (self->known, frame->bytes);
    }
  g_ptr_array_set_size (batch->frames, 0);
}

/* What else was in it is tried again with the next one. */
static void
keep_for_later (UsherHubLog *self, UsherJournalBatch *batch)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer state = NULL;

  g_ptr_array_extend_and_steal (self->next->parked, g_steal_pointer (&batch->parked));
  batch->parked = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, batch->unparked);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (self->next->unparked, g_strdup (key));
  g_hash_table_iter_init (&iter, batch->groups);
  while (g_hash_table_iter_next (&iter, &key, &state))
    if (!g_hash_table_contains (self->next->groups, key))
      g_hash_table_insert (self->next->groups,
                           g_strdup (key),
                           state != NULL ? g_bytes_ref (state) : NULL);
}

static void
refuse (UsherHubLog *self, UsherJournalBatch *batch, const GError *error, gint64 now)
{
  if (!self->is_failing)
    g_message ("the bus refuses events: %s", error->message);
  self->is_failing = TRUE;
  self->retry_at = now + RETRY_DELAY;
  refuse_frames (self, batch);
  refuse_frames (self, self->next);
  self->n_gathered = 0;
  keep_for_later (self, batch);
}

void
usher_hub_log_take_written (UsherHubLog *self, gint64 now)
{
  g_autoptr (GError) error = NULL;
  UsherJournalBatch *batch = usher_journal_thread_take (self->thread, &error);

  if (batch == NULL)
    return;

  self->written = NULL;
  if (error == NULL)
    accept (self, batch);
  else
    refuse (self, batch, error, now);
  self->funcs.on_written (error, self->user_data);
  usher_journal_batch_free (batch);
}
