/* test-orders-versions.c: who cancels names the version that he saw
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "order-stage.h"

#define TICKET "0123456789abcdef01234567"
#define STALE  "If-Match: \"000000000000000000000000-7\""

static UsherReply *
send (UsherTestHost *host,
      const char *method,
      const char *path,
      const char *user_id,
      const char *header)
{
  return usher_test_user_call (usher_test_host_as (host, user_id), method, path, NULL, header);
}

static void
assert_send (UsherTestHost *host,
             const char *method,
             const char *path,
             const char *user_id,
             const char *header,
             guint status)
{
  g_autoptr (UsherReply) reply = send (host, method, path, user_id, header);

  usher_test_assert_status (reply, status);
}

static void
test_versions (void)
{
  UsherTestHost *host = usher_test_host_new ("orders", USHER_TEST_BY_HAND);
  g_autofree char *body = order_stage_make_body (TICKET);
  g_autofree char *id = NULL;
  g_autofree char *path = NULL;
  g_autofree char *tag = NULL;
  g_autofree char *match = NULL;
  g_autofree char *none_match = NULL;
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary ("An order has a tag for its owner, who cancels what he saw; twice is once.");

  order_stage_give_ticket (host, TICKET, "19.99");
  id = usher_test_user_create (usher_test_host_as (host, USHER_TEST_ALICE), "/api/orders", body);
  path = g_strconcat ("/api/orders/", id, NULL);
  shown = send (host, "GET", path, USHER_TEST_ALICE, NULL);
  tag = g_strdup (usher_reply_get_header (shown, "ETag"));
  g_assert_nonnull (tag);
  match = g_strconcat ("If-Match: ", tag, NULL);
  none_match = g_strconcat ("If-None-Match: ", tag, NULL);

  assert_send (host, "GET", path, USHER_TEST_ALICE, none_match, 304);
  assert_send (host, "GET", path, USHER_TEST_BOB, none_match, 401);
  assert_send (host, "GET", path, NULL, none_match, 401);
  assert_send (host, "DELETE", path, USHER_TEST_ALICE, STALE, 412);
  assert_send (host, "DELETE", path, USHER_TEST_ALICE, match, 204);
  assert_send (host, "DELETE", path, USHER_TEST_ALICE, match, 204);
  assert_send (host, "GET", path, USHER_TEST_ALICE, none_match, 200);

  g_object_unref (host);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/orders/versions", test_versions);

  return g_test_run ();
}
