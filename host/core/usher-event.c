/* usher-event.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-event.h"

#include <string.h>

#include "usher-error.h"

/**
 * UsherEvent:
 *
 * What happened, as it goes over the bus.
 *
 * Immutable and reference counted, any thread. The payload is a JSON object.
 */
struct _UsherEvent
{
  gatomicrefcount ref_count;
  char *id;      /* (owned) */
  char *channel; /* (owned) */
  guint64 sequence;
  gint64 time;
  char *correlation; /* (owned) (nullable) */
  char *causation;   /* (owned) (nullable) */
  char *traceparent; /* (owned) (nullable) */
  char *payload;     /* (owned) */
  gsize length;
  UsherJson *json; /* (owned) (nullable) (atomic): once somebody asked */
};

G_DEFINE_BOXED_TYPE (UsherEvent, usher_event, usher_event_ref, usher_event_unref)

/**
 * usher_event_is_channel:
 * @name: a text
 *
 * Tells whether a channel may have this name: letters and digits of ASCII, colons, dots, hyphens and underscores, at least
 * one and at most [const@CHANNEL_MAX_LENGTH].
 *
 * Returns: whether it may
 */
gboolean
usher_event_is_channel (const char *name)
{
  gsize length = 0;

  g_return_val_if_fail (name != NULL, FALSE);

  while (length <= USHER_CHANNEL_MAX_LENGTH &&
         (g_ascii_isalnum (name[length]) ||
          (name[length] != '\0' && strchr (":.-_", name[length]) != NULL)))
    length++;

  return length > 0 && length <= USHER_CHANNEL_MAX_LENGTH && name[length] == '\0';
}

/**
 * usher_event_new:
 * @id: a UUID
 * @channel: the channel, `noun:past-participle`
 * @time: when it happened, in microseconds since 1970
 * @payload: a JSON object
 * @length: the length of @payload in bytes, or -1
 *
 * Makes an event.
 *
 * Returns: (transfer full): the event
 */
UsherEvent *
usher_event_new (const char *id,
                 const char *channel,
                 gint64 time,
                 const char *payload,
                 gssize length)
{
  return usher_event_new_full (id, channel, 0, time, NULL, NULL, NULL, payload, length);
}

/**
 * usher_event_new_full:
 * @id: a UUID
 * @channel: the channel
 * @sequence: its number in the channel, 0 when the bus has not got it
 * @time: when it happened, in microseconds since 1970
 * @correlation: (nullable): the request or event that this goes back to at first
 * @causation: (nullable): the event that led to it straight, or the timer: [const@CAUSATION_TIMER]
 * @traceparent: (nullable): the W3C trace context
 * @payload: a JSON object
 * @length: the length of @payload in bytes, or -1
 *
 * Makes an event that a store or a bus has kept.
 *
 * Returns: (transfer full): the event
 */
UsherEvent *
usher_event_new_full (const char *id,
                      const char *channel,
                      guint64 sequence,
                      gint64 time,
                      const char *correlation,
                      const char *causation,
                      const char *traceparent,
                      const char *payload,
                      gssize length)
{
  UsherEvent *self = NULL;

  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (channel != NULL, NULL);
  g_return_val_if_fail (payload != NULL, NULL);

  self = g_new0 (UsherEvent, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->channel = g_strdup (channel);
  self->sequence = sequence;
  self->time = time;
  self->correlation = g_strdup (correlation);
  self->causation = g_strdup (causation);
  self->traceparent = g_strdup (traceparent);
  self->length = length < 0 ? strlen (payload) : (gsize) length;
  self->payload = g_malloc (self->length + 1);
  memcpy (self->payload, payload, self->length);
  self->payload[self->length] = '\0';

  return self;
}

/**
 * usher_event_ref:
 * @self: an event
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
UsherEvent *
usher_event_ref (UsherEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_event_unref:
 * @self: (transfer full): an event
 *
 * Drops a reference.
 */
void
usher_event_unref (UsherEvent *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->json, usher_json_unref);
  g_free (self->id);
  g_free (self->channel);
  g_free (self->correlation);
  g_free (self->causation);
  g_free (self->traceparent);
  g_free (self->payload);
  g_free (self);
}

/**
 * usher_event_get_id:
 * @self: an event
 *
 * Gets the event's id.
 *
 * Returns: a UUID
 */
const char *
usher_event_get_id (UsherEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->id;
}

/**
 * usher_event_get_channel:
 * @self: an event
 *
 * Gets the channel it is in.
 *
 * Returns: the name of the channel
 */
const char *
usher_event_get_channel (UsherEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->channel;
}

/**
 * usher_event_get_sequence:
 * @self: an event
 *
 * Gets its number in the channel.
 *
 * Returns: the number, from 1; 0 before the bus has the event
 */
guint64
usher_event_get_sequence (UsherEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->sequence;
}

/**
 * usher_event_get_time:
 * @self: an event
 *
 * Tells when it happened.
 *
 * Returns: microseconds since 1970
 */
gint64
usher_event_get_time (UsherEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/**
 * usher_event_get_correlation:
 * @self: an event
 *
 * Gets the id of the request or event that it goes back to at first.
 *
 * Returns: (nullable): the id
 */
const char *
usher_event_get_correlation (UsherEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->correlation;
}

/**
 * usher_event_get_causation:
 * @self: an event
 *
 * Gets the id of the event that led to it straight.
 *
 * Returns: (nullable): the id
 */
const char *
usher_event_get_causation (UsherEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->causation;
}

/**
 * usher_event_get_traceparent:
 * @self: an event
 *
 * Gets the W3C trace context that it belongs to.
 *
 * Returns: (nullable): the value of the header `traceparent`
 */
const char *
usher_event_get_traceparent (UsherEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->traceparent;
}

/**
 * usher_event_get_payload:
 * @self: an event
 * @length: (out) (optional): its length in bytes
 *
 * Gets the payload as text.
 *
 * Returns: (transfer none): the text
 */
const char *
usher_event_get_payload (UsherEvent *self, gsize *length)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (length != NULL)
    *length = self->length;

  return self->payload;
}

/**
 * usher_event_get_json:
 * @self: an event
 * @error: return location for a [error@Error]
 *
 * Gets the payload as JSON, which is read on the first call.
 *
 * Returns: (transfer none): the payload, or `NULL` with `USHER_ERROR_INVALID` when it is no JSON object
 */
UsherJson *
usher_event_get_json (UsherEvent *self, GError **error)
{
  UsherJson *json = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  json = g_atomic_pointer_get (&self->json);
  if (json != NULL)
    return json;

  json = usher_json_parse (self->payload, (gssize) self->length, error);
  if (json == NULL)
    {
      g_prefix_error (error, "payload of event “%s”: ", self->id);
      return NULL;
    }
  if (usher_json_get_kind (json, "") != USHER_JSON_OBJECT)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "payload of event “%s” is no JSON object",
                   self->id);
      usher_json_unref (json);
      return NULL;
    }

  if (!g_atomic_pointer_compare_and_exchange (&self->json, NULL, json))
    usher_json_unref (json);

  return g_atomic_pointer_get (&self->json);
}
