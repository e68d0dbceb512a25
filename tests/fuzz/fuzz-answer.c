/* fuzz-answer.c: answers of a host that does what it likes are read the same whatever pieces they come in
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz-peer.h"
#include "usher-http-link-private.h"
#include "usher-reply-private.h"
#include "usher-stream-private.h"
#include "usher-test-base.h"

#define ASKED "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

/* made once */
typedef struct
{
  UsherLoop *loop;
  int listener;
  struct sockaddr_storage address;
  socklen_t length;
} Stage;

/* One connection, and what came of it. The loop's thread has it until it is done. */
typedef struct
{
  Stage *stage; /* (unowned) */
  UsherTask begin;
  UsherTask take;
  UsherHttpLink *link; /* (owned) (nullable) */
  GString *head;       /* (owned) */
  UsherReply *reply;   /* (owned) */
  UsherStream *stream; /* (owned) (nullable) */
  gboolean leaves;     /* the reader of a stream, when he has a piece */
  guint n_asked;
  GString *seen;     /* (owned): of the first answer */
  GString *body;     /* (owned): of its stream */
  gboolean is_first; /* the stream is that answer's */
  gboolean is_whole; /* its stream was ended in order */
  GAsyncQueue *done; /* (owned): has the run once it is over */
} Run;

static void
settle (Run *run)
{
  if (run->link == NULL && run->stream == NULL)
    g_async_queue_push (run->done, run);
}

static void
on_take (UsherTask *task)
{
  Run *run = task->data;
  UsherStreamState state = USHER_STREAM_OPEN;
  GString *piece = usher_stream_take (run->stream, &state);

  if (piece != NULL)
    {
      g_assert_cmpuint (piece->len, <=, USHER_STREAM_MAX);
      if (run->is_first)
        g_string_append_len (run->body, piece->str, (gssize) piece->len);
      g_string_free (piece, TRUE);
    }
  if (state == USHER_STREAM_OPEN && !run->leaves)
    return;

  if (run->is_first)
    run->is_whole = state == USHER_STREAM_ENDED;
  if (state == USHER_STREAM_OPEN)
    usher_stream_detach (run->stream);
  g_clear_object (&run->stream);
  settle (run);
}

/* With the stream's lock. */
static void
on_written (gpointer user_data)
{
  Run *run = user_data;

  g_assert_true (usher_loop_post (run->stage->loop, &run->take));
}

static void
on_header (const char *name, const char *value, gpointer user_data)
{
  g_string_append_printf (user_data, "%s: %s\n", name, value);
}

static void
note_answer (Run *run, UsherHttpLinkResult result)
{
  GBytes *body = usher_reply_get_body (run->reply);

  g_string_append_printf (run->seen,
                          "result %u, status %u, type %s\n",
                          result,
                          usher_reply_get_status (run->reply),
                          usher_reply_get_media_type (run->reply));
  usher_reply_foreach_header (run->reply, on_header, run->seen);
  if (body != NULL)
    g_string_append_len (run->seen,
                         g_bytes_get_data (body, NULL),
                         (gssize) g_bytes_get_size (body));
}

static void
on_result (UsherHttpLink *link, UsherHttpLinkResult result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (UsherStream) stream = usher_reply_steal_stream (run->reply);

  if (run->n_asked == 1)
    note_answer (run, result);
  if (result != USHER_HTTP_LINK_ANSWERED)
    g_assert_null (stream);
  if (stream == NULL)
    return;

  if (run->stream != NULL)
    {
      usher_stream_detach (stream);
      return;
    }
  run->is_first = run->n_asked == 1;
  run->stream = g_steal_pointer (&stream);
  usher_stream_attach (run->stream, on_written, run);
}

/* FALSE: it is of no use any more */
static gboolean
ask (Run *run)
{
  run->n_asked++;
  g_clear_object (&run->reply);
  run->reply = usher_reply_new ();

  return usher_http_link_send (run->link, run->head, NULL, run->reply, on_result, run);
}

/* One that is free is used once more. */
static void
on_idle (UsherHttpLink *link, gboolean is_over, gpointer user_data)
{
  Run *run = user_data;

  if (!is_over && (run->n_asked > 1 || ask (run)))
    return;

  usher_http_link_free (g_steal_pointer (&run->link));
  settle (run);
}

static void
on_begin (UsherTask *task)
{
  Run *run = task->data;

  run->link = usher_http_link_new (
      run->stage->loop, "peer", &run->stage->address, run->stage->length, on_idle, run);
  g_assert_nonnull (run->link);
  g_assert_true (ask (run));
}

static Stage stage = { NULL };

/* A thread that frees something when the process ends would look like a leak. */
static void
stop_loop (void)
{
  usher_loop_free (stage.loop);
}

static Stage *
get_stage (void)
{
  struct sockaddr_un *address = (struct sockaddr_un *) &stage.address;
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;

  if (stage.loop != NULL)
    return &stage;

  g_object_unref (fuzz_settings_new ()); /* it keeps the log quiet */
  uri = fuzz_make_uri ("host");
  stage.listener = fuzz_listen (uri);
  address->sun_family = AF_UNIX;
  g_strlcpy (address->sun_path, uri + strlen ("unix:"), sizeof address->sun_path);
  stage.length = sizeof *address;
  stage.loop = usher_loop_new ("fuzz", NULL, NULL, &error);
  g_assert_no_error (error);
  atexit (stop_loop);

  return &stage;
}

static int
accept_asked (void)
{
  struct pollfd wait = { .fd = stage.listener, .events = POLLIN };
  g_autoptr (GString) in = g_string_new (NULL);
  int fd = -1;

  g_assert_cmpint (poll (&wait, 1, FUZZ_PATIENCE / 1000), ==, 1);
  fd = accept4 (stage.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  g_assert_cmpint (fd, >=, 0);
  wait.fd = fd;
  while (in->len < strlen (ASKED))
    {
      g_assert_cmpint (poll (&wait, 1, FUZZ_PATIENCE / 1000), ==, 1);
      g_assert_true (fuzz_receive (fd, in));
    }

  return fd;
}

/* (transfer full): what was met */
static GString *
run_pieces (const GArray *steps, gboolean leaves)
{
  Run run = { .stage = get_stage (), .leaves = leaves, .is_whole = TRUE };
  int fd = -1;

  run.begin.func = on_begin;
  run.begin.data = &run;
  run.take.func = on_take;
  run.take.data = &run;
  run.done = g_async_queue_new ();
  run.head = g_string_new (ASKED);
  run.seen = g_string_new (NULL);
  run.body = g_string_new (NULL);
  g_assert_true (usher_loop_post (run.stage->loop, &run.begin));

  fd = accept_asked ();
  for (guint i = 0; i < steps->len; i++)
    {
      const FuzzStep *step = &g_array_index (steps, FuzzStep, i);

      fuzz_send (fd, step->data, step->length);
      fuzz_settle (fd);
      if (step->mark == FUZZ_HALF)
        shutdown (fd, SHUT_WR);
      if (step->mark == FUZZ_CLOSE || step->mark == FUZZ_RESET)
        break;
    }
  /* behind another request it would be another end */
  shutdown (fd, SHUT_WR);
  usher_test_pop (run.done);
  close (fd);

  if (run.is_whole)
    g_string_append_len (run.seen, run.body->str, (gssize) run.body->len);
  g_string_append_printf (run.seen, "\nwhole: %d\n", run.is_whole);
  g_string_free (run.body, TRUE);
  g_string_free (run.head, TRUE);
  g_clear_object (&run.reply);
  g_async_queue_unref (run.done);

  return run.seen;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GArray) steps = fuzz_steps_new ((const char *) data, size);
  gboolean leaves = g_array_index (steps, FuzzStep, steps->len - 1).is_other;
  g_autoptr (GString) cut = run_pieces (steps, leaves);
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GArray) one = NULL;
  g_autoptr (GString) whole = NULL;

  /* up to where it is closed */
  for (guint i = 0; i < steps->len; i++)
    {
      const FuzzStep *step = &g_array_index (steps, FuzzStep, i);

      g_string_append_len (all, step->data, (gssize) step->length);
      if (step->mark == FUZZ_HALF || step->mark == FUZZ_CLOSE || step->mark == FUZZ_RESET)
        break;
    }
  one = fuzz_steps_new ("", 0);
  g_array_index (one, FuzzStep, 0).data = all->str;
  g_array_index (one, FuzzStep, 0).length = all->len;
  whole = run_pieces (one, FALSE);
  if (!leaves)
    g_assert_cmpstr (cut->str, ==, whole->str);

  return 0;
}
