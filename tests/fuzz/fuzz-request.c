/* fuzz-request.c: requests are read the same whatever pieces they come in, and pass through a gateway as they are
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "usher-http-parser-private.h"
#include "usher-request-head-private.h"
#include "usher-request-private.h"

static const UsherHttpLimits limits = { .max_head = 2048, .max_target = 512, .max_fields = 20 };
/* as a host has them for a gateway */
static const UsherHttpLimits path_limits = { .max_head = 8192,
                                             .max_target = 2048,
                                             .max_fields = 40,
                                             .max_added = 8192 };

/* A connection without a socket. */
typedef struct
{
  UsherHttpParser parser;
  UsherRequest *request; /* (owned) (nullable): whose body is to come */
  GString *in;           /* (owned) */
  GString *body;         /* (owned) */
  GString *seen;         /* (owned): what was met, in order */
  UsherRefusal refusal;
} Reading;

static void
describe (UsherRequest *request, GString *out)
{
  g_string_append_printf (out,
                          "%s %s?%s\n",
                          request->method,
                          request->path,
                          request->query != NULL ? request->query : "-");
  for (guint i = 0; i < request->n_headers; i++)
    g_string_append_printf (out, "%s: %s\n", request->headers[i].name, request->headers[i].value);
  for (guint i = 0; i < USHER_N_HEADERS; i++)
    {
      const char *value = usher_request_peek_header (request, i);

      g_string_append_printf (out, "%u %s\n", i, value != NULL ? value : "-");
    }
}

/* What is passed on of a header is what came. */
static void
assert_headers (UsherRequest *request, UsherRequest *passed)
{
  static const char *const anew[] = { "Host",         "Content-Length",    "Transfer-Encoding",
                                      "Forwarded",    "X-Forwarded-For",   "X-Forwarded-Host",
                                      "X-Request-Id", "X-Forwarded-Proto", "Expect" };
  guint at = 0;

  for (guint i = 0; i < passed->n_headers; i++)
    {
      const UsherPair *pair = &passed->headers[i];
      gboolean is_anew = FALSE;

      for (guint j = 0; j < G_N_ELEMENTS (anew); j++)
        is_anew = is_anew || g_ascii_strcasecmp (anew[j], pair->name) == 0;
      if (is_anew)
        continue;

      while (at < request->n_headers && strcmp (request->headers[at].name, pair->name) != 0)
        at++;
      if (at == request->n_headers)
        g_printerr ("“%s: %s” is not in the request\n", pair->name, pair->value);
      g_assert_cmpuint (at, <, request->n_headers);
      g_assert_cmpstr (request->headers[at++].value, ==, pair->value);
    }
}

/* A gateway makes one request of it, which a host reads as the gateway did. */
static void
assert_passes (UsherRequest *request)
{
  g_autoptr (GString) text = usher_request_make_passed_head (request, request->method, NULL);
  g_autoptr (UsherRequest) passed = usher_request_new ("GET", "/");
  UsherHttpParser parser;
  UsherRequestHead head;
  UsherRefusal refusal = USHER_REFUSAL_NONE;
  gssize n = 0;

  usher_request_clear (passed);
  usher_http_parser_init (&parser, HTTP_REQUEST, &path_limits);
  n = usher_http_parser_find_head (&parser, text->str, text->len, &refusal);
  g_assert_cmpint (refusal, ==, USHER_REFUSAL_NONE);
  g_assert_cmpint (n, ==, text->len);
  g_assert_true (usher_request_read_head (passed, &parser, text->str, text->len, &head, &refusal));
  g_assert_cmpstr (passed->method, ==, request->method);
  g_assert_cmpstr (passed->path, ==, request->path);
  g_assert_cmpstr (passed->query, ==, request->query);
  g_assert_true (head.keeps_alive);
  g_assert_false (head.expects);
  g_assert_cmpint (head.length, ==, request->body != NULL ? g_bytes_get_size (request->body) : 0);
  assert_headers (request, passed);
  usher_http_parser_clear (&parser);
}

static void
end_message (Reading *reading)
{
  g_autoptr (GBytes) body = g_bytes_new (reading->body->str, reading->body->len);

  g_string_append_printf (reading->seen, "%" G_GSIZE_FORMAT ":", reading->body->len);
  g_string_append_len (reading->seen, reading->body->str, (gssize) reading->body->len);
  if (reading->body->len > 0)
    usher_request_set_body (reading->request, body);
  usher_request_adopt_id (reading->request);
  usher_request_set_origin (reading->request, "::1", FALSE);
  assert_passes (reading->request);

  g_clear_object (&reading->request);
  g_string_truncate (reading->body, 0);
  usher_http_parser_clear (&reading->parser);
  usher_http_parser_init (&reading->parser, HTTP_REQUEST, &limits);
}

/* Returns how much was used. */
static gsize
read_head (Reading *reading)
{
  UsherRequestHead head = { 0 };
  gssize n = usher_http_parser_find_head (&reading->parser,
                                          reading->in->str,
                                          reading->in->len,
                                          &reading->refusal);

  if (n <= 0)
    return 0;

  reading->request = usher_request_new ("GET", "/");
  usher_request_clear (reading->request);
  if (!usher_request_read_head (reading->request,
                                &reading->parser,
                                reading->in->str,
                                (gsize) n,
                                &head,
                                &reading->refusal))
    {
      g_assert_cmpint (reading->refusal, !=, USHER_REFUSAL_NONE);
      return 0;
    }

  describe (reading->request, reading->seen);
  g_string_append_printf (reading->seen,
                          "%d %d %d %" G_GINT64_FORMAT "\n",
                          head.is_old,
                          head.keeps_alive,
                          head.expects,
                          head.length);
  reading->parser.body = reading->body;

  return (gsize) n;
}

static gsize
read_body (Reading *reading)
{
  gssize n = usher_http_parser_read_body (&reading->parser, reading->in->str, reading->in->len);

  if (n < 0)
    reading->refusal = USHER_REFUSAL_MALFORMED;
  else
    g_assert_cmpint (n, <=, reading->in->len);

  return (gsize) MAX (n, 0);
}

static void
take (Reading *reading, const char *data, gsize length)
{
  gsize used = 1;

  g_string_append_len (reading->in, data, (gssize) length);
  while (used > 0 && reading->in->len > 0 && reading->refusal == USHER_REFUSAL_NONE)
    {
      used = reading->request == NULL ? read_head (reading) : read_body (reading);
      g_string_erase (reading->in, 0, (gssize) used);
      if (reading->request != NULL && reading->refusal == USHER_REFUSAL_NONE &&
          reading->parser.is_over)
        end_message (reading);
    }
}

static Reading *
reading_new (void)
{
  Reading *reading = g_new0 (Reading, 1);

  usher_http_parser_init (&reading->parser, HTTP_REQUEST, &limits);
  reading->in = g_string_new (NULL);
  reading->body = g_string_new (NULL);
  reading->seen = g_string_new (NULL);

  return reading;
}

/* (transfer full): what was met, and how it ended */
static GString *
reading_free (Reading *reading)
{
  GString *seen = reading->seen;

  g_string_append_printf (seen,
                          "\nrefusal %u, body %s",
                          reading->refusal,
                          reading->request != NULL ? "begun" : "none");
  /* what a body that is refused had before it depends on the pieces */
  usher_http_parser_clear (&reading->parser);
  g_clear_object (&reading->request);
  g_string_free (reading->in, TRUE);
  g_string_free (reading->body, TRUE);
  g_free (reading);

  return seen;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GArray) steps = fuzz_steps_new ((const char *) data, size);
  g_autoptr (GString) all = fuzz_steps_join (steps, FALSE);
  Reading *whole = reading_new ();
  Reading *cut = reading_new ();
  Reading *bytes = reading_new ();
  g_autoptr (GString) seen = NULL;
  g_autoptr (GString) seen_cut = NULL;
  g_autoptr (GString) seen_bytes = NULL;

  take (whole, all->str, all->len);
  for (guint i = 0; i < steps->len; i++)
    if (!g_array_index (steps, FuzzStep, i).is_other)
      take (cut,
            g_array_index (steps, FuzzStep, i).data,
            g_array_index (steps, FuzzStep, i).length);
  for (gsize i = 0; i < all->len; i++)
    take (bytes, all->str + i, 1);

  seen = reading_free (whole);
  seen_cut = reading_free (cut);
  seen_bytes = reading_free (bytes);
  g_assert_cmpstr (seen->str, ==, seen_cut->str);
  g_assert_cmpstr (seen->str, ==, seen_bytes->str);

  return 0;
}
