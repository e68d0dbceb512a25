/* usher-store-progress.h: how far a copy has come, for who waits
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* On standard error: a bar where that is a terminal, else a line a stage and one each ten seconds. */
typedef struct _UsherStoreProgress UsherStoreProgress;

UsherStoreProgress *usher_store_progress_new (void);
/* takes the bar away */
void usher_store_progress_free (UsherStoreProgress *self);
/* as UsherStoreCopyFunc */
void usher_store_progress_tell (const char *service,
                                gboolean is_check,
                                gint64 n_done,
                                gint64 n_rows,
                                gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherStoreProgress, usher_store_progress_free)

G_END_DECLS
