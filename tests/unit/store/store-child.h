/* store-child.h: another process that uses a store, and does what a test says
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-store.h"
#include "usher-unit.h"

G_BEGIN_DECLS

/* what a child that works under load writes for each unit that is confirmed */
typedef struct
{
  guint n;         /* its number */
  guint delay;     /* how long the commit took, in microseconds */
  gboolean failed; /* only where the disk may fail */
} StoreConfirmed;

typedef struct
{
  GSubprocess *process;    /* (owned) */
  GDataInputStream *input; /* (owned) */
} StoreChild;

/* Opens @path, a file or an address, as one of several processes, with a collection “items”: name, count, number (unique). */
UsherStore *store_child_open_store (const char *path, UsherClock *clock);
UsherUnit *store_child_begin (UsherStore *store, UsherClock *clock, const char *name);

/* the program @program serves by store_child_run() */
StoreChild *store_child_new (const char *program, const char *path);
/* on a disk that fails when the file @disk says so (see usher-test-disk.c) */
StoreChild *store_child_new_on_disk (const char *program, const char *path, const char *disk);
void store_child_free (StoreChild *self);
/* Says a line and gives the answer; (transfer full).
 *   insert NAME    commits a document with an event: when it was durable, monotonic
 *   try NAME       the same, but gives the code of the error, -1: none
 *   count NAME     how many items of that name there are
 *   figure NAME    a figure of usher_store_describe()
 *   lease          whether it holds the lease: 1 or 0
 *   release        gives the lease back
 *   trim NUMBER    trims the outbox
 *   owner          the name of its opening
 *   fire           fires the first timer there is: “applied” when that changed nothing
 *   increment N    increments the item “counter” so often: how often it lost a race
 *   unique N       tries to insert N items with numbers of their own: how many it could */
char *store_child_ask (StoreChild *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gint64 store_child_ask_number (StoreChild *self, const char *line);
void store_child_say (StoreChild *self, const char *line);
char *store_child_hear (StoreChild *self);
/* it commits units from number @first on, without end, and gives a StoreConfirmed of each; @may_fail: the disk may */
void store_child_load (StoreChild *self, guint first, gboolean may_fail);
/* FALSE: it has ended */
gboolean store_child_next (StoreChild *self, StoreConfirmed *confirmed);
void store_child_signal (StoreChild *self, int number);

/* in main(): TRUE when this process is such a child, and has done what it had to */
gboolean store_child_run (int argc, char **argv);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreChild, store_child_free)

G_END_DECLS
