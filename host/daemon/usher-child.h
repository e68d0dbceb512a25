/* usher-child.h: a process that the supervisor has started
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* the exit status of one whose plugins have all failed, which another start would not change */
#define EXIT_LEFT_OUT 4

typedef struct _UsherChild UsherChild;

typedef enum
{
  USHER_CHILD_STARTING,
  USHER_CHILD_READY,
  USHER_CHILD_STOPPING,
  USHER_CHILD_ENDED,
} UsherChildState;

/* its state has changed, on the main thread */
typedef void (*UsherChildFunc) (UsherChild *child, gpointer user_data);

/* @name: begins each line of its output; @notify: the path of the notify socket; @watchdog: seconds, 0: none. It ends
 * at once when this process does. */
UsherChild *usher_child_new (const char *const *arguments,
                             const char *name,
                             const char *notify,
                             guint watchdog,
                             GError **error);
void usher_child_set_func (UsherChild *self, UsherChildFunc func, gpointer user_data);
/* forgets a process that runs: it is killed */
void usher_child_free (UsherChild *self);

/* what came on the notify socket; FALSE: it is another's */
gboolean usher_child_take_notice (UsherChild *self, GPid pid, const char *text);
void usher_child_signal (UsherChild *self, int number);
/* SIGKILL; @why: (nullable): what shall be said of it */
void usher_child_kill (UsherChild *self, const char *why);
/* whether it has said that it lives within the time of the watchdog, or never promised to */
gboolean usher_child_is_alive (UsherChild *self);
/* nobody could hear it for so many microseconds */
void usher_child_forgive (UsherChild *self, gint64 gap);

UsherChildState usher_child_get_state (UsherChild *self);
const char *usher_child_get_name (UsherChild *self);
GPid usher_child_get_pid (UsherChild *self);
/* wall time in microseconds */
gint64 usher_child_get_started (UsherChild *self);
gboolean usher_child_was_ready (UsherChild *self);
/* microseconds from when it was ready to its end, 0: it never was, or has not ended */
gint64 usher_child_get_served (UsherChild *self);
/* it ended by itself with the status of a program that could not do what it was told */
gboolean usher_child_gave_up (UsherChild *self);
/* it ended by itself with EXIT_LEFT_OUT */
gboolean usher_child_is_left_out (UsherChild *self);
/* what it said last, or how it ended */
const char *usher_child_get_reason (UsherChild *self);
/* (nullable): why it cannot serve although it runs, as it said last */
const char *usher_child_get_trouble (UsherChild *self);
/* (transfer full): how it ended, after what time, and the last line that it wrote, for a person */
char *usher_child_dup_end (UsherChild *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherChild, usher_child_free)

G_END_DECLS
