/* usher-test-events.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-events.h"

#include "usher-test-host-private.h"
#include "usher-test-json-private.h"
#include "usher-test-wait.h"

/**
 * usher_test_host_take_events:
 * @self: a box
 * @service: one of its services
 *
 * Takes what a service has published since the last look, in the order of its commits. It is captured when it is committed, in
 * every placement, and is not touched by [method@Host.settle].
 *
 * Returns: (transfer container) (element-type UsherEvent): the events
 */
GPtrArray *
usher_test_host_take_events (UsherTestHost *self, const char *service)
{
  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);
  g_return_val_if_fail (service != NULL, NULL);

  return usher_test_witness_take (usher_test_host_get_witness (self), service, USHER_TEST_TAKEN);
}

/**
 * usher_test_host_take_event:
 * @self: a box
 * @service: one of its services
 * @channel: the channel
 *
 * Takes the only event that the service has published since the last look, which must be on @channel.
 *
 * Returns: (transfer full): the event
 */
UsherEvent *
usher_test_host_take_event (UsherTestHost *self, const char *service, const char *channel)
{
  return usher_test_check_event (self, service, channel, __FILE__, __LINE__, G_STRFUNC);
}

/* (nullable): the next event of @service on @channel, if it is there */
static UsherEvent *
find_event (UsherTestHost *self, const char *service, const char *channel)
{
  g_autoptr (GPtrArray) events = usher_test_host_take_events (self, service);

  for (guint i = 0; i < events->len; i++)
    if (g_str_equal (usher_event_get_channel (g_ptr_array_index (events, i)), channel))
      return usher_event_ref (g_ptr_array_index (events, i));

  return NULL;
}

/**
 * usher_test_host_await_event:
 * @self: a box
 * @service: one of its services
 * @channel: the channel
 *
 * Waits for a next event of the service on @channel, and takes what was before it, too.
 *
 * Returns: (transfer full): the event
 */
UsherEvent *
usher_test_host_await_event (UsherTestHost *self, const char *service, const char *channel)
{
  UsherEvent *event = NULL;

  usher_test_until ((event = find_event (self, service, channel)) != NULL);

  return event;
}

/**
 * usher_test_host_skip_events:
 * @self: a box
 * @service: one of its services
 *
 * Takes all that the service has published, and looks at none of it.
 */
void
usher_test_host_skip_events (UsherTestHost *self, const char *service)
{
  g_ptr_array_unref (usher_test_host_take_events (self, service));
}

/* ends the test; @wanted: what there should have been */
static void
fail (GPtrArray *events, const char *wanted, const char *file, int line, const char *func)
{
  g_autoptr (GString) message = g_string_new ("published was");

  for (guint i = 0; i < events->len; i++)
    g_string_append_printf (message,
                            "%s %s %s",
                            i > 0 ? "," : "",
                            usher_event_get_channel (g_ptr_array_index (events, i)),
                            usher_event_get_payload (g_ptr_array_index (events, i), NULL));
  g_string_append_printf (message, "%s, not %s", events->len > 0 ? "" : " nothing", wanted);
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message->str);
}

/* takes ownership of @events, of which the only one is on @channel */
static UsherEvent *
pick (GPtrArray *events, const char *channel, const char *file, int line, const char *func)
{
  g_autoptr (GPtrArray) owned = events;

  if (owned->len != 1 ||
      !g_str_equal (usher_event_get_channel (g_ptr_array_index (owned, 0)), channel))
    fail (owned, channel, file, line, func);

  return usher_event_ref (g_ptr_array_index (owned, 0));
}

/**
 * usher_test_check_event:
 * @host: a box
 * @service: one of its services
 * @channel: the channel
 * @file: where in the sources
 * @line: the line
 * @func: the function
 *
 * Is what [func@assert_event] calls.
 *
 * Returns: (transfer full): the event
 */
UsherEvent *
usher_test_check_event (UsherTestHost *host,
                        const char *service,
                        const char *channel,
                        const char *file,
                        int line,
                        const char *func)
{
  return pick (usher_test_host_take_events (host, service), channel, file, line, func);
}

/**
 * usher_test_check_quiet:
 * @host: a box
 * @service: one of its services
 * @file: where in the sources
 * @line: the line
 * @func: the function
 *
 * Is what [func@assert_quiet] calls.
 */
void
usher_test_check_quiet (UsherTestHost *host,
                        const char *service,
                        const char *file,
                        int line,
                        const char *func)
{
  g_autoptr (GPtrArray) events = usher_test_host_take_events (host, service);

  if (events->len > 0)
    fail (events, "nothing", file, line, func);
}

/**
 * usher_test_dup_event_member:
 * @event: an event
 * @path: where the member is, such as `ticket.id`
 *
 * Gets a member of the payload, as [func@dup_member] gives that of an answer.
 *
 * Returns: (transfer full) (nullable): the text, `NULL` when it is missing
 */
char *
usher_test_dup_event_member (UsherEvent *event, const char *path)
{
  g_autoptr (GError) error = NULL;
  UsherJson *json = usher_event_get_json (event, &error);

  g_assert_no_error (error);

  return usher_test_dup_text (json, path);
}

/**
 * usher_test_check_event_member:
 * @event: an event
 * @path: where the member is
 * @expected: (nullable): what it must be
 * @file: where in the sources
 * @line: the line
 * @func: the function
 *
 * Is what [func@assert_event_member] calls.
 */
void
usher_test_check_event_member (UsherEvent *event,
                               const char *path,
                               const char *expected,
                               const char *file,
                               int line,
                               const char *func)
{
  g_autofree char *found = usher_test_dup_event_member (event, path);
  g_autofree char *message = NULL;

  if (g_strcmp0 (found, expected) == 0)
    return;

  message = g_strdup_printf ("“%s” is %s, not %s: %s",
                             path,
                             found != NULL ? found : "missing",
                             expected != NULL ? expected : "missing",
                             usher_event_get_payload (event, NULL));
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);
}

/**
 * usher_test_host_make_event:
 * @self: a box
 * @channel: the channel
 * @payload: JSON
 *
 * Makes an event of now, as another service would publish it, with an id that no inbox knows.
 *
 * Returns: (transfer full): the event
 */
UsherEvent *
usher_test_host_make_event (UsherTestHost *self, const char *channel, const char *payload)
{
  UsherClock *clock = NULL;
  g_autofree char *id = NULL;

  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);
  g_return_val_if_fail (channel != NULL, NULL);
  g_return_val_if_fail (payload != NULL, NULL);

  clock = USHER_CLOCK (usher_test_host_get_clock (self));
  id = usher_uuid_new (clock);

  return usher_event_new (id, channel, usher_clock_get_time (clock), payload, -1);
}

/**
 * usher_test_host_feed:
 * @self: a box
 * @service: one of its services
 * @group: (nullable): the group of the listener, `NULL` for the default one
 * @event: an event
 * @error: return location for a [error@Usher.Error]
 *
 * Gives an event to one listener, once, as the bus would, and waits for the commit. The same event again is a redelivery, which
 * the inbox knows. Any thread.
 *
 * Returns: whether it was acknowledged; `USHER_ERROR_DEFER`: the listener wants it again later; `USHER_ERROR_UNAVAILABLE`: the
 *   host has died, or its store takes nothing
 */
gboolean
usher_test_host_feed (UsherTestHost *self,
                      const char *service,
                      const char *group,
                      UsherEvent *event,
                      GError **error)
{
  UsherTestPlace *place = NULL;
  GError *failure = NULL;

  g_return_val_if_fail (USHER_TEST_IS_HOST (self), FALSE);
  g_return_val_if_fail (service != NULL, FALSE);
  g_return_val_if_fail (event != NULL, FALSE);

  place = usher_test_host_find_place (self, service);
  usher_host_feed (usher_test_place_get_host (place), service, group, event, &failure);
  if (usher_test_host_heed (self, place))
    {
      g_clear_error (&failure);
      failure = g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the host has died");
    }
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, failure);

  return FALSE;
}

/**
 * usher_test_host_deliver:
 * @self: a box
 * @service: one of its services
 * @group: (nullable): the group of the listener, `NULL` for the default one
 * @event: an event
 *
 * Gives an event to one listener, which must acknowledge it. Any thread.
 */
void
usher_test_host_deliver (UsherTestHost *self,
                         const char *service,
                         const char *group,
                         UsherEvent *event)
{
  g_autoptr (GError) error = NULL;

  usher_test_host_feed (self, service, group, event, &error);
  g_assert_no_error (error);
}

/**
 * usher_test_host_give:
 * @self: a box
 * @service: one of its services
 * @group: (nullable): the group of the listener, `NULL` for the default one
 * @channel: the channel
 * @payload: JSON
 *
 * Gives a new event to one listener, which must acknowledge it. Any thread.
 */
void
usher_test_host_give (UsherTestHost *self,
                      const char *service,
                      const char *group,
                      const char *channel,
                      const char *payload)
{
  g_autoptr (UsherEvent) event = usher_test_host_make_event (self, channel, payload);

  usher_test_host_deliver (self, service, group, event);
}

/**
 * usher_test_host_hold_event:
 * @self: a box without a bus
 * @service: one of its services
 * @channel: the channel
 *
 * Takes the only event of the service that [method@Host.settle] has not carried yet, which must be on @channel, for the test
 * to carry it itself: late, out of order, or never.
 *
 * Returns: (transfer full): the event
 */
UsherEvent *
usher_test_host_hold_event (UsherTestHost *self, const char *service, const char *channel)
{
  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);
  g_return_val_if_fail (service != NULL && channel != NULL, NULL);
  g_return_val_if_fail (usher_test_host_get_bus (self) == NULL, NULL);

  return pick (usher_test_witness_take (usher_test_host_get_witness (self),
                                        service,
                                        USHER_TEST_CARRIED),
               channel,
               __FILE__,
               __LINE__,
               G_STRFUNC);
}

/* one event of a batch */
typedef struct
{
  UsherTestHost *host;
  const char *service;
  const char *group;
  UsherEvent *event;
} Share;

static gpointer
feed_share (gpointer data)
{
  Share *share = data;

  return GINT_TO_POINTER (
      usher_test_host_feed (share->host, share->service, share->group, share->event, NULL));
}

/**
 * usher_test_host_feed_batch:
 * @self: a box
 * @service: one of its services
 * @group: (nullable): the group of the listener, `NULL` for the default one
 * @events: (element-type UsherEvent): events
 *
 * Gives all events to one listener at the same time, as the bus does with those that come in one frame: their handlers run beside
 * each other, in any order.
 *
 * Returns: how many were acknowledged
 */
guint
usher_test_host_feed_batch (UsherTestHost *self,
                            const char *service,
                            const char *group,
                            GPtrArray *events)
{
  g_autofree Share *shares = g_new0 (Share, events->len);
  g_autofree GThread **threads = g_new0 (GThread *, events->len);
  guint n_taken = 0;

  for (guint i = 0; i < events->len; i++)
    {
      shares[i] = (Share){ self, service, group, g_ptr_array_index (events, i) };
      threads[i] = g_thread_new ("share", feed_share, &shares[i]);
    }
  for (guint i = 0; i < events->len; i++)
    n_taken += GPOINTER_TO_INT (g_thread_join (threads[i])) ? 1 : 0;

  return n_taken;
}
