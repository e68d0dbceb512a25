/* usher-publisher.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-publisher-private.h"

#include <string.h>

#include "usher-error.h"

/* events that may be on their way without a confirmation */
#define WINDOW       16384
#define WINDOW_BYTES (16 * 1024 * 1024)

typedef struct
{
  UsherEvent *event; /* (owned) */
  UsherPublishedFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
  guint64 number;         /* since the last hello; 0: not sent */
  gsize size;             /* of its payload */
} Publish;

struct _UsherPublisher
{
  UsherWake *wake; /* (owned) */
  UsherSendFunc send;
  gpointer user_data;

  GMutex mutex;
  GCond cond;
  GQueue posted;    /* (mutex mutex) (element-type Publish): not yet seen by the thread */
  gboolean closing; /* (mutex mutex) */
  guint n_open;     /* (mutex mutex): events that are not told */

  /* the thread alone */
  GQueue sent;        /* (element-type Publish): not confirmed, in order */
  GQueue unsent;      /* (element-type Publish): in order, behind those */
  gsize n_sent_bytes; /* of @sent */
  guint64 last_number;
  guint64 last_told; /* up to here we know what became of them */
};

UsherPublisher *
usher_publisher_new (UsherWake *wake, UsherSendFunc send, gpointer user_data)
{
  UsherPublisher *self = g_new0 (UsherPublisher, 1);

  self->wake = usher_wake_ref (wake);
  self->send = send;
  self->user_data = user_data;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->posted);
  g_queue_init (&self->sent);
  g_queue_init (&self->unsent);

  return self;
}

static void
free_publish (gpointer data)
{
  Publish *publish = data;

  if (publish->destroy != NULL)
    publish->destroy (publish->user_data);
  usher_event_unref (publish->event);
  g_free (publish);
}

void
usher_publisher_free (UsherPublisher *self)
{
  g_queue_clear_full (&self->posted, free_publish);
  g_queue_clear_full (&self->sent, free_publish);
  g_queue_clear_full (&self->unsent, free_publish);
  usher_wake_unref (self->wake);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
usher_publisher_post (UsherPublisher *self,
                      UsherEvent *event,
                      UsherPublishedFunc func,
                      gpointer user_data,
                      GDestroyNotify destroy)
{
  Publish *publish = g_new0 (Publish, 1);
  gboolean taken = FALSE;

  publish->event = usher_event_ref (event);
  usher_event_get_payload (event, &publish->size);
  publish->func = func;
  publish->user_data = user_data;
  publish->destroy = destroy;

  g_mutex_lock (&self->mutex);
  taken = !self->closing;
  if (taken)
    {
      self->n_open++;
      g_queue_push_tail (&self->posted, publish);
    }
  g_mutex_unlock (&self->mutex);

  /* a closed bus says nothing more: the event stays in its outbox */
  if (taken)
    usher_wake_signal (self->wake);
  else
    free_publish (publish);
}

gboolean
usher_publisher_close (UsherPublisher *self, gint64 deadline)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->closing = TRUE;
  while (self->n_open > 0 && g_get_monotonic_time () < deadline)
    g_cond_wait_until (&self->cond, &self->mutex, deadline);

  return self->n_open == 0;
}

/* Tells the publisher. */
static void
end_publish (UsherPublisher *self, Publish *publish, const GError *error)
{
  publish->func (publish->event, error, publish->user_data);
  free_publish (publish);

  g_mutex_lock (&self->mutex);
  self->n_open--;
  if (self->n_open == 0)
    g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

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

void
usher_publisher_take_posted (UsherPublisher *self)
{
  GQueue posted = G_QUEUE_INIT;
  Publish *publish = NULL;

  g_mutex_lock (&self->mutex);
  posted = self->posted;
  g_queue_init (&self->posted);
  g_mutex_unlock (&self->mutex);

  /* who posted what no hub could keep is told; the order of the others stays */
  while ((publish = g_queue_pop_head (&posted)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (check_event (publish->event, &error))
        g_queue_push_tail (&self->unsent, publish);
      else
        end_publish (self, publish, error);
    }
}

/* An event was refused, and its publisher knows: what it had published behind that, not knowing, would be stored before
 * it. The hub refuses what was sent already. */
static void
refuse_behind (UsherPublisher *self, const char *channel, const GError *error)
{
  GQueue refused = G_QUEUE_INIT;
  Publish *publish = NULL;

  usher_publisher_take_posted (self);
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
    end_publish (self, publish, error);
}

static GError *
make_refusal (const Publish *publish, guint8 code)
{
  const char *channel = usher_event_get_channel (publish->event);
  gboolean is_forbidden = code == 1 + USHER_ERROR_FORBIDDEN;

  /* it stays in its outbox, and its service waits for nobody who would tell */
  if (is_forbidden)
    g_message ("this member's key may not publish to channel “%s”", channel);

  return g_error_new (USHER_ERROR,
                      code - 1,
                      "the bus refused an event of channel “%s”%s",
                      channel,
                      is_forbidden ? ": this member's key may not publish to it" : "");
}

void
usher_publisher_take_confirm (UsherPublisher *self, UsherFrameReader *reader)
{
  guint64 upto = usher_frame_read_u64 (reader);
  guint n_refused = usher_frame_read_u16 (reader);
  Publish *publish = NULL;
  guint64 refused = n_refused > 0 ? usher_frame_read_u64 (reader) : 0;
  guint8 code = n_refused > 0 ? usher_frame_read_u8 (reader) : 0;

  while (!reader->failed && (publish = g_queue_peek_head (&self->sent)) != NULL &&
         publish->number <= upto)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *channel = NULL;

      g_queue_pop_head (&self->sent);
      self->n_sent_bytes -= publish->size;
      self->last_told = publish->number;
      if (publish->number == refused)
        {
          error = make_refusal (publish, code);
          channel = g_strdup (usher_event_get_channel (publish->event));
          n_refused--;
          refused = n_refused > 0 ? usher_frame_read_u64 (reader) : 0;
          code = n_refused > 0 ? usher_frame_read_u8 (reader) : 0;
        }
      end_publish (self, publish, error);
      if (channel != NULL && !g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID))
        refuse_behind (self, channel, error);
    }
}

void
usher_publisher_send (UsherPublisher *self)
{
  while (!g_queue_is_empty (&self->unsent) && g_queue_get_length (&self->sent) < WINDOW &&
         self->n_sent_bytes < WINDOW_BYTES)
    {
      Publish *first = g_queue_peek_head (&self->unsent);
      const char *channel = usher_event_get_channel (first->event);
      GByteArray *frame = usher_frame_new (USHER_FRAME_PUBLISH);
      guint count_at = 0;
      guint16 count = 0;
      Publish *publish = NULL;

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
          self->n_sent_bytes += publish->size;
          count++;
          g_queue_push_tail (&self->sent, g_queue_pop_head (&self->unsent));
        }
      count = GUINT16_TO_LE (count);
      memcpy (frame->data + count_at, &count, sizeof count);
      self->send (frame, self->user_data);
    }
}

void
usher_publisher_begin_anew (UsherPublisher *self)
{
  Publish *publish = NULL;

  while ((publish = g_queue_pop_tail (&self->sent)) != NULL)
    {
      publish->number = 0;
      g_queue_push_head (&self->unsent, publish);
    }
  self->n_sent_bytes = 0;
  self->last_number = 0;
  self->last_told = 0;
}

void
usher_publisher_end (UsherPublisher *self)
{
  g_autoptr (GError) error =
      g_error_new (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the bus was closed");
  Publish *publish = NULL;

  usher_publisher_take_posted (self);
  while ((publish = g_queue_pop_head (&self->sent)) != NULL ||
         (publish = g_queue_pop_head (&self->unsent)) != NULL)
    end_publish (self, publish, error);
}
