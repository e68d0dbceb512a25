/* test-answers.c: the commands that ask, before an admin listener that answers anything
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "usher-test-program.h"

typedef struct
{
  const char *path; /* without the query */
  const char *body;
} Page;

/* A program that asks a thread of the test. */
typedef struct
{
  UsherTestProgram program;
  GSocketListener *listener; /* (owned) */
  GCancellable *cancellable; /* (owned) */
  GThread *thread;           /* (owned) */
  char *admin;               /* (owned): what the program is told */

  GMutex mutex;
  const Page *pages; /* (mutex mutex): until one without path; any other is answered by 404 */
} Fixture;

static const Page none[] = { { NULL } };

/* The body for a request line, NULL: there is no such page. */
static const char *
find_body (Fixture *fixture, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  if (g_strv_length (words) < 3)
    return NULL;

  words[1][strcspn (words[1], "?")] = '\0';
  for (const Page *page = fixture->pages; page->path != NULL; page++)
    if (g_str_equal (page->path, words[1]))
      return page->body;

  return NULL;
}

static void
answer (Fixture *fixture, GSocketConnection *connection)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_autofree char *first = NULL;
  g_autofree char *line = NULL;
  g_autofree char *head = NULL;
  const char *body = NULL;

  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  first = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  do
    {
      g_free (line);
      line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
    }
  while (line != NULL && *line != '\0');

  body = first != NULL ? find_body (fixture, first) : NULL;
  head = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n",
                          body != NULL ? "200 OK" : "404 Not Found",
                          body != NULL ? strlen (body) : 0);
  g_output_stream_write_all (output, head, strlen (head), NULL, NULL, NULL);
  if (body != NULL)
    g_output_stream_write_all (output, body, strlen (body), NULL, NULL, NULL);
}

static gpointer
serve (gpointer data)
{
  Fixture *fixture = data;

  while (TRUE)
    {
      g_autoptr (GSocketConnection) connection =
          g_socket_listener_accept (fixture->listener, NULL, fixture->cancellable, NULL);

      if (connection == NULL)
        return NULL;
      answer (fixture, connection);
    }
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  usher_test_program_set_up (&fixture->program, data);
  usher_test_program_set_variable (&fixture->program, "G_DEBUG", "fatal-warnings");
  g_mutex_init (&fixture->mutex);
  fixture->pages = none;
  path = g_build_filename (fixture->program.directory, "admin", NULL);
  fixture->admin = g_strconcat (" --admin unix:", path, NULL);
  fixture->cancellable = g_cancellable_new ();
  fixture->listener = g_socket_listener_new ();
  address = g_unix_socket_address_new (path);
  g_socket_listener_add_address (fixture->listener,
                                 address,
                                 G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT,
                                 NULL,
                                 NULL,
                                 &error);
  g_assert_no_error (error);
  fixture->thread = g_thread_new ("admin", serve, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_cancellable_cancel (fixture->cancellable);
  g_thread_join (fixture->thread);
  g_clear_object (&fixture->listener);
  g_clear_object (&fixture->cancellable);
  g_mutex_clear (&fixture->mutex);
  g_free (fixture->admin);
  usher_test_program_tear_down (&fixture->program, data);
}

/* The command is answered so, ends with @status and says @pattern. */
static void
assert_says (Fixture *fixture,
             const char *command,
             const Page *pages,
             int status,
             const char *pattern)
{
  g_autofree char *arguments = g_strconcat (command, fixture->admin, NULL);

  g_mutex_lock (&fixture->mutex);
  fixture->pages = pages;
  g_mutex_unlock (&fixture->mutex);
  usher_test_program_assert_says (&fixture->program, arguments, status, pattern);
}

static void
test_ps (Fixture *fixture, gconstpointer data)
{
  static const Page good[] = {
    { "/processes",
      "{\"profile\":\"x\",\"bus\":\"b\",\"items\":[{\"name\":\"日本\",\"state\":\"ready\",\"pid\":"
      "7,"
      "\"generation\":1,\"restarts\":0,\"since\":\"now\",\"services\":[\"a\",\"b\"],\"reason\":"
      "\"\\u001b"
      "[2J\"},{\"name\":\"hub\",\"reason\":\"it waits\"}]}" },
    { NULL },
  };

  g_test_summary ("Processes are listed by the cells of a terminal, and as JSON.");

  assert_says (fixture,
               "ps",
               good,
               0,
               "PROCESS  STATE  PID  GEN  RESTARTS  SINCE  SERVICES  REASON\n"
               "日本     ready    7    1         0  now    a b        [2J\n"
               "hub      -        -    -         -  -      -         it waits\n");
  assert_says (
      fixture,
      "ps --json",
      good,
      0,
      "{\"profile\":\"x\",\"bus\":\"b\",\"items\":[{\"name\":\"日本\",\"state\":\"ready\",\"pid\":"
      "7,"
      "\"generation\":1,\"restarts\":0,\"since\":\"now\",\"services\":[\"a\",\"b\"],\"reason\":"
      "\"\\u001b[2J\",\"lastEndTime\":null,\"lastEnd\":null},{\"name\":\"hub\",\"state\":null,"
      "\"pid\":null,\"generation\":null,"
      "\"restarts\":null,\"since\":null,\"services\":null,\"reason\":\"it "
      "waits\",\"lastEndTime\":null,\"lastEnd\":null}]}\n");
}

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *body;
    const char *pattern;
  } rows[] = {
    { "", "*the answer for /processes is not JSON: *" },
    { "<html></html>", "*the answer for /processes is not JSON: *" },
    { "{\"items\":[],\"items\":[]}", "*the answer for /processes is not JSON: *" },
    { "{\"items\":[{\"pid\":99999999999999999999}]}",
      "*the answer for /processes has the number 99999999999999999999, which does not fit\n" },
    { "\"items\"", "*the answer for /processes is no JSON object\n" },
    { "null", "*the answer for /processes is no JSON object\n" },
    { "{}", "*the answer for /processes has no items\n" },
    { "{\"items\":{\"0\":{}}}", "*the answer for /processes has no items\n" },
    { "{\"items\":[1,2]}", "*the answer for /processes has no items\n" },
  };
  g_autofree char *deep = g_strnfill (1000000, '[');

  g_test_summary ("An answer that makes no sense is an error that says why, and no crash.");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Page pages[] = { { "/processes", rows[i].body }, { "/readyz", "{}" }, { NULL } };

      assert_says (fixture, "ps", pages, 1, rows[i].pattern);
      assert_says (fixture, "status", pages, 3, rows[i].pattern);
    }

  {
    const Page pages[] = { { "/processes", deep }, { NULL } };

    assert_says (fixture, "ps", pages, 1, "*is not JSON: *nested too deeply\n");
  }
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  static const Page odd[] = {
    { "/readyz", "anything" },
    { "/plugins",
      "{\"items\":[{\"name\":\"good\",\"state\":\"ready\",\"reason\":\"it serves\"},{\"name\":7},"
      "{\"state\":\"discovered\"}]}" },
    { "/services",
      "{\"items\":[{\"service\":\"good\",\"store\":{\"documents\":3,\"outbox\":\"many\"},"
      "\"waiting\":1.5},"
      "{\"service\":{}}]}" },
    { "/streaming/serverz",
      "{\"state\":7,\"uptime\":[],\"total_msgs\":\"x\",\"version\":\"\\u0007\"}" },
    { "/streaming/groupsz", "{\"groups\":[null,{\"channel\":\"c\",\"lag\":{}}]}" },
    { NULL },
  };
  static const Page wrong[] = { { "/readyz", "{}" }, { "/streaming/serverz", "[" }, { NULL } };

  g_test_summary ("A status shows what makes sense of the pages, and nothing for the rest.");

  assert_says (fixture,
               "status",
               odd,
               0,
               "Ready at unix:*/admin, version  \n\n"
               "SERVICE  STATE  DOCUMENTS  OUTBOX  INBOX  TIMERS  WAITING  REASON\n"
               "good     ready          3       -      -       -        -  it serves\n"
               "-        -              -       -      -       -        -  -\n\n"
               "Bus: 7, up for -; events x, channels -, members -\n\n"
               "CHANNEL  GROUP  MEMBERS  LAG  OUT  REDELIVERED  PARKED\n"
               "-        -            -    -    -            -       -\n"
               "c        -            -    -    -            -       -\n");
  assert_says (
      fixture,
      "status --json",
      odd,
      0,
      "{\"address\":\"unix:*/admin\",\"ready\":true,\"reason\":null,\"degraded\":null,"
      "\"version\":\"\\u0007\","
      "\"processes\":[],\"services\":[{\"process\":null,\"service\":\"good\",*\"documents\":3,"
      "\"outbox\":null,*}],\"bus\":{\"state\":null,\"reason\":null,\"uptime\":null,\"events\":null,"
      "\"channels\":null,\"members\":null,\"full_channels\":null},\"groups\":[*{\"channel\":\"c\",*"
      "]}\n");
  assert_says (fixture, "status", wrong, 3, "*the answer for /streaming/serverz is not JSON: *");
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  static const Page blind[] = { { "/events", "{\"items\":[]}" }, { NULL } };
  static const Page torn[] = { { "/events", "{\"items\":[" }, { NULL } };
  /* which is asked for twice, and no more */
  static const Page parked[] = {
    { "/parked", "{\"items\":[{\"id\":1,\"reasons\":[\"a\",\"b\"]}],\"next\":1}" }, { NULL }
  };

  g_test_summary ("Events without a way on are an error, not a question without end.");

  assert_says (fixture, "events tail", blind, 1, "*the answer for /events has no cursor\n");
  assert_says (fixture, "events tail", torn, 1, "*the answer for /events is not JSON: *");
  assert_says (fixture, "events parked", blind, 1, "*");
  assert_says (fixture,
               "events parked",
               parked,
               0,
               "ID  SINCE  CHANNEL  GROUP  KIND  SEQUENCE  ATTEMPTS  REASON  BYTES\n"
               "-   -      -        -      -            -         -  a           -\n"
               "-   -      -        -      -            -         -  a           -\n");
  assert_says (fixture,
               "events parked --json",
               parked,
               0,
               "{\"items\":[{\"id\":null,*\"reason\":\"a\",\"reasons\":[\"a\",\"b\"],*},{*}]}\n");
}

static void
test_no_supervisor (Fixture *fixture, gconstpointer data)
{
  static const Page supervisor[] = { { "/processes", "{\"items\":[]}" }, { NULL } };

  g_test_summary ("Who asks a host alone for processes is told that it has none.");

  assert_says (fixture, "ps", none, 1, "*there is no supervisor at *“usher up”*");
  assert_says (fixture, "reload good", none, 1, "*there is no supervisor at *“usher up”*");
  assert_says (fixture, "reload good", supervisor, 1, "*refused (status 404)\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/answers/" path, Fixture, NULL, set_up, func, tear_down)
  add ("ps", test_ps);
  add ("wrong", test_wrong);
  add ("status", test_status);
  add ("events", test_events);
  add ("no-supervisor", test_no_supervisor);
#undef add

  return g_test_run ();
}
