/* test-http-parser.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-http-parser-private.h"

#define MAX_HEAD   200
#define MAX_TARGET 40
#define MAX_FIELDS 4
#define CHUNKED    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"

static const UsherHttpLimits limits = { .max_head = MAX_HEAD,
                                        .max_target = MAX_TARGET,
                                        .max_fields = MAX_FIELDS };

/* What came of some bytes. */
typedef struct
{
  UsherHttpParser parser;
  GString *seen; /* (owned): what was met, in order */
  GString *body; /* (owned) */
  UsherRefusal refusal;
} Reading;

static void
reading_init (Reading *reading, llhttp_type_t type)
{
  usher_http_parser_init (&reading->parser, type, &limits);
  reading->seen = g_string_new (NULL);
  reading->body = g_string_new (NULL);
  reading->refusal = USHER_REFUSAL_NONE;
}

static void
reading_clear (Reading *reading)
{
  usher_http_parser_clear (&reading->parser);
  g_string_free (reading->seen, TRUE);
  g_string_free (reading->body, TRUE);
}

static void
on_field (const UsherHttpText *name, const UsherHttpText *value, gpointer user_data)
{
  g_string_append_printf (
      user_data, "%.*s=%.*s;", (int) name->length, name->text, (int) value->length, value->text);
  /* both are of this line */
  g_assert_null (memchr (name->text, '\n', (gsize) (value->text + value->length - name->text)));
}

static void
drop_field (const UsherHttpText *name, const UsherHttpText *value, gpointer user_data)
{
}

/* Takes all messages that are whole. Returns how much was used. */
static gsize
read_some (Reading *reading, llhttp_type_t type, char *data, gsize length, gboolean *in_body)
{
  UsherHttpParser *parser = &reading->parser;
  gssize n = 0;

  if (!*in_body)
    {
      n = usher_http_parser_find_head (parser, data, length, &reading->refusal);
      if (n > 0 && !usher_http_parser_read_head (
                       parser, data, (gsize) n, on_field, reading->seen, &reading->refusal))
        n = -1;
      else if (n > 0)
        g_string_append_printf (reading->seen,
                                "%.*s|",
                                (int) parser->target.length,
                                parser->target.text);
      *in_body = n > 0;
      parser->body = reading->body;
    }
  else
    {
      n = usher_http_parser_read_body (parser, data, length);
      if (n < 0)
        reading->refusal = USHER_REFUSAL_MALFORMED;
    }

  if (n >= 0 && parser->is_over)
    {
      g_string_append_printf (reading->seen, "%s|", reading->body->str);
      g_string_truncate (reading->body, 0);
      usher_http_parser_init (parser, type, &limits);
      *in_body = FALSE;
    }

  return (gsize) MAX (n, 0);
}

/* As a connection does it: what is not used comes again, with more. */
static void
read_pieces (Reading *reading, llhttp_type_t type, const char *text, gsize n_text, gsize cut)
{
  g_autoptr (GString) in = g_string_new (NULL);
  gboolean in_body = FALSE;
  gsize at = 0;

  while (at < n_text && reading->refusal == USHER_REFUSAL_NONE)
    {
      gsize n = cut == 0 ? 1 : (at == 0 ? MIN (cut, n_text) : n_text - at);
      gsize used = 1;

      g_string_append_len (in, text + at, (gssize) n);
      at += n;
      while (used > 0 && in->len > 0 && reading->refusal == USHER_REFUSAL_NONE)
        {
          used = read_some (reading, type, in->str, in->len, &in_body);
          g_string_erase (in, 0, (gssize) used);
        }
    }
  g_string_append_printf (reading->seen, "%s", in_body ? "..." : "");
}

/* The same comes of it in one piece, cut anywhere, and byte by byte. */
static void
assert_reads (llhttp_type_t type,
              const char *text,
              gsize n_text,
              UsherRefusal refusal,
              const char *seen)
{
  g_autofree char *shown = g_strescape (text, NULL);

  g_test_message ("%.150s", shown);
  for (gsize cut = 0; cut <= n_text; cut++)
    {
      Reading reading;

      reading_init (&reading, type);
      read_pieces (&reading, type, text, n_text, cut);
      g_assert_cmpuint (reading.refusal, ==, refusal);
      if (seen != NULL)
        g_assert_cmpstr (reading.seen->str, ==, seen);
      reading_clear (&reading);
    }
}

static void
assert_request (const char *text, UsherRefusal refusal, const char *seen)
{
  assert_reads (HTTP_REQUEST, text, strlen (text), refusal, seen);
}

static void
test_good (void)
{
  static const char *const heads[][2] = {
    { "GET / HTTP/1.1\r\n\r\n", "/||" },
    { "\r\n\r\nGET /a HTTP/1.0\r\n\r\n", "/a||" },
    { "GET /a?b=c HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", "Host=a;X=;/a?b=c||" },
    { "GET / HTTP/1.1\r\nX: \t\r\nY:\r\nHost: a\r\n\r\n", "X=;Y=;Host=a;/||" },
    { "GET http://b/ HTTP/1.1\r\nHost: \t a b \t\r\n\r\n", "Host=a b;http://b/||" },
    { "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "Host=a;*||" },
    { "GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
      "Upgrade=h2c;Connection=Upgrade;/||" },
    { "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "Content-Length=3;/|abc|" },
    { "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", "Content-Length=3;/|..." },
    { CHUNKED "1\r\na\r\n02;x=y\r\nbc\r\n0\r\n\r\n", "Transfer-Encoding=chunked;/|abc|" },
    { CHUNKED "1\r\na\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n", "Transfer-Encoding=chunked;/|a|" },
  };

  g_test_summary ("A message is the same whatever pieces it comes in");

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    assert_request (heads[i][0], USHER_REFUSAL_NONE, heads[i][1]);
}

static void
test_bad (void)
{
  static const struct
  {
    const char *text;
    UsherRefusal refusal;
  } heads[] = {
    { "GET  / HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET /  HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { " GET / HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / a HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET /\t HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET /\xc3\xa9 HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET a HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET * HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET ftp://a/ HTTP/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET /\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / http/1.1\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1 \r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/11\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\r\nHost: a\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\r\nHost: a\r\n\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\r\nHost : a\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\r\n Host: a\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\r\n: a\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "GET / HTTP/1.1\r\nHost\r\n\r\n", USHER_REFUSAL_MALFORMED },
    { "POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc", USHER_REFUSAL_MALFORMED },
    { "POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\nabc", USHER_REFUSAL_MALFORMED },
    { "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
      USHER_REFUSAL_MALFORMED },
    { "POST / HTTP/1.1\r\nContent-Length: 18446744073709551617\r\n\r\na", USHER_REFUSAL_MALFORMED },
    { "\x16\x03\x01 ", USHER_REFUSAL_MALFORMED },
    { "FOO / HTTP/1.1\r\n\r\n", USHER_REFUSAL_METHOD },
    { "get / HTTP/1.1\r\n\r\n", USHER_REFUSAL_METHOD },
    { "CONNECT a:1 HTTP/1.1\r\n\r\n", USHER_REFUSAL_METHOD },
    { "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", USHER_REFUSAL_METHOD },
    { "GET / HTTP/2.0\r\n\r\n", USHER_REFUSAL_VERSION },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", USHER_REFUSAL_VERSION },
    { "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", USHER_REFUSAL_CODING },
  };

  g_test_summary ("A head that can be read in two ways is refused whatever pieces it comes in");

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    assert_request (heads[i].text, heads[i].refusal, NULL);
  assert_reads (HTTP_REQUEST, "GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24, USHER_REFUSAL_MALFORMED, NULL);
  assert_reads (HTTP_REQUEST, "GET /\0 HTTP/1.1\r\n\r\n", 20, USHER_REFUSAL_MALFORMED, NULL);
}

/* @format: with a place for what fills it up to @length bytes */
static void
assert_filled (const char *before, const char *after, gsize length, UsherRefusal refusal)
{
  g_autofree char *fill = g_strnfill (length - strlen (before) - strlen (after), 'a');
  g_autofree char *text = g_strconcat (before, fill, after, NULL);

  assert_request (text, refusal, NULL);
}

static void
test_limits (void)
{
  static const char line[] = "GET / HTTP/1.1\r\n";
  static const char end[] = " HTTP/1.1\r\n\r\n";
  static const gsize n_line = 4 + MAX_TARGET + 13;

  g_test_summary ("Limits are exact, and what is over them is refused before it has come");

  assert_filled ("GET / HTTP/1.1\r\nX: ", "\r\n\r\n", MAX_HEAD, USHER_REFUSAL_NONE);
  assert_filled ("GET / HTTP/1.1\r\nX: ", "\r\n\r\n", MAX_HEAD + 1, USHER_REFUSAL_HEAD_SIZE);
  assert_filled ("GET / HTTP/1.1\r\nX: ", "", MAX_HEAD, USHER_REFUSAL_NONE);
  assert_filled ("GET / HTTP/1.1\r\nX: ", "", MAX_HEAD + 1, USHER_REFUSAL_HEAD_SIZE);
  assert_filled ("GET /", end, n_line, USHER_REFUSAL_NONE);
  assert_filled ("GET /", end, n_line + 1, USHER_REFUSAL_TARGET_SIZE);
  assert_filled ("GET /", end, 2 * MAX_HEAD, USHER_REFUSAL_TARGET_SIZE);
  assert_filled ("GET /", "", 4 + MAX_TARGET + 11, USHER_REFUSAL_TARGET_SIZE);
  assert_filled ("GET /", " HTTP/1.1\n", 2 * MAX_HEAD, USHER_REFUSAL_TARGET_SIZE);

  for (guint n = MAX_FIELDS; n <= MAX_FIELDS + 1; n++)
    {
      g_autoptr (GString) text = g_string_new (line);

      for (guint i = 0; i < n; i++)
        g_string_append (text, "A: b\r\n");
      g_string_append (text, "\r\n");
      assert_request (text->str, n > MAX_FIELDS ? USHER_REFUSAL_FIELDS : USHER_REFUSAL_NONE, NULL);
    }
}

static void
test_pipelining (void)
{
  g_test_summary ("What stands behind a message is the next");

  assert_request ("GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi\r\n"
                  "GET /c HTTP/1.1\r\n\r\n",
                  USHER_REFUSAL_NONE,
                  "/a||Content-Length=2;/b|hi|/c||");
  assert_request (CHUNKED "1\r\na\r\n0\r\n\r\nGET /c HTTP/1.1\r\n\r\n",
                  USHER_REFUSAL_NONE,
                  "Transfer-Encoding=chunked;/|a|/c||");
  assert_request (CHUNKED "0\r\nX: y\r\n\r\nFOO / HTTP/1.1\r\n\r\n", USHER_REFUSAL_METHOD, NULL);
}

static void
test_chunks (void)
{
  static const char *const bodies[] = {
    "x\r\na\r\n0\r\n\r\n",      "\r\na\r\n0\r\n\r\n",
    "-1\r\na\r\n0\r\n\r\n",     "0x1\r\na\r\n0\r\n\r\n",
    "1\na\r\n0\r\n\r\n",        "1\r\na\n0\r\n\r\n",
    "1\r\nab\r\n0\r\n\r\n",     "1\r\naGET / HTTP/1.1\r\n\r\n",
    "1;x\ny\r\na\r\n0\r\n\r\n", "10000000000000000\r\na\r\n0\r\n\r\n",
    "0\r\nno colon\r\n\r\n",    "0\r\nA: b\r\n c\r\n\r\n",
    "0\r\nA: b\n\r\n",          "0\r\n: b\r\n\r\n",
    "0\r\nA: \rb\r\n\r\n",      "0\r\nA: \x01\r\n\r\n",
  };

  g_test_summary ("A chunk that is none, or has anything behind it, is refused");

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *text = g_strconcat (CHUNKED, bodies[i], NULL);

      assert_request (text, USHER_REFUSAL_MALFORMED, NULL);
    }
}

/* Returns how many bytes of a line that never ends are taken. */
static gsize
count_taken (const char *begin)
{
  g_autofree char *fill = g_strnfill (1000, 'a');
  g_autofree char *head = g_strdup (CHUNKED);
  UsherRefusal refusal = USHER_REFUSAL_NONE;
  UsherHttpParser parser;
  gsize n = 0;

  usher_http_parser_init (&parser, HTTP_REQUEST, &limits);
  g_assert_cmpint (usher_http_parser_find_head (&parser, head, strlen (head), &refusal),
                   ==,
                   strlen (head));
  g_assert_true (
      usher_http_parser_read_head (&parser, head, strlen (head), drop_field, NULL, &refusal));
  g_assert_cmpint (usher_http_parser_read_body (&parser, begin, strlen (begin)),
                   ==,
                   strlen (begin));
  while (n < 1000000 && usher_http_parser_read_body (&parser, fill, 1000) == 1000)
    n += 1000;
  usher_http_parser_clear (&parser);

  return n;
}

static void
test_framing (void)
{
  g_autoptr (GString) text = g_string_new (CHUNKED);

  g_test_summary ("What frames a body is bounded, and small chunks are within it");

  g_assert_cmpuint (count_taken ("1;"), <=, 16384);
  g_assert_cmpuint (count_taken ("1;"), >=, 15000);
  g_assert_cmpuint (count_taken ("1\r\na\r\n1;x="), <=, 16400);
  g_assert_cmpuint (count_taken ("0\r\nA: "), <=, 16384);

  for (guint i = 0; i < 5000; i++)
    g_string_append (text, "1\r\na\r\n");
  g_string_append (text, "0\r\n\r\n");
  for (gsize cut = 0; cut < 100; cut++)
    {
      Reading reading;

      reading_init (&reading, HTTP_REQUEST);
      read_pieces (&reading, HTTP_REQUEST, text->str, text->len, cut * 20);
      g_assert_cmpuint (reading.refusal, ==, USHER_REFUSAL_NONE);
      g_assert_true (g_str_has_suffix (reading.seen->str, "aaaa|"));
      reading_clear (&reading);
    }
}

static void
test_answers (void)
{
  static const struct
  {
    const char *text;
    UsherRefusal refusal;
    const char *seen;
  } answers[] = {
    { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 0, "Content-Length=2;|hi|" },
    { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 0, "||||" },
    { "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 0, "Content-Length=9;||" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
      0,
      "Transfer-Encoding=chunked;|a|" },
    { "HTTP/1.1 200 OK\r\n\r\nuntil the end", 0, "|..." },
    { "HTTP/2.0 200 OK\r\n\r\n", USHER_REFUSAL_MALFORMED, NULL },
    { "HTTP/1.1 2\r\n\r\n", USHER_REFUSAL_MALFORMED, NULL },
    { "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", USHER_REFUSAL_MALFORMED, NULL },
    { "nonsense\r\n\r\n", USHER_REFUSAL_MALFORMED, NULL },
  };

  g_test_summary ("Answers are read likewise, interim ones among them");

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    assert_reads (HTTP_RESPONSE,
                  answers[i].text,
                  strlen (answers[i].text),
                  answers[i].refusal,
                  answers[i].seen);
}

static void
test_answer_of_head (void)
{
  g_autofree char *text = g_strdup ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  UsherRefusal refusal = USHER_REFUSAL_NONE;
  UsherHttpParser parser;

  g_test_summary ("The answer of a HEAD is over with its head");

  usher_http_parser_init (&parser, HTTP_RESPONSE, &limits);
  parser.skips_body = TRUE;
  g_assert_cmpint (usher_http_parser_find_head (&parser, text, strlen (text), &refusal),
                   ==,
                   strlen (text));
  g_assert_true (
      usher_http_parser_read_head (&parser, text, strlen (text), drop_field, NULL, &refusal));
  g_assert_true (parser.is_over);
  g_assert_cmpint (parser.length, ==, 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-parser/good", test_good);
  g_test_add_func ("/http-parser/bad", test_bad);
  g_test_add_func ("/http-parser/limits", test_limits);
  g_test_add_func ("/http-parser/pipelining", test_pipelining);
  g_test_add_func ("/http-parser/chunks", test_chunks);
  g_test_add_func ("/http-parser/framing", test_framing);
  g_test_add_func ("/http-parser/answers", test_answers);
  g_test_add_func ("/http-parser/answers/of-head", test_answer_of_head);

  return g_test_run ();
}
