/* usher-hub-parked.c: what groups could not do, for whoever looks on
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include "usher-error.h"
#include "usher-json.h"

/* (transfer full) (nullable): NULL: it was dropped for its age */
static UsherEvent *
read_event (UsherHub *self, const UsherParked *parked)
{
  UsherChannel *channel = usher_hub_get_channel (self, parked->channel);
  UsherJournalFrame *frame = usher_hub_find_frame (self, channel, parked->sequence);
  g_autoptr (UsherEvent) event = NULL;
  UsherFrameReader reader;

  if (frame == NULL || frame->base > parked->sequence)
    return NULL;

  usher_frame_reader_init (&reader,
                           g_bytes_get_data (frame->bytes, NULL),
                           g_bytes_get_size (frame->bytes));
  for (guint64 sequence = frame->base; sequence <= parked->sequence; sequence++)
    {
      g_clear_pointer (&event, usher_event_unref);
      event = usher_frame_read_event (&reader, parked->channel, sequence);
    }

  return g_steal_pointer (&event);
}

/* (transfer full): the strings of a JSON array, as the log has them */
static char **
read_reasons (const char *text)
{
  g_autoptr (UsherJson) json = usher_json_parse (text, -1, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; json != NULL && i < usher_json_get_length (json, ""); i++)
    {
      g_autofree char *path = g_strdup_printf ("%u", i);
      const char *reason = usher_json_get_string (json, path);

      g_strv_builder_add (builder, reason != NULL ? reason : "");
    }

  return g_strv_builder_end (builder);
}

static UsherParkedEvent *
describe (UsherHub *self, const UsherParked *parked)
{
  UsherParkedEvent *event = usher_parked_event_new ();

  event->id = g_strdup (parked->id);
  event->channel = g_strdup (parked->channel);
  event->group = g_strdup (parked->group);
  event->sequence = parked->sequence;
  event->event = read_event (self, parked);
  event->time = parked->time;
  event->attempts = parked->attempts;
  event->is_deferred = parked->deferred;
  event->reasons = read_reasons (parked->reasons);

  return event;
}

GPtrArray *
usher_hub_list_parked (UsherHub *self,
                       const char *channel,
                       guint offset,
                       guint limit,
                       GError **error)
{
  g_autoptr (GPtrArray) parked = usher_journal_list_parked (self->journal, channel, NULL, error);
  GPtrArray *list = NULL;

  if (parked == NULL)
    return NULL;

  list = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_event_free);
  for (guint i = offset; i < parked->len && list->len < limit; i++)
    g_ptr_array_add (list, describe (self, g_ptr_array_index (parked, i)));

  return list;
}

/* (transfer full) */
static UsherParked *
find (UsherHub *self, const char *id, GError **error)
{
  UsherParked *parked = usher_hub_is_unparked (self, id)
                            ? NULL
                            : usher_journal_find_parked (self->journal, id, error);

  if (parked == NULL && *error == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no event “%s” is parked", id);

  return parked;
}

gboolean
usher_hub_replay_parked (UsherHub *self, const char *id, GError **error)
{
  UsherParked *parked = find (self, id, error);
  gboolean ok = parked != NULL && usher_hub_replay (self, parked, error);

  g_clear_pointer (&parked, usher_parked_free);

  return ok;
}

gboolean
usher_hub_drop_parked (UsherHub *self, const char *id, GError **error)
{
  UsherParked *parked = find (self, id, error);

  if (parked == NULL)
    return FALSE;

  g_ptr_array_add (self->next->unparked, g_strdup (id));
  usher_parked_free (parked);

  return TRUE;
}
