/* usher-store-suite-requests.c: the key of a request is used once, and has its answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-store-suite.h"

#define KEY "user:key"

static void
test_kept (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_insert (fixture, "chair");
  g_autoptr (UsherRequestRecord) record = NULL;

  g_test_summary ("The key of a request is kept with its answer.");

  record = usher_store_fixture_lookup_request (fixture, KEY);
  g_assert_null (record);
  usher_store_fixture_set_request (unit, KEY, "process-1");
  usher_commit_take_answer (usher_unit_get_commit (unit), 201, g_strdup ("{\"id\":1}"));
  usher_store_fixture_commit (fixture, unit);

  record = usher_store_fixture_lookup_request (fixture, KEY);
  g_assert_nonnull (record);
  g_assert_cmpstr (record->key, ==, KEY);
  g_assert_cmpstr (record->hash, ==, "hash");
  g_assert_cmpstr (record->owner, ==, "process-1");
  g_assert_cmpuint (record->status, ==, 201);
  g_assert_cmpstr (record->body, ==, "{\"id\":1}");
  g_assert_cmpint (record->time, ==, usher_unit_get_time (unit));
}

static void
test_taken (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) first = usher_store_fixture_begin_insert (fixture, "first");
  g_autoptr (UsherUnit) second = usher_store_fixture_begin_insert (fixture, "second");
  g_autoptr (GError) error = NULL;

  g_test_summary ("The key of a request is used once: another unit is refused with it.");

  usher_store_fixture_set_request (first, KEY, "process-1");
  usher_commit_take_answer (usher_unit_get_commit (first), 201, NULL);
  usher_store_fixture_commit (fixture, first);

  usher_store_fixture_set_request (second, KEY, "process-1");
  g_assert_false (usher_store_commit_sync (fixture->store, usher_unit_get_commit (second), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_nonnull (strstr (error->message, "request key"));
  g_assert_false (usher_store_fixture_has_item (fixture, second));
}

/* the first step of a request, that has no answer yet */
static void
commit_first_step (UsherStoreFixture *fixture, const char *owner)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_insert (fixture, "attempt");

  usher_store_fixture_set_request (unit, KEY, owner);
  usher_store_fixture_commit (fixture, unit);
}

static void
test_steps (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) last = usher_store_fixture_begin (fixture);
  g_autoptr (UsherRequestRecord) before = NULL;
  g_autoptr (UsherRequestRecord) after = NULL;

  g_test_summary ("The answer of a later step is kept under the key, without a document too.");

  commit_first_step (fixture, "process-1");
  before = usher_store_fixture_lookup_request (fixture, KEY);
  g_assert_cmpuint (before->status, ==, 0);

  usher_store_fixture_set_request (last, KEY, "process-1");
  usher_commit_take_answer (usher_unit_get_commit (last), 402, g_strdup ("{\"errors\":[]}"));
  usher_store_fixture_commit (fixture, last);
  after = usher_store_fixture_lookup_request (fixture, KEY);
  g_assert_cmpuint (after->status, ==, 402);
  g_assert_cmpstr (after->body, ==, "{\"errors\":[]}");
}

static void
test_owner (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) other = usher_store_fixture_begin_insert (fixture, "other");
  g_autoptr (UsherRequestRecord) record = NULL;

  g_test_summary ("A request that another process runs is not answered by this one.");

  commit_first_step (fixture, "process-1");
  usher_store_fixture_set_request (other, KEY, "process-2");
  usher_commit_take_answer (usher_unit_get_commit (other), 201, NULL);
  usher_store_fixture_refuse (fixture, other, USHER_ERROR_TAKEN);

  record = usher_store_fixture_lookup_request (fixture, KEY);
  g_assert_cmpuint (record->status, ==, 0);
  g_assert_cmpstr (record->owner, ==, "process-1");
}

/* @owner takes over what @former left, both (nullable) */
static UsherUnit *
begin_take_over (UsherStoreFixture *fixture, const char *owner, const char *former)
{
  UsherUnit *unit = usher_store_fixture_begin_insert (fixture, owner != NULL ? owner : "nobody");
  UsherRequestRecord *record = usher_request_record_new (KEY, "hash", owner);

  record->former = g_strdup (former);
  usher_commit_take_request (usher_unit_get_commit (unit), record);

  return unit;
}

static void
test_take_over (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) wrong = begin_take_over (fixture, "process-2", "process-3");
  g_autoptr (UsherUnit) heir = begin_take_over (fixture, "process-2", "process-1");
  g_autoptr (UsherUnit) late = begin_take_over (fixture, "process-3", "process-1");
  g_autoptr (UsherRequestRecord) record = NULL;

  g_test_summary ("A request without an answer is taken over from who ran it, by one other.");

  commit_first_step (fixture, "process-1");
  usher_store_fixture_refuse (fixture, wrong, USHER_ERROR_TAKEN);
  usher_store_fixture_commit (fixture, heir);
  usher_store_fixture_refuse (fixture, late, USHER_ERROR_TAKEN);

  record = usher_store_fixture_lookup_request (fixture, KEY);
  g_assert_cmpstr (record->owner, ==, "process-2");
}

static void
test_given_up (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) end = begin_take_over (fixture, NULL, "process-1");
  g_autoptr (UsherUnit) next = begin_take_over (fixture, "process-2", NULL);
  g_autoptr (UsherUnit) late = begin_take_over (fixture, "process-3", NULL);
  g_autoptr (UsherRequestRecord) record = NULL;

  g_test_summary ("A request that was given up is anybody's, once.");

  commit_first_step (fixture, "process-1");
  usher_store_fixture_commit (fixture, end);
  record = usher_store_fixture_lookup_request (fixture, KEY);
  g_assert_null (record->owner);
  g_assert_cmpuint (record->status, ==, 0);

  usher_store_fixture_commit (fixture, next);
  usher_store_fixture_refuse (fixture, late, USHER_ERROR_TAKEN);
}

static void
test_answered_stays (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) first = usher_store_fixture_begin_insert (fixture, "first");
  g_autoptr (UsherUnit) heir = begin_take_over (fixture, "process-2", "process-1");

  g_test_summary ("What is answered is not taken over.");

  usher_store_fixture_set_request (first, KEY, "process-1");
  usher_commit_take_answer (usher_unit_get_commit (first), 201, NULL);
  usher_store_fixture_commit (fixture, first);
  usher_store_fixture_refuse (fixture, heir, USHER_ERROR_TAKEN);
}

void
usher_store_suite_add_requests (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "request/kept", test_kept);
  usher_store_suite_add_test (maker, "request/taken", test_taken);
  usher_store_suite_add_test (maker, "request/steps", test_steps);
  usher_store_suite_add_test (maker, "request/owner", test_owner);
  usher_store_suite_add_test (maker, "request/take-over", test_take_over);
  usher_store_suite_add_test (maker, "request/given-up", test_given_up);
  usher_store_suite_add_test (maker, "request/answered-stays", test_answered_stays);
}
