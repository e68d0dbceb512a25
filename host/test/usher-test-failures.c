/* usher-test-failures.c: what goes wrong in a box
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-host-private.h"

/**
 * usher_test_host_crash:
 * @self: a box
 * @service: one of its services
 * @point: where the host dies
 * @nth: at which commit of the service from now on, 1: the next one; each step of a request has one of its own
 *
 * Lets a host die as from `SIGKILL` when the service commits. What is under way there gets no answer: a request is answered with
 * `NULL`, an event is not acknowledged, nothing is sent, no step follows. A host on the same data takes its place at once, and
 * sends what was committed.
 *
 * It is the host that dies, not the process of the test: what a handler has done outside its store is done. The program
 * `usher up` and a real `kill -9` show the rest.
 */
void
usher_test_host_crash (UsherTestHost *self, const char *service, UsherTestCrash point, guint nth)
{
  g_return_if_fail (USHER_TEST_IS_HOST (self));
  g_return_if_fail (service != NULL);
  g_return_if_fail (nth > 0);

  usher_test_witness_plan_crash (usher_test_host_get_witness (self), service, point, nth);
}

/**
 * usher_test_host_fail_commit:
 * @self: a box
 * @service: one of its services
 * @code: how: `USHER_ERROR_CONFLICT` is a lost race, and the handler runs again; `USHER_ERROR_FULL` a full disk
 * @nth: which commit of the service from now on, 1: the next one
 *
 * Lets the store refuse a commit, of which nothing is written.
 */
void
usher_test_host_fail_commit (UsherTestHost *self, const char *service, UsherError code, guint nth)
{
  g_return_if_fail (USHER_TEST_IS_HOST (self));
  g_return_if_fail (service != NULL);
  g_return_if_fail (nth > 0);

  usher_test_witness_plan_failure (usher_test_host_get_witness (self), service, code, nth);
}
