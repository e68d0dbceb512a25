/* test-request-key.c: which Idempotency-Keys count
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"

#include <string.h>

#include "usher-test-base.h"

#define ALICE "a11cea11cea11cea11cea11c"
#define SAID                                                                                   \
  "{\"errors\":[{\"message\":\"Idempotency-Key must be one field of 1 to 255 printable ASCII " \
  "characters\"}]}"
#define LONGEST 255

typedef struct
{
  Stage stage;
  int n_runs; /* (atomic) */
} Fixture;

static gboolean
on_create (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "things", error);
  g_autofree char *name = g_uuid_string_random ();

  g_atomic_int_inc (&fixture->n_runs);
  usher_document_set_string (document, "name", name);
  usher_reply_set_status (reply, 201);

  return usher_unit_insert (unit, document, error);
}

/* the answer is for who asked alone */
static gboolean
on_tell (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  usher_reply_set_header (reply, "Cache-Control", "no-store");

  return on_create (request, unit, reply, data, error);
}

static gboolean
tell_later (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  return on_tell (NULL, unit, reply, data, error);
}

static gboolean
on_tell_later (UsherRequest *request,
               UsherUnit *unit,
               UsherReply *reply,
               gpointer data,
               GError **error)
{
  usher_unit_then (unit, tell_later, data, NULL);

  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "POST", "/things", 0, on_create, data, NULL);
  usher_context_add_route (context, "POST", "/told", 0, on_tell, data, NULL);
  usher_context_add_route (context, "POST", "/told-later", 0, on_tell_later, data, NULL);
  usher_context_add_route (context, "PUT", "/things", 0, on_create, data, NULL);
  usher_context_add_route (context, "POST", "/secrets", USHER_ROUTE_UNKEYED, on_create, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  stage_init (&fixture->stage, declare, fixture, FALSE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

static void
assert_refused (UsherReply *reply)
{
  g_autofree char *body = stage_dup_body (reply);

  stage_assert_status (reply, 400);
  g_assert_cmpstr (body, ==, SAID);
}

static void
assert_key (Fixture *fixture, const char *key, gboolean is_sound)
{
  g_autoptr (UsherReply) reply = stage_call (&fixture->stage, "POST", "/things", ALICE, key, "{}");

  if (is_sound)
    stage_assert_status (reply, 201);
  else
    assert_refused (reply);
}

static void
test_malformed (Fixture *fixture, gconstpointer data)
{
  static const char *const keys[] = { "", "a\tb", "a\001", "\177", "schl\303\274ssel", "\377" };
  g_autofree char *long_key = g_strnfill (LONGEST + 1, 'k');

  g_test_summary ("A key that is empty, too long, or not printable ASCII is 400");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    assert_key (fixture, keys[i], FALSE);
  assert_key (fixture, long_key, FALSE);
  g_assert_cmpint (fixture->n_runs, ==, 0);
}

static void
test_sound (Fixture *fixture, gconstpointer data)
{
  static const char *const keys[] = { "k", "\"8e03978e-40d5\"", "a b", "~!@#$%^&*()" };
  g_autofree char *long_key = g_strnfill (LONGEST, 'k');

  g_test_summary ("Any other key counts");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    assert_key (fixture, keys[i], TRUE);
  assert_key (fixture, long_key, TRUE);
  assert_key (fixture, long_key, TRUE);
  g_assert_cmpint (fixture->n_runs, ==, G_N_ELEMENTS (keys) + 1);
}

static UsherReply *
post_twice_keyed (Fixture *fixture, const char *other)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", "/things");
  g_autoptr (GError) error = NULL;
  g_autofree char *token = usher_host_make_token (fixture->stage.host, ALICE, "a@b.org", &error);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

  g_assert_no_error (error);
  usher_request_add_header (request, "Authorization", bearer);
  usher_request_add_header (request, "Idempotency-Key", "k");
  usher_request_add_header (request, "idempotency-key", other);

  return usher_host_call (fixture->stage.host, request, FALSE);
}

static void
test_several (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) different = post_twice_keyed (fixture, "l");
  g_autoptr (UsherReply) alike = post_twice_keyed (fixture, "k");

  g_test_summary ("Several keys, the same or not, are 400");

  assert_refused (different);
  assert_refused (alike);
}

static void
test_elsewhere (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) anonymous =
      stage_call (&fixture->stage, "POST", "/things", NULL, "", "{}");
  g_autoptr (UsherReply) put = stage_call (&fixture->stage, "PUT", "/things", ALICE, "", "{}");

  g_test_summary ("Where a key does not count it may be anything");

  stage_assert_status (anonymous, 201);
  stage_assert_status (put, 201);
}

static void
test_unkeyed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autoptr (UsherReply) other = NULL;

  g_test_summary ("A route may do without: each request runs, and nothing of it is kept.");

  first = stage_call (&fixture->stage, "POST", "/secrets", ALICE, "key", "{}");
  second = stage_call (&fixture->stage, "POST", "/secrets", ALICE, "key", "{}");
  other = stage_call (&fixture->stage, "POST", "/things", ALICE, "key", "{\"a\":1}");
  stage_assert_status (first, 201);
  stage_assert_status (second, 201);
  stage_assert_status (other, 201);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_runs), ==, 3);
}

static void
test_unstored (Fixture *fixture, gconstpointer data)
{
  static const char *const paths[] = { "/told", "/told-later" };

  g_test_summary (
      "An answer that says no-store is not kept: the key holds, and the request runs again.");

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    for (guint j = 0; j < 3; j++)
      {
        g_autofree char *key = g_strdup_printf ("key-%u", i);
        g_autoptr (UsherReply) reply =
            stage_call (&fixture->stage, "POST", paths[i], ALICE, key, "{}");

        stage_assert_status (reply, 201);
        g_assert_cmpint (g_atomic_int_get (&fixture->n_runs), ==, 3 * i + j + 1);
      }
}

static void
test_unstored_other (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = stage_call (&fixture->stage, "POST", "/told", ALICE, "key", "{}");
  g_autoptr (UsherReply) other =
      stage_call (&fixture->stage, "POST", "/told", ALICE, "key", "{\"a\":1}");

  g_test_summary ("It is for that request alone all the same.");

  stage_assert_status (first, 201);
  stage_assert_status (other, 409);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/request-key/" path, Fixture, NULL, set_up, func, tear_down)
  add ("malformed", test_malformed);
  add ("sound", test_sound);
  add ("several", test_several);
  add ("elsewhere", test_elsewhere);
  add ("unkeyed", test_unkeyed);
  add ("unstored", test_unstored);
  add ("unstored-other", test_unstored_other);
#undef add

  return g_test_run ();
}
