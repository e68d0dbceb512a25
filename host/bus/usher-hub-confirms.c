/* usher-hub-confirms.c: who is told what has become of what he published
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include "usher-error.h"

static void
clear_confirm (gpointer data)
{
  g_clear_pointer (&((UsherConfirm *) data)->identity, g_bytes_unref);
}

/* (transfer full) (element-type UsherConfirm) */
GArray *
usher_hub_new_confirms (void)
{
  GArray *confirms = g_array_new (FALSE, FALSE, sizeof (UsherConfirm));

  g_array_set_clear_func (confirms, clear_confirm);

  return confirms;
}

/* Whether a confirmation goes on where the one before it ends. */
static gboolean
follows (GArray *confirms, guint index)
{
  const UsherConfirm *confirm = &g_array_index (confirms, UsherConfirm, index);
  const UsherConfirm *before = confirm - 1;

  return confirm->code == 0 && confirm->request == 0 && confirm->session == before->session &&
         g_bytes_equal (confirm->identity, before->identity);
}

void
usher_hub_reply_later (UsherHub *self, UsherMember *member, guint request)
{
  UsherConfirm confirm = { .identity = g_bytes_ref (member->identity), .request = request };

  g_array_append_val (self->next_confirms, confirm);
}

static void
reply_confirmed (UsherHub *self, const UsherConfirm *confirm, guint8 code)
{
  g_autoptr (GError) error = NULL;

  if (code != 0)
    g_set_error (&error, USHER_ERROR, code - 1, "the bus could not write its log");
  usher_hub_reply (self, confirm->identity, confirm->request, error, NULL, 0);
}

/* Tells each member up to where its events are durable, and which were refused. */
void
usher_hub_send_confirms (UsherHub *self, GArray *confirms, guint8 code)
{
  for (guint i = 0; i < confirms->len; i++)
    {
      const UsherConfirm *confirm = &g_array_index (confirms, UsherConfirm, i);
      guint8 own = confirm->code != 0 ? confirm->code : code;
      GByteArray *frame = NULL;

      if (confirm->request != 0)
        {
          reply_confirmed (self, confirm, own);
          continue;
        }

      frame = usher_frame_new (USHER_FRAME_CONFIRM);
      /* one message speaks for all that follow each other and went well */
      while (own == 0 && i + 1 < confirms->len && follows (confirms, i + 1))
        confirm = &g_array_index (confirms, UsherConfirm, ++i);

      usher_frame_add_u32 (frame, confirm->session);
      usher_frame_add_u64 (frame, confirm->last);
      usher_frame_add_u16 (frame, own != 0 ? (guint16) (confirm->last - confirm->first + 1) : 0);
      for (guint64 number = confirm->first; own != 0 && number <= confirm->last; number++)
        {
          usher_frame_add_u64 (frame, number);
          usher_frame_add_u8 (frame, own);
        }
      usher_hub_send (self, confirm->identity, frame);
    }
  g_array_set_size (confirms, 0);
}

/* What is published behind them waits until their members know. */
static void
hold_refused (UsherHub *self, GArray *confirms, guint8 code)
{
  for (guint i = 0; i < confirms->len; i++)
    {
      const UsherConfirm *confirm = &g_array_index (confirms, UsherConfirm, i);
      UsherMember *member =
          confirm->channel != NULL ? g_hash_table_lookup (self->members, confirm->identity) : NULL;

      if (member != NULL && member->session == confirm->session)
        usher_hub_hold (member, confirm->channel, confirm->last, code);
    }
}

void
usher_hub_confirm (UsherHub *self, const GError *error)
{
  guint8 code = 0;

  if (error != NULL)
    {
      code = (guint8) (1 + (error->domain == USHER_ERROR ? error->code : USHER_ERROR_FAILED));
      hold_refused (self, self->written_confirms, code);
      hold_refused (self, self->next_confirms, code);
    }
  usher_hub_send_confirms (self, self->written_confirms, code);
  if (error != NULL)
    usher_hub_send_confirms (self, self->next_confirms, code);
}
