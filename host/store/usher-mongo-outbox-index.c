/* usher-mongo-outbox-index.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-outbox-index-private.h"

/* how many events are known; the others stay where they are until these are sent */
#define MOST_EVENTS 65536

struct _UsherMongoOutboxIndex
{
  guint64 epoch;     /* tells marks of this opening of the store from those of others */
  guint64 last;      /* the last number that was given */
  GQueue events;     /* (element-type UsherMongoOutboxEvent): by their numbers */
  GHashTable *links; /* (owned) (element-type utf8 GList): of @events, by ids, which are theirs */
  GHashTable
      *trimmed; /* (owned) (element-type utf8): ids of events that documents may have still */
};

static void
clear_event (gpointer data)
{
  UsherMongoOutboxEvent *event = data;

  usher_mongo_place_unref (event->place);
  g_free (event->id);
}

static void
free_event (gpointer data)
{
  clear_event (data);
  g_free (data);
}

UsherMongoOutboxIndex *
usher_mongo_outbox_index_new (void)
{
  UsherMongoOutboxIndex *self = g_new0 (UsherMongoOutboxIndex, 1);

  self->epoch = ((guint64) g_random_int () << 32) | g_random_int () | 1;
  g_queue_init (&self->events);
  self->links = g_hash_table_new (g_str_hash, g_str_equal);
  self->trimmed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
usher_mongo_outbox_index_free (UsherMongoOutboxIndex *self)
{
  g_hash_table_unref (self->links);
  g_hash_table_unref (self->trimmed);
  g_queue_clear_full (&self->events, free_event);
  g_free (self);
}

guint64
usher_mongo_outbox_index_add (UsherMongoOutboxIndex *self, UsherMongoPlace *place, const char *id)
{
  GList *link = g_hash_table_lookup (self->links, id);
  UsherMongoOutboxEvent *event = NULL;

  if (link != NULL)
    return ((UsherMongoOutboxEvent *) link->data)->number;
  if (g_hash_table_contains (self->trimmed, id) || usher_mongo_outbox_index_is_full (self))
    return 0;

  event = g_new0 (UsherMongoOutboxEvent, 1);
  event->number = ++self->last;
  event->id = g_strdup (id);
  event->place = usher_mongo_place_ref (place);
  g_queue_push_tail (&self->events, event);
  g_hash_table_insert (self->links, event->id, g_queue_peek_tail_link (&self->events));

  return event->number;
}

gboolean
usher_mongo_outbox_index_knows (UsherMongoOutboxIndex *self, const char *id)
{
  return g_hash_table_contains (self->links, id) || g_hash_table_contains (self->trimmed, id);
}

gboolean
usher_mongo_outbox_index_is_full (UsherMongoOutboxIndex *self)
{
  return g_hash_table_size (self->links) + g_hash_table_size (self->trimmed) >= MOST_EVENTS;
}

void
usher_mongo_outbox_index_remove (UsherMongoOutboxIndex *self, const char *id)
{
  GList *link = g_hash_table_lookup (self->links, id);
  UsherMongoOutboxEvent *event = NULL;

  g_hash_table_remove (self->trimmed, id);
  if (link == NULL)
    return;

  event = link->data;
  g_hash_table_remove (self->links, event->id);
  g_queue_delete_link (&self->events, link);
  free_event (event);
}

void
usher_mongo_outbox_index_set_aside (UsherMongoOutboxIndex *self, const char *id)
{
  usher_mongo_outbox_index_remove (self, id);
  g_hash_table_add (self->trimmed, g_strdup (id));
}

static void
append_copy (const UsherMongoOutboxEvent *event, GArray *events)
{
  const UsherMongoOutboxEvent copy = {
    event->number,
    g_strdup (event->id),
    usher_mongo_place_ref (event->place),
  };

  g_array_append_val (events, copy);
}

void
usher_mongo_outbox_index_list (UsherMongoOutboxIndex *self,
                               guint64 after,
                               guint limit,
                               GArray *events)
{
  for (GList *link = self->events.head; link != NULL && limit > 0; link = link->next)
    {
      const UsherMongoOutboxEvent *event = link->data;

      if (event->number <= after)
        continue;
      append_copy (event, events);
      limit--;
    }
}

void
usher_mongo_outbox_index_trim (UsherMongoOutboxIndex *self, guint64 upto, GArray *events)
{
  UsherMongoOutboxEvent *event = NULL;

  while ((event = g_queue_peek_head (&self->events)) != NULL && event->number <= upto)
    {
      append_copy (event, events);
      g_hash_table_remove (self->links, event->id);
      g_hash_table_add (self->trimmed, g_strdup (event->id));
      free_event (g_queue_pop_head (&self->events));
    }
}

GArray *
usher_mongo_outbox_index_new_events (void)
{
  GArray *events = g_array_new (FALSE, FALSE, sizeof (UsherMongoOutboxEvent));

  g_array_set_clear_func (events, clear_event);

  return events;
}

void
usher_mongo_outbox_index_make_mark (UsherMongoOutboxIndex *self, guint64 number, UsherMark *mark)
{
  *mark = (UsherMark){ { number, self->epoch } };
}

guint64
usher_mongo_outbox_index_get_number (UsherMongoOutboxIndex *self, const UsherMark *mark)
{
  return mark->words[1] == self->epoch ? mark->words[0] : 0;
}
