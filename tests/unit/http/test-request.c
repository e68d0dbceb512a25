/* test-request.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-request.h"

static void
test_target (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/a/b%20c?x=1#part");

  g_test_summary ("The path is what came, without query and fragment");

  g_assert_cmpstr (usher_request_get_method (request), ==, "GET");
  g_assert_cmpstr (usher_request_get_path (request), ==, "/a/b%20c");
  g_assert_cmpstr (usher_request_get_query (request, "x"), ==, "1");
}

static void
test_absolute_form (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "http://other.example/a?b=c");

  g_test_summary ("Of an absolute target only the path counts");

  g_assert_cmpstr (usher_request_get_path (request), ==, "/a");
  g_assert_cmpstr (usher_request_get_query (request, "b"), ==, "c");
}

static void
test_user_id (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");
  g_autoptr (UsherSession) session =
      usher_session_new (NULL, "507f1f77bcf86cd799439011", "a@b.c", 1, 2);

  g_test_summary ("Nobody has no id, and who is signed in has that of his session");

  g_assert_null (usher_request_get_user_id (request));
  usher_request_set_session (request, session);
  g_assert_cmpstr (usher_request_get_user_id (request), ==, "507f1f77bcf86cd799439011");
}

static void
test_query (void)
{
  g_autoptr (UsherRequest) request =
      usher_request_new ("GET", "/?a=1&b=x+y%26z&a=2&empty=&bare&%63=d&nul=%00&bad=%zz&half=%4");

  g_test_summary ("Query values are decoded, the first of a name counts, a bad escape stays");

  g_assert_cmpstr (usher_request_get_query (request, "a"), ==, "1");
  g_assert_cmpstr (usher_request_get_query (request, "b"), ==, "x y&z");
  g_assert_cmpstr (usher_request_get_query (request, "empty"), ==, "");
  g_assert_cmpstr (usher_request_get_query (request, "bare"), ==, "");
  g_assert_cmpstr (usher_request_get_query (request, "c"), ==, "d");
  g_assert_cmpstr (usher_request_get_query (request, "nul"), ==, "%00");
  g_assert_cmpstr (usher_request_get_query (request, "bad"), ==, "%zz");
  g_assert_cmpstr (usher_request_get_query (request, "half"), ==, "%4");
  g_assert_null (usher_request_get_query (request, "d"));
}

static void
test_headers (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");
  const char *first = NULL;

  g_test_summary ("Headers are found in any case, the first one, however many there are");

  usher_request_add_header (request, "Content-Type", "text/plain");
  usher_request_add_header (request, "X-Thing", "one");
  first = usher_request_get_header (request, "x-thing");
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *name = g_strdup_printf ("X-Number-%u", i);

      usher_request_add_header (request, name, name);
    }
  usher_request_add_header (request, "X-Thing", "two");

  g_assert_cmpstr (usher_request_get_header (request, "content-type"), ==, "text/plain");
  g_assert_cmpstr (usher_request_get_header (request, "X-THING"), ==, "one");
  g_assert_true (usher_request_get_header (request, "X-Thing") == first);
  g_assert_cmpstr (usher_request_get_header (request, "x-number-499"), ==, "X-Number-499");
  g_assert_null (usher_request_get_header (request, "X-None"));
  g_assert_null (usher_request_get_header (request, "Host"));
}

static void
test_cookies (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");
  g_autofree char *session = NULL;
  g_autofree char *first = NULL;
  g_autofree char *empty = NULL;

  g_test_summary ("A cookie is found by its whole name");

  usher_request_add_header (request, "Cookie", " a=1; xsession=no; session=a.b=c ;empty=; s=2");
  session = usher_request_dup_cookie (request, "session");
  first = usher_request_dup_cookie (request, "a");
  empty = usher_request_dup_cookie (request, "empty");

  g_assert_cmpstr (session, ==, "a.b=c");
  g_assert_cmpstr (first, ==, "1");
  g_assert_cmpstr (empty, ==, "");
  g_assert_null (usher_request_dup_cookie (request, "sess"));
}

static void
test_id (void)
{
  static const struct
  {
    const char *given;
    gboolean taken;
  } cases[] = {
    { "abc-DEF_1.2", TRUE },
    { "", FALSE },
    { "two words", FALSE },
    { "line\nbreak", FALSE },
    { "12345678901234567890123456789012345678901234567890123456789012345", FALSE },
  };

  g_test_summary ("A sane X-Request-Id is taken, else one is made that stays");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");
      const char *id = NULL;

      usher_request_add_header (request, "X-Request-Id", cases[i].given);
      id = usher_request_get_id (request);
      if (cases[i].taken)
        g_assert_cmpstr (id, ==, cases[i].given);
      else
        g_assert_cmpstr (id, !=, cases[i].given);
      g_assert_cmpuint (strlen (id), >, 0);
      g_assert_true (usher_request_get_id (request) == id);
    }
}

static void
test_ids_differ (void)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary ("No id is made twice");

  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");

      g_assert_true (g_hash_table_add (ids, g_strdup (usher_request_get_id (request))));
    }
}

static void
set_body (UsherRequest *request, const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  usher_request_set_body (request, body);
}

static void
test_json (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", "/");
  g_autoptr (GError) error = NULL;
  UsherJson *json = NULL;

  g_test_summary ("The body is read as JSON once");

  set_body (request, "{\"a\":\"b\"}");
  json = usher_request_get_json (request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (usher_json_get_string (json, "a"), ==, "b");
  g_assert_true (usher_request_get_json (request, &error) == json);
}

static void
test_bad_json (void)
{
  static const char *const bodies[] = { "", "{", "{'a':1}", "{\"a\":01}", "{} {}" };

  g_test_summary ("A body that is no JSON is INVALID");

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (UsherRequest) request = usher_request_new ("POST", "/");
      g_autoptr (GError) error = NULL;

      set_body (request, bodies[i]);
      g_assert_null (usher_request_get_json (request, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

static UsherSchema *
make_schema (void)
{
  static const UsherField fields[] = {
    { "title",
      USHER_FIELD_STRING,
      USHER_FIELD_INPUT | USHER_FIELD_REQUIRED | USHER_FIELD_TRIM,
      1,
      200,
      "Title is required" },
    { "price",
      USHER_FIELD_MONEY,
      USHER_FIELD_INPUT | USHER_FIELD_REQUIRED,
      1,
      100000000,
      "Price must be greater than 0" },
  };
  g_autoptr (GError) error = NULL;
  UsherSchema *schema = usher_schema_new ("tickets", fields, G_N_ELEMENTS (fields), &error);

  g_assert_no_error (error);

  return schema;
}

static void
test_read (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", "/");
  g_autoptr (UsherSchema) schema = make_schema ();
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The input fields of a schema are read out of the body");

  set_body (request, "{\"title\":\" concert \",\"price\":\"19.99\"}");
  document = usher_request_read (request, schema, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (usher_document_get_string (document, "title"), ==, "concert");
  g_assert_cmpint (usher_document_get_integer (document, "price"), ==, 1999);
}

static void
test_read_problems (void)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", "/");
  g_autoptr (UsherSchema) schema = make_schema ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("All problems are kept in the request, until it is reset");

  set_body (request, "{\"price\":-1}");
  g_assert_null (usher_request_read (request, schema, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_cmpuint (usher_problems_get_length (usher_request_get_problems (request)), ==, 2);

  usher_request_reset (request);
  g_assert_true (usher_request_check (request, NULL));
}

static void
test_page (void)
{
  static const struct
  {
    const char *target;
    gboolean ok;
    guint limit;
    const char *after;
    gboolean is_oldest_first;
  } cases[] = {
    { "/", TRUE, 100, NULL },
    { "/?limit=1", TRUE, 1, NULL },
    { "/?limit=1&order=newest", TRUE, 1, NULL },
    { "/?order=oldest", TRUE, 100, NULL, TRUE },
    { "/?limit=100&after=6563f0c0a1b2c3d4e5f60718", TRUE, 100, "6563f0c0a1b2c3d4e5f60718" },
    { "/?limit=2&&x=3&&order=oldest", TRUE, 2, NULL, TRUE },
    { "/?limit=2&limit=3", FALSE, 0, NULL },
    { "/?limit=2&limit=2", FALSE, 0, NULL },
    { "/?limit=2&li%6Dit=3", FALSE, 0, NULL },
    { "/?order=oldest&order", FALSE, 0, NULL },
    { "/?x=1&limit=2&x=2", FALSE, 0, NULL },
    { "/?order=", FALSE, 0, NULL },
    { "/?order=Oldest", FALSE, 0, NULL },
    { "/?order=price", FALSE, 0, NULL },
    { "/?limit=0", FALSE, 0, NULL },
    { "/?limit=101", FALSE, 0, NULL },
    { "/?limit=", FALSE, 0, NULL },
    { "/?limit=-1", FALSE, 0, NULL },
    { "/?limit=1x", FALSE, 0, NULL },
    { "/?limit=99999999999999999999", FALSE, 0, NULL },
    { "/?after=", FALSE, 0, NULL },
    { "/?after=6563F0C0A1B2C3D4E5F60718", FALSE, 0, NULL },
    { "/?after=%00", FALSE, 0, NULL },
  };

  g_test_summary ("The page is 1 to 100 documents, after an id, the newest first");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UsherRequest) request = usher_request_new ("GET", cases[i].target);
      g_autoptr (GError) error = NULL;
      const char *after = NULL;
      gboolean is_oldest_first = FALSE;
      guint limit = 0;

      g_test_message ("%s", cases[i].target);
      g_assert_cmpint (usher_request_get_page (request, &limit, &after, &is_oldest_first, &error),
                       ==,
                       cases[i].ok);
      if (!cases[i].ok)
        {
          g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
          continue;
        }
      g_assert_cmpuint (limit, ==, cases[i].limit);
      g_assert_cmpstr (after, ==, cases[i].after);
      g_assert_cmpint (is_oldest_first, ==, cases[i].is_oldest_first);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/request/target", test_target);
  g_test_add_func ("/request/target/absolute", test_absolute_form);
  g_test_add_func ("/request/user-id", test_user_id);
  g_test_add_func ("/request/query", test_query);
  g_test_add_func ("/request/headers", test_headers);
  g_test_add_func ("/request/cookies", test_cookies);
  g_test_add_func ("/request/id", test_id);
  g_test_add_func ("/request/id/differ", test_ids_differ);
  g_test_add_func ("/request/json", test_json);
  g_test_add_func ("/request/json/bad", test_bad_json);
  g_test_add_func ("/request/read", test_read);
  g_test_add_func ("/request/read/problems", test_read_problems);
  g_test_add_func ("/request/page", test_page);

  return g_test_run ();
}
