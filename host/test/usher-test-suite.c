/* usher-test-suite.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-suite.h"

#include <locale.h>

/* a test that is to be given a box */
typedef struct
{
  const char *contents; /* (owned) */
  UsherTestPlacement placement;
  UsherTestFunc func;          /* (nullable) */
  UsherTestDataFunc data_func; /* (nullable): in its place */
  gconstpointer data;
} Test;

static void
free_test (gpointer data)
{
  Test *test = data;

  g_free ((char *) test->contents);
  g_free (test);
}

static void
run_test (gconstpointer data)
{
  const Test *test = data;
  UsherTestHost *host = usher_test_host_new (test->contents, test->placement);

  if (test->data_func != NULL)
    test->data_func (host, test->data);
  else
    test->func (host);
  usher_test_host_close (host);
  g_assert_finalize_object (host);
}

/* a copy of @test, whose contents are copied too */
static void
add_test (const char *path, Test test)
{
  g_return_if_fail (path != NULL);
  g_return_if_fail (test.contents != NULL);
  g_return_if_fail (test.func != NULL || test.data_func != NULL);

  test.contents = g_strdup (test.contents);
  g_test_add_data_func_full (path, g_memdup2 (&test, sizeof test), run_test, free_test);
}

/**
 * usher_test_init: (skip)
 * @argc: the number of arguments of `main`
 * @argv: the arguments of `main`
 *
 * Begins a program of tests, which ends with `g_test_run ()`.
 */
void
usher_test_init (int *argc, char ***argv)
{
  /* what a failure says is shown as it is */
  setlocale (LC_CTYPE, "");
  g_test_init (argc, argv, NULL);
}

/**
 * usher_test_add: (skip)
 * @path: the path of the test, such as `/notes/create`
 * @contents: what is in its box, as for [ctor@Host.new]
 * @func: (scope forever): the test
 *
 * Adds a test with a box of one host without a bus.
 */
void
usher_test_add (const char *path, const char *contents, UsherTestFunc func)
{
  usher_test_add_placed (path, contents, USHER_TEST_BY_HAND, func);
}

/**
 * usher_test_add_data: (skip)
 * @path: the path of the test
 * @contents: what is in its box, as for [ctor@Host.new]
 * @func: (scope forever): the test
 * @data: what it is given, which stays where it is
 *
 * Adds one of many tests that differ in their data, with a box of one host without a bus.
 */
void
usher_test_add_data (const char *path,
                     const char *contents,
                     UsherTestDataFunc func,
                     gconstpointer data)
{
  add_test (path, (Test){ .contents = contents, .data_func = func, .data = data });
}

/**
 * usher_test_add_placed: (skip)
 * @path: the path of the test
 * @contents: what is in its box, as for [ctor@Host.new]
 * @placement: where the services run
 * @func: (scope forever): the test
 *
 * Adds a test with a box.
 */
void
usher_test_add_placed (const char *path,
                       const char *contents,
                       UsherTestPlacement placement,
                       UsherTestFunc func)
{
  add_test (path, (Test){ .contents = contents, .placement = placement, .func = func });
}

/**
 * usher_test_add_all_placements: (skip)
 * @path: the path of the tests, `/one`, `/spread` and `/pairs` are put behind it
 * @contents: what is in their boxes, as for [ctor@Host.new]
 * @func: (scope forever): the test
 *
 * Adds a test three times: in one host, in one for each service, in two for each service; all on a bus.
 */
void
usher_test_add_all_placements (const char *path, const char *contents, UsherTestFunc func)
{
  static const struct
  {
    const char *name;
    UsherTestPlacement placement;
  } rows[] = {
    { "one", USHER_TEST_ONE },
    { "spread", USHER_TEST_SPREAD },
    { "pairs", USHER_TEST_PAIRS },
  };

  g_return_if_fail (path != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *placed = g_strconcat (path, "/", rows[i].name, NULL);

      usher_test_add_placed (placed, contents, rows[i].placement, func);
    }
}
