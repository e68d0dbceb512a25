/* usher-plugin-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-plugin-page.h"

#include "usher-json-writer.h"

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
  usher_plugin_page_update (self, NULL);

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
write_plugin (const char *name,
              UsherManifest *manifest,
              UsherPluginState state,
              const char *reason,
              gpointer user_data)
{
  UsherJsonWriter *writer = user_data;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", name);
  if (manifest != NULL)
    usher_json_writer_set_string (writer, "version", usher_manifest_get_version (manifest));
  usher_json_writer_set_string (writer, "state", usher_plugin_state_to_string (state));
  usher_json_writer_set_string (writer, "reason", reason);
  usher_json_writer_end_object (writer);
}

void
usher_plugin_page_update (UsherPluginPage *self, UsherCatalog *catalog)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  if (catalog != NULL)
    usher_catalog_foreach (catalog, write_plugin, writer);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
  g_free (self->text);
  self->text = usher_json_writer_end (writer);
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

  usher_exchange_answer_json (owned, text);
}
