/* test-auth-limits.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-host.h"

#define SIGN_IN   "/api/users/signin"
#define RIGHT     "{\"email\":\"alice@example.org\",\"password\":\"correct horse\"}"
#define WRONG     "{\"email\":\"ALICE@example.org\",\"password\":\"wrong horse\"}"
#define TOO_OFTEN "Too many attempts, try again later"

static void
set_up (UsherTestHostFixture *fixture, gconstpointer data)
{
  usher_test_host_set_up (fixture, "auth");
  g_free (usher_test_host_create (fixture->host, "/api/users/signup", NULL, RIGHT));
}

static UsherReply *
sign_in_from (UsherTestHostFixture *fixture, const char *address, const char *body)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", SIGN_IN);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  usher_request_set_body (request, bytes);
  usher_request_add_header (request, "Content-Type", "application/json");
  usher_request_set_origin (request, address, FALSE);

  return usher_host_call (usher_test_host_get_host (fixture->host), request, FALSE);
}

static void
try (UsherTestHostFixture *fixture, const char *body, guint status)
{
  g_autoptr (UsherReply) reply = sign_in_from (fixture, "192.0.2.1", body);

  usher_test_assert_status (reply, status);
}

static void
test_email (UsherTestHostFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("After ten failed tries an e-mail is locked, for the right password too.");

  for (guint i = 0; i < 10; i++)
    try (fixture, WRONG, 400);

  reply = sign_in_from (fixture, "192.0.2.1", RIGHT);
  usher_test_assert_refused (reply, 429, NULL, TOO_OFTEN);
  g_assert_cmpstr (usher_reply_get_header (reply, "Retry-After"), ==, "900");
}

static void
test_window (UsherTestHostFixture *fixture, gconstpointer data)
{
  g_test_summary ("After 15 minutes the tries are forgotten.");

  for (guint i = 0; i < 10; i++)
    try (fixture, WRONG, 400);
  usher_test_host_turn (fixture->host, 15 * G_TIME_SPAN_MINUTE - G_TIME_SPAN_SECOND);
  try (fixture, RIGHT, 429);

  usher_test_host_turn (fixture->host, G_TIME_SPAN_SECOND);
  try (fixture, RIGHT, 200);
}

static void
test_success (UsherTestHostFixture *fixture, gconstpointer data)
{
  g_test_summary ("To sign in counts as no try.");

  for (guint i = 0; i < 30; i++)
    try (fixture, RIGHT, 200);
  for (guint i = 0; i < 10; i++)
    try (fixture, WRONG, 400);
  try (fixture, WRONG, 429);
}

static void
test_invalid (UsherTestHostFixture *fixture, gconstpointer data)
{
  g_test_summary ("A request that is not valid is no try.");

  for (guint i = 0; i < 12; i++)
    try (fixture, "{\"email\":\"alice@example.org\",\"password\":\"\"}", 400);
  try (fixture, RIGHT, 200);
}

static void
test_address (UsherTestHostFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) refused = NULL;
  g_autoptr (UsherReply) elsewhere = NULL;

  g_test_summary ("After a hundred failed tries an address is locked, and others are not.");

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"email\":\"user%u@example.org\",\"password\":\"x\"}", i);

      try (fixture, body, 400);
    }

  for (guint i = 0; i < 12; i++)
    try (fixture, RIGHT, 429);
  refused = sign_in_from (fixture, "192.0.2.1", RIGHT);
  usher_test_assert_refused (refused, 429, NULL, TOO_OFTEN);

  /* what the address was refused has not used up the tries of the e-mail */
  elsewhere = sign_in_from (fixture, "192.0.2.2", RIGHT);
  usher_test_assert_status (elsewhere, 200);
}

static void
test_others (UsherTestHostFixture *fixture, gconstpointer data)
{
  g_test_summary ("Who is locked locks nobody else.");

  for (guint i = 0; i < 10; i++)
    try (fixture, "{\"email\":\"bob@example.org\",\"password\":\"x\"}", 400);
  try (fixture, "{\"email\":\"bob@example.org\",\"password\":\"x\"}", 429);
  try (fixture, RIGHT, 200);
}

#define add(path, func) \
  g_test_add (path, UsherTestHostFixture, NULL, set_up, func, usher_test_host_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/auth/limit/email", test_email);
  add ("/auth/limit/window", test_window);
  add ("/auth/limit/success", test_success);
  add ("/auth/limit/invalid", test_invalid);
  add ("/auth/limit/address", test_address);
  add ("/auth/limit/others", test_others);

  return g_test_run ();
}
