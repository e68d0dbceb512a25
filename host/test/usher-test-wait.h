/* usher-test-wait.h: how a test waits for what it cannot ask to tell it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * USHER_TEST_PATIENCE:
 *
 * How long a test waits at most, in microseconds: nothing that works takes so long on any machine.
 */
#define USHER_TEST_PATIENCE (2 * G_TIME_SPAN_MINUTE)

/**
 * usher_test_until:
 * @condition: an expression, evaluated again and again
 *
 * Waits until @condition is true, for what no main context tells. After [const@PATIENCE] the test ends and says where it
 * was and what it waited for.
 */
#define usher_test_until(condition)                                               \
  G_STMT_START                                                                    \
  {                                                                               \
    gint64 usher_test_deadline = 0;                                               \
    while (!(condition))                                                          \
      if (!usher_test_wait (&usher_test_deadline))                                \
        g_error ("%s:%d: waited in vain for %s", __FILE__, __LINE__, #condition); \
  }                                                                               \
  G_STMT_END

USHER_API
gboolean usher_test_wait (gint64 *deadline);
USHER_API
gpointer usher_test_pop (GAsyncQueue *queue);
USHER_API
void usher_test_remove_tree (const char *path);

G_END_DECLS
