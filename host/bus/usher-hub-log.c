/* usher-hub-log.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-log-private.h"

#include <string.h>

#include "usher-error.h"

/* how many of each channel's are looked up at the start: members send again what was not confirmed, up to 16384 each */
#define MIN_KNOWN 4096
#define MAX_KNOWN 65536
/* a channel is for ever */
#define MAX_CHANNELS 10000
/* bytes of events that gather while others are written; members have at most 16 MiB on their way each */
#define MAX_GATHERED (128 * 1024 * 1024)

UsherHubChannel *
usher_hub_log_find_channel (UsherHubLog *self, const char *name)
{
  return g_hash_table_lookup (self->channels, name);
}

UsherHubChannel *
usher_hub_log_get_channel (UsherHubLog *self, const char *name)
{
  UsherHubChannel *channel = usher_hub_log_find_channel (self, name);

  if (channel == NULL)
    {
      channel = usher_hub_channel_new (name, self->journal);
      g_hash_table_insert (self->channels,
                           (gpointer) usher_hub_channel_get_name (channel),
                           channel);
    }

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
  UsherHubLog *self = user_data;

  usher_hub_channel_restore (usher_hub_log_get_channel (self, name), first, last, n_bytes);
  /* what was dropped had come in too */
  self->n_before += last;
}

/* What was published lately may be published again. */
static gboolean
learn_ids (UsherHubLog *self, const UsherHubChannel *channel, guint64 n_known, GError **error)
{
  guint64 last = usher_hub_channel_get_last (channel);
  g_autoptr (GPtrArray) frames = usher_journal_list_tail (self->journal,
                                                          usher_hub_channel_get_name (channel),
                                                          last > n_known ? last - n_known : 1,
                                                          error);

  for (guint i = 0; frames != NULL && i < frames->len; i++)
    usher_recent_ids_add_all (self->known,
                              ((UsherJournalFrame *) g_ptr_array_index (frames, i))->bytes);

  return frames != NULL;
}

static gboolean
load (UsherHubLog *self, GError **error)
{
  GHashTableIter iter;
  gpointer value = NULL;
  guint64 n_known = 0;

  self->lineage = usher_journal_read_lineage (self->journal, error);
  if (self->lineage == NULL ||
      !usher_journal_foreach_channel (self->journal, on_channel, self, error))
    return FALSE;

  n_known = USHER_HUB_KNOWN_EVENTS / MAX (1, g_hash_table_size (self->channels));
  n_known = CLAMP (n_known, MIN_KNOWN, MAX_KNOWN);
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!learn_ids (self, value, n_known, error))
      return FALSE;

  return TRUE;
}

static void
set_limits (UsherHubLog *self, const UsherHubLimits *limits)
{
  self->limits = *limits;
  self->limits.lasting = NULL;
  self->limits.n_lasting = 0;
  for (guint i = 0; i < limits->n_lasting; i++)
    {
      UsherHubLimits *own = g_new0 (UsherHubLimits, 1);

      own->max_age = limits->lasting[i].age;
      g_hash_table_replace (self->lasting, g_strdup (limits->lasting[i].channel), own);
    }
}

const UsherHubLimits *
usher_hub_log_get_limits (UsherHubLog *self, const UsherHubChannel *channel)
{
  const UsherHubLimits *own =
      g_hash_table_lookup (self->lasting, usher_hub_channel_get_name (channel));

  return own != NULL ? own : &self->limits;
}

UsherHubLog *
usher_hub_log_new (const char *directory,
                   UsherClock *clock,
                   const UsherHubLimits *limits,
                   UsherWake *wake,
                   GError **error)
{
  g_autoptr (UsherHubLog) self = g_new0 (UsherHubLog, 1);

  self->clock = g_object_ref (clock);
  self->lasting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  usher_clock_watch_init (&self->watch, clock);
  if (limits != NULL)
    set_limits (self, limits);
  self->channels = g_hash_table_new_full (g_str_hash,
                                          g_str_equal,
                                          NULL,
                                          (GDestroyNotify) usher_hub_channel_free);
  self->known = usher_recent_ids_new (USHER_HUB_KNOWN_EVENTS);
  self->next = usher_journal_batch_new ();
  self->journal = usher_journal_new (directory, error);
  if (self->journal == NULL || !load (self, error))
    return NULL;
  self->thread = usher_journal_thread_new (self->journal, wake, error);

  return self->thread != NULL ? g_steal_pointer (&self) : NULL;
}

void
usher_hub_log_free (UsherHubLog *self)
{
  g_clear_pointer (&self->thread, usher_journal_thread_free);
  g_clear_pointer (&self->lineage, usher_lineage_free);
  g_clear_pointer (&self->journal, usher_journal_free);
  usher_journal_batch_free (self->next);
  usher_recent_ids_free (self->known);
  g_hash_table_unref (self->channels);
  g_hash_table_unref (self->lasting);
  g_object_unref (self->clock);
  g_free (self);
}

void
usher_hub_log_set_funcs (UsherHubLog *self, const UsherHubLogFuncs *funcs, gpointer user_data)
{
  self->funcs = *funcs;
  self->user_data = user_data;
}

gboolean
usher_hub_log_foreach_group (UsherHubLog *self,
                             UsherJournalGroupFunc func,
                             gpointer user_data,
                             GError **error)
{
  return usher_journal_foreach_group (self->journal, func, user_data, error);
}

gboolean
usher_hub_log_check_channel (UsherHubLog *self, const char *name, GError **error)
{
  if (g_hash_table_size (self->channels) < MAX_CHANNELS ||
      g_hash_table_contains (self->channels, name))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_FULL,
               "the hub has %u channels already",
               g_hash_table_size (self->channels));

  return FALSE;
}

gboolean
usher_hub_log_is_behind (UsherHubLog *self)
{
  return self->n_gathered >= MAX_GATHERED;
}

static int
compare_channels (gconstpointer a, gconstpointer b)
{
  return strcmp (usher_hub_channel_get_name (*(UsherHubChannel *const *) a),
                 usher_hub_channel_get_name (*(UsherHubChannel *const *) b));
}

GPtrArray *
usher_hub_log_list_channels (UsherHubLog *self)
{
  GPtrArray *channels = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (channels, value);
  g_ptr_array_sort (channels, compare_channels);

  return channels;
}

guint64
usher_hub_log_find_time (UsherHubLog *self, const UsherHubChannel *channel, gint64 time)
{
  return usher_journal_find_time (self->journal, usher_hub_channel_get_name (channel), time);
}

guint64
usher_hub_log_get_n_durable (UsherHubLog *self)
{
  return self->n_durable;
}

void
usher_hub_log_get_reach (UsherHubLog *self, UsherReach *reach)
{
  usher_lineage_get_reach (self->lineage,
                           self->n_before + self->n_durable,
                           usher_clock_get_time (self->clock),
                           reach);
}

gboolean
usher_hub_log_check (UsherHubLog *self, const UsherReach *known, GError **error)
{
  return usher_lineage_check (self->lineage,
                              self->n_before + self->n_durable,
                              usher_clock_get_time (self->clock),
                              known,
                              error);
}

/* Copies the events that the log has not got to @fresh, as far as the channel has room; returns how many were looked
 * at. */
static guint
read_fresh (UsherHubLog *self,
            UsherHubChannel *channel,
            UsherFrameReader *reader,
            guint count,
            GByteArray *fresh,
            guint *n_fresh)
{
  const UsherHubLimits *limits = usher_hub_log_get_limits (self, channel);

  for (guint i = 0; i < count; i++)
    {
      const guint8 *bytes = NULL;
      const guint8 *id = NULL;
      gsize size = 0;

      usher_frame_skip_event (reader, &bytes, &size, &id);
      if (usher_recent_ids_contains (self->known, id))
        {
          self->n_duplicates++;
          continue;
        }
      if (!usher_hub_channel_has_room (channel, limits, *n_fresh + 1, fresh->len + size))
        {
          usher_hub_channel_set_full (channel, limits);
          return i;
        }
      usher_recent_ids_add (self->known, id);
      g_byte_array_append (fresh, bytes, (guint) size);
      (*n_fresh)++;
    }

  return count;
}

guint
usher_hub_log_append (UsherHubLog *self,
                      UsherHubChannel *channel,
                      UsherFrameReader *reader,
                      guint count)
{
  GByteArray *fresh = g_byte_array_sized_new ((guint) (reader->end - reader->at));
  guint n_fresh = 0;
  guint taken = read_fresh (self, channel, reader, count, fresh, &n_fresh);
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (fresh);

  if (n_fresh > 0)
    g_ptr_array_add (
        self->next->frames,
        usher_hub_channel_number (channel, n_fresh, usher_clock_get_time (self->clock), bytes));
  self->n_gathered += g_bytes_get_size (bytes);
  self->in_events += n_fresh;
  self->in_bytes += g_bytes_get_size (bytes);

  return taken;
}
