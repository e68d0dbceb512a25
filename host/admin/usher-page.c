/* usher-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-page-private.h"

#include "usher-page-resource.h"

/* Its own script and style, and what it asks this listener for; no text may become HTML or script. */
#define POLICY                                                                               \
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri "   \
  "'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " \
  "trusted-types 'none'"

#define HTML   "text/html; charset=utf-8"
#define STYLE  "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"

typedef struct
{
  const char *pattern;
  const char *resource;
  const char *media_type;
} File;

static const File files[] = {
  { "/", "/usher/usher-page.html", HTML },
  { "/streaming", "/usher/usher-page.html", HTML },
  { "/usher-page.css", "/usher/usher-page.css", STYLE },
  { "/usher-page.js", "/usher/usher-page.js", SCRIPT },
  { "/usher-page-ask.js", "/usher/usher-page-ask.js", SCRIPT },
  { "/usher-page-parked.js", "/usher/usher-page-parked.js", SCRIPT },
  { "/usher-page-plot.js", "/usher/usher-page-plot.js", SCRIPT },
  { "/usher-page-table.js", "/usher/usher-page-table.js", SCRIPT },
  { "/usher-page-text.js", "/usher/usher-page-text.js", SCRIPT },
  { "/usher-page-trouble.js", "/usher/usher-page-trouble.js", SCRIPT },
};

static void
on_file (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  const File *file = user_data;
  UsherReply *reply = usher_exchange_get_reply (owned);
  g_autoptr (GBytes) body = g_resource_lookup_data (usher_page_get_resource (),
                                                    file->resource,
                                                    G_RESOURCE_LOOKUP_FLAGS_NONE,
                                                    NULL);

  usher_reply_set_header (reply, "Content-Security-Policy", POLICY);
  usher_reply_set_header (reply, "Referrer-Policy", "no-referrer");
  usher_reply_set_body (reply, body, file->media_type);
  usher_exchange_finish (owned);
}

gboolean
usher_page_add_routes (UsherHost *host, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (!usher_host_add_admin_route (
            host, "GET", files[i].pattern, on_file, (gpointer) &files[i], NULL, error))
      return FALSE;

  return TRUE;
}
