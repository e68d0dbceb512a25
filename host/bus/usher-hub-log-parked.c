/* usher-hub-log-parked.c: what groups could not do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-log-private.h"

#include "usher-error.h"
#include "usher-json.h"

/* of one page; and how many bytes of events are read for it, before others get their turn */
#define MAX_ROWS 100
#define MAX_READ (32 * 1024 * 1024)

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

/* All but the event; @event: (nullable) */
static UsherParkedEvent *
describe (const UsherParked *parked, UsherEvent *event)
{
  UsherParkedEvent *described = usher_parked_event_new ();
  gsize length = 0;

  described->id = g_strdup (parked->id);
  described->channel = g_strdup (parked->channel);
  described->group = g_strdup (parked->group);
  described->sequence = parked->sequence;
  described->time = parked->time;
  described->attempts = parked->attempts;
  described->is_deferred = parked->deferred;
  described->reasons = read_reasons (parked->reasons);
  if (event == NULL)
    return described;

  usher_event_get_payload (event, &length);
  described->event_id = g_strdup (usher_event_get_id (event));
  described->n_bytes = length;

  return described;
}

/* (transfer full) (nullable) */
static UsherEvent *
read_event (UsherHubLog *self, const UsherParked *parked)
{
  return usher_hub_channel_read_event (usher_hub_log_get_channel (self, parked->channel),
                                       parked->sequence);
}

GPtrArray *
usher_hub_log_list_parked (UsherHubLog *self,
                           const char *channel,
                           guint offset,
                           guint limit,
                           GError **error)
{
  g_autoptr (GPtrArray) parked = usher_journal_list_parked (
      self->journal, channel, NULL, offset, MIN (limit, MAX_ROWS), error);
  GPtrArray *list = NULL;
  guint64 n_bytes = 0;

  if (parked == NULL)
    return NULL;

  list = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_event_free);
  for (guint i = 0; i < parked->len && n_bytes < MAX_READ; i++)
    {
      const UsherParked *each = g_ptr_array_index (parked, i);
      g_autoptr (UsherEvent) event = read_event (self, each);
      UsherParkedEvent *described = describe (each, event);

      n_bytes += described->n_bytes;
      g_ptr_array_add (list, described);
    }

  return list;
}

UsherParkedEvent *
usher_hub_log_describe_parked (UsherHubLog *self, const char *id, GError **error)
{
  g_autoptr (UsherParked) parked = usher_hub_log_find_parked (self, id, error);
  g_autoptr (UsherEvent) event = NULL;
  UsherParkedEvent *described = NULL;

  if (parked == NULL)
    return NULL;

  event = read_event (self, parked);
  described = describe (parked, event);
  described->event = g_steal_pointer (&event);

  return described;
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
  g_autoptr (GPtrArray) parked = usher_journal_list_parked (
      self->journal, usher_hub_channel_get_name (channel), group, 0, G_MAXUINT, &error);
  GPtrArray *deferred = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_free);
  g_autofree UsherParked **all = NULL;
  gsize n = 0;

  if (parked != NULL)
    all = (UsherParked **) g_ptr_array_steal (parked, &n);
  /* there may be many */
  for (gsize i = 0; i < n; i++)
    if (all[i]->deferred && !is_unparked (self, all[i]->id))
      g_ptr_array_add (deferred, all[i]);
    else
      usher_parked_free (all[i]);

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

static guint
count_parking (const UsherJournalBatch *batch, const char *channel, const char *group)
{
  guint n = 0;

  for (guint i = 0; batch != NULL && i < batch->parked->len; i++)
    {
      const UsherParked *parked = g_ptr_array_index (batch->parked, i);

      n += g_str_equal (parked->channel, channel) && g_str_equal (parked->group, group);
    }

  return n;
}

guint
usher_hub_log_count_parking (UsherHubLog *self, const char *channel, const char *group)
{
  return count_parking (self->next, channel, group) + count_parking (self->written, channel, group);
}
