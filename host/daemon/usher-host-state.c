/* usher-host-state.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-state.h"

#include "usher-error.h"

/* seconds */
#define TIMEOUT 30

/* Reads a list into @answer: (nullable), where there is one: some have no such page. FALSE: it makes no sense. */
static gboolean
look (UsherHostState *self,
      const char *prefix,
      const char *target,
      JsonObject **answer,
      GError **error)
{
  g_autofree char *full = g_strconcat (prefix, target, NULL);
  g_autoptr (GError) trouble = NULL;

  *answer = usher_admin_client_list (self->client, full, &trouble);
  if (!g_error_matches (trouble, USHER_ERROR, USHER_ERROR_CORRUPT))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&trouble));

  return FALSE;
}

static JsonObject *
find_service (JsonObject *services, const char *name)
{
  for (guint i = 0; i < usher_answer_get_length (services, "items"); i++)
    {
      JsonObject *service = usher_answer_get_item (services, "items", i);

      if (g_strcmp0 (usher_answer_get_text (service, "service"), name) == 0)
        return service;
    }

  return NULL;
}

static gboolean
is_read_only (JsonObject *service)
{
  gint64 value = 0;

  return usher_answer_get_integer (service, "store.read-only", &value) && value != 0;
}

static void
add_service (UsherTable *table, const char *process, JsonObject *plugin, JsonObject *service)
{
  static const char *const numbers[] = { "store.documents", "store.outbox",        "store.inbox",
                                         "store.timers",    "store.timers-parked", "waiting" };
  gboolean read_only = is_read_only (service);

  usher_table_add_text (table, process);
  usher_table_add_member (table, plugin, "name");
  if (read_only)
    usher_table_add_text (table, "degraded");
  else
    usher_table_add_member (table, plugin, "state");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    usher_table_add_member (table, service, numbers[i]);
  if (read_only)
    usher_table_add_text (table, "its database takes no changes, the log says why");
  else
    usher_table_add_member (table, plugin, "reason");
}

/* @process: (nullable): NULL: the one that was asked */
static gboolean
add_place (UsherHostState *self, const char *process, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (process != NULL ? process : "", NULL, FALSE);
  g_autofree char *prefix = g_strconcat (process != NULL ? "/processes/" : "", escaped, NULL);
  g_autoptr (JsonObject) plugins = NULL;
  g_autoptr (JsonObject) services = NULL;

  if (!look (self, prefix, "/plugins", &plugins, error) ||
      !look (self, prefix, "/services", &services, error))
    return FALSE;

  for (guint i = 0; i < usher_answer_get_length (plugins, "items"); i++)
    {
      JsonObject *plugin = usher_answer_get_item (plugins, "items", i);
      const char *name = usher_answer_get_text (plugin, "name");

      /* one that was found and is not meant to run there */
      if (g_strcmp0 (usher_answer_get_text (plugin, "state"), "discovered") != 0)
        add_service (self->services, process, plugin, find_service (services, name));
    }

  return TRUE;
}

static gboolean
add_places (UsherHostState *self, GError **error)
{
  if (!look (self, "", "/processes", &self->processes, error))
    return FALSE;

  if (self->processes == NULL)
    {
      /* which process, where there is but one, is no question */
      usher_table_hide_column (self->services, "process");
      return add_place (self, NULL, error);
    }

  for (guint i = 0; i < usher_answer_get_length (self->processes, "items"); i++)
    {
      JsonObject *process = usher_answer_get_item (self->processes, "items", i);
      const char *name = usher_answer_get_text (process, "name");

      if (name != NULL && usher_answer_get_length (process, "services") > 0 &&
          !add_place (self, name, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_bus (UsherHostState *self, GError **error)
{
  g_autoptr (GError) trouble = NULL;

  self->server = usher_admin_client_get (self->client, "/streaming/serverz", &trouble);
  if (self->server != NULL)
    self->groups = usher_admin_client_get (self->client, "/streaming/groupsz", &trouble);
  if (g_error_matches (trouble, USHER_ERROR, USHER_ERROR_CORRUPT))
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }
  if (trouble != NULL)
    self->no_bus = g_strdup (usher_admin_client_is_lost (self->client)
                                 ? trouble->message
                                 : usher_admin_client_get_refusal (self->client));

  return TRUE;
}

/* (transfer full) (nullable): of the answer of a host that is ready */
static char *
dup_doubt (const char *ready)
{
  g_autoptr (JsonObject) answer = usher_answer_parse (ready, NULL);

  return answer != NULL ? g_strdup (usher_answer_get_text (answer, "reason")) : NULL;
}

/* (transfer full): without rows */
static UsherTable *
make_services (void)
{
  static const UsherColumn columns[] = {
    { "process", "PROCESS" },
    { "service", "SERVICE" },
    { "state", "STATE" },
    { "documents", "DOCUMENTS", USHER_COLUMN_NUMBER },
    { "outbox", "OUTBOX", USHER_COLUMN_NUMBER },
    { "inbox", "INBOX", USHER_COLUMN_NUMBER },
    { "timers", "TIMERS", USHER_COLUMN_NUMBER },
    { "parked", "PARKED", USHER_COLUMN_NUMBER },
    { "waiting", "WAITING", USHER_COLUMN_NUMBER },
    { "reason", "REASON" },
  };

  return usher_table_new (columns, G_N_ELEMENTS (columns));
}

gboolean
usher_host_state_read (UsherHostState *self, const UsherOptions *options, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autofree char *ready = NULL;

  self->services = make_services ();
  self->client = usher_admin_client_new (options, TIMEOUT, error);
  if (self->client == NULL)
    return FALSE;

  ready = usher_admin_client_send (self->client, "GET", "/readyz", NULL, &trouble);
  if (ready == NULL && usher_admin_client_is_lost (self->client))
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }

  if (ready == NULL)
    self->reason = g_strdup (usher_admin_client_get_refusal (self->client));
  else
    self->doubt = dup_doubt (ready);

  return add_places (self, error) && read_bus (self, error);
}

void
usher_host_state_clear (UsherHostState *self)
{
  g_clear_pointer (&self->client, usher_admin_client_free);
  g_clear_pointer (&self->processes, json_object_unref);
  g_clear_pointer (&self->services, usher_table_free);
  g_clear_pointer (&self->server, json_object_unref);
  g_clear_pointer (&self->groups, json_object_unref);
  g_free (self->reason);
  g_free (self->doubt);
  g_free (self->no_bus);
}
