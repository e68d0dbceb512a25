/* usher-hub-channel.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-channel-private.h"

#include "usher-frame-private.h"

/* between words on what cannot be read, which groups ask for again and again */
#define WORD_PAUSE (60 * G_TIME_SPAN_SECOND)
/* what is kept in memory */
#define RECENT_BYTES (256 * 1024)

struct _UsherHubChannel
{
  char *name;            /* (owned) */
  UsherJournal *journal; /* (unowned) (nullable) */
  guint64 first;         /* the first sequence that is kept */
  guint64 numbered;      /* the last that was given out */
  guint64 last;          /* the last that is durable */
  guint64 n_bytes;       /* of all that were numbered */
  gboolean is_full;      /* an event found no room, and little went since */
  GQueue recent;         /* (element-type UsherJournalFrame): the last frames, durable */
  gsize recent_bytes;
  UsherJournalFrame *old; /* (owned) (nullable): the last one that was read back */
  gint64 next_word;       /* monotonic: on one that cannot be */
};

UsherHubChannel *
usher_hub_channel_new (const char *name, UsherJournal *journal)
{
  UsherHubChannel *self = g_new0 (UsherHubChannel, 1);

  self->name = g_strdup (name);
  self->journal = journal;
  self->first = 1;
  g_queue_init (&self->recent);

  return self;
}

void
usher_hub_channel_free (UsherHubChannel *self)
{
  g_queue_clear_full (&self->recent, (GDestroyNotify) usher_journal_frame_free);
  g_clear_pointer (&self->old, usher_journal_frame_free);
  g_free (self->name);
  g_free (self);
}

void
usher_hub_channel_restore (UsherHubChannel *self, guint64 first, guint64 last, guint64 n_bytes)
{
  self->first = first;
  self->last = self->numbered = last;
  self->n_bytes = n_bytes;
}

const char *
usher_hub_channel_get_name (const UsherHubChannel *self)
{
  return self->name;
}

guint64
usher_hub_channel_get_first (const UsherHubChannel *self)
{
  return self->first;
}

guint64
usher_hub_channel_get_last (const UsherHubChannel *self)
{
  return self->last;
}

UsherChannelFigures *
usher_hub_channel_describe (const UsherHubChannel *self)
{
  UsherChannelFigures *figures = usher_channel_figures_new ();

  figures->name = g_strdup (self->name);
  figures->n_events = self->last - self->first + 1;
  figures->n_bytes = self->n_bytes;
  figures->first = self->last > 0 ? self->first : 0;
  figures->last = self->last;
  figures->is_full = self->is_full;

  return figures;
}

gboolean
usher_hub_channel_has_room (const UsherHubChannel *self,
                            const UsherHubLimits *limits,
                            guint count,
                            gsize size)
{
  guint64 n = self->numbered - self->first + 1 + count;

  return (limits->max_messages == 0 || n <= limits->max_messages) &&
         (limits->max_bytes == 0 || self->n_bytes + size <= limits->max_bytes);
}

/* (transfer full): as they are set */
static char *
describe_limits (const UsherHubLimits *limits)
{
  g_autofree char *messages =
      g_strdup_printf ("bus.max-messages is %" G_GUINT64_FORMAT, limits->max_messages);
  g_autofree char *bytes =
      g_strdup_printf ("bus.max-bytes is %" G_GUINT64_FORMAT, limits->max_bytes);

  if (limits->max_messages > 0 && limits->max_bytes > 0)
    return g_strjoin (", ", messages, bytes, NULL);

  return g_strdup (limits->max_messages > 0 ? messages : bytes);
}

void
usher_hub_channel_set_full (UsherHubChannel *self, const UsherHubLimits *limits)
{
  g_autofree char *text = NULL;

  if (self->is_full)
    return;

  self->is_full = TRUE;
  text = describe_limits (limits);
  g_message (
      "channel “%s” is full, its events wait where they are published: it has %" G_GUINT64_FORMAT
      " events, %" G_GUINT64_FORMAT " bytes, and %s",
      self->name,
      self->numbered - self->first + 1,
      self->n_bytes,
      text);
}

static gboolean
is_well_below (guint64 value, guint64 limit)
{
  return limit == 0 || value < limit - limit / 10;
}

void
usher_hub_channel_notice_room (UsherHubChannel *self, const UsherHubLimits *limits)
{
  if (!self->is_full || !is_well_below (self->numbered - self->first + 1, limits->max_messages) ||
      !is_well_below (self->n_bytes, limits->max_bytes))
    return;

  self->is_full = FALSE;
  g_message ("channel “%s” has room again", self->name);
}

UsherJournalFrame *
usher_hub_channel_number (UsherHubChannel *self, guint count, gint64 time, GBytes *bytes)
{
  UsherJournalFrame *frame = g_new0 (UsherJournalFrame, 1);

  frame->channel = g_strdup (self->name);
  frame->base = self->numbered + 1;
  frame->count = count;
  frame->time = time;
  frame->bytes = g_bytes_ref (bytes);
  self->numbered += count;
  self->n_bytes += g_bytes_get_size (bytes);

  return frame;
}

void
usher_hub_channel_accept (UsherHubChannel *self, UsherJournalFrame *frame)
{
  self->last = frame->base + frame->count - 1;
  g_queue_push_tail (&self->recent, frame);
  self->recent_bytes += g_bytes_get_size (frame->bytes);
  while (self->recent_bytes > RECENT_BYTES && g_queue_get_length (&self->recent) > 1)
    {
      UsherJournalFrame *oldest = g_queue_pop_head (&self->recent);

      self->recent_bytes -= g_bytes_get_size (oldest->bytes);
      usher_journal_frame_free (oldest);
    }
}

void
usher_hub_channel_refuse (UsherHubChannel *self, const UsherJournalFrame *frame)
{
  self->numbered = self->last;
  self->n_bytes -= g_bytes_get_size (frame->bytes);
}

void
usher_hub_channel_drop (UsherHubChannel *self, const UsherExpired *expired)
{
  self->first = expired->last + 1;
  self->n_bytes -= expired->bytes;
}

/* Of those in memory; the latest are asked for most. */
static const UsherJournalFrame *
find_recent (const UsherHubChannel *self, guint64 sequence)
{
  for (GList *link = self->recent.tail; link != NULL; link = link->prev)
    {
      const UsherJournalFrame *frame = link->data;

      if (frame->base <= sequence)
        return sequence < frame->base + frame->count ? frame : NULL;
    }

  return NULL;
}

static void
tell_unread (UsherHubChannel *self, const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  if (now < self->next_word)
    return;

  self->next_word = now + WORD_PAUSE;
  g_message ("channel “%s” cannot be read back: %s", self->name, error->message);
}

static const UsherJournalFrame *
read_back (UsherHubChannel *self, guint64 sequence)
{
  g_autoptr (GError) error = NULL;

  if (self->old != NULL && self->old->base <= sequence &&
      sequence < self->old->base + self->old->count)
    return self->old;

  g_clear_pointer (&self->old, usher_journal_frame_free);
  if (self->journal != NULL)
    self->old = usher_journal_find (self->journal, self->name, sequence, &error);
  if (error != NULL)
    tell_unread (self, error);

  return self->old;
}

const UsherJournalFrame *
usher_hub_channel_find (UsherHubChannel *self, guint64 sequence)
{
  const UsherJournalFrame *oldest = g_queue_peek_head (&self->recent);

  return oldest != NULL && sequence >= oldest->base ? find_recent (self, sequence)
                                                    : read_back (self, sequence);
}

UsherEvent *
usher_hub_channel_read_event (UsherHubChannel *self, guint64 sequence)
{
  const UsherJournalFrame *frame = usher_hub_channel_find (self, sequence);
  g_autoptr (UsherEvent) event = NULL;
  UsherFrameReader reader;

  if (frame == NULL || frame->base > sequence)
    return NULL;

  usher_frame_reader_init (&reader,
                           g_bytes_get_data (frame->bytes, NULL),
                           g_bytes_get_size (frame->bytes));
  for (guint64 each = frame->base; each <= sequence; each++)
    {
      g_clear_pointer (&event, usher_event_unref);
      event = usher_frame_read_event (&reader, self->name, each);
    }

  return g_steal_pointer (&event);
}
