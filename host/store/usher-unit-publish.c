/* usher-unit-publish.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-commit-private.h"
#include "usher-event-schema-private.h"
#include "usher-fault-private.h"
#include "usher-id.h"
#include "usher-payload-private.h"
#include "usher-unit-private.h"
#include "usher-unit-run-private.h"

/* one event on its way into the commit */
typedef struct
{
  const char *channel;
  const char *text;
  gsize length;
  UsherDocument *source; /* (nullable): the document whose text it is, which is JSON */
} Publication;

/* Whether a bus will take it. */
static gboolean
check_name_and_size (const Publication *event)
{
  if (!usher_event_is_channel (event->channel))
    {
      usher_fault_report ("“%s” is no name for a channel", event->channel);
      return FALSE;
    }
  if (event->length > USHER_EVENT_MAX_PAYLOAD)
    {
      usher_fault_report ("an event of channel “%s” has %" G_GSIZE_FORMAT " bytes, and may have %d",
                          event->channel,
                          event->length,
                          USHER_EVENT_MAX_PAYLOAD);
      return FALSE;
    }

  return TRUE;
}

/* (nullable): what it is held against */
static UsherEventSchema *
find_declared (UsherUnit *self, const Publication *event)
{
  if (!USHER_CHECKS_EVENTS || self->events == NULL)
    return NULL;

  return g_hash_table_lookup (self->events, event->channel);
}

static gboolean
check_declared (UsherEventSchema *declared, const Publication *event, UsherJson *json)
{
  UsherSchema *schema = event->source != NULL ? usher_document_get_schema (event->source) : NULL;
  g_autofree char *fault = usher_event_schema_find_fault (declared, json, schema);

  if (fault != NULL)
    usher_fault_report ("an event of channel “%s” is not as it is declared: %s",
                        event->channel,
                        fault);

  return fault == NULL;
}

static gboolean
check (UsherUnit *self, const Publication *event)
{
  UsherEventSchema *declared = NULL;
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (GError) error = NULL;

  if (!check_name_and_size (event))
    return FALSE;

  declared = find_declared (self, event);
  if (event->source != NULL &&
      (declared == NULL || usher_event_schema_is_met_by (declared, event->source)))
    return TRUE;

  json = usher_json_parse (event->text, (gssize) event->length, &error);
  if (json == NULL)
    {
      usher_fault_report ("an event of channel “%s” is no JSON: %s",
                          event->channel,
                          error->message);
      return FALSE;
    }

  return declared == NULL || check_declared (declared, event, json);
}

static void
publish (UsherUnit *self, const Publication *event, guint place)
{
  g_autofree char *id = NULL;
  g_autoptr (UsherEvent) made = NULL;

  if (!check (self, event))
    return;

  id = usher_uuid_new (self->clock);
  made = usher_event_new_full (id,
                               event->channel,
                               0,
                               usher_unit_get_time (self),
                               self->origin.correlation,
                               self->origin.causation,
                               self->origin.traceparent,
                               event->text,
                               (gssize) event->length);
  usher_commit_publish_at (self->commit, made, place);
}

/* where the next event stands, with those before it that are begun */
static guint
get_next_place (UsherUnit *self)
{
  guint n_begun = self->payloads != NULL ? self->payloads->len : 0;

  return usher_commit_get_n_events (self->commit) + n_begun;
}

/**
 * usher_unit_publish:
 * @self: a unit
 * @channel: the subject, `noun:past-participle`
 * @payload: a JSON object as text, of [const@EVENT_MAX_PAYLOAD] bytes at most
 *
 * Publishes an event with the commit: never without it, and never not after it. What no bus could take is a fault of the
 * program; and where @channel is declared, what [method@Context.add_event] says. For a text that is there already: else
 * [method@Unit.begin_event] builds one.
 */
void
usher_unit_publish (UsherUnit *self, const char *channel, const char *payload)
{
  g_return_if_fail (USHER_IS_UNIT (self));

  if (usher_fault_is_given (channel, G_STRFUNC, "channel") &&
      usher_fault_is_given (payload, G_STRFUNC, "payload"))
    publish (self, &(Publication){ channel, payload, strlen (payload) }, G_MAXUINT);
}

/**
 * usher_unit_publish_document:
 * @self: a unit
 * @channel: the subject, `noun:past-participle`
 * @document: a document; its text as it is now is the payload
 *
 * Publishes a document with the commit. Private fields are not in its text.
 */
void
usher_unit_publish_document (UsherUnit *self, const char *channel, UsherDocument *document)
{
  Publication event = { channel };

  g_return_if_fail (USHER_IS_UNIT (self));

  if (!usher_fault_is_given (channel, G_STRFUNC, "channel") ||
      !usher_fault_is_given (document, G_STRFUNC, "document"))
    return;

  event.text = usher_document_get_text (document, &event.length);
  event.source = document;
  publish (self, &event, G_MAXUINT);
}

/**
 * usher_unit_begin_event:
 * @self: a unit
 * @channel: the subject, `noun:past-participle`
 *
 * Begins an event whose payload is built member by member. It is published with the commit, in this place among the others, as it is
 * when the handler returns.
 *
 * Returns: (transfer none): the payload, to be filled
 */
UsherPayload *
usher_unit_begin_event (UsherUnit *self, const char *channel)
{
  UsherPayload *payload;

  g_return_val_if_fail (USHER_IS_UNIT (self), NULL);

  if (!usher_fault_is_given (channel, G_STRFUNC, "channel"))
    return NULL;

  if (self->payloads == NULL)
    self->payloads = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_payload_unref);
  payload = usher_payload_new (channel, get_next_place (self));
  g_ptr_array_add (self->payloads, payload);

  return payload;
}

void
usher_unit_end_events (UsherUnit *self)
{
  /* in the order of their places, so each finds those before it where they belong */
  g_autoptr (GPtrArray) payloads = g_steal_pointer (&self->payloads);

  for (guint i = 0; payloads != NULL && i < payloads->len; i++)
    {
      UsherPayload *payload = g_ptr_array_index (payloads, i);
      g_autofree char *text = usher_payload_close (payload);

      publish (self,
               &(Publication){ usher_payload_get_channel (payload), text, strlen (text) },
               usher_payload_get_place (payload));
    }
}

void
usher_unit_set_events (UsherUnit *self, GHashTable *events)
{
  self->events = events;
}
