/* test-store-uri.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-store-uri.h"

/* A text and what is made of it: an address, or what an error says of it. */
typedef struct
{
  const char *from;
  const char *to;
} Pair;

static void
test_service (void)
{
  const Pair pairs[] = {
    { "sqlite:/srv/data", "sqlite:/srv/data/tickets.db" },
    { "mongodb://localhost", "mongodb://localhost/usher-tickets" },
    { "mongodb://localhost/", "mongodb://localhost/usher-tickets" },
    { "mongodb://localhost/market_2", "mongodb://localhost/market_2-tickets" },
    { "mongodb://a:1,b:2?replicaSet=rs", "mongodb://a:1,b:2/usher-tickets?replicaSet=rs" },
    { "mongodb://u:p%40@a/shop?tls=true&x=/@", "mongodb://u:p%40@a/shop-tickets?tls=true&x=/@" },
    { "mongodb+srv://cluster.example.net/?tls=true",
      "mongodb+srv://cluster.example.net/usher-tickets?tls=true" },
  };

  g_test_summary ("Each service has a file of its name in a folder, or a database on a server.");

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *uri = usher_store_make_uri (pairs[i].from, "tickets", &error);

      g_assert_no_error (error);
      g_assert_cmpstr (uri, ==, pairs[i].to);
    }
}

static void
test_malformed (void)
{
  const Pair pairs[] = {
    { "", "sqlite:FOLDER" },
    { "sqlite:", "sqlite:FOLDER" },
    { "/srv/data", "mongodb://HOST" },
    { "mongodb:/u:secret@localhost", "mongodb://HOST" },
    { "redis://localhost", "“redis://localhost”" },
    { "mongodb://", "name a host" },
    { "mongodb://u:secret@", "name a host" },
    { "mongodb://u:secret/shop.x", "“mongodb://***”" },
    { "mongodb://a,,b/shop", "name a host" },
    { "mongodb://u:secret@x@a/shop", "%40" },
    { "mongodb://u:sec/ret@a/shop", "%2F" },
    { "mongodb://localhost/my.shop", "“mongodb://localhost/my.shop”" },
    { "mongodb://localhost/"
      "a-prefix-that-leaves-no-room-for-the-name-of-a-service-at-all",
      "over 63 characters" },
  };

  g_test_summary ("What is wrong with an address is named, without the password in it.");

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (usher_store_make_uri (pairs[i].from, "tickets", &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, pairs[i].to));
      g_assert_null (strstr (error->message, "sec"));
      g_assert_null (strstr (error->message, "ret@"));
    }
}

static void
test_public (void)
{
  const Pair pairs[] = {
    { "sqlite:/srv/a@b.db", "sqlite:/srv/a@b.db" },
    { "mongodb://localhost/usher", "mongodb://localhost/usher" },
    { "mongodb://user:secret@a,b/shop?tls=true", "mongodb://***@a,b/shop?tls=true" },
    { "mongodb+srv://user@a", "mongodb+srv://***@a" },
    { "mongodb://u:se@c?r/et@a/shop?tls=true", "mongodb://***@a/shop?tls=true" },
    { "mongodb://a/?tlsCertificateKeyFilePassword=secret&w=1", "mongodb://a/?***&w=1" },
    { "mongodb://a/?AuthMechanismProperties=AWS_SESSION_TOKEN:secret", "mongodb://a/?***" },
    { "u:secret@a", "***@a" },
    { "mongodb://[::1]:27017,b:1/shop", "mongodb://[::1]:27017,b:1/shop" },
    { "mongodb://u:secret", "mongodb://***" },
    { "nonsense", "nonsense" },
  };

  g_test_summary ("People see where a database is, but neither user nor password.");

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *public = usher_store_uri_dup_public (pairs[i].from);

      g_assert_cmpstr (public, ==, pairs[i].to);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/store/uri/service", test_service);
  g_test_add_func ("/store/uri/malformed", test_malformed);
  g_test_add_func ("/store/uri/public", test_public);

  return g_test_run ();
}
