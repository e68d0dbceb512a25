/* usher-journal-thread-private.h: the thread that flushes the log, so that nobody else waits for the disk
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-journal-private.h"
#include "usher-wake-private.h"

G_BEGIN_DECLS

/* Commits batches, one at a time. It belongs to one other thread, which @wake wakes when a batch is done. */
typedef struct _UsherJournalThread UsherJournalThread;

/* @journal: (not owned): outlives it */
UsherJournalThread *
usher_journal_thread_new (UsherJournal *journal, UsherWake *wake, GError **error);
/* what it was given is written before */
void usher_journal_thread_free (UsherJournalThread *self);
/* takes ownership of @batch, until it is taken */
void usher_journal_thread_push (UsherJournalThread *self, UsherJournalBatch *batch);
/* (transfer full) (nullable): the batch that is done; NULL: none is; @error: nothing of it was written */
UsherJournalBatch *usher_journal_thread_take (UsherJournalThread *self, GError **error);

G_END_DECLS
