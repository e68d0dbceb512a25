/* usher-test-children.h: the processes below “usher up”, as it tells them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-process.h"

G_BEGIN_DECLS

/* what the hub is called where a service's name is asked for */
#define USHER_TEST_HUB "hub"

typedef struct
{
  char *name;
  char *state;
  char **services; /* (nullable): NULL for the hub */
  GPid pid;        /* 0: none runs */
  gint64 generation;
  gint64 n_restarts;
} UsherTestChild;

void usher_test_child_free (UsherTestChild *child);

/* (element-type UsherTestChild): all that there are now; empty in one process */
GPtrArray *usher_test_children_list (UsherTestProcess *process);
/* (element-type UsherTestChild): the copies of @service, or the hub */
GPtrArray *usher_test_children_find (UsherTestProcess *process, const char *service);
/* until each child is ready */
void usher_test_children_await_ready (UsherTestProcess *process);
/* until others have taken the place of @pid and each child is ready */
void usher_test_children_await_replaced (UsherTestProcess *process, GPid pid);
/* sends @signum to the copy @index of @service, or to the hub; its pid, 0 when no such one runs */
GPid usher_test_children_signal (UsherTestProcess *process,
                                 const char *service,
                                 guint index,
                                 int signum);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestChild, usher_test_child_free)

G_END_DECLS
