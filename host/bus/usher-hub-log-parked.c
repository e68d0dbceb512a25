/* usher-hub-log-parked.c: what groups could not do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-log-private.h"

#include "usher-error.h"
#include "usher-json.h"

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
describe (UsherHubLog *self, const UsherParked *parked)
{
  UsherHubChannel *channel = usher_hub_log_get_channel (self, parked->channel);
  UsherParkedEvent *event = usher_parked_event_new ();

  event->id = g_strdup (parked->id);
  event->channel = g_strdup (parked->channel);
  event->group = g_strdup (parked->group);
  event->sequence = parked->sequence;
  event->event = usher_hub_channel_read_event (channel, parked->sequence);
  event->time = parked->time;
  event->attempts = parked->attempts;
  event->is_deferred = parked->deferred;
  event->reasons = read_reasons (parked->reasons);

  return event;
}

GPtrArray *
usher_hub_log_list_parked (UsherHubLog *self,
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

static gboolean
has_unparked (const UsherJournalBatch *batch, const char *id)
{
  return batch != NULL && g_hash_table_contains (batch->unparked, id);
}

/* Whether it is parked no more, though the log does not say so yet. */
static gboolean
is_unparked (UsherHubLog *self, const char *id)
{
  return has_unparked (self->next, id) || has_unparked (self->written, id);
}

GPtrArray *
usher_hub_log_list_deferred (UsherHubLog *self, const UsherHubChannel *channel, const char *group)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) parked = usher_journal_list_parked (self->journal,
                                                            usher_hub_channel_get_name (channel),
                                                            group,
                                                            &error);
  GPtrArray *deferred = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_free);

  while (parked != NULL && parked->len > 0)
    {
      UsherParked *each = g_ptr_array_steal_index (parked, 0);

      if (each->deferred && !is_unparked (self, each->id))
        g_ptr_array_add (deferred, each);
      else
        usher_parked_free (each);
    }

  return deferred;
}

UsherParked *
usher_hub_log_find_parked (UsherHubLog *self, const char *id, GError **error)
{
  if (!is_unparked (self, id))
    return usher_journal_find_parked (self->journal, id, error);

  g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no event “%s” is parked", id);

  return NULL;
}

GHashTable *
usher_hub_log_count_parked (UsherHubLog *self, GError **error)
{
  return usher_journal_count_parked (self->journal, error);
}
