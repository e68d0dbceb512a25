/* test-supervisor.c: a supervisor to which things happen
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "usher-test-base.h"
#include "usher-test-json.h"
#include "usher-test-program.h"

/* seconds: what a process may be silent here, and how long the supervisor is */
#define WATCHDOG " -s supervisor.watchdog=3"
#define SILENCE  (4 * G_TIME_SPAN_SECOND)

/* The process id of a row of /processes. */
static int
find_pid (UsherTestProgram *fixture, const char *name)
{
  g_autofree char *answer = usher_test_program_ask (fixture->admin, "GET", "/processes");
  g_autofree char *row = g_strdup_printf ("\"name\":\"%s\"", name);
  const char *start = strstr (answer, row);
  g_autofree char *pid = NULL;

  g_assert_nonnull (start);
  pid = usher_test_program_cut_word (start, "\"pid\":");

  return (int) strtol (pid, NULL, 10);
}

/* The supervisor's process, which the test has as a child. */
static int
get_supervisor (UsherTestProgram *fixture)
{
  return (int) strtol (g_subprocess_get_identifier (fixture->host), NULL, 10);
}

/* The module of a plugin in a file of its own, which others may then replace. */
static void
install_module (UsherTestProgram *fixture, const char *module)
{
  usher_test_program_install (fixture,
                              g_getenv ("USHER_TEST_WRONG_DIR"),
                              module,
                              "crashes-start.so");
}

/* One whose author has made it right, and may make it wrong. */
static void
add_mended (UsherTestProgram *fixture)
{
  install_module (fixture, "mended-start");
  usher_test_program_add_file (
      fixture->plugins,
      "crashes-start.plugin",
      "[Plugin]\nName=crashes-start\nVersion=1.0.0\nABI=1\nModule=crashes-start.so\n");
}

static gboolean
is_later (gint64 time)
{
  return g_get_monotonic_time () > time;
}

static void
test_stopped (UsherTestProgram *fixture, gconstpointer data)
{
  int hub = 0;
  int good = 0;
  gint64 end = 0;

  g_test_summary ("A supervisor that was stopped blames none of its processes for the time");

  usher_test_program_add_plugin (fixture, "good", "");
  add_mended (fixture);
  usher_test_program_start (fixture, "up", WATCHDOG);
  hub = find_pid (fixture, "hub");
  good = find_pid (fixture, "good");

  g_assert_cmpint (kill (get_supervisor (fixture), SIGSTOP), ==, 0);
  end = g_get_monotonic_time () + SILENCE;
  usher_test_until (is_later (end));
  g_assert_cmpint (kill (get_supervisor (fixture), SIGCONT), ==, 0);

  /* which takes longer than a look at all processes */
  g_free (usher_test_program_ask (fixture->admin, "POST", "/services/crashes-start/reload"));
  g_assert_cmpint (find_pid (fixture, "hub"), ==, hub);
  g_assert_cmpint (find_pid (fixture, "good"), ==, good);
  usher_test_program_assert_answer (fixture->admin,
                                    "/processes",
                                    "*\"restarts\":0*\"restarts\":0*\"restarts\":0*");
}

/* A note with a descriptor, as sd_pid_notify_with_fds() sends it. */
static void
send_descriptor (const char *path, int fd)
{
  char text[] = "FDSTORE=1";
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct iovec vector = { text, strlen (text) };
  union
  {
    struct cmsghdr head;
    char room[CMSG_SPACE (sizeof fd)];
  } control = { 0 };
  struct msghdr message = {
    .msg_name = &address,
    .msg_namelen = sizeof address,
    .msg_iov = &vector,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof control,
  };
  struct cmsghdr *part = CMSG_FIRSTHDR (&message);
  int sender = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (sender, >=, 0);
  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path),
                    <,
                    sizeof address.sun_path);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN (sizeof fd);
  memcpy (CMSG_DATA (part), &fd, sizeof fd);
  g_assert_cmpint (sendmsg (sender, &message, 0), ==, (int) strlen (text));
  close (sender);
}

static void
test_descriptors (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->data, "run", "notify", NULL);
  struct pollfd end = { .events = POLLIN };
  int ends[2] = { -1, -1 };

  g_test_summary ("Descriptors that come on the notify socket are closed");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", "");
  g_assert_cmpint (pipe (ends), ==, 0);
  send_descriptor (path, ends[1]);
  close (ends[1]);
  /* a pipe ends when nobody has its other end any more */
  end.fd = ends[0];
  g_assert_cmpint (poll (&end, 1, USHER_TEST_PATIENCE / G_TIME_SPAN_MILLISECOND), ==, 1);
  g_assert_cmpint (end.revents & POLLHUP, ==, POLLHUP);
  close (ends[0]);
}

static void
test_deleted (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *run = g_build_filename (fixture->data, "run", NULL);

  g_test_summary ("A run directory that was deleted is made again, with all that was in it");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", "");
  usher_test_remove_tree (run);
  usher_test_program_await_answer (
      fixture->admin,
      "/processes",
      "*\"name\":\"hub\",\"state\":\"ready\"*\"generation\":2,\"restarts\":0*"
      "\"name\":\"good\",\"state\":\"ready\"*\"generation\":2,\"restarts\":0*");
  usher_test_program_await_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
  usher_test_program_await_answer (fixture->admin, "/processes/hub/readyz", "HTTP/1.1 200 *");
  usher_test_program_await_answer (fixture->admin, "/processes/good/readyz", "HTTP/1.1 200 *");
  usher_test_program_await_answer (fixture->admin, "/streaming/clientsz", "*\"id\": \"good-2\"*");
  usher_test_program_await_answer (fixture->public, "/nothing", "HTTP/1.1 404 *");

  /* their signs of life arrive too */
  g_assert_cmpint (kill (find_pid (fixture, "good"), SIGKILL), ==, 0);
  usher_test_program_await_answer (
      fixture->admin,
      "/processes",
      "*\"name\":\"good\",\"state\":\"ready\"*\"generation\":3,\"restarts\":1*");
}

/* (transfer full): the first line with @part */
static char *
await_line (GDataInputStream *lines, const char *part)
{
  while (TRUE)
    {
      g_autofree char *line = usher_test_program_read_line (lines);

      g_test_message ("%s", line);
      if (strstr (line, part) != NULL)
        return g_steal_pointer (&line);
    }
}

/* A signal ends a process as it does without sanitizers, which would make it a status. */
static void
take_signals (UsherTestProgram *fixture)
{
  usher_test_program_set_variable (fixture, "ASAN_OPTIONS", "handle_segv=0");
}

static void
test_death (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *died = NULL;
  g_autofree char *again = NULL;
  g_autofree char *given_up = NULL;
  g_autofree char *ps = NULL;
  g_autoptr (GDataInputStream) lines = NULL;

  g_test_summary ("Each death is logged with its words, and the last one is kept");

  take_signals (fixture);
  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", " -s supervisor.max-restarts=1 -s log.level=info");
  g_assert_cmpint (kill (find_pid (fixture, "good"), SIGSEGV), ==, 0);
  lines = usher_test_program_read_lines (g_subprocess_get_stderr_pipe (fixture->host));
  died = await_line (lines, "has died");
  g_assert_true (g_pattern_match_simple (
      "*process “good-1” with pid * has died: it was ended by signal 11, * after *.* s; its last "
      "words: “*”*",
      died));
  again = await_line (lines, "started again");
  g_assert_true (
      g_pattern_match_simple ("*process “good” is started again, as “good-2” with pid *", again));

  usher_test_program_await_answer (
      fixture->admin,
      "/processes",
      "*\"name\":\"good\",\"state\":\"ready\"*\"lastEnd\":\"it was ended by "
      "signal 11*\"lastEndTime\":\"*\"restarts\":1*");
  ps = g_strdup_printf ("ps --admin %s", fixture->admin);
  usher_test_program_assert_says (
      fixture, ps, 0, "* DIED * HOW*", "*\ngood * ready * it serves * it was ended by signal 11*");

  g_assert_cmpint (kill (find_pid (fixture, "good"), SIGKILL), ==, 0);
  given_up = await_line (lines, "is given up");
  g_assert_true (
      g_pattern_match_simple ("*process “good” is given up: it ended 2 times*signal 9*", given_up));
}

/* and waits until the next one, its generation that of @n, serves */
static void
kill_good (UsherTestProgram *fixture, guint n)
{
  g_autofree char *pattern =
      g_strdup_printf ("*\"name\":\"good\",\"state\":\"ready\"*\"generation\":%u,*", n);

  g_assert_cmpint (kill (find_pid (fixture, "good"), SIGKILL), ==, 0);
  usher_test_program_await_answer (fixture->admin, "/processes", pattern);
}

static void
test_served (UsherTestProgram *fixture, gconstpointer data)
{
  gint64 served = 0;

  g_test_summary ("Deaths of processes that served long apart do not add up to giving up");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture,
                            "up",
                            " -s supervisor.max-restarts=3 -s supervisor.restart-window=6");
  for (guint n = 2; n <= 4; n++)
    kill_good (fixture, n);

  /* a third of the window */
  served = g_get_monotonic_time () + 2200 * G_TIME_SPAN_MILLISECOND;
  usher_test_until (g_get_monotonic_time () >= served);
  for (guint n = 5; n <= 7; n++)
    kill_good (fixture, n);
}

static void
test_reload_crash (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *reload = NULL;
  int pid = 0;

  g_test_summary ("A reload whose process crashes says so, and the old one goes on");

  take_signals (fixture);
  add_mended (fixture);
  usher_test_program_start (fixture, "up", "");
  pid = find_pid (fixture, "crashes-start");
  install_module (fixture, "crashes-start");
  reload = g_strdup_printf ("reload crashes-start --admin %s", fixture->admin);
  usher_test_program_assert_says (
      fixture,
      reload,
      1,
      "*the new process of “crashes-start” did not take over: it was ended by "
      "signal 11*; its last words: “*plugin “crashes-start” crashed in start*”*"
      "the old one serves on*");
  g_assert_cmpint (find_pid (fixture, "crashes-start"), ==, pid);
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
}

static void
test_reload_crash_soon (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *reload = NULL;
  int pid = 0;

  g_test_summary ("So does one whose process crashes as soon as it is ready");

  take_signals (fixture);
  add_mended (fixture);
  usher_test_program_start (fixture, "up", "");
  pid = find_pid (fixture, "crashes-start");
  install_module (fixture, "crashes-soon");
  reload = g_strdup_printf ("reload crashes-start --admin %s", fixture->admin);
  usher_test_program_assert_says (fixture,
                                  reload,
                                  1,
                                  "*did not take over: it was ended by signal 11*; its last words: "
                                  "“*what could go wrong”; the old one serves on*");
  g_assert_cmpint (find_pid (fixture, "crashes-start"), ==, pid);
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");

  install_module (fixture, "mended-start");
  usher_test_program_assert_says (fixture, reload, 0, "crashes-start is served by a new process\n");
}

static void
add (const char *path, void (*func) (UsherTestProgram *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/supervisor/", path, NULL);

  g_test_add (
      full, UsherTestProgram, NULL, usher_test_program_set_up, func, usher_test_program_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("stopped", test_stopped);
  add ("descriptors", test_descriptors);
  add ("deleted", test_deleted);
  add ("death", test_death);
  add ("death/served", test_served);
  add ("reload-crash", test_reload_crash);
  add ("reload-crash/soon", test_reload_crash_soon);

  return g_test_run ();
}
