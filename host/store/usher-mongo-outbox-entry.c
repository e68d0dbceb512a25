/* usher-mongo-outbox-entry.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-outbox-entry-private.h"

#include "usher-mongo-entries-private.h"
#include "usher-mongo-value-private.h"

void
usher_mongo_outbox_entry_append (bson_t *entry, UsherEvent *event)
{
  gsize length = 0;
  const char *payload = usher_event_get_payload (event, &length);

  usher_mongo_entry_append_text (entry, "id", usher_event_get_id (event));
  usher_mongo_entry_append_text (entry, "channel", usher_event_get_channel (event));
  usher_mongo_append_time (entry, "time", usher_event_get_time (event));
  usher_mongo_entry_append_text (entry, "correlation", usher_event_get_correlation (event));
  usher_mongo_entry_append_text (entry, "causation", usher_event_get_causation (event));
  usher_mongo_entry_append_text (entry, "traceparent", usher_event_get_traceparent (event));
  bson_append_utf8 (entry, "payload", -1, payload, (int) length);
}

/* (nullable) (transfer none) */
static const char *
get_text (const bson_t *entry, const char *name, guint32 *length)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, entry, name) && BSON_ITER_HOLDS_UTF8 (&iter)
             ? bson_iter_utf8 (&iter, length)
             : NULL;
}

UsherEvent *
usher_mongo_outbox_entry_read (const bson_t *entry)
{
  guint32 length = 0;
  const char *payload = get_text (entry, "payload", &length);
  const char *id = get_text (entry, "id", NULL);
  const char *channel = get_text (entry, "channel", NULL);
  gint64 time = 0;

  if (payload == NULL || id == NULL || channel == NULL)
    return NULL;

  usher_mongo_read_time (entry, "time", &time);

  return usher_event_new_full (id,
                               channel,
                               0,
                               time,
                               get_text (entry, "correlation", NULL),
                               get_text (entry, "causation", NULL),
                               get_text (entry, "traceparent", NULL),
                               payload,
                               (gssize) length);
}
