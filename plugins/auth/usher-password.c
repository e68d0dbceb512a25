/* usher-password.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-password.h"

#include <sodium.h>
#include <string.h>
#include <usher.h>

#define MIN_LENGTH 8
#define MAX_LENGTH 256
/* A character of a normal form decomposes into four at most, so what is longer has none within MAX_LENGTH. To make it
 * could take the square of the length: marks of many characters are sorted one by one. */
#define MAX_WRITTEN (4 * MAX_LENGTH)

gboolean
usher_password_prepare (GError **error)
{
  return sodium_init () >= 0 ||
         usher_refuse (error, USHER_ERROR_UNAVAILABLE, "libsodium cannot be used on this machine");
}

/* One password is typed in several ways, with marks of their own or not, as machines have it. NULL: too long. */
static char *
normalize (const char *password)
{
  if (g_utf8_strlen (password, -1) > MAX_WRITTEN)
    return NULL;

  return g_utf8_normalize (password, -1, G_NORMALIZE_NFKC);
}

const char *
usher_password_find_problem (const char *password)
{
  g_autofree char *normal = password != NULL ? normalize (password) : NULL;
  glong length = normal != NULL ? g_utf8_strlen (normal, -1) : MAX_LENGTH + 1;

  if (password == NULL || length < MIN_LENGTH)
    return "Password must be at least 8 characters";
  if (length > MAX_LENGTH)
    return "Password must be at most 256 characters";

  return NULL;
}

static char *
hash_form (const char *form, const UsherPasswordCost *cost)
{
  char hash[crypto_pwhash_STRBYTES];

  if (crypto_pwhash_str (hash, form, strlen (form), cost->passes, cost->memory) != 0)
    return NULL;

  return g_strdup (hash);
}

char *
usher_password_hash (const char *password, const UsherPasswordCost *cost, GError **error)
{
  g_autofree char *normal = normalize (password);
  char *hash = NULL;

  if (normal == NULL)
    {
      usher_refuse (error, USHER_ERROR_INVALID, "the password is too long");
      return NULL;
    }

  hash = hash_form (normal, cost);
  if (hash == NULL)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "no memory for a password hash of %" G_GSIZE_FORMAT " bytes",
                 cost->memory);

  return hash;
}

/* who is unknown must not be answered sooner than who mistyped */
static gboolean
fits (const char *hash, const char *form, const UsherPasswordCost *cost)
{
  if (hash != NULL)
    return crypto_pwhash_str_verify (hash, form, strlen (form)) == 0;

  g_free (hash_form (form, cost));

  return FALSE;
}

gboolean
usher_password_check (const char *hash,
                      const char *password,
                      const UsherPasswordCost *cost,
                      gboolean *is_outdated)
{
  g_autofree char *normal = normalize (password);

  *is_outdated = FALSE;
  if (normal != NULL && fits (hash, normal, cost))
    {
      *is_outdated = crypto_pwhash_str_needs_rehash (hash, cost->passes, cost->memory) != 0;
      return TRUE;
    }
  if (g_strcmp0 (normal, password) == 0 || !fits (hash, password, cost))
    return FALSE;

  *is_outdated = TRUE;

  return TRUE;
}
