/* usher-workers-private.h: a named, bounded pool of threads that run jobs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-job-private.h"

G_BEGIN_DECLS

UsherWorkers *usher_workers_new (const char *name, guint n_threads, GError **error);
/* takes the job; never blocks */
void usher_workers_push (UsherWorkers *self, UsherJob *job);
/* how many wait for a thread */
guint usher_workers_get_n_waiting (UsherWorkers *self);
/* runs what waits, then ends the threads */
void usher_workers_free (UsherWorkers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherWorkers, usher_workers_free)

G_END_DECLS
