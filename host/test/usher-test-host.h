/* usher-test-host.h: services in a box: real plugins on a real store, driven by hand
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher-host.h>

G_BEGIN_DECLS

/**
 * USHER_TEST_TIME:
 *
 * When every box begins: 2026-01-01T00:00:00.000Z, in microseconds since 1970.
 */
#define USHER_TEST_TIME G_GINT64_CONSTANT (1767225600000000)

/**
 * UsherTestPlacement:
 * @USHER_TEST_BY_HAND: one host and no bus: what is published stays until the test carries it
 * @USHER_TEST_ONE: one host with all services, on a bus
 * @USHER_TEST_SPREAD: a host for each service, on one bus
 * @USHER_TEST_PAIRS: two hosts for each service, which share its database and its queue groups, on one bus; requests go to
 *   the one and to the other by turns
 *
 * Where the services of a box run.
 */
typedef enum
{
  USHER_TEST_BY_HAND,
  USHER_TEST_ONE,
  USHER_TEST_SPREAD,
  USHER_TEST_PAIRS,
} UsherTestPlacement;

/**
 * UsherTestCrash:
 * @USHER_TEST_BEFORE_COMMIT: the handler has returned, nothing of it is written
 * @USHER_TEST_AFTER_COMMIT: its unit is durable, and nobody knows: no answer, no acknowledgement, nothing sent
 *
 * Where a host dies.
 */
typedef enum
{
  USHER_TEST_BEFORE_COMMIT,
  USHER_TEST_AFTER_COMMIT,
} UsherTestCrash;

#define USHER_TEST_TYPE_HOST (usher_test_host_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherTestHost, usher_test_host, USHER_TEST, HOST, GObject)

#define USHER_TEST_TYPE_USER (usher_test_user_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherTestUser, usher_test_user, USHER_TEST, USER, GObject)

USHER_API
UsherTestHost *usher_test_host_new (const char *contents, UsherTestPlacement placement);
USHER_API
void usher_test_host_close (UsherTestHost *self);
USHER_API
void usher_test_host_restart (UsherTestHost *self);
USHER_API
void usher_test_host_set (UsherTestHost *self, const char *setting);
USHER_API
const char *usher_test_host_get_directory (UsherTestHost *self);
USHER_API
UsherHost *usher_test_host_get_host (UsherTestHost *self, const char *service);
USHER_API
UsherManualClock *usher_test_host_get_clock (UsherTestHost *self);
USHER_API
void usher_test_host_turn (UsherTestHost *self, gint64 microseconds);
USHER_API
UsherTestUser *usher_test_host_as (UsherTestHost *self, const char *name);
USHER_API
char *usher_test_host_dup_document (UsherTestHost *self,
                                    const char *service,
                                    const char *collection,
                                    const char *id);
USHER_API
char *usher_test_host_dup_field (UsherTestHost *self,
                                 const char *service,
                                 const char *collection,
                                 const char *id,
                                 const char *field);
USHER_API
void
usher_test_host_crash (UsherTestHost *self, const char *service, UsherTestCrash point, guint nth);
USHER_API
guint usher_test_host_count_crashes (UsherTestHost *self);
USHER_API
void
usher_test_host_fail_commit (UsherTestHost *self, const char *service, UsherError code, guint nth);

G_END_DECLS
