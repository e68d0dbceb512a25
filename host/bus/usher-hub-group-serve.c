/* usher-hub-group-serve.c: a turn of a queue group
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

#define BLOCKED_PAUSE (10 * G_TIME_SPAN_MILLISECOND)

gint64
usher_hub_group_serve (UsherHubGroup *self)
{
  usher_hub_group_expire (self);
  /* before what is new: a process that is to be alone gets no more */
  usher_hub_group_try_suspects (self);
  usher_hub_group_dispatch (self);
  usher_hub_group_reserve (self);

  /* who is coming up is looked for soon */
  return self->is_blocked ? MIN (self->next_due, usher_hub_group_get_now (self) + BLOCKED_PAUSE)
                          : self->next_due;
}
