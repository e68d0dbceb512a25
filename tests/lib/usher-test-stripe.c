/* usher-test-stripe.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-stripe.h"

#include <string.h>
#include <usher.h>

#include "usher-test-wait.h"

struct _UsherTestStripe
{
  GSubprocess *process;    /* (owned) */
  UsherHttpClient *client; /* (owned) */
  char *uri;               /* (owned) */
};

static UsherTestStripe *
start (const char *option)
{
  UsherTestStripe *self = g_new0 (UsherTestStripe, 1);
  g_autoptr (GDataInputStream) out = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;

  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                    &error,
                                    "/usr/bin/python3",
                                    g_getenv ("USHER_TEST_STRIPE"),
                                    option,
                                    NULL);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  said = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (said);
  self->client = usher_http_client_new (USHER_TEST_PATIENCE);
  self->uri = g_strconcat ("http://127.0.0.1:", said, NULL);
  if (!g_str_has_prefix (said, "skip"))
    return self;

  g_test_skip (said + strlen ("skip "));
  usher_test_stripe_free (self);

  return NULL;
}

UsherTestStripe *
usher_test_stripe_new (void)
{
  return start (NULL);
}

UsherTestStripe *
usher_test_stripe_new_checked (void)
{
  return start ("--check");
}

void
usher_test_stripe_free (UsherTestStripe *self)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, &error);
  g_assert_no_error (error);
  g_subprocess_wait (self->process, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (self->process);
  g_object_unref (self->client);
  g_free (self->uri);
  g_free (self);
}

const char *
usher_test_stripe_get_uri (UsherTestStripe *self)
{
  return self->uri;
}

static UsherJson *
ask (UsherTestStripe *self, const char *question)
{
  g_autofree char *uri = g_strconcat (self->uri, "/fake/", question, NULL);
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;
  UsherJson *json = NULL;
  guint status = 0;

  answer = usher_http_client_send (self->client, "GET", uri, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 200);
  json = usher_json_parse (g_bytes_get_data (answer, NULL),
                           (gssize) g_bytes_get_size (answer),
                           &error);
  g_assert_no_error (error);

  return json;
}

static void G_GNUC_PRINTF (2, 3) tell (UsherTestStripe *self, const char *format, ...)
{
  g_autofree char *question = NULL;
  va_list args;

  va_start (args, format);
  question = g_strdup_vprintf (format, args);
  va_end (args);
  usher_json_unref (ask (self, question));
}

void
usher_test_stripe_fail (UsherTestStripe *self, const char *on, const char *kind, guint times)
{
  tell (self, "fault?on=%s&kind=%s&times=%u", on, kind, times);
}

void
usher_test_stripe_await_held (UsherTestStripe *self)
{
  usher_test_until (usher_test_stripe_count (self, "held") > 0);
}

void
usher_test_stripe_release (UsherTestStripe *self)
{
  tell (self, "release");
}

void
usher_test_stripe_act (UsherTestStripe *self, const char *status)
{
  tell (self, "act?status=%s", status);
}

void
usher_test_stripe_set_refunds (UsherTestStripe *self, const char *status, const char *later)
{
  tell (self, "refunds?status=%s&later=%s", status, later);
}

gint64
usher_test_stripe_count (UsherTestStripe *self, const char *what)
{
  g_autoptr (UsherJson) state = ask (self, "state");
  gint64 n = 0;

  /* of calls that were not made there is nothing */
  if (!usher_json_get_integer (state, what, &n))
    g_assert_true (g_str_has_prefix (what, "calls."));

  return n;
}

char *
usher_test_stripe_dup_https (UsherTestStripe *self)
{
  g_autoptr (UsherJson) address = ask (self, "https");

  return g_strconcat ("https://", usher_json_get_string (address, "0"), NULL);
}

char *
usher_test_stripe_dup_complaints (UsherTestStripe *self)
{
  g_autoptr (UsherJson) state = ask (self, "state");

  return usher_json_dup_text (state, "complaints");
}

char **
usher_test_stripe_dup_events (UsherTestStripe *self)
{
  g_autoptr (UsherJson) events = ask (self, "events");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < usher_json_get_length (events, ""); i++)
    {
      g_autofree char *path = g_strdup_printf ("%u", i);

      g_strv_builder_add (builder, usher_json_get_string (events, path));
    }

  return g_strv_builder_end (builder);
}

char *
usher_test_stripe_sign (const char *event, const char *secret, gint64 time)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT ".%s", time, event);
  g_autofree char *code = g_compute_hmac_for_string (
      G_CHECKSUM_SHA256, (const guchar *) secret, strlen (secret), text, -1);

  return g_strdup_printf ("t=%" G_GINT64_FORMAT ",v1=%s,v0=00", time, code);
}
