/* test-store-site.c: where the database of a service is, and how long a start waits for it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-store-site-private.h"
#include "usher-test-base.h"

#define REMOTE "mongodb://usher:sesame@db.example"

static void
set_up (UsherSettings **settings, gconstpointer data)
{
  static const UsherSetting host[] = {
    { .group = "store", .key = "uri", .type = USHER_SETTING_STRING, .default_value = "" },
    { .group = "store",
      .key = "start-timeout",
      .type = USHER_SETTING_INTEGER,
      .default_value = "1" },
  };
  g_autoptr (GError) error = NULL;

  *settings = usher_settings_new ();
  usher_settings_declare (*settings, host, G_N_ELEMENTS (host), &error);
  usher_store_site_declare_settings (*settings, "orders", &error);
  g_assert_no_error (error);
}

static void
tear_down (UsherSettings **settings, gconstpointer data)
{
  g_assert_finalize_object (*settings);
}

static void
set (UsherSettings *settings, const char *assignment)
{
  g_autoptr (GError) error = NULL;

  usher_settings_assign (settings, assignment, "test", &error);
  g_assert_no_error (error);
}

static void
assert_uri (UsherSettings *settings, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = usher_store_site_dup_uri (settings, "orders", "/data", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (uri, ==, expected);
}

static void
test_uri (UsherSettings **settings, gconstpointer data)
{
  g_test_summary (
      "It is a file in the data directory, or where the settings say, a service's own first");

  assert_uri (*settings, "sqlite:/data/orders.db");
  g_assert_false (usher_store_site_is_remote (*settings, "orders"));
  set (*settings, "store.uri=" REMOTE);
  assert_uri (*settings, REMOTE "/usher-orders");
  g_assert_true (usher_store_site_is_remote (*settings, "orders"));
  set (*settings, "orders.store-uri=sqlite:/other");
  assert_uri (*settings, "sqlite:/other/orders.db");
  g_assert_false (usher_store_site_is_remote (*settings, "orders"));
}

static void
test_wrong (UsherSettings **settings, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What is no address is told with the setting that says it, and without the password");

  set (*settings, "orders.store-uri=couch://usher:sesame@here");
  g_assert_null (usher_store_site_dup_uri (*settings, "orders", "/data", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "“orders.store-uri”"));
  g_assert_null (strstr (error->message, "sesame"));
}

static void
test_secret (UsherSettings **settings, gconstpointer data)
{
  /* no address, a server without its “@”, a prefix that is none, a name that is too long */
  static const char *const values[] = {
    "sesame",
    "sqlite:",
    "mongodb://usher:sesame/x.y",
    "mongodb://usher:open@here/sesame.db",
    "mongodb://here/sesame-sesame-sesame-sesame-sesame-sesame-sesame-sesame-sesame",
  };

  g_test_summary (
      "Of one that is a secret the setting and the secret's name are told, and nothing else");

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;

      g_setenv ("USHER_SECRET_PLACE", values[i], TRUE);
      set (*settings, "store.uri=sqlite:/other");
      set (*settings, "store.uri=secret:place");
      g_assert_null (usher_store_site_dup_uri (*settings, "orders", "/data", &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "“store.uri”"));
      g_assert_nonnull (strstr (error->message, "“secret:place”"));
      g_assert_null (strstr (error->message, "sesame"));
      g_assert_null (strstr (error->message, "here"));
    }

  g_unsetenv ("USHER_SECRET_PLACE");
}

static void
test_wait (UsherSettings **settings, gconstpointer data)
{
  g_autoptr (GError) away =
      g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "nobody answers");
  g_autoptr (GError) wrong = g_error_new_literal (USHER_ERROR, USHER_ERROR_INVALID, "it is wrong");
  gint64 began = g_get_monotonic_time ();
  UsherStoreSiteWait wait;
  guint n = 0;

  g_test_summary (
      "A server that does not answer is tried again for so long, what is wrong and a file are not");

  usher_store_site_begin (&wait, *settings, "orders", REMOTE);
  g_assert_false (usher_store_site_wait (&wait, wrong));
  while (usher_store_site_wait (&wait, away))
    n++;
  g_assert_cmpuint (n, >, 1);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_TIME_SPAN_SECOND);

  usher_store_site_begin (&wait, *settings, "orders", "sqlite:/data/orders.db");
  g_assert_false (usher_store_site_wait (&wait, away));
}

static void
add (const char *path, void (*test) (UsherSettings **, gconstpointer))
{
  g_test_add (path, UsherSettings *, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/store-site/uri", test_uri);
  add ("/store-site/wrong", test_wrong);
  add ("/store-site/secret", test_secret);
  add ("/store-site/wait", test_wait);

  return g_test_run ();
}
