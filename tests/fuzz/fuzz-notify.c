/* fuzz-notify.c: what a process says of itself can be told to an operator, whatever it is
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz.h"
#include "usher-child.h"
#include "usher-json.h"
#include "usher-notify-socket.h"

/* as the socket takes at once */
#define MAX_TEXT 4096

const char *const fuzz_tokens[] = {
  "READY=1",     "STOPPING=1", "WATCHDOG=1", "STATUS=", "\nSTATUS=", "\n",   "=",
  "MAINPID=1\n", "READY=0",    "\r",         "\x1b[2J", "\xc3\xa9",  "\xff", NULL,
};

typedef struct
{
  UsherNotifySocket *socket; /* (owned) */
  struct sockaddr_un address;
  int fd;
  UsherChild *child; /* (owned) (nullable) */
  guint n_heard;
} Stage;

static void
on_notice (GPid pid, const char *text, gpointer user_data)
{
  Stage *stage = user_data;

  g_assert_cmpint (pid, ==, getpid ());
  g_assert_cmpuint (strlen (text), <=, MAX_TEXT);
  g_assert_false (usher_child_take_notice (stage->child, pid, text));
  g_assert_true (usher_child_take_notice (stage->child, usher_child_get_pid (stage->child), text));
  stage->n_heard++;
}

static Stage *
get_stage (void)
{
  static Stage stage = { .fd = -1 };
  g_autofree char *path = g_build_filename (fuzz_directory (), "notify", NULL);
  g_autoptr (GError) error = NULL;

  if (stage.socket != NULL)
    return &stage;

  stage.socket = usher_notify_socket_new (path, on_notice, &stage, &error);
  g_assert_no_error (error);
  stage.address.sun_family = AF_UNIX;
  g_strlcpy (stage.address.sun_path, path, sizeof stage.address.sun_path);
  stage.fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  return &stage;
}

/* One that runs until it is told to stop; a new one where the last one said that it stops. */
static void
ensure_child (Stage *stage)
{
  static const char *const arguments[] = { "/bin/sleep", "1000", NULL };
  g_autoptr (GError) error = NULL;

  if (stage->child != NULL && usher_child_get_state (stage->child) != USHER_CHILD_STOPPING)
    return;

  g_clear_pointer (&stage->child, usher_child_free);
  stage->child = usher_child_new (arguments, "fuzz", stage->address.sun_path, 1, &error);
  g_assert_no_error (error);
}

static void
assert_can_be_told (UsherChild *child)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (UsherJson) json = NULL;

  usher_json_append_string (text, usher_child_get_reason (child));
  json = usher_json_parse (text->str, (gssize) text->len, NULL);
  g_assert_nonnull (json);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Stage *stage = get_stage ();
  gssize n = 0;

  ensure_child (stage);
  stage->n_heard = 0;
  n = sendto (
      stage->fd, data, size, 0, (const struct sockaddr *) &stage->address, sizeof stage->address);
  g_assert_cmpint (n, ==, size);
  while (stage->n_heard == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_can_be_told (stage->child);

  return 0;
}
