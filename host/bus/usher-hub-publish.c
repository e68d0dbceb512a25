/* usher-hub-publish.c: what members publish, and what of it is taken
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include "usher-error.h"

/* Whoever publishes in order wants it kept in order: behind an event that was refused nothing of its member is stored in
 * the channel until the member knows, and its publisher can begin with that event. */
void
usher_hub_hold (UsherMember *member, UsherHubChannel *channel, guint64 last, guint8 code)
{
  UsherHold *held = g_new0 (UsherHold, 1);

  held->last = last;
  held->code = code;
  if (member->held == NULL)
    member->held = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_hash_table_replace (member->held, channel, held);
}

/* 0: @channel takes what @member has published when it knew the answers up to @known. */
static guint8
find_hold (const UsherMember *member, UsherHubChannel *channel, guint64 known)
{
  const UsherHold *held = member->held != NULL ? g_hash_table_lookup (member->held, channel) : NULL;

  return held != NULL && known < held->last ? held->code : 0;
}

static void
add_confirm (UsherHub *self,
             UsherMember *member,
             UsherHubChannel *channel,
             guint64 first,
             guint64 last,
             guint8 code)
{
  UsherConfirm confirm = {
    .identity = g_bytes_ref (member->identity),
    .session = member->session,
    .first = first,
    .last = last,
    .code = code,
    .channel = channel,
  };

  if (code != 0 && channel != NULL)
    usher_hub_hold (member, channel, last, code);
  g_array_append_val (self->next_confirms, confirm);
}

/* Whether there are @count events, and nothing else. */
static gboolean
is_well_formed (UsherFrameReader reader, guint count)
{
  const guint8 *bytes = NULL;
  const guint8 *id = NULL;
  gsize size = 0;

  for (guint i = 0; i < count; i++)
    if (!usher_frame_skip_event (&reader, &bytes, &size, &id))
      return FALSE;

  return reader.at == reader.end;
}

void
usher_hub_publish (UsherHub *self, UsherMember *member, UsherFrameReader *reader)
{
  g_autofree char *name = usher_frame_read_text (reader);
  guint64 first = usher_frame_read_u64 (reader);
  guint64 known = usher_frame_read_u64 (reader);
  guint count = usher_frame_read_u16 (reader);
  guint64 last = 0;
  guint8 code = 0;
  UsherHubChannel *channel = NULL;
  guint taken = 0;

  /* a frame before this one was lost with its connection: all is sent again after a hello */
  if (reader->failed || name == NULL || !usher_frame_is_name (name) || count == 0 ||
      count > USHER_FRAME_MAX_EVENTS || first != member->received + 1)
    {
      usher_hub_send (self, member->identity, usher_frame_new (USHER_FRAME_AGAIN));
      return;
    }

  member->received += count;
  last = first + count - 1;
  if (!is_well_formed (*reader, count))
    {
      add_confirm (self, member, NULL, first, last, 1 + USHER_ERROR_INVALID);
      return;
    }

  channel = usher_hub_log_get_channel (self->log, name);
  code = find_hold (member, channel, known);
  if (code != 0)
    {
      add_confirm (self, member, channel, first, last, code);
      return;
    }

  taken = usher_hub_log_append (self->log, channel, reader, count);
  if (taken > 0)
    add_confirm (self, member, channel, first, first + taken - 1, 0);
  if (taken < count)
    add_confirm (self, member, channel, first + taken, last, 1 + USHER_ERROR_FULL);
}
