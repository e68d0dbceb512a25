/* test-front-origin.c: what the log says of requests from other sites
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "http-peer.h"

#define POST    "POST /echo HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\n"
#define END     "Content-Length: 2\r\n\r\n{}"
#define FOREIGN "Origin: https://evil.example\r\n"
#define HTTPS   "Origin: https://shop.example\r\n"
#define SETTING "http.trusted-proxies"
#define N_MANY  200

static const char *const strangers[] = { NULL };
static const char *const trusting[] = { SETTING "=127.0.0.1", NULL };
static const char *const standard[] = { "http.forwarded=forwarded", NULL };

static GMutex mutex;
static GString *lines; /* (owned) (mutex mutex): all that was said of origins */

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 &&
        g_str_has_prefix (fields[i].value, "refused (origin) of “127.0.0.1”"))
      g_string_append_printf (lines, "%s\n", (const char *) fields[i].value);

  return G_LOG_WRITER_HANDLED;
}

/* Before the answer of what it is about. */
static char *
take_lines (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  char *text = g_strdup (lines->str);

  g_string_truncate (lines, 0);

  return text;
}

static char *
refuse (Fixture *fixture, const char *text)
{
  g_autoptr (Answer) answer = http_peer_ask (fixture, text);

  g_assert_cmpuint (answer->status, ==, 403);

  return take_lines ();
}

static void
test_both (Fixture *fixture, gconstpointer data)
{
  g_autofree char *said = refuse (fixture, POST FOREIGN END);

  g_test_summary ("Both origins are named, and no setting that would mend nothing.");

  g_assert_nonnull (strstr (said, "“https://evil.example”"));
  g_assert_nonnull (strstr (said, "“http://shop.example”"));
  g_assert_null (strstr (said, SETTING));
}

static void
test_mended (Fixture *fixture, gconstpointer data)
{
  g_autofree char *said = refuse (fixture, POST HTTPS "X-Forwarded-Proto: https\r\n" END);

  g_test_summary ("A proxy that is not trusted is told of, where it would say the right thing.");

  g_assert_nonnull (strstr (said, "“https://shop.example”"));
  g_assert_nonnull (strstr (said, SETTING));
}

static void
test_mended_standard (Fixture *fixture, gconstpointer data)
{
  g_autofree char *said =
      refuse (fixture,
              "POST /echo HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n" HTTPS
              "Forwarded: for=192.0.2.7;proto=https;host=\"shop.example:443\"\r\n"
              "Content-Type: application/json\r\n" END);

  g_test_summary ("So is one that speaks by RFC 7239.");

  g_assert_nonnull (strstr (said, SETTING));
}

static void
test_not_mended (Fixture *fixture, gconstpointer data)
{
  static const char *const requests[] = {
    POST FOREIGN "X-Forwarded-Proto: https\r\n" END,
    POST HTTPS "X-Forwarded-Host: other.example\r\nX-Forwarded-Proto: https\r\n" END,
    POST HTTPS "Forwarded: proto=https\r\n" END,
    POST HTTPS "X-Forwarded-Proto: https\r\nSec-Fetch-Site: same-site\r\n" END,
    POST "Sec-Fetch-Site: cross-site\r\n" END,
    POST "Origin: null\r\nX-Forwarded-Proto: https\r\n" END,
  };

  g_test_summary ("What trust would not mend does not ask for it.");

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *said = refuse (fixture, requests[i]);

      g_assert_null (strstr (said, SETTING));
    }
}

static void
test_trusted (Fixture *fixture, gconstpointer data)
{
  g_autofree char *said = refuse (fixture, POST FOREIGN "X-Forwarded-Proto: https\r\n" END);
  g_autoptr (Answer) answer =
      http_peer_ask (fixture, POST HTTPS "X-Forwarded-Proto: https\r\n" END);

  g_test_summary ("A proxy that is trusted is believed, and named by no line.");

  g_assert_nonnull (strstr (said, "“https://shop.example”"));
  g_assert_null (strstr (said, SETTING));
  g_assert_cmpuint (answer->status, ==, 200);
}

static void
test_site (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer =
      http_peer_ask (fixture, POST HTTPS "Sec-Fetch-Site: same-origin\r\n" END);
  g_autofree char *said =
      refuse (fixture, POST "Origin: http://shop.example\r\nSec-Fetch-Site: cross-site\r\n" END);

  g_test_summary ("What the browser says of the site decides, and is in the log.");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (said, "Sec-Fetch-Site: “cross-site”"));
}

static void
test_limited (Fixture *fixture, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (2000, 'x');
  g_autofree char *text = g_strdup_printf (POST "Origin: https://%s\xff\r\n" END, long_name);
  g_autoptr (UsherMetrics) metrics = usher_metrics_new ();
  g_autofree char *figures = NULL;
  g_autofree char *said = NULL;

  g_test_summary ("However many there are, the log has a line a second, and none is long.");

  for (guint i = 0; i < N_MANY; i++)
    {
      g_autoptr (Answer) answer = http_peer_ask (fixture, text);

      g_assert_cmpuint (answer->status, ==, 403);
    }

  said = take_lines ();
  g_assert_cmpuint (strlen (said), >, 0);
  g_assert_cmpuint (strlen (said), <, N_MANY / 2 * 100);
  g_assert_null (strstr (said, long_name));
  g_assert_true (g_utf8_validate (said, -1, NULL));
  usher_front_add_metrics (fixture->front, metrics);
  figures = usher_metrics_dup_text (metrics);
  g_assert_nonnull (
      strstr (figures, "usher_http_refused_total{listener=\"http\",reason=\"origin\"} 200\n"));
}

#define test(path, data, func) \
  g_test_add (path, Fixture, data, http_peer_set_up, func, http_peer_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  lines = g_string_new (NULL);
  g_log_set_writer_func (write_log, NULL, NULL);

  test ("/front/origin/both", strangers, test_both);
  test ("/front/origin/mended", strangers, test_mended);
  test ("/front/origin/mended-standard", standard, test_mended_standard);
  test ("/front/origin/not-mended", strangers, test_not_mended);
  test ("/front/origin/trusted", trusting, test_trusted);
  test ("/front/origin/site", strangers, test_site);
  test ("/front/origin/limited", strangers, test_limited);

  return g_test_run ();
}
