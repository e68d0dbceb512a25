/* usher-loop-private.h: a thread that waits for descriptors
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/epoll.h>

G_BEGIN_DECLS

typedef struct _UsherLoop UsherLoop;
typedef struct _UsherWatch UsherWatch;
typedef struct _UsherDeadline UsherDeadline;
typedef struct _UsherTask UsherTask;

/* beside the events of epoll: the loop ends, remove the watch */
#define USHER_WATCH_ENDS (1U << 27)

/* Returns whether anything came of the events; who says no too often is told EPOLLHUP and must go. The watch may be
 * removed, and freed, meanwhile. */
typedef gboolean (*UsherWatchFunc) (UsherWatch *watch, guint events);
typedef void (*UsherDeadlineFunc) (UsherDeadline *deadline);
typedef void (*UsherTaskFunc) (UsherTask *task);
typedef void (*UsherLoopFunc) (gpointer user_data);

/* These three are parts of what has them, which @data names. */
struct _UsherWatch
{
  UsherWatchFunc func;
  gpointer data; /* (unowned) */
  int fd;

  /* the loop's */
  GList node;
  guint events;
  guint n_idle;
};

struct _UsherDeadline
{
  UsherDeadlineFunc func;
  gpointer data; /* (unowned) */

  /* the loop's */
  GList node;
  GQueue *lane; /* (unowned) (nullable): while it is set */
  gint64 at;
};

struct _UsherTask
{
  UsherTaskFunc func;
  gpointer data; /* (unowned) */

  UsherTask *next; /* the loop's */
};

/* @batch: called after each batch of events, before the thread sleeps. The thread runs when this returns. */
UsherLoop *
usher_loop_new (const char *name, UsherLoopFunc batch, gpointer user_data, GError **error);
/* ends all watches and the thread; not on it */
void usher_loop_stop (UsherLoop *self);
void usher_loop_free (UsherLoop *self);
/* nothing is to be added to it any more */
gboolean usher_loop_is_ending (UsherLoop *self);
/* (nullable): whose thread this is */
UsherLoop *usher_loop_get_current (void);
/* on any thread; the task is not touched any more once its function runs. FALSE: the loop ends
 * and it will not run */
gboolean usher_loop_post (UsherLoop *self, UsherTask *task);

/* on its thread: */
/* runs it with the next batch: the others first */
void usher_loop_defer (UsherLoop *self, UsherTask *task);
gint64 usher_loop_get_now (UsherLoop *self);
/* edge-triggered, so an event is told once */
gboolean usher_loop_add (UsherLoop *self, UsherWatch *watch, guint events);
/* also tells anew what holds still */
gboolean usher_loop_change (UsherLoop *self, UsherWatch *watch, guint events);
/* closes the descriptor too */
void usher_loop_remove (UsherLoop *self, UsherWatch *watch);
/* @duration: microseconds, of which there are few kinds; one that is set is set anew */
void usher_loop_set_deadline (UsherLoop *self, UsherDeadline *deadline, gint64 duration);
void usher_loop_clear_deadline (UsherLoop *self, UsherDeadline *deadline);

G_END_DECLS
