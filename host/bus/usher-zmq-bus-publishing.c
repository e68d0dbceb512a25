/* usher-zmq-bus-publishing.c: from published to told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-zmq-bus-private.h"

#include <string.h>

#include "usher-error.h"

/* events that may be on their way without a confirmation */
#define WINDOW 16384

/* Whether the hub can keep it. */
static gboolean
check_event (UsherEvent *event, GError **error)
{
  guint8 id[USHER_EVENT_ID_SIZE];
  gboolean is_sound = TRUE;
  gsize size = 0;
  gsize length = 0;
  const char *payload = usher_event_get_payload (event, &length);
  const char *texts[] = {
    usher_event_get_correlation (event),
    usher_event_get_causation (event),
    usher_event_get_traceparent (event),
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      is_sound = is_sound && (texts[i] == NULL || g_utf8_validate (texts[i], -1, NULL));
      size += texts[i] != NULL ? strlen (texts[i]) : 0;
    }
  is_sound = is_sound && usher_frame_parse_id (usher_event_get_id (event), id) &&
             usher_frame_is_name (usher_event_get_channel (event)) &&
             g_utf8_validate_len (payload, length, NULL);

  if (!is_sound)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_INVALID,
                 "event “%s” of channel “%s” has no UUID, no channel, or text that is not UTF-8",
                 usher_event_get_id (event),
                 usher_event_get_channel (event));
  else if (size > USHER_FRAME_MAX_BYTES || length > USHER_EVENT_MAX_PAYLOAD)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_TOO_LARGE,
                 "event “%s” of channel “%s” is over %d bytes",
                 usher_event_get_id (event),
                 usher_event_get_channel (event),
                 USHER_EVENT_MAX_PAYLOAD);

  return is_sound && size <= USHER_FRAME_MAX_BYTES && length <= USHER_EVENT_MAX_PAYLOAD;
}

/* Tells the publishers of what no hub could keep; the order of the others stays. */
static void
take_publishes (UsherZmqBus *self, GQueue *publishes)
{
  UsherPublish *publish = NULL;

  while ((publish = g_queue_pop_head (publishes)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (check_event (publish->event, &error))
        g_queue_push_tail (&self->unsent, publish);
      else
        usher_zmq_bus_end_publish (self, publish, error);
    }
}

/* Takes over what was published since. */
void
usher_zmq_bus_take_published (UsherZmqBus *self)
{
  GQueue publishes = G_QUEUE_INIT;

  g_mutex_lock (&self->mutex);
  publishes = self->publishes;
  g_queue_init (&self->publishes);
  g_mutex_unlock (&self->mutex);
  take_publishes (self, &publishes);
}

/* An event was refused, and its publisher knows: what it had published behind that, not knowing, would be stored before
 * it. The hub refuses what was sent already. */
static void
refuse_behind (UsherZmqBus *self, const char *channel, const GError *error)
{
  GQueue refused = G_QUEUE_INIT;
  UsherPublish *publish = NULL;

  usher_zmq_bus_take_published (self);
  for (GList *link = self->unsent.head, *next = NULL; link != NULL; link = next)
    {
      publish = link->data;
      next = link->next;
      if (!g_str_equal (usher_event_get_channel (publish->event), channel))
        continue;
      g_queue_unlink (&self->unsent, link);
      g_queue_push_tail_link (&refused, link);
    }
  while ((publish = g_queue_pop_head (&refused)) != NULL)
    usher_zmq_bus_end_publish (self, publish, error);
}

void
usher_zmq_bus_take_confirm (UsherZmqBus *self, UsherFrameReader *reader)
{
  guint session = usher_frame_read_u32 (reader);
  guint64 upto = usher_frame_read_u64 (reader);
  guint n_refused = usher_frame_read_u16 (reader);
  UsherPublish *publish = NULL;
  guint64 refused = n_refused > 0 ? usher_frame_read_u64 (reader) : 0;
  guint8 code = n_refused > 0 ? usher_frame_read_u8 (reader) : 0;

  /* what was said of an earlier session means other events */
  if (session != self->session)
    return;

  while (!reader->failed && (publish = g_queue_peek_head (&self->sent)) != NULL &&
         publish->number <= upto)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *channel = NULL;

      g_queue_pop_head (&self->sent);
      self->last_told = publish->number;
      if (publish->number == refused)
        {
          g_set_error (&error,
                       USHER_ERROR,
                       code - 1,
                       "the bus refused an event of channel “%s”",
                       usher_event_get_channel (publish->event));
          channel = g_strdup (usher_event_get_channel (publish->event));
          n_refused--;
          refused = n_refused > 0 ? usher_frame_read_u64 (reader) : 0;
          code = n_refused > 0 ? usher_frame_read_u8 (reader) : 0;
        }
      usher_zmq_bus_end_publish (self, publish, error);
      if (channel != NULL && !g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID))
        refuse_behind (self, channel, error);
    }
}

/* Sends what is not sent yet, neighbours of one channel together. */
void
usher_zmq_bus_send_publishes (UsherZmqBus *self)
{
  while (self->greeted && !g_queue_is_empty (&self->unsent) &&
         g_queue_get_length (&self->sent) < WINDOW)
    {
      UsherPublish *first = g_queue_peek_head (&self->unsent);
      const char *channel = usher_event_get_channel (first->event);
      GByteArray *frame = usher_frame_new (USHER_FRAME_PUBLISH);
      guint count_at = 0;
      guint16 count = 0;
      UsherPublish *publish = NULL;

      usher_frame_add_text (frame, channel);
      usher_frame_add_u64 (frame, self->last_number + 1);
      usher_frame_add_u64 (frame, self->last_told);
      count_at = frame->len;
      usher_frame_add_u16 (frame, 0);
      while ((publish = g_queue_peek_head (&self->unsent)) != NULL &&
             count < USHER_FRAME_MAX_EVENTS && frame->len < USHER_FRAME_MAX_BYTES &&
             g_str_equal (usher_event_get_channel (publish->event), channel))
        {
          usher_frame_add_event (frame, publish->event);
          publish->number = ++self->last_number;
          count++;
          g_queue_push_tail (&self->sent, g_queue_pop_head (&self->unsent));
        }
      count = GUINT16_TO_LE (count);
      memcpy (frame->data + count_at, &count, sizeof count);
      usher_zmq_bus_send (self, frame);
    }
}

/* Who has not been told will not be. */
void
usher_zmq_bus_end_publishes (UsherZmqBus *self)
{
  g_autoptr (GError) error =
      g_error_new (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the bus was closed");
  UsherPublish *publish = NULL;

  while ((publish = g_queue_pop_head (&self->sent)) != NULL ||
         (publish = g_queue_pop_head (&self->unsent)) != NULL)
    usher_zmq_bus_end_publish (self, publish, error);
}
