/* usher-store-site.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-site-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-settings-private.h"
#include "usher-store-uri-private.h"

#define FILES "sqlite:"
#define PAUSE (250 * G_TIME_SPAN_MILLISECOND)

gboolean
usher_store_site_declare_settings (UsherSettings *settings, const char *service, GError **error)
{
  const UsherSetting own[] = {
    { service,
      "store-uri",
      USHER_SETTING_STRING,
      "",
      0,
      0,
      "where the database of this service is, as store.uri says it of all, empty: there" },
  };

  return usher_settings_declare_own (settings, service, own, G_N_ELEMENTS (own), error);
}

/* the setting that says where the database of a service is */
typedef struct
{
  const char *group; /* (unowned) */
  const char *key;   /* (unowned) */
  const char *base;  /* (unowned): what it says, “” where it says nothing */
} Source;

static void
find_source (UsherSettings *settings, const char *service, Source *source)
{
  *source =
      (Source){ service, "store-uri", usher_settings_get_string (settings, service, "store-uri") };
  if (source->base == NULL || *source->base == '\0')
    *source = (Source){ "store", "uri", usher_settings_get_string (settings, "store", "uri") };
  if (source->base == NULL)
    source->base = "";
}

char *
usher_store_site_make_uri (UsherSettings *settings,
                           const char *group,
                           const char *key,
                           const char *service,
                           GError **error)
{
  const char *base = usher_settings_get_string (settings, group, key);
  const char *reference = usher_settings_get_reference (settings, group, key);
  char *uri = usher_store_make_uri_named (base, reference, service, error);

  if (uri == NULL)
    g_prefix_error (error, "setting “%s.%s”: ", group, key);

  return uri;
}

char *
usher_store_site_dup_uri (UsherSettings *settings,
                          const char *service,
                          const char *directory,
                          GError **error)
{
  Source source;

  find_source (settings, service, &source);
  if (*source.base == '\0')
    return g_strdup_printf (FILES "%s/%s.db", directory, service);

  return usher_store_site_make_uri (settings, source.group, source.key, service, error);
}

gboolean
usher_store_site_is_remote (UsherSettings *settings, const char *service)
{
  Source source;

  find_source (settings, service, &source);

  return *source.base != '\0' && !g_str_has_prefix (source.base, FILES);
}

gboolean
usher_store_site_is_missing (const char *uri)
{
  return g_str_has_prefix (uri, FILES) && !g_file_test (uri + strlen (FILES), G_FILE_TEST_EXISTS);
}

void
usher_store_site_begin (UsherStoreSiteWait *self,
                        UsherSettings *settings,
                        const char *service,
                        const char *uri)
{
  gint64 patience = usher_settings_get_integer (settings, "store", "start-timeout");

  *self = (UsherStoreSiteWait){ .service = service, .deadline = g_get_monotonic_time () };
  if (!g_str_has_prefix (uri, FILES))
    self->deadline += patience * G_TIME_SPAN_SECOND;
}

gboolean
usher_store_site_wait (UsherStoreSiteWait *self, const GError *error)
{
  gint64 rest = self->deadline - g_get_monotonic_time ();

  if (!g_error_matches (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE) || rest <= 0)
    return FALSE;

  if (!self->is_told)
    g_message ("service “%s” waits up to %" G_GINT64_FORMAT " s for its database: %s",
               self->service,
               (rest + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND,
               error->message);
  self->is_told = TRUE;
  g_usleep ((gulong) MIN (rest, PAUSE));

  return TRUE;
}
