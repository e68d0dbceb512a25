/* usher-ending-set-private.h: sessions that were ended one by one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* an id as two numbers, and when the session would be over by itself, in microseconds, more than 0 */
typedef struct
{
  guint64 id[2];
  gint64 expires;
} UsherEnding;

/* FALSE: it is no session's id */
gboolean usher_ending_parse_id (const char *text, guint64 id[2]);

/* A flat table, for there may be many: from 32 to 48 bytes each. */
typedef struct _UsherEndingSet UsherEndingSet;

UsherEndingSet *usher_ending_set_new (void);
void usher_ending_set_free (UsherEndingSet *self);
guint usher_ending_set_get_n (const UsherEndingSet *self);
/* for @n more, at once */
void usher_ending_set_reserve (UsherEndingSet *self, guint n);
/* one that is in there gets the time of the newer */
void usher_ending_set_add (UsherEndingSet *self, const UsherEnding *ending);
gboolean usher_ending_set_has (const UsherEndingSet *self, const guint64 id[2]);
void usher_ending_set_drop_past (UsherEndingSet *self, gint64 now);

G_END_DECLS
