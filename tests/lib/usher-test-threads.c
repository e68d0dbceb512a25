/* usher-test-threads.c: a system that has only so many threads, for LD_PRELOAD
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/*
 * LD_PRELOAD=…/libusher-test-threads.so USHER_TEST_THREADS=N program …
 *
 * g_thread_try_new() makes N threads, and then no more. Those that GLib and others make for themselves do not count. A
 * program with AddressSanitizer needs ASAN_OPTIONS=verify_asan_link_order=0.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib.h>
#include <stdlib.h>

typedef GThread *(*Make) (const char *name, GThreadFunc func, gpointer data, GError **error);

GThread *
g_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  static int n_made = 0;
  const char *limit = getenv ("USHER_TEST_THREADS");
  Make make = (Make) dlsym (RTLD_NEXT, "g_thread_try_new");

  if (limit == NULL || g_atomic_int_add (&n_made, 1) < strtol (limit, NULL, 10))
    return make (name, func, data, error);

  g_set_error (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "thread “%s” is one too many", name);

  return NULL;
}
