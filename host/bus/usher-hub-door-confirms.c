/* usher-hub-door-confirms.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-error.h"

/* What became of published events, to be told after the commit. */
typedef struct
{
  GBytes *identity; /* (owned) */
  guint session;
  guint64 first;
  guint64 last;
  guint8 code;              /* 0: durable; else 1 + an UsherError */
  UsherHubChannel *channel; /* (unowned) (nullable) */
  guint request; /* not 0: no event, but a question whose answer is true after the commit */
} UsherHubConfirm;

/* What a member has published to a channel behind an event that was refused. */
typedef struct
{
  guint64 last; /* the number of the last that was refused */
  guint8 code;
} UsherHubHold;

static void
clear_confirm (gpointer data)
{
  g_clear_pointer (&((UsherHubConfirm *) data)->identity, g_bytes_unref);
}

GArray *
usher_hub_door_new_confirms (void)
{
  GArray *confirms = g_array_new (FALSE, FALSE, sizeof (UsherHubConfirm));

  g_array_set_clear_func (confirms, clear_confirm);

  return confirms;
}

/* Whoever publishes in order wants it kept in order: behind an event that was refused nothing of its member is stored in
 * the channel until the member knows, and its publisher can begin with that event. */
static void
hold (UsherHubMember *member, UsherHubChannel *channel, guint64 last, guint8 code)
{
  UsherHubHold *held = g_new0 (UsherHubHold, 1);

  held->last = last;
  held->code = code;
  if (member->held == NULL)
    member->held = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_hash_table_replace (member->held, channel, held);
}

guint8
usher_hub_member_find_hold (const UsherHubMember *self, UsherHubChannel *channel, guint64 known)
{
  const UsherHubHold *held = self->held != NULL ? g_hash_table_lookup (self->held, channel) : NULL;

  return held != NULL && known < held->last ? held->code : 0;
}

void
usher_hub_door_add_confirm (UsherHubDoor *self,
                            UsherHubMember *member,
                            UsherHubChannel *channel,
                            guint64 first,
                            guint64 last,
                            guint8 code)
{
  UsherHubConfirm confirm = {
    .identity = g_bytes_ref (member->identity),
    .session = member->session,
    .first = first,
    .last = last,
    .code = code,
    .channel = channel,
  };

  if (code != 0 && channel != NULL)
    hold (member, channel, last, code);
  g_array_append_val (self->next_confirms, confirm);
}

void
usher_hub_door_reply_later (UsherHubDoor *self, UsherHubMember *member, guint request)
{
  UsherHubConfirm confirm = { .identity = g_bytes_ref (member->identity), .request = request };

  g_array_append_val (self->next_confirms, confirm);
}

/* Whether a confirmation goes on where the one before it ends. */
static gboolean
follows (GArray *confirms, guint index)
{
  const UsherHubConfirm *confirm = &g_array_index (confirms, UsherHubConfirm, index);
  const UsherHubConfirm *before = confirm - 1;

  return confirm->code == 0 && confirm->request == 0 && confirm->session == before->session &&
         g_bytes_equal (confirm->identity, before->identity);
}

static void
send_reply (UsherHubDoor *self, const UsherHubConfirm *confirm, guint8 code)
{
  g_autoptr (GError) error = NULL;

  if (code != 0)
    g_set_error (&error, USHER_ERROR, code - 1, "the bus could not write its log");
  usher_hub_door_reply (self, confirm->identity, confirm->request, error, NULL, 0);
}

static void
send_confirm (UsherHubDoor *self, const UsherHubConfirm *confirm, guint8 code)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_CONFIRM);
  UsherReach reach;

  usher_hub_log_get_reach (self->log, &reach);
  usher_frame_add_u32 (frame, confirm->session);
  usher_frame_add_reach (frame, &reach);
  usher_frame_add_u64 (frame, confirm->last);
  usher_frame_add_u16 (frame, code != 0 ? (guint16) (confirm->last - confirm->first + 1) : 0);
  for (guint64 number = confirm->first; code != 0 && number <= confirm->last; number++)
    {
      usher_frame_add_u64 (frame, number);
      usher_frame_add_u8 (frame, code);
    }
  usher_hub_door_send (self, confirm->identity, frame);
}

/* Tells each member up to where its events are durable, and which were refused. */
static void
send_all (UsherHubDoor *self, GArray *confirms, guint8 code)
{
  for (guint i = 0; i < confirms->len; i++)
    {
      const UsherHubConfirm *confirm = &g_array_index (confirms, UsherHubConfirm, i);
      guint8 own = confirm->code != 0 ? confirm->code : code;

      if (confirm->request != 0)
        {
          send_reply (self, confirm, own);
          continue;
        }

      /* one message speaks for all that follow each other and went well */
      while (own == 0 && i + 1 < confirms->len && follows (confirms, i + 1))
        confirm = &g_array_index (confirms, UsherHubConfirm, ++i);
      send_confirm (self, confirm, own);
    }
  g_array_set_size (confirms, 0);
}

/* What is published behind them waits until their members know. */
static void
hold_refused (UsherHubDoor *self, GArray *confirms, guint8 code)
{
  for (guint i = 0; i < confirms->len; i++)
    {
      const UsherHubConfirm *confirm = &g_array_index (confirms, UsherHubConfirm, i);
      UsherHubMember *member =
          confirm->channel != NULL ? g_hash_table_lookup (self->members, confirm->identity) : NULL;

      if (member != NULL && member->session == confirm->session)
        hold (member, confirm->channel, confirm->last, code);
    }
}

void
usher_hub_door_submit_confirms (UsherHubDoor *self)
{
  GArray *empty = self->written_confirms;

  self->written_confirms = self->next_confirms;
  self->next_confirms = empty;
}

void
usher_hub_door_confirm (UsherHubDoor *self, const GError *error)
{
  guint8 code = 0;

  if (error == NULL)
    {
      send_all (self, self->written_confirms, 0);
      return;
    }

  code = (guint8) (1 + (error->domain == USHER_ERROR ? error->code : USHER_ERROR_FAILED));
  hold_refused (self, self->written_confirms, code);
  hold_refused (self, self->next_confirms, code);
  send_all (self, self->written_confirms, code);
  send_all (self, self->next_confirms, code);
}

void
usher_hub_door_confirm_known (UsherHubDoor *self)
{
  send_all (self, self->next_confirms, 0);
}
