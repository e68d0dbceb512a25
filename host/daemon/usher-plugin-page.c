/* usher-plugin-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-plugin-page.h"

#include "usher-json.h"

struct _UsherPluginPage
{
  GMutex mutex;
  char *text; /* (owned) (mutex mutex) */
};

UsherPluginPage *
usher_plugin_page_new (void)
{
  UsherPluginPage *self = g_new0 (UsherPluginPage, 1);

  g_mutex_init (&self->mutex);

  return self;
}

void
usher_plugin_page_free (UsherPluginPage *self)
{
  g_mutex_clear (&self->mutex);
  g_free (self->text);
  g_free (self);
}

static void
append_member (GString *text, const char *name, const char *value)
{
  g_string_append_printf (text, "%s\"%s\":", text->str[text->len - 1] == '{' ? "" : ",", name);
  usher_json_append_string (text, value);
}

static void
append_plugin (const char *name,
               UsherManifest *manifest,
               UsherPluginState state,
               const char *reason,
               gpointer user_data)
{
  GString *text = user_data;

  g_string_append (text, text->str[text->len - 1] == '[' ? "{" : ",{");
  append_member (text, "name", name);
  if (manifest != NULL)
    append_member (text, "version", usher_manifest_get_version (manifest));
  append_member (text, "state", usher_plugin_state_to_string (state));
  append_member (text, "reason", reason);
  g_string_append_c (text, '}');
}

void
usher_plugin_page_update (UsherPluginPage *self, UsherCatalog *catalog)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GString *text = g_string_new ("{\"plugins\":[");

  usher_catalog_foreach (catalog, append_plugin, text);
  g_string_append (text, "]}");
  g_free (self->text);
  self->text = g_string_free (text, FALSE);
}

void
usher_plugin_page_answer (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherPluginPage *self = user_data;
  char *text = NULL;

  g_mutex_lock (&self->mutex);
  text = g_strdup (self->text);
  g_mutex_unlock (&self->mutex);

  usher_reply_take_json (usher_exchange_get_reply (owned), text);
  usher_exchange_finish (owned);
}
