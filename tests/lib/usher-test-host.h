/* usher-test-host.h: a host with real plugins on a real store, driven by hand
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-error.h"
#include "usher-host-class.h"
#include "usher-manual-clock.h"

G_BEGIN_DECLS

/* No bus: events stay in the outbox and are fed by hand. A unit may hold one document. The clock stands at
 * USHER_TEST_TIME until it is turned. Everything is in a temporary folder. Failures are failures of the test. */
typedef struct _UsherTestHost UsherTestHost;

#define USHER_TEST_TIME G_GINT64_CONSTANT (1767225600000000) /* 2026-01-01T00:00:00.000Z */

/* users that tests may be */
#define USHER_TEST_ALICE   "a11cea11cea11cea11cea11c"
#define USHER_TEST_BOB     "b0bb0bb0bb0bb0bb0bb0bb0b"
#define USHER_TEST_NOTHING "000000000000000000000000" /* the id of no document */

/* @plugins: names with spaces between, of those built in $USHER_TEST_PLUGIN_DIR; then settings "group.key=value", NULL at
 * the end */
UsherTestHost *usher_test_host_new (const char *plugins, ...) G_GNUC_NULL_TERMINATED;
void usher_test_host_free (UsherTestHost *self);
/* stops the host and starts another one on the same data */
void usher_test_host_restart (UsherTestHost *self);
/* @setting: "group.key=value", from the next restart on */
void usher_test_host_add_setting (UsherTestHost *self, const char *setting);
/* the data directory */
const char *usher_test_host_get_directory (UsherTestHost *self);

UsherHost *usher_test_host_get_host (UsherTestHost *self);
UsherManualClock *usher_test_host_get_clock (UsherTestHost *self);
/* turns the clock and runs the timers that are due then */
void usher_test_host_turn (UsherTestHost *self, gint64 microseconds);

/* Any thread, and from many. @user_id: NULL is anonymous; @body: (nullable): sent as application/json. (transfer full) */
UsherReply *usher_test_host_call (UsherTestHost *self,
                                  const char *method,
                                  const char *target,
                                  const char *user_id,
                                  const char *body);
/* @headers: (nullable): "Name: value" lines with \n between */
UsherReply *usher_test_host_call_with (UsherTestHost *self,
                                       const char *method,
                                       const char *target,
                                       const char *user_id,
                                       const char *body,
                                       const char *headers);
/* A document that somebody makes by a POST to @path, which must succeed; (transfer full): its id */
char *usher_test_host_create (UsherTestHost *self,
                              const char *path,
                              const char *user_id,
                              const char *body);
/* a call of which the status is all that matters */
void usher_test_host_assert_call (UsherTestHost *self,
                                  const char *method,
                                  const char *target,
                                  const char *user_id,
                                  const char *body,
                                  guint status);
/* A call that is refused, with one error. */
typedef struct
{
  const char *method;
  const char *target;
  const char *user_id; /* (nullable): anonymous */
  const char *body;    /* (nullable) */
  guint status;
  const char *field; /* (nullable): without a field */
  const char *message;
} UsherTestRefusal;
void usher_test_host_assert_refusals (UsherTestHost *self,
                                      const UsherTestRefusal *refusals,
                                      guint n_refusals);
/* Alice's POST to @path is refused with 400, whichever of @bodies it has. */
void usher_test_host_assert_bad_bodies (UsherTestHost *self,
                                        const char *path,
                                        const char *const *bodies,
                                        guint n_bodies,
                                        const char *field,
                                        const char *message);
/* With one Idempotency-Key the answer to @body comes again, and @other is refused, which is another body. */
void usher_test_host_assert_repeatable (UsherTestHost *self,
                                        const char *path,
                                        const char *user_id,
                                        const char *body,
                                        const char *other);
/* gives another thread a head start that differs from @round to round */
void usher_test_host_dawdle (UsherTestHost *self, const char *target, guint round);
/* a request of the admin listener */
UsherReply *
usher_test_host_call_admin (UsherTestHost *self, const char *method, const char *target);

/* a member of the answer as text: a string without its quotes, any other value as it is written; NULL when missing */
char *usher_test_dup_member (UsherReply *reply, const char *path);
char *usher_test_dup_body (UsherReply *reply);
/* cents, exactly */
gint64 usher_test_get_money (UsherReply *reply, const char *path);
/* how many elements the array or object at @path has */
guint usher_test_count_members (UsherReply *reply, const char *path);

/* on failure they print the answer; each gives back @reply, so calls can be wrapped */
#define usher_test_assert_status(reply, status) \
  usher_test_check_status (reply, status, __FILE__, __LINE__, G_STRFUNC)
/* @expected: as usher_test_dup_member() gives it, NULL: missing */
#define usher_test_assert_member(reply, path, expected) \
  usher_test_check_member (reply, path, expected, __FILE__, __LINE__, G_STRFUNC)
/* the error shape with one error; @field: NULL: without a field */
#define usher_test_assert_refused(reply, status, field, message) \
  usher_test_check_refused (reply, status, field, message, __FILE__, __LINE__, G_STRFUNC)
UsherReply *usher_test_check_status (UsherReply *reply,
                                     guint status,
                                     const char *file,
                                     int line,
                                     const char *func);
UsherReply *usher_test_check_member (UsherReply *reply,
                                     const char *path,
                                     const char *expected,
                                     const char *file,
                                     int line,
                                     const char *func);
UsherReply *usher_test_check_refused (UsherReply *reply,
                                      guint status,
                                      const char *field,
                                      const char *message,
                                      const char *file,
                                      int line,
                                      const char *func);

/* a member of the payload, as usher_test_dup_member() has it */
char *usher_test_dup_event_member (UsherEvent *event, const char *path);
/* @expected: as usher_test_dup_event_member() gives it, NULL: missing */
#define usher_test_assert_event_member(event, path, expected)                 \
  G_STMT_START                                                                \
  {                                                                           \
    g_autofree char *usher_found = usher_test_dup_event_member (event, path); \
    g_assert_cmpstr (usher_found, ==, expected);                              \
  }                                                                           \
  G_STMT_END
/* a new event, with an id of its own: the inbox does not know it */
UsherEvent *usher_test_event_new (UsherTestHost *self, const char *channel, const char *payload);
/* Gives the event to one listener as the bus would. @group: NULL: the default one. FALSE: @error tells, DEFER: later. */
gboolean usher_test_host_feed (UsherTestHost *self,
                               const char *service,
                               const char *group,
                               UsherEvent *event,
                               GError **error);
/* the same, and the event must be acknowledged */
void usher_test_host_deliver (UsherTestHost *self,
                              const char *service,
                              const char *group,
                              UsherEvent *event);
/* the same with a new event */
void usher_test_host_give (UsherTestHost *self,
                           const char *service,
                           const char *group,
                           const char *channel,
                           const char *payload);
/* an event that a listener must not take */
typedef struct
{
  const char *group; /* (nullable): the default one */
  const char *channel;
  const char *payload;
  UsherError code; /* of the error that it is */
} UsherTestBadEvent;

/* Gives each of them to its listener: it is an error that no later delivery mends. */
void usher_test_host_assert_bad (UsherTestHost *self,
                                 const char *service,
                                 const UsherTestBadEvent *events,
                                 guint n_events);
/* (transfer full): the path of a test of a row in a state table. @before: what was told before, with spaces between */
char *usher_test_make_row_path (const char *prefix, const char *before, const char *event);
/* what the service has published since the last look; (transfer container) (element-type UsherEvent) */
GPtrArray *usher_test_host_take_events (UsherTestHost *self, const char *service);
/* The only event since the last look, which must be on @channel. */
UsherEvent *
usher_test_host_take_event (UsherTestHost *self, const char *service, const char *channel);
void usher_test_host_assert_event (UsherTestHost *self, const char *service, const char *channel);
/* waits for a next event of the service on @channel, and takes what was before it too */
UsherEvent *
usher_test_host_await_event (UsherTestHost *self, const char *service, const char *channel);
/* takes them all and looks at none */
void usher_test_host_skip_events (UsherTestHost *self, const char *service);
/* nothing was published since the last look */
void usher_test_host_assert_quiet (UsherTestHost *self, const char *service);
/* Carries what was published to every listener of the marketplace that is loaded, again and again until nothing is
 * new. Returns how many deliveries are still deferred; they are tried again next time. */
guint usher_test_host_carry (UsherTestHost *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestHost, usher_test_host_free)

/* A fixture that is a host, and no more. */
typedef struct
{
  UsherTestHost *host;
} UsherTestHostFixture;

/* @plugins: with spaces between */
void usher_test_host_set_up (UsherTestHostFixture *fixture, gconstpointer plugins);
void usher_test_host_tear_down (UsherTestHostFixture *fixture, gconstpointer plugins);
void usher_test_host_add (const char *path,
                          const char *plugins,
                          void (*func) (UsherTestHostFixture *fixture, gconstpointer plugins));

G_END_DECLS
