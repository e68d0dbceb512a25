/* usher-tracer-private.h: which traces are kept, and the spans that wait to be told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-macros.h"
#include "usher-span-private.h"

G_BEGIN_DECLS

/* Of a process. Those who have spans never wait: where nobody takes them fast enough they are dropped and counted. Any thread. */
typedef struct _UsherTracer UsherTracer;

/* how many wait at most */
#define USHER_TRACER_MAX_SPANS 8192

typedef struct
{
  guint64 n_taken;   /* spans that were given to who tells them */
  guint64 n_dropped; /* as too many waited */
  guint n_waiting;
} UsherTracerFigures;

/* @share: of the traces that begin here, in millionths, how many are kept */
UsherTracer *usher_tracer_new (guint share);
USHER_API
UsherTracer *usher_tracer_ref (UsherTracer *self);
USHER_API
void usher_tracer_unref (UsherTracer *self);

/* whether a trace that begins here is kept */
gboolean usher_tracer_samples (UsherTracer *self, const UsherTraceContext *context);
/* takes ownership of @span, which ends now */
void usher_tracer_add (UsherTracer *self, UsherSpan *span);

/* For who tells them: (transfer full) (element-type UsherSpan): the next ones, @max at most. Waits until there is one, and then for @delay
 * microseconds until there are as many, or until usher_tracer_wake(); may be empty. Negative: does not wait at all. */
USHER_API
GPtrArray *usher_tracer_take (UsherTracer *self, guint max, gint64 delay);
/* who waits, or comes to wait, does not any more */
USHER_API
void usher_tracer_wake (UsherTracer *self);
/* Waits for usher_tracer_wake(), until @deadline. Whether it came. */
USHER_API
gboolean usher_tracer_await_wake (UsherTracer *self, gint64 deadline);
USHER_API
void usher_tracer_get_figures (UsherTracer *self, UsherTracerFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTracer, usher_tracer_unref)

G_END_DECLS
