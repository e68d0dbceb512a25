/* fuzz-hub.c: a hub outlives whatever a member sends, serves others, and opens again what it has written meanwhile
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <czmq.h>
#include <stdlib.h>

#include "fuzz.h"
#include "usher-clock.h"
#include "usher-greeting-private.h"
#include "usher-hub.h"
#include "usher-test-base.h"

/* inputs after which the hub is closed and opened again, and those after which it begins anew */
#define REOPENED 100
#define ANEW     1000
#define PATIENCE 10000 /* ms */
#define ENDPOINT "inproc://fuzz"

const char *const fuzz_tokens[] = {
  /* hello, publish, subscribe, leave, answer, fetch, ask, pause, ping, bye, mark; to find what is parked */
  "\xff|\x01\x04",    "\xff|\x02\x0d",
  "\xff|\x03\x01",    "\xff|\x04\x01",
  "\xff|\x05\x01",    "\xff|\x06\x01",
  "\xff|\x07\x01",    "\xff|\x08\x01",
  "\xff|\x09",        "\xff|\x0a\x01",
  "\xff|\x0b\x01",    "\xff|\x07\x01\x01\x01\x01\x07",
  "order:created",    "tickets",
  ENDPOINT,           "channelsz",
  "serverz",          "clientsz",
  "parked",           "events?channel=order:created",
  "\x01\x01\x01\x01", "\xff\xff\xff\xff",
  "\xff\xff\xff\x7f", "{\"id\":1}",
  "\xc3\xa9",         NULL,
};

typedef struct
{
  char *directory;   /* (owned) */
  UsherClock *clock; /* (owned) */
  UsherHub *hub;     /* (owned) (nullable) */
  guint n_inputs;
} Stage;

static Stage stage;

static void
open_hub (void)
{
  static const UsherHubLimits limits = {
    .max_messages = 1000, .max_bytes = 1 << 20, .max_queued = 4096, .max_queued_all = 16384
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = NULL;

  stage.hub = usher_hub_new (stage.directory, stage.clock, &limits, &error);
  g_assert_no_error (error);
  endpoint = usher_hub_bind (stage.hub, ENDPOINT, &error);
  g_assert_no_error (error);
}

static void
close_hub (void)
{
  g_autoptr (GError) error = NULL;

  usher_hub_close (stage.hub, PATIENCE * G_TIME_SPAN_MILLISECOND, &error);
  g_assert_no_error (error);
  g_clear_object (&stage.hub);
}

static void
prepare (void)
{
  if (stage.directory == NULL)
    {
      /* warnings are for the operator, of whom a bad member may be told */
      g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
      stage.directory = g_build_filename (fuzz_directory (), "hub", NULL);
      stage.clock = usher_real_clock_new ();
      open_hub ();
      /* before its context goes */
      atexit (close_hub);
    }
  else if (stage.n_inputs % REOPENED == 0)
    {
      close_hub ();
      if (stage.n_inputs % ANEW == 0)
        usher_test_remove_tree (stage.directory);
      open_hub ();
    }
  stage.n_inputs++;
}

/* Reads up to an answer of one of two types. */
static guint8
await_answer (void *socket, UsherFrameType one, UsherFrameType other)
{
  guint8 answer[65536] = { 0 };

  while (answer[0] != one && answer[0] != other)
    {
      int n = zmq_recv (socket, answer, sizeof answer, 0);

      g_assert_cmpint (n, >, 0);
    }

  return answer[0];
}

/* By a name of its own: who comes by that of another waits until the hub knows that the other is gone. */
static void
say_hello (void *socket)
{
  g_autofree char *name = g_strdup_printf ("member-%u", stage.n_inputs);
  const UsherHello hello = { .client = name,
                             .endpoint = (char *) ENDPOINT,
                             .session = 1,
                             .instance = stage.n_inputs,
                             .version = USHER_WIRE_VERSION };
  g_autoptr (GByteArray) frame = usher_hello_write (&hello);

  g_assert_cmpint (zmq_send (socket, frame->data, frame->len, 0), ==, frame->len);
  g_assert_cmpint (await_answer (socket, USHER_FRAME_WELCOME, USHER_FRAME_REFUSED),
                   ==,
                   USHER_FRAME_WELCOME);
}

/* Messages of a member, and of one who has not said hello. */
static void
send_input (void *member, void *stranger, const uint8_t *data, size_t size)
{
  g_autoptr (GArray) steps = fuzz_steps_new ((const char *) data, size);

  for (guint i = 0; i < steps->len; i++)
    {
      const FuzzStep *step = &g_array_index (steps, FuzzStep, i);
      void *socket = step->is_other ? stranger : member;
      int flags = step->mark == FUZZ_PAUSE ? ZMQ_SNDMORE : 0;

      g_assert_cmpint (zmq_send (socket, step->data, step->length, flags), ==, step->length);
    }
}

/* A ping has an answer, for those too of whom the hub does not know. */
static void
assert_answered (void *socket)
{
  static const guint8 ping = USHER_FRAME_PING;

  g_assert_cmpint (zmq_send (socket, &ping, 1, 0), ==, 1);
  await_answer (socket, USHER_FRAME_PONG, USHER_FRAME_AGAIN);
}

static zsock_t *
connect_member (void)
{
  zsock_t *member = zsock_new (ZMQ_DEALER);

  zsock_set_linger (member, 0);
  zsock_set_rcvtimeo (member, PATIENCE);
  g_assert_cmpint (zsock_connect (member, ENDPOINT), ==, 0);

  return member;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  zsock_t *member = NULL;
  zsock_t *stranger = NULL;
  zsock_t *other = NULL;

  prepare ();
  member = connect_member ();
  stranger = connect_member ();
  other = connect_member ();
  say_hello (zsock_resolve (member));
  send_input (zsock_resolve (member), zsock_resolve (stranger), data, size);
  assert_answered (zsock_resolve (other));
  zsock_destroy (&other);
  zsock_destroy (&stranger);
  zsock_destroy (&member);

  return 0;
}
