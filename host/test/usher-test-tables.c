/* usher-test-tables.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-tables.h"

#include "usher-test-events.h"
#include "usher-test-reply.h"
#include "usher-test-user.h"

/**
 * usher_test_host_assert_call:
 * @self: a box
 * @method: the HTTP method
 * @target: path and query
 * @user: (nullable): who asks, as for [method@Host.as]
 * @body: (nullable): the body, sent as `application/json`
 * @status: the HTTP status that it must have
 *
 * Asks, where the status is all that matters.
 */
void
usher_test_host_assert_call (UsherTestHost *self,
                             const char *method,
                             const char *target,
                             const char *user,
                             const char *body,
                             guint status)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (self, method, target, user, body);

  usher_test_assert_status (reply, status);
}

/**
 * usher_test_host_assert_refusals: (skip)
 * @self: a box
 * @refusals: (array length=n_refusals): requests
 * @n_refusals: how many
 *
 * Each of them is refused as it says.
 */
void
usher_test_host_assert_refusals (UsherTestHost *self,
                                 const UsherTestRefusal *refusals,
                                 guint n_refusals)
{
  for (const UsherTestRefusal *row = refusals; row < refusals + n_refusals; row++)
    {
      g_autoptr (UsherReply) reply =
          usher_test_host_call (self, row->method, row->target, row->user, row->body);

      g_test_message ("%s %s %s", row->method, row->target, row->body != NULL ? row->body : "");
      usher_test_assert_refused (reply, row->status, row->field, row->message);
    }
}

/**
 * usher_test_user_assert_bad_bodies: (skip)
 * @user: a user
 * @target: path and query
 * @bodies: (array length=n_bodies): bodies
 * @n_bodies: how many
 * @field: (nullable): the field that is named, `NULL`: none
 * @message: what the client is told
 *
 * A `POST` of the user is refused with 400, whichever of the bodies it has.
 */
void
usher_test_user_assert_bad_bodies (UsherTestUser *user,
                                   const char *target,
                                   const char *const *bodies,
                                   guint n_bodies,
                                   const char *field,
                                   const char *message)
{
  for (guint i = 0; i < n_bodies; i++)
    {
      g_autoptr (UsherReply) reply = usher_test_user_post (user, target, bodies[i]);

      g_test_message ("POST %s %s", target, bodies[i]);
      usher_test_assert_refused (reply, 400, field, message);
    }
}

/**
 * usher_test_user_assert_repeatable:
 * @user: a user
 * @target: path and query
 * @body: a body that is answered with 201
 * @other: another body
 *
 * With one `Idempotency-Key` the answer to @body comes again, and @other is refused.
 */
void
usher_test_user_assert_repeatable (UsherTestUser *user,
                                   const char *target,
                                   const char *body,
                                   const char *other)
{
  static const char key[] = "Idempotency-Key: k1";
  g_autoptr (UsherReply) first = usher_test_user_call (user, "POST", target, body, key);
  g_autoptr (UsherReply) second = usher_test_user_call (user, "POST", target, body, key);
  g_autoptr (UsherReply) refused = usher_test_user_call (user, "POST", target, other, key);
  g_autofree char *answer = usher_test_dup_body (first);
  g_autofree char *again = usher_test_dup_body (second);

  usher_test_assert_status (first, 201);
  usher_test_assert_status (second, 201);
  g_assert_cmpstr (answer, ==, again);
  usher_test_assert_status (refused, 409);
}

/**
 * usher_test_host_assert_bad: (skip)
 * @self: a box
 * @service: one of its services
 * @events: (array length=n_events): events
 * @n_events: how many
 *
 * Each of them is an error that no later delivery mends.
 */
void
usher_test_host_assert_bad (UsherTestHost *self,
                            const char *service,
                            const UsherTestBadEvent *events,
                            guint n_events)
{
  for (guint i = 0; i < n_events; i++)
    {
      g_autoptr (UsherEvent) event =
          usher_test_host_make_event (self, events[i].channel, events[i].payload);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s %s", events[i].channel, events[i].payload);
      g_assert_false (usher_test_host_feed (self, service, events[i].group, event, &error));
      g_assert_error (error, USHER_ERROR, (int) events[i].code);
    }
}
