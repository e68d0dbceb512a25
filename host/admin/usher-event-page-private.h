/* usher-event-page-private.h: a page of events, as the hub tells them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"

G_BEGIN_DECLS

typedef struct
{
  char *channel; /* (owned) */
  guint64 sequence;
  char *json;   /* (owned): on one line */
  char *cursor; /* (owned): a GRefString: behind this one */
} UsherPageEvent;

typedef struct
{
  GPtrArray *events; /* (owned) (element-type UsherPageEvent) */
  char *cursor;      /* (owned): a GRefString: behind them all */
} UsherEventPage;

UsherEventPage *usher_event_page_new (const UsherBusEvents *events);
void usher_event_page_free (UsherEventPage *self);

/* A cursor is NAME:SEQUENCE,… with the names escaped, see UsherBusEvents. */

/* where it is in a channel, 0: nowhere */
guint64 usher_cursor_find (const char *cursor, const char *channel);
/* (transfer full): a GRefString that is in each channel where the farther one is; @other itself where it is farther in all */
char *usher_cursor_merge (char *cursor, char *other);
/* whether @other is farther, in a channel or (@channel is NULL) in any */
gboolean usher_cursor_is_behind (const char *cursor, const char *other, const char *channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherEventPage, usher_event_page_free)

G_END_DECLS
