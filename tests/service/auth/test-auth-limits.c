/* test-auth-limits.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service-stage.h"

#define SIGN_UP   "/api/users/signup"
#define SIGN_IN   "/api/users/signin"
#define RIGHT     "{\"email\":\"alice@example.org\",\"password\":\"correct horse\"}"
#define WRONG     "{\"email\":\"ALICE@example.org\",\"password\":\"wrong horse\"}"
#define HOME      "192.0.2.1"
#define ELSEWHERE "198.51.100.1"
#define TOO_OFTEN "Too many attempts, try again later"
#define N_RACERS  30

static void
set_up (UsherTestHost *host)
{
  g_free (usher_test_user_create (usher_test_host_as (host, NULL), SIGN_UP, RIGHT));
}

static UsherReply *
post_from (UsherTestHost *host, const char *address, const char *path, const char *body)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", path);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  usher_request_set_body (request, bytes);
  usher_request_add_header (request, "Content-Type", "application/json");
  usher_request_set_origin (request, address, FALSE);

  return usher_test_host_ask (host, request, FALSE);
}

static void
try (UsherTestHost *host, const char *address, const char *body, guint status)
{
  g_autoptr (UsherReply) reply = post_from (host, address, SIGN_IN, body);

  usher_test_assert_status (reply, status);
}

static void
fail (UsherTestHost *host, const char *address, guint n)
{
  for (guint i = 0; i < n; i++)
    try (host, address, WRONG, 400);
}

/* ten tries from each of ten addresses: all that an e-mail has */
static void
fail_everywhere (UsherTestHost *host)
{
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *address = g_strdup_printf ("203.0.113.%u", i);

      fail (host, address, 10);
    }
}

static void
sign_up (UsherTestHost *host, const char *address, const char *name, guint status)
{
  g_autofree char *body =
      g_strdup_printf ("{\"email\":\"%s@example.org\",\"password\":\"correct horse\"}", name);
  g_autoptr (UsherReply) reply = post_from (host, address, SIGN_UP, body);

  usher_test_assert_status (reply, status);
}

static void
test_pair (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("After ten failed tries of an e-mail an address is locked for it, for the right "
                  "password too; the owner elsewhere is not.");

  fail (host, ELSEWHERE, 10);
  reply = post_from (host, ELSEWHERE, SIGN_IN, RIGHT);
  usher_test_assert_refused (reply, 429, NULL, TOO_OFTEN);
  g_assert_cmpstr (usher_reply_get_header (reply, "Retry-After"), ==, "900");

  try (host, HOME, RIGHT, 200);
}

static void
test_email (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("After a hundred failed tries from anywhere an e-mail is locked everywhere.");

  fail_everywhere (host);
  reply = post_from (host, HOME, SIGN_IN, RIGHT);
  usher_test_assert_refused (reply, 429, NULL, TOO_OFTEN);
  g_assert_cmpstr (usher_reply_get_header (reply, "Retry-After"), ==, "900");
}

static void
test_known (UsherTestHost *host)
{
  g_test_summary ("Who has signed in from there lately is let through, after a restart too, but "
                  "not to guess.");

  try (host, HOME, RIGHT, 200);
  usher_test_host_restart (host);
  fail_everywhere (host);
  try (host, ELSEWHERE, RIGHT, 429);
  try (host, HOME, RIGHT, 200);

  fail (host, HOME, 10);
  try (host, HOME, RIGHT, 429);
}

static void
test_known_for (UsherTestHost *host)
{
  g_test_summary ("For 30 days from the last time, and no longer.");

  try (host, HOME, RIGHT, 200);
  usher_test_host_turn (host, 29 * G_TIME_SPAN_DAY);
  fail_everywhere (host);
  try (host, HOME, RIGHT, 200);

  usher_test_host_turn (host, 30 * G_TIME_SPAN_DAY);
  fail_everywhere (host);
  try (host, HOME, RIGHT, 200);

  usher_test_host_turn (host, 31 * G_TIME_SPAN_DAY);
  fail_everywhere (host);
  try (host, HOME, RIGHT, 429);
}

static void
test_known_by_sign_up (UsherTestHost *host)
{
  static const char bob[] = "{\"email\":\"bob@example.org\",\"password\":\"correct horse\"}";
  static const char wrong[] = "{\"email\":\"bob@example.org\",\"password\":\"wrong horse\"}";

  g_test_summary ("Who has signed up from there is known too.");

  sign_up (host, HOME, "bob", 201);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *address = g_strdup_printf ("203.0.113.%u", i);

      try (host, address, wrong, 400);
    }
  try (host, ELSEWHERE, bob, 429);
  try (host, HOME, bob, 200);
}

static void
test_known_is_secret (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = post_from (host, HOME, SIGN_IN, RIGHT);
  g_autofree char *id = usher_test_dup_member (reply, "id");
  g_autofree char *stored = usher_test_host_dup_document (host, "auth", "users", id);

  g_test_summary ("Whence is in no text of a user, and is written once a day.");

  g_assert_nonnull (strstr (stored, "\"version\":1"));
  g_assert_null (strstr (stored, "places"));
  try (host, HOME, RIGHT, 200);
  g_free (stored);
  stored = usher_test_host_dup_document (host, "auth", "users", id);
  g_assert_nonnull (strstr (stored, "\"version\":1"));
}

static void
test_window (UsherTestHost *host)
{
  g_test_summary ("After 15 minutes the tries are forgotten.");

  fail (host, HOME, 10);
  usher_test_host_turn (host, 15 * G_TIME_SPAN_MINUTE - G_TIME_SPAN_SECOND);
  try (host, HOME, RIGHT, 429);

  usher_test_host_turn (host, G_TIME_SPAN_SECOND);
  try (host, HOME, RIGHT, 200);
}

static void
test_clock_set (UsherTestHost *host)
{
  UsherManualClock *clock = usher_test_host_get_clock (host);
  g_autoptr (UsherReply) back = NULL;
  g_autoptr (UsherReply) ahead = NULL;

  g_test_summary ("Who sets the clock neither prolongs the wait nor ends it.");

  fail (host, HOME, 10);
  usher_manual_clock_set_time (clock, USHER_TEST_TIME - G_TIME_SPAN_HOUR);
  back = post_from (host, HOME, SIGN_IN, RIGHT);
  usher_test_assert_status (back, 429);
  g_assert_cmpstr (usher_reply_get_header (back, "Retry-After"), ==, "900");

  usher_manual_clock_set_time (clock, USHER_TEST_TIME + G_TIME_SPAN_HOUR);
  ahead = post_from (host, HOME, SIGN_IN, RIGHT);
  usher_test_assert_status (ahead, 429);
  g_assert_cmpstr (usher_reply_get_header (ahead, "Retry-After"), ==, "900");
}

static void
test_success (UsherTestHost *host)
{
  g_test_summary ("To sign in counts as no try.");

  for (guint i = 0; i < 30; i++)
    try (host, HOME, RIGHT, 200);
  fail (host, HOME, 10);
  try (host, HOME, WRONG, 429);
}

static void
test_invalid (UsherTestHost *host)
{
  g_test_summary ("A request that is not valid is no try.");

  for (guint i = 0; i < 12; i++)
    try (host, HOME, "{\"email\":\"alice@example.org\",\"password\":\"\"}", 400);
  try (host, HOME, RIGHT, 200);
}

static void
test_address (UsherTestHost *host)
{
  g_autoptr (UsherReply) refused = NULL;

  g_test_summary ("After a hundred failed tries an address is locked, and others are not.");

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"email\":\"user%u@example.org\",\"password\":\"x\"}", i);

      try (host, ELSEWHERE, body, 400);
    }

  /* what an address was refused has not used up the tries of the e-mail */
  for (guint i = 0; i < 120; i++)
    try (host, ELSEWHERE, RIGHT, 429);
  refused = post_from (host, ELSEWHERE, SIGN_IN, RIGHT);
  usher_test_assert_refused (refused, 429, NULL, TOO_OFTEN);
  try (host, HOME, RIGHT, 200);
}

static void
test_network (UsherTestHost *host)
{
  g_test_summary ("Who has a network of IPv6 has the tries of one address, mapped or not.");

  fail (host, "2001:db8:0:1::1", 5);
  fail (host, "2001:db8:0:1:ffff:ffff:ffff:ffff", 5);
  try (host, "2001:0DB8:0:1::2", RIGHT, 429);
  try (host, "2001:db8:0:2::1", RIGHT, 200);

  fail (host, "::ffff:192.0.2.7", 5);
  fail (host, "192.0.2.7", 5);
  try (host, "192.0.2.7", RIGHT, 429);
  try (host, "::ffff:192.0.2.8", RIGHT, 200);
}

static void
test_unknown_address (UsherTestHost *host)
{
  g_test_summary ("Where nobody says whence, the e-mail alone is counted.");

  for (guint i = 0; i < 120; i++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"email\":\"user%u@example.org\",\"password\":\"x\"}", i);

      try (host, "", body, 400);
    }
  fail (host, "", 10);
  try (host, "", RIGHT, 429);
}

static void
test_others (UsherTestHost *host)
{
  g_test_summary ("Who is locked locks nobody else.");

  for (guint i = 0; i < 10; i++)
    try (host, HOME, "{\"email\":\"bob@example.org\",\"password\":\"x\"}", 400);
  try (host, HOME, "{\"email\":\"bob@example.org\",\"password\":\"x\"}", 429);
  try (host, HOME, RIGHT, 200);
}

typedef struct
{
  UsherTestHost *host;
  int n_tried;   /* (atomic) */
  int n_limited; /* (atomic) */
} Race;

static gpointer
race_to_guess (gpointer data)
{
  Race *race = data;
  g_autoptr (UsherReply) reply = post_from (race->host, ELSEWHERE, SIGN_IN, WRONG);

  g_atomic_int_inc (usher_reply_get_status (reply) == 400 ? &race->n_tried : &race->n_limited);

  return NULL;
}

static void
test_race (UsherTestHost *host)
{
  Race race = { .host = host };

  g_test_summary ("Many at once have as many tries as one after another.");

  usher_test_race (N_RACERS, race_to_guess, &race);

  g_assert_cmpint (race.n_tried, ==, 10);
  g_assert_cmpint (race.n_limited, ==, N_RACERS - 10);
}

static void
test_sign_up (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An address signs up 20 in 15 minutes, those counted whose e-mail is in use, not "
                  "those that are not valid.");

  for (guint i = 0; i < 30; i++)
    sign_up (host, HOME, "not valid", 400);
  for (guint i = 0; i < 19; i++)
    {
      g_autofree char *name = g_strdup_printf ("user%u", i);

      sign_up (host, HOME, name, 201);
    }
  sign_up (host, HOME, "alice", 400);

  reply = post_from (host,
                     HOME,
                     SIGN_UP,
                     "{\"email\":\"last@example.org\",\"password\":\"correct horse\"}");
  usher_test_assert_refused (reply, 429, NULL, TOO_OFTEN);
  g_assert_cmpstr (usher_reply_get_header (reply, "Retry-After"), ==, "900");
  sign_up (host, ELSEWHERE, "last", 201);

  usher_test_host_turn (host, 15 * G_TIME_SPAN_MINUTE);
  sign_up (host, HOME, "later", 201);
}

static void
test_settings (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("The operator says how many, and for how long.");

  usher_test_host_set (host, "auth.max-failed-sign-ins=2");
  usher_test_host_set (host, "auth.max-failed-sign-ins-per-email=3");
  usher_test_host_set (host, "auth.max-failed-sign-ins-per-address=4");
  usher_test_host_set (host, "auth.max-sign-ups-per-address=1");
  usher_test_host_set (host, "auth.limit-window=60");
  usher_test_host_restart (host);

  fail (host, HOME, 2);
  try (host, HOME, WRONG, 429);
  fail (host, ELSEWHERE, 1);
  reply = post_from (host, ELSEWHERE, SIGN_IN, RIGHT);
  usher_test_assert_status (reply, 429);
  g_assert_cmpstr (usher_reply_get_header (reply, "Retry-After"), ==, "60");

  try (host, HOME, "{\"email\":\"bob@example.org\",\"password\":\"x\"}", 400);
  try (host, HOME, "{\"email\":\"bob@example.org\",\"password\":\"x\"}", 400);
  try (host, HOME, "{\"email\":\"carol@example.org\",\"password\":\"x\"}", 429);
  sign_up (host, HOME, "one", 201);
  sign_up (host, HOME, "two", 429);

  usher_test_host_turn (host, G_TIME_SPAN_MINUTE);
  try (host, HOME, RIGHT, 200);
}

typedef struct
{
  const char *path;
  UsherTestFunc func;
} Test;

static void
run (UsherTestHost *host, gconstpointer data)
{
  const Test *test = data;

  set_up (host);
  test->func (host);
}

int
main (int argc, char **argv)
{
  static const Test tests[] = {
    { "/auth/limit/pair", test_pair },
    { "/auth/limit/email", test_email },
    { "/auth/limit/known", test_known },
    { "/auth/limit/known-for", test_known_for },
    { "/auth/limit/known-by-sign-up", test_known_by_sign_up },
    { "/auth/limit/known-is-secret", test_known_is_secret },
    { "/auth/limit/window", test_window },
    { "/auth/limit/clock-set", test_clock_set },
    { "/auth/limit/success", test_success },
    { "/auth/limit/invalid", test_invalid },
    { "/auth/limit/address", test_address },
    { "/auth/limit/network", test_network },
    { "/auth/limit/unknown-address", test_unknown_address },
    { "/auth/limit/others", test_others },
    { "/auth/limit/race", test_race },
    { "/auth/limit/sign-up", test_sign_up },
    { "/auth/limit/settings", test_settings },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    usher_test_add_data (tests[i].path, "auth", run, &tests[i]);

  return g_test_run ();
}
