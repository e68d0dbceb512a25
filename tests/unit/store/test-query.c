/* test-query.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-query.h"

static void
test_new (void)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");

  g_test_summary ("A new query wants the newest hundred documents of its collection.");

  g_assert_cmpstr (usher_query_get_collection (query), ==, "items");
  g_assert_cmpuint (usher_query_get_n_conditions (query), ==, 0);
  g_assert_cmpuint (usher_query_get_limit (query), ==, 100);
  g_assert_null (usher_query_get_after (query));
  g_assert_false (usher_query_is_oldest_first (query));
}

static void
test_limit (void)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");

  g_test_summary ("A limit over a thousand counts as a thousand.");

  usher_query_limit (query, 7);
  g_assert_cmpuint (usher_query_get_limit (query), ==, 7);
  usher_query_limit (query, 1001);
  g_assert_cmpuint (usher_query_get_limit (query), ==, 1000);
}

static void
test_copy (void)
{
  UsherQuery *query = usher_query_new ("items");
  g_autoptr (UsherQuery) copy = NULL;
  const UsherQueryCondition *condition;

  g_test_summary ("A copy has all that the query had, and outlives it.");

  usher_query_equal (query, "owner", "me");
  usher_query_without (query, "order");
  usher_query_after (query, "65920080aaaaaaaaaa000001");
  usher_query_limit (query, 3);
  usher_query_oldest_first (query, TRUE);
  copy = g_boxed_copy (USHER_TYPE_QUERY, query);
  usher_query_after (query, NULL);
  usher_query_free (query);

  g_assert_cmpstr (usher_query_get_collection (copy), ==, "items");
  g_assert_cmpstr (usher_query_get_after (copy), ==, "65920080aaaaaaaaaa000001");
  g_assert_cmpuint (usher_query_get_limit (copy), ==, 3);
  g_assert_true (usher_query_is_oldest_first (copy));
  g_assert_cmpuint (usher_query_get_n_conditions (copy), ==, 2);
  condition = usher_query_get_condition (copy, 0);
  g_assert_cmpstr (condition->field, ==, "owner");
  g_assert_cmpstr (condition->value, ==, "me");
  condition = usher_query_get_condition (copy, 1);
  g_assert_cmpstr (condition->field, ==, "order");
  g_assert_null (condition->value);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/query/new", test_new);
  g_test_add_func ("/query/limit", test_limit);
  g_test_add_func ("/query/copy", test_copy);

  return g_test_run ();
}
