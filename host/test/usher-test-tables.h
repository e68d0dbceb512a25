/* usher-test-tables.h: assertions of many rows
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-host.h"

G_BEGIN_DECLS

/**
 * UsherTestRefusal:
 * @method: the method
 * @target: the path
 * @user: (nullable): who asks, as [method@Host.as] takes it
 * @body: (nullable): the body, sent as JSON
 * @status: the status of the answer
 * @field: (nullable): the field that is named, `NULL`: none
 * @message: what the client is told
 *
 * A request that is refused, with one error.
 */
typedef struct
{
  const char *method;
  const char *target;
  const char *user;
  const char *body;
  guint status;
  const char *field;
  const char *message;
} UsherTestRefusal;

/**
 * UsherTestBadEvent:
 * @group: (nullable): the group of the listener, `NULL`: the default one
 * @channel: the channel
 * @payload: the payload
 * @code: of the error that it is
 *
 * An event that a listener must not take.
 */
typedef struct
{
  const char *group;
  const char *channel;
  const char *payload;
  UsherError code;
} UsherTestBadEvent;

USHER_API
void usher_test_host_assert_call (UsherTestHost *self,
                                  const char *method,
                                  const char *target,
                                  const char *user,
                                  const char *body,
                                  guint status);
USHER_API
void usher_test_host_assert_refusals (UsherTestHost *self,
                                      const UsherTestRefusal *refusals,
                                      guint n_refusals);
USHER_API
void usher_test_user_assert_bad_bodies (UsherTestUser *user,
                                        const char *target,
                                        const char *const *bodies,
                                        guint n_bodies,
                                        const char *field,
                                        const char *message);
USHER_API
void usher_test_user_assert_repeatable (UsherTestUser *user,
                                        const char *target,
                                        const char *body,
                                        const char *other);
USHER_API
void usher_test_host_assert_bad (UsherTestHost *self,
                                 const char *service,
                                 const UsherTestBadEvent *events,
                                 guint n_events);

G_END_DECLS
