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

gboolean
usher_password_prepare (GError **error)
{
  if (sodium_init () >= 0)
    return TRUE;

  g_set_error_literal (error,
                       USHER_ERROR,
                       USHER_ERROR_UNAVAILABLE,
                       "libsodium cannot be used on this machine");

  return FALSE;
}

char *
usher_password_hash (const char *password, const UsherPasswordCost *cost, GError **error)
{
  char hash[crypto_pwhash_STRBYTES];

  if (crypto_pwhash_str (hash, password, strlen (password), cost->passes, cost->memory) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "no memory for a password hash of %" G_GSIZE_FORMAT " bytes",
                   cost->memory);
      return NULL;
    }

  return g_strdup (hash);
}

gboolean
usher_password_check (const char *hash, const char *password, const UsherPasswordCost *cost)
{
  g_autofree char *wasted = NULL;

  if (hash != NULL)
    return crypto_pwhash_str_verify (hash, password, strlen (password)) == 0;

  /* who is unknown must not be answered sooner than who mistyped */
  wasted = usher_password_hash (password, cost, NULL);

  return FALSE;
}

gboolean
usher_password_is_outdated (const char *hash, const UsherPasswordCost *cost)
{
  return crypto_pwhash_str_needs_rehash (hash, cost->passes, cost->memory) != 0;
}
