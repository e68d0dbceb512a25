/* usher-line-private.h: a member's line to its hub
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>

#include "usher-frame-private.h"
#include "usher-wake-private.h"

G_BEGIN_DECLS

/* What is told of the line, on the thread of the member. */
typedef struct
{
  /* the hub knows the member, and of nothing that was said before */
  void (*came_up) (gpointer user_data);
  /* it does not any more */
  void (*was_lost) (gpointer user_data);
  /* it does not let the member in; it is asked again */
  void (*was_refused) (const GError *error, gpointer user_data);
  /* why there is no connection has changed; @trouble: (nullable): static */
  void (*was_troubled) (const char *trouble, gpointer user_data);
  /* a frame for the member, behind its type */
  void (*got_frame) (UsherFrameType type, UsherFrameReader *reader, gpointer user_data);
  /* a LIVE or HEAD frame */
  void (*got_live) (const char *channel, UsherFrameReader *reader, gpointer user_data);
} UsherLineFuncs;

/* The line says hello until it is answered, and pings, so that each end finds out when the other is gone. The thread of the
 * member has it. */
typedef struct _UsherLine UsherLine;

/* @keys: (nullable) */
UsherLine *usher_line_new (const char *endpoint,
                           const char *client,
                           const char *keys,
                           UsherWake *wake,
                           GError **error);
/* before the thread begins */
void usher_line_set_funcs (UsherLine *self, const UsherLineFuncs *funcs, gpointer user_data);
void usher_line_free (UsherLine *self);
/* whether the hub knows the member */
gboolean usher_line_is_up (UsherLine *self);
/* counts what begins with a hello */
guint usher_line_get_session (UsherLine *self);
/* an UsherSendFunc */
void usher_line_send (GByteArray *frame, gpointer user_data);
/* says good-bye instead of hello from now on */
void usher_line_leave (UsherLine *self);
/* the channel's live events are wanted */
void usher_line_follow (UsherLine *self, const char *channel);
/* says what is due */
void usher_line_tend (UsherLine *self, gint64 now);
/* sleeps until the thread is waked, something comes, or something is due */
void usher_line_wait (UsherLine *self);
/* takes in what came */
void usher_line_drain (UsherLine *self);

G_END_DECLS
