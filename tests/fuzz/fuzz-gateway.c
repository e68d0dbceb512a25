/* fuzz-gateway.c: a gateway between a client and a host that both do what they like stays in step with others
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz-peer.h"
#include "usher-gateway.h"

#define GOOD "/good/api/users/currentuser"
/* milliseconds until something that was sent arrives, if it does */
#define SOON      5
#define MAX_LINES 64

static const char *const routes =
    "{\"service\":\"%s\",\"method\":\"GET\",\"pattern\":\"%s/api/users/currentuser\"},"
    "{\"service\":\"%s\",\"method\":\"POST\",\"pattern\":\"%s/api/users/signout\"},"
    "{\"service\":\"%s\",\"method\":\"GET\",\"pattern\":\"%s/api/tickets\"},"
    "{\"service\":\"%s\",\"method\":\"POST\",\"pattern\":\"%s/api/tickets\"}";

/* A connection of the gateway to the host that is played. */
typedef struct
{
  int fd;
  GString *in; /* (owned) */
} Line;

typedef struct
{
  UsherRouter *router;
  UsherFront *good;
  UsherSettings *settings;
  UsherClock *clock;
  UsherGateway *gateway;
  char *bad_uri;
  int listener;
  Line lines[MAX_LINES];
  guint n_lines;
  Line *asked; /* (unowned) (nullable): which has a request */

  int client;
  GString *received;
  gboolean has_ended; /* the client's connection */
  gboolean is_quiet;  /* nothing came of what it sent */
} Stage;

static void
publish (const char *name, const char *prefix, const char *uri)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.json", fuzz_directory (), name);
  g_autoptr (GString) json = g_string_new (NULL);
  g_auto (GStrv) parts = g_strsplit (routes, "%s", -1);

  g_string_printf (json,
                   "{\"name\":\"%s\",\"pid\":1,\"services\":[\"%s\"],\"listen\":\"%s\","
                   "\"admin\":null,\"routes\":[",
                   name,
                   name,
                   uri);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_string_append (json, parts[i]);
      if (parts[i + 1] != NULL)
        g_string_append (json, i % 2 == 0 ? name : prefix);
    }
  g_string_append (json, "]}");
  g_assert_true (g_file_set_contents (path, json->str, -1, NULL));
}

static const UsherGatewayCopy *
find (const GPtrArray *copies, const char *name)
{
  for (guint i = 0; i < copies->len; i++)
    {
      const UsherGatewayCopy *copy = g_ptr_array_index (copies, i);

      if (strcmp (copy->name, name) == 0)
        return copy;
    }

  return NULL;
}

static void
drop_line (Stage *stage, guint i)
{
  close (stage->lines[i].fd);
  g_string_free (stage->lines[i].in, TRUE);
  stage->lines[i] = stage->lines[--stage->n_lines];
  stage->asked = NULL;
}

static void
take_lines (Stage *stage)
{
  int fd = -1;

  while (stage->n_lines < MAX_LINES &&
         (fd = accept4 (stage->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
    stage->lines[stage->n_lines++] = (Line){ fd, g_string_new (NULL) };
}

/* Lets all that has arrived be seen, and waits for it at most @timeout milliseconds. */
static void
turn (Stage *stage, int timeout)
{
  struct pollfd waits[MAX_LINES + 2] = { { .fd = stage->listener, .events = POLLIN },
                                         { .fd = stage->has_ended ? -1 : stage->client,
                                           .events = POLLIN } };

  for (guint i = 0; i < stage->n_lines; i++)
    waits[2 + i] = (struct pollfd){ .fd = stage->lines[i].fd, .events = POLLIN };
  poll (waits, 2 + stage->n_lines, timeout);

  if (!stage->has_ended && stage->client >= 0)
    stage->has_ended = !fuzz_receive (stage->client, stage->received);
  for (guint i = stage->n_lines; i > 0; i--)
    {
      Line *line = &stage->lines[i - 1];
      gsize before = line->in->len;

      if (!fuzz_receive (line->fd, line->in))
        drop_line (stage, i - 1);
      else if (line->in->len > before)
        stage->asked = line;
    }
  take_lines (stage);
}

static void
await_good_state (Stage *stage)
{
  gint64 deadline = g_get_monotonic_time () + FUZZ_PATIENCE;

  for (;;)
    {
      g_autoptr (GPtrArray) copies = usher_gateway_list (stage->gateway);
      const UsherGatewayCopy *good = find (copies, "good");
      const UsherGatewayCopy *bad = find (copies, "bad");

      if (good != NULL && bad != NULL && strcmp (good->state, "ready") == 0 &&
          strcmp (bad->state, "ready") == 0 && good->n_in_flight == 0 && bad->n_in_flight == 0)
        return;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      turn (stage, 1);
    }
}

static void
open_gateway (Stage *stage)
{
  g_autofree char *listen = fuzz_make_uri ("gateway");
  g_autoptr (GError) error = NULL;

  stage->gateway = usher_gateway_new (fuzz_directory (), stage->settings, stage->clock);
  usher_gateway_start (stage->gateway, listen, &error);
  g_assert_no_error (error);
  await_good_state (stage);
}

static void
start (Stage *stage)
{
  g_autoptr (UsherSettings) settings = fuzz_settings_new ();
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *good = fuzz_make_uri ("good");
  g_autoptr (GError) error = NULL;

  stage->client = -1;
  stage->has_ended = TRUE;
  stage->router = usher_router_new (NULL, 2048);
  fuzz_add_routes (stage->router, "/good");
  stage->good = usher_front_new (stage->router, NULL, settings, clock);
  usher_front_start (stage->good, good, &error);
  g_assert_no_error (error);
  stage->bad_uri = fuzz_make_uri ("bad");
  stage->listener = fuzz_listen (stage->bad_uri);
  publish ("good", "/good", good);
  publish ("bad", "", stage->bad_uri);

  stage->settings = g_steal_pointer (&settings);
  stage->clock = g_steal_pointer (&clock);
  open_gateway (stage);
}

/* made once */
static Stage *
get_stage (void)
{
  static Stage stage = { NULL };

  if (stage.router == NULL)
    start (&stage);

  return &stage;
}

/* The client has sent something, or its end: the host that is played has it when the gateway passes it on. */
static void
await_asked (Stage *stage)
{
  gint64 deadline = g_get_monotonic_time () + SOON * G_TIME_SPAN_MILLISECOND;
  gsize n_received = stage->received->len;

  while (stage->asked == NULL && !stage->is_quiet && !stage->has_ended &&
         stage->received->len == n_received && g_get_monotonic_time () < deadline)
    turn (stage, SOON);
  stage->is_quiet = stage->asked == NULL;
}

static void
play_host (Stage *stage, const FuzzStep *step)
{
  await_asked (stage);
  if (stage->asked == NULL)
    return;

  fuzz_send (stage->asked->fd, step->data, step->length);
  if (step->mark == FUZZ_HALF)
    shutdown (stage->asked->fd, SHUT_WR);
  else if (step->mark == FUZZ_CLOSE || step->mark == FUZZ_RESET)
    drop_line (stage, (guint) (stage->asked - stage->lines));
  else
    fuzz_settle (stage->asked->fd);
  if (step->mark == FUZZ_OTHER)
    stage->asked = NULL;
}

static void
play_client (Stage *stage, const FuzzStep *step, GString *sent)
{
  if (stage->client < 0)
    return;

  fuzz_send (stage->client, step->data, step->length);
  g_string_append_len (sent, step->data, (gssize) step->length);
  fuzz_settle (stage->client);
  stage->is_quiet = FALSE;
  if (step->mark == FUZZ_HALF)
    shutdown (stage->client, SHUT_WR);
  else if (step->mark == FUZZ_CLOSE || step->mark == FUZZ_RESET)
    {
      close (stage->client);
      stage->client = -1;
      stage->has_ended = TRUE;
    }
}

/* One that is not asked for a while is made another, so that nothing waits for it. */
static void
restore (Stage *stage)
{
  g_autoptr (GPtrArray) copies = usher_gateway_list (stage->gateway);
  const UsherGatewayCopy *bad = find (copies, "bad");

  if (bad != NULL && strcmp (bad->state, "ready") != 0)
    publish ("bad", "", stage->bad_uri);
}

/* The host that is played hangs up on all that it has not answered; the client gets whatever comes of it. */
static void
finish (Stage *stage)
{
  gint64 deadline = g_get_monotonic_time () + FUZZ_PATIENCE;

  if (stage->client >= 0)
    shutdown (stage->client, SHUT_WR);
  do
    {
      for (guint i = stage->n_lines; i > 0; i--)
        if (stage->lines[i - 1].in->len > 0)
          drop_line (stage, i - 1);
      turn (stage, stage->has_ended ? 0 : SOON);
      if (!stage->has_ended && stage->gateway != NULL)
        restore (stage);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
  while (!stage->has_ended);

  if (stage->client >= 0)
    close (stage->client);
  stage->client = -1;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Stage *stage = get_stage ();
  g_autoptr (GArray) steps = fuzz_steps_new ((const char *) data, size);
  g_autoptr (GString) sent = g_string_new (NULL);
  gboolean has_left = FALSE;
  gboolean is_stopped = FALSE;

  stage->received = g_string_new (NULL);
  stage->client = fuzz_connect (usher_gateway_get_uri (stage->gateway));
  stage->has_ended = FALSE;
  stage->is_quiet = FALSE;
  stage->asked = NULL;
  for (guint i = 0; i < steps->len && !is_stopped; i++)
    {
      const FuzzStep *step = &g_array_index (steps, FuzzStep, i);

      if (step->is_other)
        play_host (stage, step);
      else
        play_client (stage, step, sent);
      turn (stage, 0);
      is_stopped = step->mark == FUZZ_STOP;
    }

  has_left = stage->client < 0;
  if (is_stopped)
    g_clear_object (&stage->gateway);
  finish (stage);
  if (!has_left)
    fuzz_assert_answers (sent, stage->received, "/good/", TRUE);
  g_string_free (g_steal_pointer (&stage->received), TRUE);
  if (is_stopped)
    open_gateway (stage);
  fuzz_assert_alive (usher_gateway_get_uri (stage->gateway), GOOD);
  restore (stage);
  await_good_state (stage);

  return 0;
}
