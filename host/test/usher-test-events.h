/* usher-test-events.h: what services publish, and what they are told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-host.h"

G_BEGIN_DECLS

USHER_API
GPtrArray *usher_test_host_take_events (UsherTestHost *self, const char *service);
USHER_API
UsherEvent *
usher_test_host_take_event (UsherTestHost *self, const char *service, const char *channel);
USHER_API
UsherEvent *
usher_test_host_await_event (UsherTestHost *self, const char *service, const char *channel);
USHER_API
void usher_test_host_skip_events (UsherTestHost *self, const char *service);

/**
 * usher_test_assert_event:
 * @host: a box
 * @service: one of its services
 * @channel: the channel
 *
 * What @service has published since the last look is one event, on @channel; else the test fails, and prints what there was.
 */
#define usher_test_assert_event(host, service, channel) \
  usher_event_unref (usher_test_check_event (host, service, channel, __FILE__, __LINE__, G_STRFUNC))

/**
 * usher_test_assert_quiet:
 * @host: a box
 * @service: one of its services
 *
 * @service has published nothing since the last look; else the test fails, and prints what there was.
 */
#define usher_test_assert_quiet(host, service) \
  usher_test_check_quiet (host, service, __FILE__, __LINE__, G_STRFUNC)

/**
 * usher_test_assert_event_member:
 * @event: an event
 * @path: where the member is
 * @expected: (nullable): as [func@dup_event_member] gives it, `NULL`: it is missing
 *
 * The payload has this member; else the test fails, and prints the payload.
 */
#define usher_test_assert_event_member(event, path, expected) \
  usher_test_check_event_member (event, path, expected, __FILE__, __LINE__, G_STRFUNC)

USHER_API
UsherEvent *usher_test_check_event (UsherTestHost *host,
                                    const char *service,
                                    const char *channel,
                                    const char *file,
                                    int line,
                                    const char *func);
USHER_API
void usher_test_check_quiet (UsherTestHost *host,
                             const char *service,
                             const char *file,
                             int line,
                             const char *func);
USHER_API
void usher_test_check_event_member (UsherEvent *event,
                                    const char *path,
                                    const char *expected,
                                    const char *file,
                                    int line,
                                    const char *func);
USHER_API
char *usher_test_dup_event_member (UsherEvent *event, const char *path);

USHER_API
UsherEvent *
usher_test_host_make_event (UsherTestHost *self, const char *channel, const char *payload);
USHER_API
gboolean usher_test_host_feed (UsherTestHost *self,
                               const char *service,
                               const char *group,
                               UsherEvent *event,
                               GError **error);
USHER_API
void usher_test_host_deliver (UsherTestHost *self,
                              const char *service,
                              const char *group,
                              UsherEvent *event);
USHER_API
void usher_test_host_give (UsherTestHost *self,
                           const char *service,
                           const char *group,
                           const char *channel,
                           const char *payload);
USHER_API
guint usher_test_host_feed_batch (UsherTestHost *self,
                                  const char *service,
                                  const char *group,
                                  GPtrArray *events);
USHER_API
UsherEvent *
usher_test_host_hold_event (UsherTestHost *self, const char *service, const char *channel);
USHER_API
guint usher_test_host_settle (UsherTestHost *self);

G_END_DECLS
