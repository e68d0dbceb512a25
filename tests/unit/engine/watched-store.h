/* watched-store.h: a store that knows which threads read it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store.h"

G_BEGIN_DECLS

#define WATCHED_TYPE_STORE (watched_store_get_type ())
G_DECLARE_FINAL_TYPE (WatchedStore, watched_store, WATCHED, STORE, GObject)

/* @inner: who does the work; @blocks: whether it says that it blocks */
UsherStore *watched_store_new (UsherStore *inner, gboolean blocks);
/* from now on; what was read before is forgotten */
void watched_store_begin (WatchedStore *self);
/* how often a verb that may wait, as “lookup”, was called, and how often by one thread; @verb: NULL: all of them */
guint watched_store_count (WatchedStore *self, const char *verb);
guint watched_store_count_on (WatchedStore *self, const char *verb, GThread *thread);
/* (nullable): which thread told last of a commit */
GThread *watched_store_get_thread (WatchedStore *self);
/* as if another process had changed a document; both NULL: nobody knows which */
void watched_store_tell (WatchedStore *self, const char *collection, const char *id);
/* a verb hangs, whoever calls it, until another does; @verb: NULL: none */
void watched_store_hold (WatchedStore *self, const char *verb);
/* its server does not answer: lookups and commits fail; and then, that it does again */
void watched_store_set_away (WatchedStore *self, gboolean is_away);

G_END_DECLS
