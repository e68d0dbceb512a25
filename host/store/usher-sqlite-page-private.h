/* usher-sqlite-page-private.h: the memory that processes share beside a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <pthread.h>

G_BEGIN_DECLS

/* Whoever is alone with the file makes it anew. All but the mutexes is read and written atomically. */
typedef struct
{
  guint32 magic;
  guint32 size;
  pthread_mutex_t queue; /* robust: who is next */
  pthread_mutex_t write; /* robust: who writes */
  guint n_commits;       /* a futex */
  int next;              /* the process that waited last to write */
  int writer;            /* the process that writes, 0: none */
  gint64 token;          /* of the lease: grows each time it is taken */
  gint64 holder;         /* of the lease: id of a store, 0: nobody */
  gint64 beat;           /* when the holder was seen last, monotonic */
  int holder_pid;
  gint64 last_prune;
} UsherSqlitePage;

/* An open page file. Closed by the kernel when the process dies, and with it all its locks. */
typedef struct
{
  int fd;
  UsherSqlitePage *page; /* mapped */
} UsherSqlitePageFile;

gboolean usher_sqlite_page_open (UsherSqlitePageFile *self, const char *path, GError **error);
void usher_sqlite_page_close (UsherSqlitePageFile *self);
/* gives up all locks; the memory stays */
void usher_sqlite_page_unlock (UsherSqlitePageFile *self);
/* whether nobody else has it open */
gboolean usher_sqlite_page_is_alone (UsherSqlitePageFile *self);
/* marks @id as open until the file is closed */
gboolean
usher_sqlite_page_mark (UsherSqlitePageFile *self, gint64 id, const char *path, GError **error);
/* whether another marks @id */
gboolean usher_sqlite_page_is_marked (UsherSqlitePageFile *self, gint64 id);

G_END_DECLS
