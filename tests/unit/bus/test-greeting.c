/* test-greeting.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <czmq.h>
#include <string.h>

#include "usher-error.h"
#include "usher-greeting-private.h"
#include "usher-test-hub.h"

#define CLIENT   "tickets"
#define PATIENCE 20000 /* milliseconds */
/* bytes behind what builds without a version say */
#define VERSION_SIZE sizeof (guint32)
#define CODE_SIZE    sizeof (guint8)
#define LOG          "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f01"
/* bytes of how far a log had come that has no name, behind the version */
#define REACH_SIZE (sizeof (guint32) + 3 * sizeof (guint64))

static void
test_hello (void)
{
  const UsherHello hello = { .client = (char *) CLIENT,
                             .endpoint = (char *) "inproc://hub",
                             .session = 3,
                             .instance = 7,
                             .version = 12 };
  g_autoptr (GByteArray) frame = usher_hello_write (&hello);

  g_test_summary ("A hello comes back; without a version it is of the first, cut it is malformed");

  for (guint length = 1; length <= frame->len; length++)
    {
      g_auto (UsherHello) read = { 0 };
      UsherFrameReader reader;
      gboolean is_first = length == frame->len - REACH_SIZE - VERSION_SIZE;
      gboolean is_whole = length >= frame->len - REACH_SIZE;

      usher_frame_reader_init (&reader, frame->data + 1, length - 1);
      g_assert_cmpint (usher_hello_read (&read, &reader), ==, is_whole || is_first);
      if (reader.failed)
        continue;
      g_assert_cmpstr (read.client, ==, CLIENT);
      g_assert_cmpstr (read.endpoint, ==, "inproc://hub");
      g_assert_cmpuint (read.session, ==, 3);
      g_assert_cmpuint (read.instance, ==, 7);
      g_assert_cmpuint (read.version, ==, is_first ? 1 : 12);
    }
}

static void
test_known (void)
{
  UsherHello hello = { .client = (char *) CLIENT, .version = USHER_WIRE_VERSION };
  g_autoptr (GByteArray) frame = NULL;

  g_test_summary (
      "A hello of this version says which log its member knows, and is malformed without");

  usher_reach_set_log (&hello.known, LOG);
  hello.known.run = 5;
  hello.known.position = 12;
  hello.known.time = 99;
  frame = usher_hello_write (&hello);
  for (guint cut = 0; cut <= REACH_SIZE; cut++)
    {
      g_auto (UsherHello) read = { 0 };
      UsherFrameReader reader;

      usher_frame_reader_init (&reader, frame->data + 1, frame->len - 1 - cut);
      g_assert_cmpint (usher_hello_read (&read, &reader), ==, cut == 0);
      if (cut > 0)
        continue;
      g_assert_cmpstr (read.known.log, ==, LOG);
      g_assert_cmpuint (read.known.run, ==, 5);
      g_assert_cmpuint (read.known.position, ==, 12);
      g_assert_cmpint (read.known.time, ==, 99);
    }
}

static void
test_refusal (void)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_FULL, "no room");
  g_autoptr (GByteArray) frame = usher_refusal_write (error);
  g_autoptr (GError) read = NULL;
  g_autoptr (GError) old = NULL;
  UsherFrameReader reader;

  g_test_summary ("A refusal comes back; that of a build without codes is BUSY");

  usher_frame_reader_init (&reader, frame->data + 1, frame->len - 1);
  read = usher_refusal_read (&reader);
  g_assert_error (read, USHER_ERROR, USHER_ERROR_FULL);
  g_assert_cmpstr (read->message, ==, "no room");

  usher_frame_reader_init (&reader, frame->data + 1, frame->len - 1 - CODE_SIZE);
  old = usher_refusal_read (&reader);
  g_assert_error (old, USHER_ERROR, USHER_ERROR_BUSY);

  usher_frame_reader_init (&reader, frame->data + 1, 2);
  g_assert_null (usher_refusal_read (&reader));
}

static zsock_t *
open_socket (int type)
{
  zsock_t *socket = zsock_new (type);

  zsock_set_linger (socket, 0);
  zsock_set_rcvtimeo (socket, PATIENCE);

  return socket;
}

/* What the hub says to a hello that ends after @length bytes of @frame; it is no welcome. */
static GError *
get_refusal (UsherTestHub *hub, const GByteArray *frame, gsize length)
{
  zsock_t *dealer = open_socket (ZMQ_DEALER);
  guint8 answer[1024] = { 0 };
  int size = 0;
  UsherFrameReader reader;
  GError *error = NULL;

  g_assert_cmpint (zsock_connect (dealer, "%s", hub->endpoint), ==, 0);
  g_assert_cmpint (zmq_send (zsock_resolve (dealer), frame->data, length, 0), ==, length);
  size = zmq_recv (zsock_resolve (dealer), answer, sizeof answer, 0);
  g_assert_cmpint (size, >, 1);
  g_assert_cmpuint (answer[0], ==, USHER_FRAME_REFUSED);
  usher_frame_reader_init (&reader, answer + 1, (gsize) size - 1);
  error = usher_refusal_read (&reader);
  zsock_destroy (&dealer);

  return error;
}

static void
assert_names_versions (const GError *error, guint hub, guint member)
{
  g_autofree char *hubs = g_strdup_printf ("the hub speaks version %u ", hub);
  g_autofree char *members = g_strdup_printf ("the member version %u:", member);

  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, hubs));
  g_assert_nonnull (strstr (error->message, members));
}

static void
test_member_versions (void)
{
  g_autoptr (UsherTestHub) hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, NULL);
  const UsherHello hello = { .client = (char *) CLIENT,
                             .endpoint = hub->endpoint,
                             .session = 1,
                             .version = USHER_WIRE_VERSION + 1 };
  g_autoptr (GByteArray) frame = usher_hello_write (&hello);
  g_autoptr (GError) newer = NULL;
  g_autoptr (GError) older = NULL;

  g_test_summary ("A member of a newer or an older build is refused, and told both versions");

  newer = get_refusal (hub, frame, frame->len);
  assert_names_versions (newer, USHER_WIRE_VERSION, USHER_WIRE_VERSION + 1);
  older = get_refusal (hub, frame, frame->len - REACH_SIZE - VERSION_SIZE);
  assert_names_versions (older, USHER_WIRE_VERSION, 1);
}

static void
test_bad_hello (void)
{
  g_autoptr (UsherTestHub) hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, NULL);
  g_autofree char *longest = g_strnfill (256, 'x');
  const char *names[] = { "", "two\nlines", longest };

  g_test_summary ("Whoever says hello without a name of one line is told so");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const UsherHello hello = { .client = (char *) names[i],
                                 .endpoint = hub->endpoint,
                                 .version = USHER_WIRE_VERSION };
      g_autoptr (GByteArray) frame = usher_hello_write (&hello);
      g_autoptr (GError) error = get_refusal (hub, frame, frame->len);

      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

typedef struct
{
  zsock_t *router; /* (owned) */
  int is_over;     /* (atomic) */
} OldHub;

/* Welcomes who says hello, as a build without versions does. */
static gpointer
welcome (gpointer data)
{
  OldHub *hub = data;
  void *router = zsock_resolve (hub->router);
  const UsherWelcome welcome = { .epoch = (char *) "epoch" };
  g_autoptr (GByteArray) frame = usher_welcome_write (&welcome);
  guint8 name[256];
  guint8 hello[1024];

  while (g_atomic_int_get (&hub->is_over) == 0)
    {
      int length = zmq_recv (router, name, sizeof name, 0);

      if (length < 0)
        continue;
      g_assert_cmpint (zmq_recv (router, hello, sizeof hello, 0), >, 1);
      g_assert_cmpuint (hello[0], ==, USHER_FRAME_HELLO);
      zmq_send (router, name, (gsize) length, ZMQ_SNDMORE);
      zmq_send (router, frame->data, frame->len - REACH_SIZE - VERSION_SIZE, 0);
    }

  return NULL;
}

static void
test_hub_version (void)
{
  static const char endpoint[] = "inproc://old-hub";
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  OldHub hub = { open_socket (ZMQ_ROUTER), 0 };
  GThread *thread = NULL;
  UsherBus *bus = NULL;
  g_autoptr (GError) error = NULL;
  guint64 last = 0;

  g_test_summary ("A member does not talk to a hub of an older build, and says so");

  g_assert_cmpint (zsock_bind (hub.router, "%s", endpoint), ==, 0);
  zsock_set_rcvtimeo (hub.router, 20);
  thread = g_thread_new ("old-hub", welcome, &hub);
  bus = usher_bus_open (endpoint, CLIENT, clock, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (usher_bus_get_last_sequence (bus, "any", &last, &error));
  assert_names_versions (error, 1, USHER_WIRE_VERSION);

  g_atomic_int_set (&hub.is_over, 1);
  g_thread_join (thread);
  g_clear_error (&error);
  usher_bus_close (bus, 0, NULL);
  g_assert_finalize_object (bus);
  zsock_destroy (&hub.router);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/greeting/hello", test_hello);
  g_test_add_func ("/greeting/known", test_known);
  g_test_add_func ("/greeting/refusal", test_refusal);
  g_test_add_func ("/greeting/member", test_member_versions);
  g_test_add_func ("/greeting/bad", test_bad_hello);
  g_test_add_func ("/greeting/hub", test_hub_version);

  return g_test_run ();
}
