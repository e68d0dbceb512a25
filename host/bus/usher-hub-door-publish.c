/* usher-hub-door-publish.c: what members publish
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-error.h"

/* 0: there are @count events that the log may have, and nothing else; else 1 + an UsherError. */
static guint8
check_events (UsherFrameReader reader, guint count)
{
  gboolean is_large = reader.end - reader.at > USHER_FRAME_MAX_SIZE;
  const guint8 *bytes = NULL;
  const guint8 *id = NULL;
  gsize size = 0;

  for (guint i = 0; i < count; i++)
    {
      if (!usher_frame_skip_event (&reader, &bytes, &size, &id))
        return 1 + USHER_ERROR_INVALID;
      is_large = is_large || !usher_frame_is_small_enough (bytes, size);
    }
  if (reader.at != reader.end)
    return 1 + USHER_ERROR_INVALID;

  return is_large ? 1 + USHER_ERROR_TOO_LARGE : 0;
}

/* Takes @count well-formed events in, with numbers from @first on, or as many as the channel has room for. */
static void
append (UsherHubDoor *self,
        UsherHubMember *member,
        UsherHubChannel *channel,
        UsherFrameReader *reader,
        guint64 first,
        guint count)
{
  guint taken = usher_hub_log_append (self->log, channel, reader, count);
  guint64 last = first + count - 1;

  if (taken > 0)
    usher_hub_door_add_confirm (self, member, channel, first, first + taken - 1, 0);
  if (taken < count)
    usher_hub_door_add_confirm (self, member, channel, first + taken, last, 1 + USHER_ERROR_FULL);
}

void
usher_hub_door_publish (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader)
{
  g_autofree char *name = usher_frame_read_text (reader);
  guint64 first = usher_frame_read_u64 (reader);
  guint64 known = usher_frame_read_u64 (reader);
  guint count = usher_frame_read_u16 (reader);
  guint64 last = first + count - 1;
  UsherHubChannel *channel = NULL;
  guint8 code = 0;

  /* a frame before this one was lost with its connection: all is sent again after a hello */
  if (reader->failed || name == NULL || !usher_frame_is_name (name) || count == 0 ||
      count > USHER_FRAME_MAX_EVENTS || first != member->received + 1)
    {
      usher_hub_door_send (self, member->identity, usher_frame_new (USHER_FRAME_AGAIN));
      return;
    }

  member->received += count;
  code = check_events (*reader, count);
  if (code != 0)
    {
      usher_hub_door_add_confirm (self, member, NULL, first, last, code);
      return;
    }

  if (!usher_hub_door_allows (member, USHER_ACL_PUBLISH, name, NULL))
    code = 1 + USHER_ERROR_FORBIDDEN;
  else if (!usher_hub_log_check_channel (self->log, name, NULL))
    code = 1 + USHER_ERROR_FULL;
  if (code != 0)
    {
      usher_hub_door_add_confirm (self, member, NULL, first, last, code);
      return;
    }

  channel = usher_hub_log_get_channel (self->log, name);
  code = usher_hub_member_find_hold (member, channel, known);
  if (code == 0 && usher_hub_log_is_behind (self->log))
    code = 1 + USHER_ERROR_BUSY;
  if (code != 0)
    usher_hub_door_add_confirm (self, member, channel, first, last, code);
  else
    append (self, member, channel, reader, first, count);
}
