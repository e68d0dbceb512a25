/* service-stage.h: who asks, and what else the tests of all services need
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher-test.h>

G_BEGIN_DECLS

/* users whose ids are in payloads */
#define USHER_TEST_ALICE "a11cea11cea11cea11cea11c"
#define USHER_TEST_BOB   "b0bb0bb0bb0bb0bb0bb0bb0b"

/* gives another thread a head start that differs from @round to round */
void service_stage_dawdle (UsherTestHost *host, const char *target, guint round);
/* (transfer full): the path of a test of a row in a state table. @before: what was told before, with spaces between */
char *service_stage_make_row_path (const char *prefix, const char *before, const char *event);
/* Changes the database of @service behind the host's back; how many rows. What a handler has seen may be of before until the
 * next restart. */
int service_stage_execute (UsherTestHost *host, const char *service, const char *sql);

G_END_DECLS
