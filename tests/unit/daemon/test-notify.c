/* test-notify.c: the program under a service manager, which is the test
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-base.h"
#include "usher-test-program.h"

typedef struct
{
  UsherTestProgram program;
  char *config;
  char *disk;              /* the switch of the disk that fails */
  GSocket *socket;         /* where the program sends its notes */
  GDataInputStream *lines; /* (nullable): its standard error and output */
} Fixture;

static GSocket *
open_socket (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX,
                                  G_SOCKET_TYPE_DATAGRAM,
                                  G_SOCKET_PROTOCOL_DEFAULT,
                                  &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, TRUE, &error);
  g_assert_no_error (error);

  return socket;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;

  usher_test_program_set_up (&fixture->program, data);
  fixture->config = g_build_filename (fixture->program.directory, "usher.conf", NULL);
  fixture->disk = g_build_filename (fixture->program.directory, "disk", NULL);
  path = g_build_filename (fixture->program.directory, "notify", NULL);
  fixture->socket = open_socket (path);
  usher_test_program_add_file (fixture->program.directory, "usher.conf", "");

  g_subprocess_launcher_set_flags (fixture->program.launcher,
                                   G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                       G_SUBPROCESS_FLAGS_STDERR_MERGE);
  usher_test_program_set_variable (&fixture->program, "NOTIFY_SOCKET", path);
  usher_test_program_set_variable (&fixture->program,
                                   "USHER_PLUGIN_PATH",
                                   g_getenv ("USHER_TEST_PLUGIN_DIR"));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_program_tear_down (&fixture->program, data);
  g_clear_object (&fixture->lines);
  g_clear_object (&fixture->socket);
  g_free (fixture->disk);
  g_free (fixture->config);
}

/* A shell is the program for a moment: only it knows the process that LISTEN_PID must name. */
static void
start (Fixture *fixture, const char *command)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf ("LISTEN_PID=$$ exec %s %s --data %s --config %s",
                                           g_getenv ("USHER_TEST_PROGRAM"),
                                           command,
                                           fixture->program.data,
                                           fixture->config);

  fixture->program.host =
      g_subprocess_launcher_spawn (fixture->program.launcher, &error, "/bin/sh", "-c", line, NULL);
  g_assert_no_error (error);
  fixture->lines =
      usher_test_program_read_lines (g_subprocess_get_stdout_pipe (fixture->program.host));
}

/* (transfer full): the next note */
static char *
receive (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  char note[4096] = "";
  gssize size = 0;

  if (!g_socket_condition_timed_wait (fixture->socket, G_IO_IN, USHER_TEST_PATIENCE, NULL, &error))
    g_error ("the program says nothing: %s", error->message);
  size = g_socket_receive (fixture->socket, note, sizeof note - 1, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("note: %s", note);

  return g_strndup (note, (gsize) size);
}

/* the next note but those of the watchdog has @pattern */
static void
assert_note (Fixture *fixture, const char *pattern)
{
  g_autofree char *note = receive (fixture);

  while (g_str_equal (note, "WATCHDOG=1"))
    {
      g_free (note);
      note = receive (fixture);
    }
  if (!g_pattern_match_simple (pattern, note))
    g_error ("“%s” is not “%s”", note, pattern);
}

static void
await_ping (Fixture *fixture)
{
  g_autofree char *note = receive (fixture);

  g_assert_cmpstr (note, ==, "WATCHDOG=1");
}

/* until the program writes a line with @pattern */
static void
await_line (Fixture *fixture, const char *pattern)
{
  g_autofree char *line = NULL;

  do
    {
      g_free (line);
      line = usher_test_program_read_line (fixture->lines);
    }
  while (!g_pattern_match_simple (pattern, line));
}

static void
stop (Fixture *fixture)
{
  g_subprocess_send_signal (fixture->program.host, SIGTERM);
  assert_note (fixture, "STOPPING=1*");
  g_assert_cmpint (usher_test_subprocess_await_end (fixture->program.host), ==, 0);
}

static void
test_life (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The manager is told of the beginning and of the end");

  start (fixture, "hub --admin none");
  assert_note (fixture, "READY=1\nSTATUS=The hub is ready, ipc://*");
  stop (fixture);
}

static void
set_disk (Fixture *fixture, const char *action)
{
  g_autofree char *temporary = g_strconcat (fixture->disk, ".tmp", NULL);

  g_assert_true (g_file_set_contents (temporary, action, -1, NULL));
  g_assert_cmpint (g_rename (temporary, fixture->disk), ==, 0);
}

static void
sign_up (const char *address)
{
  static const char body[] = "{\"email\":\"a@example.com\",\"password\":\"correct horse\"}";
  g_autofree char *request =
      g_strdup_printf ("POST /api/users/signup HTTP/1.1\r\nHost: localhost\r\n"
                       "Content-Type: application/json\r\n"
                       "Content-Length: %u\r\n\r\n%s",
                       (guint) strlen (body),
                       body);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host (client, address, 80, NULL, &error);
  char answer[9] = "";

  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             request,
                             strlen (request),
                             NULL,
                             NULL,
                             &error);
  g_assert_no_error (error);
  /* which comes after the flush */
  g_input_stream_read (
      g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer, 8, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, "HTTP/1.1");
}

static void
test_watchdog (Fixture *fixture, gconstpointer data)
{
  g_autofree char *line = NULL;

  g_test_summary ("The watchdog hears nothing while a thread hangs, and again when it does not");

  usher_test_program_set_variable (&fixture->program, "WATCHDOG_USEC", "400000");
  usher_test_program_set_variable (&fixture->program,
                                   "LD_PRELOAD",
                                   g_getenv ("USHER_TEST_DISK_LIBRARY"));
  usher_test_program_set_variable (&fixture->program, "USHER_TEST_DISK", fixture->disk);
  /* what is preloaded comes before the library of AddressSanitizer, if there is one */
  usher_test_program_set_variable (&fixture->program, "ASAN_OPTIONS", "verify_asan_link_order=0");
  start (fixture, "run auth --admin none --listen 127.0.0.1:0");
  line = usher_test_program_read_line (fixture->lines);
  g_assert_true (g_str_has_prefix (line, "listening on http://"));
  assert_note (fixture, "READY=1\nSTATUS=1 services are ready, http://*");
  await_ping (fixture);
  await_ping (fixture);

  set_disk (fixture, "flush 1500 *auth.db-wal");
  sign_up (line + strlen ("listening on http://"));
  await_line (fixture, "*is not told*auth.db* hangs*");
  set_disk (fixture, "");
  /* those from before are read first */
  while (g_socket_condition_check (fixture->socket, G_IO_IN) != 0)
    await_ping (fixture);
  await_ping (fixture);
  await_ping (fixture);
  stop (fixture);
}

/* (transfer full): one that listens, as the manager would open it */
static GSocket *
listen_anywhere (guint16 *port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, TRUE, &error));
  g_assert_true (g_socket_listen (socket, &error));
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  return socket;
}

static void
check_sockets (Fixture *fixture, const char *names, guint public_index)
{
  guint16 ports[2] = { 0 };
  g_autoptr (GSocket) first = listen_anywhere (&ports[0]);
  g_autoptr (GSocket) second = listen_anywhere (&ports[1]);
  g_autofree char *public_line =
      g_strdup_printf ("listening on http://127.0.0.1:%u", ports[public_index]);
  g_autofree char *admin_line =
      g_strdup_printf ("admin on http://127.0.0.1:%u", ports[1 - public_index]);

  usher_test_program_set_variable (&fixture->program, "LISTEN_FDS", "2");
  if (names != NULL)
    usher_test_program_set_variable (&fixture->program, "LISTEN_FDNAMES", names);
  g_subprocess_launcher_take_fd (fixture->program.launcher, dup (g_socket_get_fd (first)), 3);
  g_subprocess_launcher_take_fd (fixture->program.launcher, dup (g_socket_get_fd (second)), 4);
  start (fixture, "run auth");
  await_line (fixture, public_line);
  await_line (fixture, admin_line);
  assert_note (fixture, "READY=1*");
  stop (fixture);
}

static void
test_named_sockets (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Sockets of the manager are taken by their names");

  check_sockets (fixture, "admin:public", 1);
}

static void
test_probe_socket (Fixture *fixture, gconstpointer data)
{
  guint16 port = 0;
  g_autoptr (GSocket) socket = listen_anywhere (&port);
  g_autofree char *line = g_strdup_printf ("*probes are answered on http://127.0.0.1:%u", port);

  g_test_summary ("A socket for probes is taken by its name alone");

  usher_test_program_set_variable (&fixture->program, "LISTEN_FDS", "1");
  usher_test_program_set_variable (&fixture->program, "LISTEN_FDNAMES", "probe");
  g_subprocess_launcher_take_fd (fixture->program.launcher, dup (g_socket_get_fd (socket)), 3);
  start (fixture, "hub --admin none");
  await_line (fixture, line);
  assert_note (fixture, "READY=1*");
  stop (fixture);
}

static void
test_sockets (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Of sockets without names the first is the public one");

  check_sockets (fixture, "usher.socket:usher.socket", 0);
}

/* READY, then RELOADING and READY again, then STOPPING */
static void
check_life (Fixture *fixture, const char *command, const char *ready)
{
  start (fixture, command);
  assert_note (fixture, ready);
  g_subprocess_send_signal (fixture->program.host, SIGHUP);
  assert_note (fixture, "RELOADING=1*");
  assert_note (fixture, ready);
  stop (fixture);
}

static void
test_gateway (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command =
      g_strdup_printf ("gateway --listen 127.0.0.1:0 --admin none --run %s/run",
                       fixture->program.directory);

  g_test_summary ("A gateway tells the manager how it goes");

  check_life (fixture, command, "READY=1\nSTATUS=The public port is ready, http://*");
}

static void
test_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command =
      g_strdup_printf ("up --profile one --listen 127.0.0.1:0 --admin 127.0.0.1:0 --run %s/run",
                       fixture->program.directory);

  g_test_summary ("A supervisor tells the manager how it goes, its children do not");

  check_life (fixture, command, "READY=1\nSTATUS=profile one is ready");
}

static void
test_reread (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "SIGHUP: what can change does, what cannot is named, what is wrong changes nothing");

  start (fixture, "hub --admin none");
  assert_note (fixture, "READY=1*");
  await_line (fixture, "bus on *");

  g_assert_true (
      g_file_set_contents (fixture->config, "[host]\nstop-timeout=30\nwaiters=7\n", -1, NULL));
  g_subprocess_send_signal (fixture->program.host, SIGHUP);
  assert_note (fixture, "RELOADING=1\nMONOTONIC_USEC=*");
  assert_note (fixture, "READY=1*");
  await_line (fixture, "*changed: host.stop-timeout*");
  await_line (fixture, "*next start only: host.waiters*");

  g_assert_true (g_file_set_contents (
      fixture->config, "[host]\nstop-timeout=never\n[log]\nlevel=error\n", -1, NULL));
  g_subprocess_send_signal (fixture->program.host, SIGHUP);
  assert_note (fixture, "RELOADING=1*");
  assert_note (fixture, "READY=1*");
  await_line (fixture, "*stay as they are*stop-timeout*never*");

  g_assert_true (g_file_set_contents (fixture->config, "[log]\nlevel=info\n", -1, NULL));
  g_subprocess_send_signal (fixture->program.host, SIGHUP);
  assert_note (fixture, "RELOADING=1*");
  await_line (fixture, "*changed: host.stop-timeout, log.level*");
  assert_note (fixture, "READY=1*");
  stop (fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/notify/life", test_life);
  add ("/notify/watchdog", test_watchdog);
  add ("/notify/sockets", test_sockets);
  add ("/notify/sockets/named", test_named_sockets);
  add ("/notify/sockets/probe", test_probe_socket);
  add ("/notify/gateway", test_gateway);
  add ("/notify/up", test_up);
  add ("/notify/reread", test_reread);
#undef add

  return g_test_run ();
}
