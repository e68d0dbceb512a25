/* usher-workers-private.h: a named, bounded pool of threads
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UsherWorkers UsherWorkers;
typedef struct _UsherWork UsherWork;

/* what a thread does: the first member of whatever it is done for */
struct _UsherWork
{
  void (*run) (UsherWork *self);
};

UsherWorkers *usher_workers_new (const char *name, guint n_threads, GError **error);
/* takes the work; never blocks, unless the threads have ended: then it is done here */
void usher_workers_push (UsherWorkers *self, UsherWork *work);
/* how many wait for a thread */
guint usher_workers_get_n_waiting (UsherWorkers *self);
/* runs what waits, then ends the threads; others may still push */
void usher_workers_end (UsherWorkers *self);
/* ends it, if nobody has yet */
void usher_workers_free (UsherWorkers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherWorkers, usher_workers_free)

G_END_DECLS
