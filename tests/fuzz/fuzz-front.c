/* fuzz-front.c: whatever a client sends, it gets no answer that a strict reader of what it sent would not expect
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz-peer.h"
#include "usher-proxy-protocol-private.h"

/* Two fronts: the second expects the header of a proxy. */
typedef struct
{
  UsherRouter *router;
  UsherSettings *settings[2];
  UsherClock *clock;
  UsherFront *fronts[2];
  char *uris[2];
} Stage;

static void
start (Stage *stage, guint i)
{
  g_autoptr (GError) error = NULL;

  stage->fronts[i] = usher_front_new (stage->router, NULL, stage->settings[i], stage->clock);
  usher_front_start (stage->fronts[i], stage->uris[i], &error);
  g_assert_no_error (error);
}

/* made once */
static Stage *
get_stage (void)
{
  static Stage stage = { NULL };
  g_autoptr (GError) error = NULL;

  if (stage.router != NULL)
    return &stage;

  stage.clock = usher_real_clock_new ();
  stage.router = usher_router_new (NULL, 2048);
  fuzz_add_routes (stage.router, "");
  stage.settings[0] = fuzz_settings_new ();
  stage.settings[1] = fuzz_settings_new ();
  usher_settings_assign (stage.settings[1], "http.proxy-protocol=true", "fuzz", &error);
  g_assert_no_error (error);
  stage.uris[0] = fuzz_make_uri ("front");
  stage.uris[1] = fuzz_make_uri ("proxied");
  start (&stage, 0);
  start (&stage, 1);

  return &stage;
}

/* Returns what happened last. */
static FuzzMark
play (Stage *stage, int fd, const GArray *steps, GString *sent)
{
  for (guint i = 0; i < steps->len; i++)
    {
      const FuzzStep *step = &g_array_index (steps, FuzzStep, i);

      fuzz_send (fd, step->data, step->length);
      g_string_append_len (sent, step->data, (gssize) step->length);
      fuzz_settle (fd);
      if (step->mark == FUZZ_PAUSE)
        fuzz_assert_alive (stage->uris[0], "/api/users/currentuser");
      else if (step->mark != FUZZ_CUT && step->mark != FUZZ_OTHER)
        return step->mark;
    }

  return FUZZ_SEND;
}

/* What a proxy says is no request. */
static void
drop_header (GString *sent)
{
  UsherProxySource source;
  gssize n = sent->len > 0 ? usher_proxy_protocol_read (sent->str, sent->len, &source) : -1;

  if (n <= 0)
    g_string_truncate (sent, 0);
  else
    g_string_erase (sent, 0, n);
}

static void
read_answers (int fd, GString *sent, gboolean is_proxied, gboolean is_stopped)
{
  gboolean is_cut = FALSE;
  g_autoptr (GString) received = fuzz_receive_all (fd, &is_cut);

  if (is_proxied)
    drop_header (sent);
  fuzz_assert_answers (sent, received, "", is_cut || is_stopped);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Stage *stage = get_stage ();
  gboolean is_proxied =
      size > 6 && (memcmp (data, "PROXY ", 6) == 0 || memcmp (data, "\r\n\r\n\0", 5) == 0);
  g_autoptr (GArray) steps = fuzz_steps_new ((const char *) data, size);
  g_autoptr (GString) sent = g_string_new (NULL);
  int fd = fuzz_connect (stage->uris[is_proxied]);
  FuzzMark last = play (stage, fd, steps, sent);

  if (last == FUZZ_STOP)
    g_clear_object (&stage->fronts[is_proxied]);
  shutdown (fd, SHUT_WR);
  if (last != FUZZ_CLOSE && last != FUZZ_RESET)
    read_answers (fd, sent, is_proxied, last == FUZZ_STOP);
  close (fd);
  if (last == FUZZ_STOP)
    start (stage, is_proxied);
  fuzz_assert_alive (stage->uris[0], "/api/users/currentuser");

  return 0;
}
