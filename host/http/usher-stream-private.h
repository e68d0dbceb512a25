/* usher-stream-private.h: the end of a stream that a listener has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-stream.h"

G_BEGIN_DECLS

/* how much waits in a stream at most, and how long a piece may be */
#define USHER_STREAM_MAX 65536

/* there is something to take; on any thread, with the stream's lock: it only passes the word on, once until it is taken */
typedef void (*UsherStreamSinkFunc) (gpointer user_data);

typedef enum
{
  USHER_STREAM_OPEN,
  USHER_STREAM_ENDED,
  USHER_STREAM_ABORTED,
} UsherStreamState;

UsherStream *usher_stream_new (void);
/* @func is called at once when there is something already */
void usher_stream_attach (UsherStream *self, UsherStreamSinkFunc func, gpointer user_data);
/* Takes what waits, NULL when nothing does; whoever asked for room is told. */
GString *usher_stream_take (UsherStream *self, UsherStreamState *state);
/* the listener stops, whoever writes is told; may be called twice */
void usher_stream_drain (UsherStream *self);
/* the reader is gone, whoever writes is told; may be called twice */
void usher_stream_detach (UsherStream *self);
/* on the listener's thread: whoever was to be told is told no more */
void usher_stream_forget_func (UsherStream *self);

G_END_DECLS
