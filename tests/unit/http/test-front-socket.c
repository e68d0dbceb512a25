/* test-front-socket.c: a listener that is no address
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http-peer.h"
#include "usher-error.h"

#define HELLO "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

typedef struct
{
  Fixture peer;
  char *path;   /* (owned) */
  char *listen; /* (owned) */
} SocketFixture;

static void
set_up (SocketFixture *fixture, gconstpointer data)
{
  http_peer_set_up (&fixture->peer, data);
  fixture->path = g_build_filename (fixture->peer.directory, "socket", NULL);
  fixture->listen = g_strconcat ("unix:", fixture->path, NULL);
}

static void
tear_down (SocketFixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  http_peer_tear_down (&fixture->peer, data);
  g_free (fixture->path);
  g_free (fixture->listen);
}

static void
assert_status (SocketFixture *fixture, const char *text, guint status)
{
  g_autoptr (Answer) answer = http_peer_ask (&fixture->peer, text);

  g_assert_cmpuint (answer->status, ==, status);
}

static void
start (SocketFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  http_peer_restart (&fixture->peer, fixture->listen, &error);
  g_assert_no_error (error);
}

static void
test_path (SocketFixture *fixture, gconstpointer data)
{
  GStatBuf info = { 0 };

  g_test_summary ("A path answers, is nobody else's, and is gone after the stop");

  start (fixture);
  g_assert_cmpstr (usher_front_get_uri (fixture->peer.front), ==, fixture->listen);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  assert_status (fixture, HELLO, 200);

  usher_front_stop (fixture->peer.front, 0);
  g_assert_cmpint (g_stat (fixture->path, &info), !=, 0);
}

static void
test_proxy (SocketFixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("Who comes by a path is a trusted proxy");

  start (fixture);
  answer = http_peer_ask (&fixture->peer,
                          "GET /address HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n"
                          "X-Forwarded-Proto: https\r\n\r\n");
  g_assert_cmpstr (answer->body, ==, "192.0.2.7 secure");
}

static void
test_limits (SocketFixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) first = NULL;

  g_test_summary ("Rate and connections of an address do not limit a path");

  start (fixture);
  first = http_peer_connect_uri (fixture->listen);
  for (guint i = 0; i < 10; i++)
    assert_status (fixture, HELLO, 200);
}

/* (transfer full): a socket that another has opened on @path */
static GSocket *
listen_on (const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));

  return socket;
}

static void
test_stale (SocketFixture *fixture, gconstpointer data)
{
  g_test_summary ("A path that a dead process left is taken over");

  g_object_unref (listen_on (fixture->path));
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));

  start (fixture);
  assert_status (fixture, HELLO, 200);
}

static void
test_taken (SocketFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherFront) second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A path on which somebody listens is left alone");

  start (fixture);
  second =
      usher_front_new (fixture->peer.router, NULL, fixture->peer.settings, fixture->peer.clock);
  g_assert_false (usher_front_start (second, fixture->listen, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, fixture->path));
  assert_status (fixture, HELLO, 200);
}

static void
test_file (SocketFixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is no socket is never removed");

  g_assert_true (g_file_set_contents (fixture->path, "mine", -1, NULL));
  g_assert_false (http_peer_restart (&fixture->peer, fixture->listen, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
}

static void
test_long (SocketFixture *fixture, gconstpointer data)
{
  g_autofree char *name = g_strnfill (120, 'x');
  g_autofree char *listen = g_strconcat (fixture->listen, name, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A path that is too long is refused, and the error tells how long it may be");

  g_assert_false (http_peer_restart (&fixture->peer, listen, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "at most 107 bytes"));
}

static void
test_inherited (SocketFixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = listen_on (fixture->path);
  g_autofree char *listen = g_strdup_printf ("fd:%d", dup (g_socket_get_fd (socket)));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A socket that listens already is used, and its path is not ours to remove");

  http_peer_restart (&fixture->peer, listen, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (usher_front_get_uri (fixture->peer.front), ==, fixture->listen);
  assert_status (fixture, HELLO, 200);

  usher_front_stop (fixture->peer.front, 0);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_shut_down (SocketFixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = listen_on (fixture->path);
  g_autofree char *listen = g_strdup_printf ("fd:%d", dup (g_socket_get_fd (socket)));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A socket that its giver has shut down does not keep the listener from stopping");

  http_peer_restart (&fixture->peer, listen, &error);
  g_assert_no_error (error);
  assert_status (fixture, HELLO, 200);

  g_assert_true (g_socket_shutdown (socket, TRUE, TRUE, NULL));
  usher_front_stop (fixture->peer.front, 0);
}

static void
test_no_descriptor (SocketFixture *fixture, gconstpointer data)
{
  static const char *const listens[] = { "fd:", "fd:x", "fd:1", "fd:-1", "fd:9999", "unix:" };

  g_test_summary ("What is no socket that listens is refused");

  for (guint i = 0; i < G_N_ELEMENTS (listens); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (http_peer_restart (&fixture->peer, listens[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (SocketFixture *fixture, gconstpointer data);
    const char *settings[3];
  } tests[] = {
    { "/front/path/life", test_path, { NULL } },
    { "/front/path/proxy", test_proxy, { NULL } },
    { "/front/path/limits",
      test_limits,
      { "http.rate=1", "http.max-connections-per-address=1", NULL } },
    { "/front/path/stale", test_stale, { NULL } },
    { "/front/path/taken", test_taken, { NULL } },
    { "/front/path/no-socket", test_file, { NULL } },
    { "/front/path/too-long", test_long, { NULL } },
    { "/front/descriptor/inherited", test_inherited, { NULL } },
    { "/front/descriptor/shut-down", test_shut_down, { NULL } },
    { "/front/descriptor/none", test_no_descriptor, { NULL } },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, SocketFixture, tests[i].settings, set_up, tests[i].func, tear_down);

  return g_test_run ();
}
