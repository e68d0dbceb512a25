/* usher-host-trace.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-trace-private.h"

#include <gio/gio.h>
#include <string.h>

#include "usher-error.h"

#define MILLION 1000000

/* in millionths; the digits are told apart by hand, as “nan” and “0x1” are numbers too */
static gboolean
read_share (const char *text, guint *share, GError **error)
{
  double value = g_ascii_strtod (text, NULL);

  if (*text != '\0' && strspn (text, "0123456789.") == strlen (text) &&
      strchr (text, '.') == strrchr (text, '.') && !g_str_equal (text, ".") && value <= 1)
    {
      *share = (guint) (value * MILLION + 0.5);
      return TRUE;
    }

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "setting “trace.sample” is “%s”, which is no number from 0 to 1",
               text);

  return FALSE;
}

/* The address is not repeated where it may hold a password. */
static gboolean
check_endpoint (const char *endpoint, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (endpoint, G_URI_FLAGS_NONE, NULL);
  const char *reason = NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (!g_str_equal (g_uri_get_scheme (uri), "http") &&
       !g_str_equal (g_uri_get_scheme (uri), "https")))
    reason = "is no address such as http://127.0.0.1:4318";
  else if (g_uri_get_userinfo (uri) != NULL)
    reason = "has a user or a password, which is not for an address";
  else if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    reason = "has a query or a fragment, and the path of the spans goes behind it";
  if (reason == NULL)
    return TRUE;

  g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "setting “trace.otlp-endpoint” %s", reason);

  return FALSE;
}

gboolean
usher_host_open_tracer (UsherSettings *settings, UsherTracer **tracer, GError **error)
{
  const char *endpoint = usher_settings_get_string (settings, "trace", "otlp-endpoint");
  const char *text = usher_settings_get_string (settings, "trace", "sample");
  guint share = 0;

  if (!read_share (text, &share, error))
    return FALSE;
  if (*endpoint == '\0')
    return TRUE;
  if (!check_endpoint (endpoint, error))
    return FALSE;

  *tracer = usher_tracer_new (share);

  return TRUE;
}
