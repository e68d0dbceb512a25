/* usher-hub-credit-private.h: how much a member may be sent before it has read what it was sent
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What one way to a member holds: sent, and not known to be read. Marks go among what is sent, and the member gives each back when it
 * has come to it; nobody can guess one. */
typedef struct _UsherHubCredit UsherHubCredit;

/* All of a hub, with what they hold together. One thread. */
typedef struct
{
  guint64 max;     /* bytes that one may hold */
  guint64 max_all; /* and all together, but that each may hold a little */
  guint64 n_held;
} UsherHubCredits;

/* @credits: must outlive it */
UsherHubCredit *usher_hub_credit_new (UsherHubCredits *credits);
void usher_hub_credit_free (UsherHubCredit *self);
/* whether more may be sent; the last message may go over the limit */
gboolean usher_hub_credit_is_left (const UsherHubCredit *self);
/* @size bytes were sent */
void usher_hub_credit_spend (UsherHubCredit *self, gsize size);
/* Returns: the mark that is to be sent now, 0: none */
guint64 usher_hub_credit_begin_mark (UsherHubCredit *self);
/* it could not be sent */
void usher_hub_credit_lose_mark (UsherHubCredit *self);
/* a mark came back; FALSE: it is not this one's */
gboolean usher_hub_credit_take_mark (UsherHubCredit *self, guint64 mark);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherHubCredit, usher_hub_credit_free)

G_END_DECLS
