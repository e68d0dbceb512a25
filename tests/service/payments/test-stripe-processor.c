/* test-stripe-processor.c: what it is made with
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-stripe-processor.h"

#include <string.h>

#define API "https://api.stripe.com"

typedef struct
{
  const char *uri;
  const char *key;
  const char *reason; /* (nullable): it is made */
} Row;

static const Row rows[] = {
  { API, "sk_test_fake", NULL },
  { API "/", "rk_live_fake", NULL },
  { "http://127.0.0.1:1", "sk_test_fake", NULL },
  { "http://[::1]:1", "sk_test_fake", NULL },
  { API, "", "“stripe-key” is not set" },
  { API, "pk_test_fake", "publishable" },
  { API, "sk_test fake", "not one word" },
  { API, "sk_test\r\nHost: x", "not one word" },
  { API, "sk_test\tfake", "not one word" },
  { API, "sk_test_“fake”", "not one word" },
  { "http://api.stripe.com", "sk_test_fake", "“https://”" },
  { "http://127.0.0.1.example.org", "sk_test_fake", "“https://”" },
  { "ftp://127.0.0.1", "sk_test_fake", "“https://”" },
  { "api.stripe.com", "sk_test_fake", "“https://”" },
  { "", "sk_test_fake", "“https://”" },
};

static void
test_new (void)
{
  g_test_summary ("A key that is none, and a place where others read along, are refused by name, "
                  "without the key.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UsherSecret) key = *rows[i].key != '\0' ? usher_secret_new (rows[i].key) : NULL;
      g_autoptr (UsherCardProcessor) processor =
          usher_stripe_processor_new (rows[i].uri, key, G_USEC_PER_SEC, &error);

      if (rows[i].reason == NULL)
        {
          g_assert_no_error (error);
          continue;
        }

      g_assert_null (processor);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, rows[i].reason));
      g_assert_null (strstr (error->message, "_test"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stripe/processor/new", test_new);

  return g_test_run ();
}
