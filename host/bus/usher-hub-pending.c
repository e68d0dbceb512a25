/* usher-hub-pending.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-pending-private.h"

#include <string.h>

#include "usher-json-writer.h"

#define MAX_REASONS 16
#define MAX_REASON  1024 /* bytes */

#define IS_REPLAYED 1
#define IS_ALONE    2

UsherHubPending *
usher_hub_pending_new (guint64 sequence)
{
  UsherHubPending *self = g_new0 (UsherHubPending, 1);

  self->sequence = sequence;

  return self;
}

void
usher_hub_pending_free (UsherHubPending *self)
{
  g_clear_pointer (&self->reasons, g_ptr_array_unref);
  g_free (self);
}

int
usher_hub_pending_compare (gconstpointer a, gconstpointer b)
{
  const UsherHubPending *first = *(UsherHubPending *const *) a;
  const UsherHubPending *second = *(UsherHubPending *const *) b;

  return first->sequence < second->sequence ? -1 : first->sequence > second->sequence;
}

static void
append_reason (UsherHubPending *self, char *reason)
{
  if (self->reasons == NULL)
    self->reasons = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->reasons, reason != NULL ? reason : g_strdup (""));
}

/* (transfer full) (nullable): as much of a reason as is kept */
static char *
dup_beginning (const char *reason)
{
  const char *end = NULL;

  if (reason == NULL || strlen (reason) <= MAX_REASON)
    return g_strdup (reason);

  end = g_utf8_find_prev_char (reason, reason + MAX_REASON + 1);

  return g_strndup (reason, (gsize) (end - reason));
}

void
usher_hub_pending_add_reason (UsherHubPending *self, const char *reason)
{
  guint n = self->reasons != NULL ? self->reasons->len : 0;

  /* deferrals say the same again and again */
  if (n > 0 && self->n_defers > 0 &&
      g_strcmp0 (g_ptr_array_index (self->reasons, n - 1), reason) == 0)
    return;
  if (n >= MAX_REASONS)
    g_ptr_array_remove_index (self->reasons, 0);
  append_reason (self, dup_beginning (reason));
}

void
usher_hub_pending_drop_reason (UsherHubPending *self)
{
  g_ptr_array_remove_index (self->reasons, self->reasons->len - 1);
}

char *
usher_hub_pending_list_reasons (const UsherHubPending *self)
{
  g_autoptr (UsherJsonWriter) json = usher_json_writer_new ();

  usher_json_writer_begin_array (json);
  for (guint i = 0; self->reasons != NULL && i < self->reasons->len; i++)
    usher_json_writer_add_string (json, g_ptr_array_index (self->reasons, i));
  usher_json_writer_end_array (json);

  return usher_json_writer_end (json);
}

void
usher_hub_pending_save (const UsherHubPending *self, GByteArray *state)
{
  guint n_reasons = self->reasons != NULL ? self->reasons->len : 0;

  usher_frame_add_u64 (state, self->sequence);
  usher_frame_add_u32 (state, self->attempts);
  usher_frame_add_u64 (state, (guint64) self->deferred_since);
  usher_frame_add_u8 (state,
                      (guint8) ((self->is_replayed ? IS_REPLAYED : 0) |
                                (self->is_alone ? IS_ALONE : 0)));
  usher_frame_add_u32 (state, n_reasons);
  for (guint i = 0; i < n_reasons; i++)
    usher_frame_add_text (state, g_ptr_array_index (self->reasons, i));
}

UsherHubPending *
usher_hub_pending_load (UsherFrameReader *reader, gint64 now)
{
  UsherHubPending *self = usher_hub_pending_new (usher_frame_read_u64 (reader));
  guint8 flags = 0;
  guint n_reasons = 0;

  self->is_redelivered = TRUE;
  self->attempts = usher_frame_read_u32 (reader);
  if (usher_frame_read_u64 (reader) != 0)
    self->deferred_since = now;
  flags = usher_frame_read_u8 (reader);
  self->is_replayed = (flags & IS_REPLAYED) != 0;
  self->is_alone = (flags & IS_ALONE) != 0;
  n_reasons = usher_frame_read_u32 (reader);
  for (guint i = 0; i < n_reasons && !reader->failed; i++)
    append_reason (self, usher_frame_read_text (reader));

  return self;
}
