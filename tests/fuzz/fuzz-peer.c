/* fuzz-peer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-peer.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* turns that the other side has to read what was sent */
#define MAX_TURNS 20

char *
fuzz_make_uri (const char *name)
{
  return g_strdup_printf ("unix:%s/%s", fuzz_directory (), name);
}

static int
open_socket (const char *uri, struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  g_assert_cmpint (fd, >=, 0);
  address->sun_family = AF_UNIX;
  g_strlcpy (address->sun_path, uri + strlen ("unix:"), sizeof address->sun_path);

  return fd;
}

int
fuzz_connect (const char *uri)
{
  gint64 deadline = g_get_monotonic_time () + FUZZ_PATIENCE;
  struct sockaddr_un address = { 0 };
  int fd = open_socket (uri, &address);

  while (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      g_assert_cmpint (errno, ==, EAGAIN);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      sched_yield ();
    }

  return fd;
}

int
fuzz_listen (const char *uri)
{
  struct sockaddr_un address = { 0 };
  int fd = open_socket (uri, &address);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 64), ==, 0);

  return fd;
}

void
fuzz_send (int fd, const char *data, gsize length)
{
  gint64 deadline = g_get_monotonic_time () + FUZZ_PATIENCE;

  while (length > 0)
    {
      gssize n = send (fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n < 0 && errno != EAGAIN)
        return;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      if (n < 0)
        sched_yield ();
      data += MAX (n, 0);
      length -= (gsize) MAX (n, 0);
    }
}

void
fuzz_settle (int fd)
{
  int n = 1;

  for (guint i = 0; i < MAX_TURNS && n > 0; i++)
    {
      if (ioctl (fd, SIOCOUTQ, &n) != 0)
        return;
      if (n > 0)
        sched_yield ();
    }
}

gboolean
fuzz_receive (int fd, GString *in)
{
  char room[16384];
  gssize n = 0;

  while ((n = recv (fd, room, sizeof room, MSG_DONTWAIT)) > 0)
    g_string_append_len (in, room, n);

  return n < 0 && errno == EAGAIN;
}

GString *
fuzz_receive_all (int fd, gboolean *is_cut)
{
  gint64 deadline = g_get_monotonic_time () + FUZZ_PATIENCE;
  GString *in = g_string_new (NULL);

  errno = 0;
  while (fuzz_receive (fd, in))
    {
      struct pollfd wait = { .fd = fd, .events = POLLIN };

      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      poll (&wait, 1, 1000);
      errno = 0;
    }
  *is_cut = errno != 0;

  return in;
}

/* Each input is refused, which is told. */
static void
drop_message (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
}

UsherSettings *
fuzz_settings_new (void)
{
  static const char *const assignments[] = {
    "http.max-head=2048", "http.max-target=512", "http.max-fields=20",
    "http.max-body=2048", "http.threads=1",      "http.forward-timeout=3000",
  };
  UsherSettings *settings = usher_settings_new ();
  g_autoptr (GError) error = NULL;

  usher_front_declare_settings (settings, &error);
  for (guint i = 0; error == NULL && i < G_N_ELEMENTS (assignments); i++)
    usher_settings_assign (settings, assignments[i], "fuzz", &error);
  g_assert_no_error (error);
  g_log_set_handler ("usher-http", G_LOG_LEVEL_MESSAGE, drop_message, NULL);

  return settings;
}

char *
fuzz_describe (const char *method, const char *path, const char *body, gsize length)
{
  g_autofree char *sum =
      g_compute_checksum_for_data (G_CHECKSUM_MD5, (const guchar *) body, length);

  return g_strdup_printf ("%s %s %" G_GSIZE_FORMAT " %s", method, path, length, sum);
}

static char *
describe_exchange (UsherExchange *exchange)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  GBytes *body = usher_request_get_body (request);

  return fuzz_describe (usher_request_get_method (request),
                        usher_request_get_path (request),
                        body != NULL ? g_bytes_get_data (body, NULL) : "",
                        body != NULL ? g_bytes_get_size (body) : 0);
}

static void
on_echo (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  usher_reply_take_json (usher_exchange_get_reply (owned), describe_exchange (owned));
  usher_exchange_finish (owned);
}

static void
finish_later (gpointer data, gpointer user_data)
{
  on_echo (data, NULL);
}

static void
on_later (UsherExchange *exchange, gpointer user_data)
{
  static gsize pool = 0;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (finish_later, NULL, 1, TRUE, NULL));
  g_thread_pool_push ((GThreadPool *) pool, exchange, NULL);
}

/* Two pieces, and an end. */
static void
on_stream (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  g_autofree char *text = describe_exchange (owned);
  g_autoptr (UsherStream) stream =
      usher_reply_stream (usher_exchange_get_reply (owned), "text/plain");

  usher_stream_write (stream, text, 3, NULL);
  usher_exchange_finish (owned);
  usher_stream_write (stream, text + 3, -1, NULL);
  usher_stream_end (stream);
}

void
fuzz_add_routes (UsherRouter *router, const char *prefix)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    UsherRouteFunc func;
  } routes[] = {
    { "GET", "/api/users/currentuser", on_echo },
    { "POST", "/api/users/signout", on_echo },
    { "GET", "/api/tickets", on_stream },
    { "POST", "/api/tickets", on_later },
    { "GET", "/", on_later },
    { "POST", "/echo", on_echo },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_autofree char *pattern = g_strconcat (prefix, routes[i].pattern, NULL);
      g_autoptr (GError) error = NULL;

      usher_router_add (router, routes[i].method, pattern, 0, routes[i].func, NULL, NULL, &error);
      g_assert_no_error (error);
    }
}

void
fuzz_assert_answers (const GString *sent,
                     const GString *received,
                     const char *prefix,
                     gboolean is_cut)
{
  g_autoptr (GPtrArray) requests = fuzz_read_requests (sent->str, sent->len);
  g_autoptr (GPtrArray) answers =
      fuzz_read_answers (received->str, received->len, requests, is_cut);

  g_assert_cmpuint (answers->len, <=, requests->len);
  for (guint i = 0; i < answers->len; i++)
    {
      const FuzzMessage *answer = g_ptr_array_index (answers, i);
      const FuzzMessage *request = g_ptr_array_index (requests, i);
      g_autofree char *wanted = NULL;

      if (request->is_broken)
        {
          /* an answer that the head had already, as that of OPTIONS, is kept when the body is malformed */
          g_assert_true (answer->status >= 400 || answer->status == 204);
          g_assert_true (answer->closes && i + 1 == answers->len);
          continue;
        }
      if (answer->status != 200 || strcmp (request->method, "HEAD") == 0 ||
          !g_str_has_prefix (request->path, prefix))
        continue;

      wanted =
          fuzz_describe (request->method, request->path, request->body->str, request->body->len);
      g_assert_cmpstr (answer->body->str, ==, wanted);
    }
}

void
fuzz_assert_alive (const char *uri, const char *path)
{
  g_autoptr (GString) sent = g_string_new (NULL);
  g_autoptr (GString) received = NULL;
  gboolean is_cut = FALSE;
  int fd = fuzz_connect (uri);

  g_string_printf (sent, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
  fuzz_send (fd, sent->str, sent->len);
  received = fuzz_receive_all (fd, &is_cut);
  close (fd);
  g_assert_true (g_str_has_prefix (received->str, "HTTP/1.1 200 "));
  fuzz_assert_answers (sent, received, "", is_cut);
}
