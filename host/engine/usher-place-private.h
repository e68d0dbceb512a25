/* usher-place-private.h: which thread goes on with a job
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* which threads there are */
typedef enum
{
  USHER_THREAD_INTAKE, /* has a request or an event: a front's, the bus's, a script's */
  USHER_THREAD_WAKER,  /* tells that a job goes on: the store's, or another service's */
  USHER_THREAD_TICKER, /* of one service, for its timers */
  USHER_THREAD_WORKER, /* of the few of a host for what does not block */
  USHER_THREAD_POOL,   /* of a service's own pool */
} UsherThread;

/* what is next of a job */
typedef enum
{
  USHER_WORK_SHORT, /* reads the store and decides */
  USHER_WORK_WAITS, /* a step, or a handler whose route says that it blocks */
} UsherWorkKind;

typedef enum
{
  USHER_PLACE_HERE, /* the thread that asks */
  USHER_PLACE_WORKERS,
  USHER_PLACE_POOL,
} UsherPlace;

/* The one place that decides this. @store_blocks: the store's trait: whatever reads it waits. */
UsherPlace usher_place_choose (gboolean store_blocks, UsherWorkKind kind, UsherThread here);

G_END_DECLS
