/* usher-hub-credit.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-credit-private.h"

/* between marks, and what each may hold where all together hold too much */
#define STRIDE (256 * 1024)

struct _UsherHubCredit
{
  UsherHubCredits *credits; /* (unowned) */
  guint64 n_sent;
  guint64 n_read;
  guint64 mark;      /* that is out, 0: none */
  guint64 marked_at; /* how much was sent before it */
};

UsherHubCredit *
usher_hub_credit_new (UsherHubCredits *credits)
{
  UsherHubCredit *self = g_new0 (UsherHubCredit, 1);

  self->credits = credits;

  return self;
}

void
usher_hub_credit_free (UsherHubCredit *self)
{
  self->credits->n_held -= self->n_sent - self->n_read;
  g_free (self);
}

gboolean
usher_hub_credit_is_left (const UsherHubCredit *self)
{
  guint64 n_held = self->n_sent - self->n_read;

  return n_held < self->credits->max &&
         (n_held < STRIDE || self->credits->n_held < self->credits->max_all);
}

void
usher_hub_credit_spend (UsherHubCredit *self, gsize size)
{
  self->n_sent += size;
  self->credits->n_held += size;
}

guint64
usher_hub_credit_begin_mark (UsherHubCredit *self)
{
  if (self->mark != 0 || self->n_sent - self->n_read < MIN (STRIDE, self->credits->max))
    return 0;

  while (self->mark == 0)
    self->mark = (guint64) g_random_int () << 32 | g_random_int ();
  self->marked_at = self->n_sent;

  return self->mark;
}

void
usher_hub_credit_lose_mark (UsherHubCredit *self)
{
  self->mark = 0;
}

gboolean
usher_hub_credit_take_mark (UsherHubCredit *self, guint64 mark)
{
  if (mark == 0 || mark != self->mark)
    return FALSE;

  self->credits->n_held -= self->marked_at - self->n_read;
  self->n_read = self->marked_at;
  self->mark = 0;

  return TRUE;
}
