/* usher-mongo-transfer-batch.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-transfer-batch-private.h"

#include <string.h>

#include "usher-mongo-inbox-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-outbox-entry-private.h"
#include "usher-mongo-requests-private.h"
#include "usher-mongo-timer-entry-private.h"

/* of one command; a document alone may be larger */
#define MAX_DOCUMENTS 1000
#define MAX_BYTES     (4 * 1024 * 1024)
/* of one carrier, which is read and written as a whole */
#define MAX_EVENTS      256
#define MAX_EVENT_BYTES (256 * 1024)

struct _UsherMongoTransferBatch
{
  UsherMongoDatabase *database; /* (owned) */
  const char *collection;       /* (unowned) (nullable): of the documents */
  GPtrArray *documents;         /* (owned) (element-type bson_t) */
  gsize n_bytes;
  GPtrArray *events; /* (owned) (element-type bson_t): entries of the next carrier */
  gsize n_event_bytes;
  guint n_carriers; /* of events */
};

UsherMongoTransferBatch *
usher_mongo_transfer_batch_new (UsherMongoDatabase *database)
{
  UsherMongoTransferBatch *self = g_new0 (UsherMongoTransferBatch, 1);

  self->database = usher_mongo_database_ref (database);
  self->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);

  return self;
}

void
usher_mongo_transfer_batch_free (UsherMongoTransferBatch *self)
{
  usher_mongo_database_unref (self->database);
  g_ptr_array_unref (self->documents);
  g_ptr_array_unref (self->events);
  g_free (self);
}

static void
append_all (bson_t *bson, const char *name, GPtrArray *documents)
{
  bson_t array;

  bson_append_array_begin (bson, name, -1, &array);
  for (guint i = 0; i < documents->len; i++)
    {
      g_autofree char *index = g_strdup_printf ("%u", i);

      bson_append_document (&array, index, -1, g_ptr_array_index (documents, i));
    }
  bson_append_array_end (bson, &array);
}

static gboolean
write_documents (UsherMongoTransferBatch *self, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;

  if (self->documents->len == 0)
    return TRUE;

  bson_append_utf8 (&command, "insert", -1, self->collection, -1);
  append_all (&command, "documents", self->documents);
  if (!usher_mongo_database_write (self->database, NULL, &command, NULL, error))
    return FALSE;

  g_ptr_array_set_size (self->documents, 0);
  self->n_bytes = 0;

  return TRUE;
}

gboolean
usher_mongo_transfer_batch_add (UsherMongoTransferBatch *self,
                                const char *collection,
                                bson_t *document,
                                GError **error)
{
  gboolean is_full = self->documents->len == MAX_DOCUMENTS ||
                     self->n_bytes + document->len > MAX_BYTES ||
                     g_strcmp0 (self->collection, collection) != 0;

  if (is_full && !write_documents (self, error))
    {
      bson_destroy (document);
      return FALSE;
    }

  self->collection = collection;
  self->n_bytes += document->len;
  g_ptr_array_add (self->documents, document);

  return TRUE;
}

static bson_t *
new_carrier (const char *kind, const char *key)
{
  g_autofree char *id = g_strconcat (kind, " ", key, NULL);
  bson_t *carrier = bson_new ();

  bson_append_utf8 (carrier, "_id", -1, id, -1);
  /* who trims or prunes takes it away by that when it carries nothing any more */
  bson_append_date_time (carrier, "_removed", -1, g_get_real_time () / 1000);

  return carrier;
}

/* In the order of their ids they are the order in which events are to be sent. */
static gboolean
add_events (UsherMongoTransferBatch *self, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%010u", self->n_carriers);
  bson_t *carrier = NULL;

  if (self->events->len == 0)
    return TRUE;

  carrier = new_carrier ("copy", number);
  append_all (carrier, "_outbox", self->events);
  g_ptr_array_set_size (self->events, 0);
  self->n_event_bytes = 0;
  self->n_carriers++;

  return usher_mongo_transfer_batch_add (self, USHER_MONGO_CARRIERS, carrier, error);
}

static gboolean
carry_event (UsherMongoTransferBatch *self, UsherEvent *event, GError **error)
{
  bson_t *entry = bson_new ();

  usher_mongo_outbox_entry_append (entry, event);
  if ((self->events->len == MAX_EVENTS || self->n_event_bytes + entry->len > MAX_EVENT_BYTES) &&
      !add_events (self, error))
    {
      bson_destroy (entry);
      return FALSE;
    }

  self->n_event_bytes += entry->len;
  g_ptr_array_add (self->events, entry);

  return TRUE;
}

/* @entry: the only one of the array @member */
static gboolean
carry (UsherMongoTransferBatch *self,
       bson_t *carrier,
       const char *member,
       const bson_t *entry,
       GError **error)
{
  bson_t array;

  bson_append_array_begin (carrier, member, -1, &array);
  bson_append_document (&array, "0", -1, entry);
  bson_append_array_end (carrier, &array);

  return usher_mongo_transfer_batch_add (self, USHER_MONGO_CARRIERS, carrier, error);
}

static gboolean
carry_applied (UsherMongoTransferBatch *self, const UsherTransferRow *row, GError **error)
{
  g_autofree char *key = usher_mongo_inbox_dup_key (row->applied, row->subscriber);
  g_autofree char *name = g_strdup_printf ("%s %s", row->applied, row->subscriber);
  g_auto (bson_t) entry = BSON_INITIALIZER;

  usher_mongo_inbox_entry_append (&entry, key, row->time);

  return carry (self, new_carrier ("event", name), "_applied", &entry, error);
}

static gboolean
carry_request (UsherMongoTransferBatch *self, UsherRequestRecord *request, GError **error)
{
  g_auto (bson_t) entry = BSON_INITIALIZER;

  usher_mongo_request_entry_append (&entry, request, 1);

  return carry (self, new_carrier ("request", request->key), "_request", &entry, error);
}

static gboolean
carry_timer (UsherMongoTransferBatch *self, UsherTimer *timer, GError **error)
{
  const UsherTimerChange change = {
    .name = (char *) usher_timer_get_name (timer),
    .key = (char *) usher_timer_get_key (timer),
    .set = TRUE,
    .due = usher_timer_get_due (timer),
    .payload = (char *) usher_timer_get_payload (timer),
    .attempt = usher_timer_get_attempt (timer),
    .history = (UsherTimerHistory *) usher_timer_get_history (timer),
    .origin = (UsherOrigin *) usher_timer_get_origin (timer),
  };
  g_autofree char *key = usher_mongo_timer_entry_dup_key (change.name, change.key);
  g_auto (bson_t) entry = BSON_INITIALIZER;

  usher_mongo_timer_entry_append (&entry, &change, 1, usher_timer_get_since (timer));

  return carry (self, new_carrier ("timer", key), "_timers", &entry, error);
}

gboolean
usher_mongo_transfer_batch_carry (UsherMongoTransferBatch *self,
                                  const UsherTransferRow *row,
                                  GError **error)
{
  switch (row->part)
    {
    case USHER_TRANSFER_EVENTS:
      return carry_event (self, row->event, error);

    case USHER_TRANSFER_APPLIED:
      return carry_applied (self, row, error);

    case USHER_TRANSFER_REQUESTS:
      return carry_request (self, row->request, error);

    case USHER_TRANSFER_TIMERS:
      return carry_timer (self, row->timer, error);

    case USHER_TRANSFER_DOCUMENTS:
    case USHER_TRANSFER_N_PARTS:
    default:
      return TRUE;
    }
}

gboolean
usher_mongo_transfer_batch_flush (UsherMongoTransferBatch *self, GError **error)
{
  return add_events (self, error) && write_documents (self, error);
}
