/* usher-stripe-signature.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-stripe-signature.h"

#include <sodium.h>
#include <string.h>
#include <usher.h>

/* how far the clocks may be apart, and how long an event may be under way */
#define WINDOW (5 * G_TIME_SPAN_MINUTE)
/* more signatures or secrets than these nobody sends or has */
#define MAX_PARTS 16

#define TIME      "t="
#define SIGNATURE "v1="

typedef guchar Code[crypto_auth_hmacsha256_BYTES];

/* of `TIME.BODY` */
static void
sign (const char *secret, const char *time, GBytes *body, Code code)
{
  crypto_auth_hmacsha256_state state;
  gsize size = 0;
  const guchar *data = body != NULL ? g_bytes_get_data (body, &size) : NULL;

  crypto_auth_hmacsha256_init (&state, (const guchar *) secret, strlen (secret));
  crypto_auth_hmacsha256_update (&state, (const guchar *) time, strlen (time));
  crypto_auth_hmacsha256_update (&state, (const guchar *) ".", 1);
  if (size > 0)
    crypto_auth_hmacsha256_update (&state, data, size);
  crypto_auth_hmacsha256_final (&state, code);
  sodium_memzero (&state, sizeof state);
}

static gboolean
has_signature (char **parts, const Code code)
{
  gboolean found = FALSE;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *text = g_strstrip (parts[i]);
      Code said;
      gsize size = 0;

      if (g_str_has_prefix (text, SIGNATURE) &&
          sodium_hex2bin (said,
                          sizeof said,
                          text + strlen (SIGNATURE),
                          strlen (text) - strlen (SIGNATURE),
                          NULL,
                          &size,
                          NULL) == 0 &&
          size == sizeof said && sodium_memcmp (said, code, size) == 0)
        found = TRUE;
    }

  return found;
}

/* (nullable): the seconds since 1970 as they are signed */
static const char *
find_time (char **parts)
{
  for (guint i = 0; parts[i] != NULL; i++)
    if (g_str_has_prefix (g_strstrip (parts[i]), TIME))
      return parts[i] + strlen (TIME);

  return NULL;
}

gboolean
usher_stripe_signature_check (const char *header,
                              GBytes *body,
                              const char *secrets,
                              gint64 now,
                              GError **error)
{
  g_auto (GStrv) parts = g_strsplit (header != NULL ? header : "", ",", MAX_PARTS);
  g_auto (GStrv) keys = g_strsplit_set (secrets, " ,;", MAX_PARTS);
  const char *time = find_time (parts);
  guint64 seconds = 0;
  gboolean is_ours = FALSE;

  if (time == NULL ||
      !g_ascii_string_to_unsigned (time, 10, 0, G_MAXINT64 / G_USEC_PER_SEC, &seconds, NULL))
    return usher_refuse (error, USHER_ERROR_INVALID, "The event is not signed");

  for (guint i = 0; keys[i] != NULL; i++)
    if (*keys[i] != '\0')
      {
        Code code;

        sign (keys[i], time, body, code);
        is_ours = has_signature (parts, code) || is_ours;
      }
  for (guint i = 0; keys[i] != NULL; i++)
    sodium_memzero (keys[i], strlen (keys[i]));

  if (!is_ours)
    return usher_refuse (error, USHER_ERROR_INVALID, "The signature of the event is wrong");

  return ABS (now - (gint64) seconds * G_USEC_PER_SEC) <= WINDOW ||
         usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "The event was signed more than 5 minutes away from now");
}
