/* test-guard.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-guard-private.h"

#include <glib/gstdio.h>

#include "usher-error.h"
#include "usher-keys.h"
#include "usher-test-base.h"

#define PATIENCE (20 * G_TIME_SPAN_SECOND)
/* milliseconds in which a peer that is let in would be in */
#define MOMENT 300

typedef struct
{
  char *directory;
  UsherGuard *guard;
  UsherKeys *member;
  zsock_t *door; /* ROUTER */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) made = NULL;

  zsys_init ();
  zsys_handler_set (NULL);
  self->directory = g_dir_make_tmp ("usher-guard-XXXXXX", &error);
  g_assert_no_error (error);
  made = usher_keys_make (self->directory, NULL, &error);
  g_assert_no_error (error);
  self->guard = usher_guard_new (self->directory, &error);
  g_assert_no_error (error);
  self->member = usher_keys_new_for_member (self->directory, &error);
  g_assert_no_error (error);
  self->door = zsock_new (ZMQ_ROUTER);
  g_assert_true (usher_guard_set (self->guard, self->door, TRUE));
  g_assert_cmpint (zsock_bind (self->door, "tcp://127.0.0.1:*"), >, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  static const char *const names[] = {
    "hub.key", "hub.key_secret", "member.key", "member.key_secret", "members/member.key", "members",
    "."
  };

  usher_guard_free (self->guard);
  usher_keys_free (self->member);
  zsock_destroy (&self->door);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->directory, names[i], NULL);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->directory);
}

static zsock_t *
knock (Fixture *self)
{
  zsock_t *dealer = zsock_new (ZMQ_DEALER);

  g_assert_true (usher_keys_present (self->member, dealer));
  zsock_set_linger (dealer, 0);
  g_assert_cmpint (zsock_connect (dealer, "%s", zsock_endpoint (self->door)), ==, 0);
  zmq_send (zsock_resolve (dealer), "x", 1, 0);

  return dealer;
}

/* Whether something comes in within so many milliseconds. */
static gboolean
hears (Fixture *self, long patience)
{
  zmq_pollitem_t item = { zsock_resolve (self->door), 0, ZMQ_POLLIN, 0 };
  zmsg_t *message = NULL;

  if (zmq_poll (&item, 1, patience) <= 0)
    return FALSE;

  message = zmsg_recv (self->door);
  zmsg_destroy (&message);

  return TRUE;
}

static void
test_killed (Fixture *self, gconstpointer data)
{
  zsock_t *old = knock (self);
  zsock_t *late = NULL;

  g_test_summary (
      "While nobody asks for keys nobody new is let in, and who is in stays; then it goes on");

  g_assert_true (hears (self, PATIENCE / 1000));
  zstr_send (self->guard->actor, "$TERM");
  usher_test_until ((zsock_events (zactor_sock (self->guard->actor)) & ZMQ_POLLIN) != 0);

  late = knock (self);
  g_assert_false (hears (self, MOMENT));
  zmq_send (zsock_resolve (old), "x", 1, 0);
  g_assert_true (hears (self, PATIENCE / 1000));

  usher_guard_watch (self->guard);
  g_assert_true (hears (self, PATIENCE / 1000));
  zsock_destroy (&old);
  zsock_destroy (&late);
}

static void
test_second (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherGuard) guard = NULL;

  g_test_summary ("A second guard does not end the process, as its actor would");

  guard = usher_guard_new (self->directory, &error);
  g_assert_null (guard);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/guard/killed", Fixture, NULL, set_up, test_killed, tear_down);
  g_test_add ("/guard/second", Fixture, NULL, set_up, test_second, tear_down);

  return g_test_run ();
}
