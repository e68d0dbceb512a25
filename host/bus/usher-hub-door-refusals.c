/* usher-hub-door-refusals.c: who is kept out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#define WORD_PAUSE (10 * G_TIME_SPAN_SECOND)

void
usher_hub_door_refuse (UsherHubDoor *self,
                       GBytes *identity,
                       const char *client,
                       const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  usher_hub_door_send (self, identity, usher_refusal_write (error));
  self->n_refused++;
  if (now < self->next_refusal_word)
    return;

  self->next_refusal_word = now + WORD_PAUSE;
  g_message ("the hub refused a member %u times, the last one was “%s”: %s",
             self->n_refused,
             client != NULL && usher_frame_is_name (client) ? client : "",
             error->message);
  self->n_refused = 0;
}
