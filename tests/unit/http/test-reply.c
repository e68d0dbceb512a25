/* test-reply.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-exchange.h"
#include "usher-reply.h"

typedef struct
{
  UsherReply *reply;   /* (owned) */
  UsherSchema *schema; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const UsherField fields[] = { { "title", USHER_FIELD_STRING, USHER_FIELD_NONE } };
  g_autoptr (GError) error = NULL;

  fixture->reply = usher_reply_new ();
  fixture->schema = usher_schema_new ("tickets", fields, G_N_ELEMENTS (fields), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->reply);
  usher_schema_unref (fixture->schema);
}

static void
assert_body (UsherReply *reply, const char *expected)
{
  GBytes *body = usher_reply_get_body (reply);
  g_autofree char *text = NULL;

  g_assert_nonnull (body);
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_cmpstr (text, ==, expected);
}

static GPtrArray *
make_documents (Fixture *fixture, guint n)
{
  GPtrArray *documents = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_document_unref);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("6563f0c0a1b2c3d4e5f6071%u", i);
      g_autofree char *text = g_strdup_printf ("{\"n\":%u}", i);

      g_ptr_array_add (documents,
                       usher_document_new_from_text (fixture->schema, id, 0, text, -1, NULL));
    }

  return documents;
}

static void
test_new (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A new reply is 200 without a body");

  g_assert_cmpuint (usher_reply_get_status (fixture->reply), ==, 200);
  g_assert_null (usher_reply_get_body (fixture->reply));
  g_assert_null (usher_reply_get_media_type (fixture->reply));
  g_assert_false (usher_reply_get_session (fixture->reply, NULL));
}

static void
test_document (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) documents = make_documents (fixture, 1);

  g_test_summary ("The text of a document goes out as it is kept");

  usher_reply_set_document (fixture->reply, g_ptr_array_index (documents, 0));
  assert_body (fixture->reply, "{\"n\":0}");
  g_assert_cmpstr (usher_reply_get_media_type (fixture->reply), ==, "application/json");
}

static void
test_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) documents = make_documents (fixture, 1);

  g_test_summary (
      "A document is answered with a status; without one nothing is, and a handler is told");

  g_assert_false (usher_reply_answer (fixture->reply, 201, NULL));
  g_assert_cmpuint (usher_reply_get_status (fixture->reply), ==, 200);
  g_assert_null (usher_reply_get_body (fixture->reply));
  g_assert_true (usher_reply_answer (fixture->reply, 201, g_ptr_array_index (documents, 0)));
  g_assert_cmpuint (usher_reply_get_status (fixture->reply), ==, 201);
  assert_body (fixture->reply, "{\"n\":0}");
}

static void
test_documents (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) none = make_documents (fixture, 0);
  g_autoptr (GPtrArray) three = make_documents (fixture, 3);

  g_test_summary ("Texts of documents are spliced into an array");

  usher_reply_set_documents (fixture->reply, none);
  assert_body (fixture->reply, "[]");
  usher_reply_set_documents (fixture->reply, three);
  assert_body (fixture->reply, "[{\"n\":0},{\"n\":1},{\"n\":2}]");
}

static void
test_page (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *target;
    const char *next;
  } cases[] = {
    { "/api/tickets", "/api/tickets?after=6563f0c0a1b2c3d4e5f60711" },
    { "/api/tickets?limit=2", "/api/tickets?limit=2&after=6563f0c0a1b2c3d4e5f60711" },
    { "/a?after=6563f0c0a1b2c3d4e5f60710&limit=2", "/a?after=6563f0c0a1b2c3d4e5f60711&limit=2" },
    { "/a?order=oldest&%61fter=x&b&after=y&c=",
      "/a?order=oldest&after=6563f0c0a1b2c3d4e5f60711&b&c=" },
    { "/a?who=J%C3%B6rg+%26+Co&after2=1&limit=2",
      "/a?who=J%C3%B6rg+%26+Co&after2=1&limit=2&after=6563f0c0a1b2c3d4e5f60711" },
    { "/a/%3E?x=1>; rel=\"prev\", <\\&y=\303\266",
      "/a/%3E?x=1%3E;%20rel=%22prev%22,%20%3C%5C&y=%C3%B6&after=6563f0c0a1b2c3d4e5f60711" },
    { "/a>b", "/a%3Eb?after=6563f0c0a1b2c3d4e5f60711" },
    { "/a?", "/a?after=6563f0c0a1b2c3d4e5f60711" },
  };
  g_autoptr (GPtrArray) full = make_documents (fixture, 3);

  g_test_summary ("A page with more behind it drops the last one and links to the next page, which "
                  "is asked for as this one was");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UsherRequest) request = usher_request_new ("GET", cases[i].target);
      g_autofree char *link = g_strdup_printf ("<%s>; rel=\"next\"", cases[i].next);

      g_test_message ("%s", cases[i].target);
      usher_reply_set_page (fixture->reply, request, full, 2);
      assert_body (fixture->reply, "[{\"n\":0},{\"n\":1}]");
      g_assert_cmpstr (usher_reply_get_header (fixture->reply, "link"), ==, link);
    }
}

static void
test_last_page (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/api/tickets?limit=2");
  g_autoptr (GPtrArray) last = make_documents (fixture, 2);

  g_test_summary ("The last page has no link");

  usher_reply_set_page (fixture->reply, request, last, 2);
  assert_body (fixture->reply, "[{\"n\":0},{\"n\":1}]");
  g_assert_null (usher_reply_get_header (fixture->reply, "Link"));
}

static void
test_header (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A header takes the place of one of its name");

  usher_reply_set_header (fixture->reply, "X-Thing", "one");
  usher_reply_set_header (fixture->reply, "x-thing", "two");
  g_assert_cmpstr (usher_reply_get_header (fixture->reply, "X-THING"), ==, "two");
}

static void
test_header_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = {
    "",           "X Thing",        "X-Thing:", "X-Thing\r\nX-Other", "Connection",
    "keep-alive", "Content-Length", "date",     "transfer-encoding",  "Content-Type",
  };

  g_test_summary ("What is no name, and what the listener says itself, is no header of a handler");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_test_expect_message ("usher-http", G_LOG_LEVEL_CRITICAL, "*is_settable*");
      usher_reply_set_header (fixture->reply, names[i], "x");
      g_test_assert_expected_messages ();
      g_assert_null (usher_reply_get_header (fixture->reply, names[i]));
    }
}

static void
test_refuse (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A handler may refuse with a status of its choice; the message is escaped");

  usher_reply_refuse (fixture->reply, 402, "the card \"x\" was declined");
  g_assert_cmpuint (usher_reply_get_status (fixture->reply), ==, 402);
  assert_body (fixture->reply, "{\"errors\":[{\"message\":\"the card \\\"x\\\" was declined\"}]}");
}

static void
test_reset (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSession) session = usher_session_new (NULL, "u", "e", 1, 2);

  g_test_summary ("After a reset nothing of an earlier run is left");

  usher_reply_refuse (fixture->reply, 402, "no");
  usher_reply_set_header (fixture->reply, "X-Thing", "one");
  usher_reply_set_session (fixture->reply, session);
  usher_reply_reset (fixture->reply);
  test_new (fixture, NULL);
  g_assert_null (usher_reply_get_header (fixture->reply, "X-Thing"));
}

static void
test_session (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSession) session = usher_session_new (NULL, "u", "e", 1, 2);
  UsherSession *found = NULL;

  g_test_summary ("Setting a session and clearing it are both told");

  usher_reply_set_session (fixture->reply, session);
  g_assert_true (usher_reply_get_session (fixture->reply, &found));
  g_assert_true (found == session);
  usher_reply_set_session (fixture->reply, NULL);
  g_assert_true (usher_reply_get_session (fixture->reply, &found));
  g_assert_null (found);
}

static void
test_error_table (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    UsherError code;
    guint status;
    const char *message;
  } cases[] = {
    { USHER_ERROR_FAILED, 500, "Something went wrong" },
    { USHER_ERROR_INVALID, 400, "detail" },
    { USHER_ERROR_UNAUTHORIZED, 401, "Not authorized" },
    { USHER_ERROR_FORBIDDEN, 403, "detail" },
    { USHER_ERROR_NOT_FOUND, 404, "Not Found" },
    { USHER_ERROR_NOT_ALLOWED, 405, NULL },
    { USHER_ERROR_CONFLICT, 409, NULL },
    { USHER_ERROR_TAKEN, 409, NULL },
    { USHER_ERROR_TOO_LARGE, 413, NULL },
    { USHER_ERROR_UNSUPPORTED, 415, NULL },
    { USHER_ERROR_LIMITED, 429, "detail" },
    { USHER_ERROR_BUSY, 409, "detail" },
    { USHER_ERROR_OUTDATED, 412, "detail" },
    { USHER_ERROR_UNAVAILABLE, 503, "detail" },
    { USHER_ERROR_FULL, 503, NULL },
    { USHER_ERROR_CORRUPT, 500, "Something went wrong" },
    { USHER_ERROR_DEFER, 500, "Something went wrong" },
  };

  g_test_summary ("Each code has its status; only messages that are written for people go out");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, (int) cases[i].code, "detail");
      g_autofree char *body = NULL;
      const char *sent = NULL;

      usher_reply_reset (fixture->reply);
      usher_reply_set_error (fixture->reply, error, NULL);
      g_assert_cmpuint (usher_reply_get_status (fixture->reply), ==, cases[i].status);
      g_assert_cmpuint (usher_error_get_status (error), ==, cases[i].status);

      sent = g_bytes_get_data (usher_reply_get_body (fixture->reply), NULL);
      if (cases[i].message == NULL)
        {
          g_assert_null (g_strstr_len (sent, -1, "detail"));
          continue;
        }
      body = g_strdup_printf ("{\"errors\":[{\"message\":\"%s\"}]}", cases[i].message);
      assert_body (fixture->reply, body);
    }
}

static void
test_foreign_error (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "/secret/path is not there");

  g_test_summary ("An error of another domain is 500 and tells nothing");

  usher_reply_set_error (fixture->reply, error, NULL);
  g_assert_cmpuint (usher_reply_get_status (fixture->reply), ==, 500);
  assert_body (fixture->reply, "{\"errors\":[{\"message\":\"Something went wrong\"}]}");
}

static void
test_problems (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_INVALID, "detail");

  g_test_summary ("Problems take the place of the message, a field each");

  usher_problems_add (problems, "title", "Title is required");
  usher_problems_add (problems, "price", "Price must be greater than 0");
  usher_reply_set_error (fixture->reply, error, problems);
  assert_body (fixture->reply,
               "{\"errors\":[{\"message\":\"Title is required\",\"field\":\"title\"},"
               "{\"message\":\"Price must be greater than 0\",\"field\":\"price\"}]}");
}

static void
test_retry_after (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_LIMITED, "slow down");

  g_test_summary ("LIMITED says when to come again, unless the handler has said so");

  usher_reply_set_error (fixture->reply, error, NULL);
  g_assert_cmpstr (usher_reply_get_header (fixture->reply, "Retry-After"), ==, "1");

  usher_reply_reset (fixture->reply);
  usher_reply_set_header (fixture->reply, "Retry-After", "30");
  usher_reply_set_error (fixture->reply, error, NULL);
  g_assert_cmpstr (usher_reply_get_header (fixture->reply, "Retry-After"), ==, "30");
}

static void
on_done (UsherExchange *exchange, gpointer user_data)
{
  guint *n_done = user_data;

  (*n_done)++;
}

static void
test_exchange_dropped (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");
  g_autoptr (UsherReply) reply = NULL;
  UsherExchange *exchange = NULL;
  guint n_done = 0;

  g_test_summary ("An exchange that is dropped answers 500, once");

  exchange = usher_exchange_new (request, on_done, &n_done);
  reply = g_object_ref (usher_exchange_get_reply (exchange));
  g_assert_finalize_object (exchange);
  g_assert_cmpuint (n_done, ==, 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 500);
}

static void
test_exchange_fail (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");
  g_autoptr (UsherExchange) exchange = NULL;
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_INVALID, "detail");
  guint n_done = 0;

  g_test_summary ("Failing with INVALID answers the request's problems");

  usher_problems_add (usher_request_get_problems (request), "a", "A is wrong");
  exchange = usher_exchange_new (request, on_done, &n_done);
  usher_exchange_fail (exchange, error);
  g_assert_cmpuint (n_done, ==, 1);
  assert_body (usher_exchange_get_reply (exchange),
               "{\"errors\":[{\"message\":\"A is wrong\",\"field\":\"a\"}]}");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/reply/new", test_new);
  add ("/reply/document", test_document);
  add ("/reply/answer", test_answer);
  add ("/reply/documents", test_documents);
  add ("/reply/page", test_page);
  add ("/reply/page/last", test_last_page);
  add ("/reply/header", test_header);
  add ("/reply/header/refused", test_header_refused);
  add ("/reply/refuse", test_refuse);
  add ("/reply/reset", test_reset);
  add ("/reply/session", test_session);
  add ("/reply/error/table", test_error_table);
  add ("/reply/error/foreign", test_foreign_error);
  add ("/reply/error/problems", test_problems);
  add ("/reply/error/retry-after", test_retry_after);
  g_test_add_func ("/exchange/dropped", test_exchange_dropped);
  g_test_add_func ("/exchange/fail", test_exchange_fail);

  return g_test_run ();
}
