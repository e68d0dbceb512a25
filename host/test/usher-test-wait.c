/* usher-test-wait.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-wait.h"

#include <errno.h>
#include <glib/gstdio.h>

#define MOMENT G_TIME_SPAN_MILLISECOND

/**
 * usher_test_wait:
 * @deadline: (inout): 0 at first; then what the call before has put there
 *
 * Lets a moment pass, for [func@until].
 *
 * Returns: `FALSE` once [const@PATIENCE] is over
 */
gboolean
usher_test_wait (gint64 *deadline)
{
  gint64 now = g_get_monotonic_time ();

  if (*deadline == 0)
    *deadline = now + USHER_TEST_PATIENCE;
  if (now >= *deadline)
    return FALSE;
  g_usleep (MOMENT);

  return TRUE;
}

/**
 * usher_test_pop: (skip)
 * @queue: a queue
 *
 * Waits for what another thread pushes; that it does not is a failure of the test.
 *
 * Returns: (transfer full): what it has pushed
 */
gpointer
usher_test_pop (GAsyncQueue *queue)
{
  gpointer item = g_async_queue_timeout_pop (queue, USHER_TEST_PATIENCE);

  g_assert_nonnull (item);

  return item;
}

/**
 * usher_test_remove_tree:
 * @path: a folder of the test
 *
 * Removes a folder with all that is in it, if it is there.
 */
void
usher_test_remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (g_file_test (below, G_FILE_TEST_IS_DIR) && !g_file_test (below, G_FILE_TEST_IS_SYMLINK))
        usher_test_remove_tree (below);
      else
        g_assert_true (g_unlink (below) == 0 || errno == ENOENT);
    }
  g_assert_true (g_rmdir (path) == 0 || errno == ENOENT);
}
