/* test-hub-crowd.c: more peers, and wishes, than there is room for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "raw-peer.h"
#include "usher-error.h"
#include "usher-test-base.h"
#include "usher-test-publisher.h"

#define GROUP "tickets"

typedef struct
{
  UsherTestHub *hub;             /* (owned) */
  UsherBus *bus;                 /* (owned): a good member */
  UsherTestPublisher *publisher; /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  usher_test_allow_many_files ();
  self->hub = usher_test_hub_new (GPOINTER_TO_INT (data), NULL);
  self->bus = usher_test_hub_join (self->hub, "good");
  self->publisher = usher_test_publisher_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_test_hub_leave (self->bus);
  usher_test_hub_free (self->hub);
  usher_test_publisher_free (self->publisher);
}

static void
test_wishes (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = raw_peer_new (self->hub);

  g_test_summary ("A member asks for so much at once, and for so many subscriptions");

  g_assert_null (raw_peer_say_hello (dealer, self->hub, 1));
  g_assert_cmpuint (raw_peer_subscribe (dealer, GROUP, 65537), ==, 0);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (raw_peer_subscribe (dealer, i == 0 ? GROUP : NULL, 65536), !=, 0);
  g_assert_cmpuint (raw_peer_subscribe (dealer, NULL, 1), ==, 0);
  zsock_destroy (&dealer);
}

static void
await_members (Fixture *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_MINUTE;
  guint n_clients = n + 1;

  while (n_clients != n)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UsherBusFigures) figures = usher_bus_get_figures (self->bus, 0, &error);

      g_assert_no_error (error);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      n_clients = (guint) figures->n_clients;
    }
}

static void
test_members (Fixture *self, gconstpointer data)
{
  zsock_t *first = raw_peer_new (self->hub);
  zsock_t *second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("One member too many is told so, and comes in when another one has left");

  usher_test_hub_stop (self->hub);
  self->hub->limits.max_members = 2;
  usher_test_hub_start (self->hub);
  usher_test_hub_settle (self->bus);
  g_assert_null (raw_peer_say_hello (first, self->hub, 1));
  second = raw_peer_new (self->hub);
  error = raw_peer_say_hello (second, self->hub, 2);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FULL);
  g_assert_nonnull (strstr (error->message, "bus.max-members"));
  usher_test_publisher_publish (self->publisher, self->bus, RAW_PEER_CHANNEL, 1);

  zsock_destroy (&first);
  await_members (self, 1);
  g_assert_null (raw_peer_say_hello (second, self->hub, 2));
  zsock_destroy (&second);
}

static void
test_sockets (Fixture *self, gconstpointer data)
{
  const guint n = 600;
  g_autofree zsock_t **dealers = g_new0 (zsock_t *, n);
  struct rlimit limit = { 0 };

  g_test_summary ("A process may have more than the 1024 sockets that czmq lets it have by itself");

  getrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 4 * n)
    {
      g_test_skip ("too few file descriptors");
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      dealers[i] = raw_peer_new (self->hub);
      g_assert_null (raw_peer_say_hello (dealers[i], self->hub, i));
    }
  usher_test_publisher_publish (self->publisher, self->bus, RAW_PEER_CHANNEL, 1);
  for (guint i = 0; i < n; i++)
    zsock_destroy (&dealers[i]);
}

/* Connects to the hub's socket; -1: there are no descriptors left. */
static int
connect_raw (Fixture *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return -1;

  g_strlcpy (address.sun_path, self->hub->endpoint + strlen ("ipc://"), sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);

  return fd;
}

/* Whether it is not greeted, as others are. */
static gboolean
is_hung_up (int fd)
{
  struct pollfd item = { .fd = fd, .events = POLLIN };
  char bytes[64];

  g_assert_cmpint (poll (&item, 1, RAW_PEER_PATIENCE), ==, 1);

  return recv (fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0;
}

/* The limit leaves the process @n descriptors beyond those that it has. */
static void
leave (rlim_t n, struct rlimit *old)
{
  struct rlimit few = { 0 };
  int fd = fcntl (0, F_DUPFD_CLOEXEC, 0);

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, old), ==, 0);
  few = *old;
  few.rlim_cur = (rlim_t) fd + n;
  close (fd);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
}

static void
test_descriptors (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  struct rlimit old = { 0 };
  UsherBus *next = NULL;
  int fd = -1;

  g_test_summary ("Who connects and connects is hung up on before the hub has no descriptors left");

  usher_test_hub_settle (self->bus);
  leave (100, &old);
  do
    {
      fd = connect_raw (self);
      g_assert_cmpint (fd, >=, 0);
      g_array_append_val (fds, fd);
    }
  while (!is_hung_up (fd));
  /* each has two here */
  g_assert_cmpuint (fds->len, >, 30);
  usher_test_publisher_publish (self->publisher, self->bus, RAW_PEER_CHANNEL, 1);

  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  setrlimit (RLIMIT_NOFILE, &old);
  next = usher_test_hub_join (self->hub, "next");
  usher_test_hub_settle (next);
  usher_test_hub_leave (next);
}

static void
test_no_way (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = raw_peer_new (self->hub);
  struct rlimit old = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("For whom there are no descriptors is told so");

  usher_test_hub_settle (self->bus);
  leave (25, &old);
  error = raw_peer_say_hello (dealer, self->hub, 1);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "descriptors"));
  usher_test_publisher_publish (self->publisher, self->bus, RAW_PEER_CHANNEL, 1);
  setrlimit (RLIMIT_NOFILE, &old);
  g_assert_null (raw_peer_say_hello (dealer, self->hub, 1));
  zsock_destroy (&dealer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, way, func)                          \
  g_test_add ("/hub/crowd/" path,                     \
              Fixture,                                \
              GINT_TO_POINTER (USHER_TEST_HUB_##way), \
              set_up,                                 \
              func,                                   \
              tear_down)
  add ("wishes", IPC, test_wishes);
  add ("members", IPC, test_members);
  add ("descriptors", IPC, test_descriptors);
  add ("no-way", IPC, test_no_way);
  /* closing so many takes libzmq a while */
  add ("sockets", INPROC, test_sockets);
#undef add

  return g_test_run ();
}
