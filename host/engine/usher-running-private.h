/* usher-running-private.h: what is under way in a service
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UsherRunning UsherRunning;

/* The idempotency keys of the requests that run, and how many jobs are open; any thread. */
UsherRunning *usher_running_new (void);
void usher_running_free (UsherRunning *self);
/* FALSE when it runs already */
gboolean usher_running_add (UsherRunning *self, const char *key);
void usher_running_remove (UsherRunning *self, const char *key);
/* a job begins, a job ends */
void usher_running_enter (UsherRunning *self);
void usher_running_leave (UsherRunning *self);
guint usher_running_get_n_open (UsherRunning *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRunning, usher_running_free)

G_END_DECLS
