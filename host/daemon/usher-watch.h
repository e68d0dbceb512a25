/* usher-watch.h: tells when a plugin was built anew
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-catalog.h"

G_BEGIN_DECLS

typedef struct _UsherWatch UsherWatch;

/* The module of @service is another and has been left alone for a moment; on the main thread. Nothing more is told of it until
 * that is settled. */
typedef void (*UsherWatchFunc) (const char *service, gpointer user_data);

/* watches the modules of all plugins that can run */
UsherWatch *usher_watch_new (UsherCatalog *catalog, UsherWatchFunc func, gpointer user_data);
/* What was told of @service is over. @is_taken: FALSE: it had no time for that, and is told of it again in a moment */
void usher_watch_settle (UsherWatch *self, const char *service, gboolean is_taken);
void usher_watch_free (UsherWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherWatch, usher_watch_free)

G_END_DECLS
