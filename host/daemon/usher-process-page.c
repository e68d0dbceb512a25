/* usher-process-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-process-page.h"

#include "usher-clock.h"
#include "usher-json.h"

struct _UsherProcessPage
{
  GMutex mutex;
  char *text;            /* (owned) (mutex mutex) */
  GHashTable *instances; /* (owned) (mutex mutex): name → name with the generation */
};

UsherProcessPage *
usher_process_page_new (void)
{
  UsherProcessPage *self = g_new0 (UsherProcessPage, 1);

  g_mutex_init (&self->mutex);
  self->text = g_strdup ("{\"processes\":[]}");
  self->instances = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
usher_process_page_free (UsherProcessPage *self)
{
  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->instances);
  g_free (self->text);
  g_free (self);
}

static void
append_text (GString *text, const char *name, const char *value)
{
  g_string_append_printf (text, "\"%s\":", name);
  usher_json_append_string (text, value);
  g_string_append_c (text, ',');
}

static void
append_child (GString *text, UsherChild *child)
{
  g_autofree char *since = NULL;

  if (child == NULL)
    return;

  since = usher_time_format (usher_child_get_started (child));
  append_text (text, "instance", usher_child_get_name (child));
  append_text (text, "since", since);
  g_string_append_printf (text, "\"pid\":%d,", (int) usher_child_get_pid (child));
}

static void
append_slot (gpointer data, gpointer user_data)
{
  UsherSlot *slot = data;
  GString *text = user_data;
  const char *const *services = usher_slot_get_services (slot);

  g_string_append (text, text->str[text->len - 1] == '[' ? "{" : ",{");
  append_text (text, "name", usher_slot_get_name (slot));
  append_text (text, "state", usher_slot_state_to_string (usher_slot_get_state (slot)));
  append_text (text, "reason", usher_slot_get_reason (slot));
  append_child (text, usher_slot_get_child (slot));
  g_string_append_printf (text,
                          "\"generation\":%u,\"restarts\":%u,\"services\":[",
                          usher_slot_get_generation (slot),
                          usher_slot_get_n_restarts (slot));
  for (guint i = 0; services != NULL && services[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      usher_json_append_string (text, services[i]);
    }
  g_string_append (text, "]}");
}

static void
note_instance (gpointer data, gpointer user_data)
{
  UsherSlot *slot = data;
  UsherChild *child = usher_slot_get_child (slot);

  if (child != NULL)
    g_hash_table_insert (user_data,
                         g_strdup (usher_slot_get_name (slot)),
                         g_strdup (usher_child_get_name (child)));
}

void
usher_process_page_update (UsherProcessPage *self,
                           const UsherProfile *profile,
                           UsherSupervisor *supervisor)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GString *text = g_string_new ("{");

  append_text (text, "profile", profile->name);
  append_text (text, "bus", profile->bus);
  g_string_append (text, "\"processes\":[");
  usher_supervisor_foreach (supervisor, append_slot, text);
  g_string_append (text, "]}");

  locker = g_mutex_locker_new (&self->mutex);
  g_free (self->text);
  self->text = g_string_free (text, FALSE);
  g_hash_table_remove_all (self->instances);
  usher_supervisor_foreach (supervisor, note_instance, self->instances);
}

char *
usher_process_page_dup_instance (UsherProcessPage *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (g_hash_table_lookup (self->instances, name));
}

void
usher_process_page_answer (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherProcessPage *self = user_data;
  char *text = NULL;

  g_mutex_lock (&self->mutex);
  text = g_strdup (self->text);
  g_mutex_unlock (&self->mutex);

  usher_reply_take_json (usher_exchange_get_reply (owned), text);
  usher_exchange_finish (owned);
}
