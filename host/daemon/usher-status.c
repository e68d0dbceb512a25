/* usher-status.c: how a host that runs is, on one screen
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "usher-admin-client.h"
#include "usher-commands.h"
#include "usher-error.h"
#include "usher-table.h"

/* seconds */
#define TIMEOUT 30

static gboolean as_json;

const GOptionEntry usher_status_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "All of it as one JSON object", NULL },
  { NULL },
};

typedef struct
{
  UsherAdminClient *client; /* (owned) */
  char *reason;             /* (owned) (nullable): why it is not ready */
  JsonObject *processes;    /* (owned) (nullable): of a supervisor */
  UsherTable *services;     /* (owned): of the host that was asked, or of the supervisor's */
  JsonObject *server;       /* (owned) (nullable) */
  JsonObject *groups;       /* (owned) (nullable) */
  char *no_bus;             /* (owned) (nullable): why there is nothing of it */
} Status;

static void
status_clear (Status *self)
{
  g_clear_pointer (&self->client, usher_admin_client_free);
  g_clear_pointer (&self->processes, json_object_unref);
  g_clear_pointer (&self->services, usher_table_free);
  g_clear_pointer (&self->server, json_object_unref);
  g_clear_pointer (&self->groups, json_object_unref);
  g_free (self->reason);
  g_free (self->no_bus);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Status, status_clear)

/* Reads a list into @answer: (nullable), where there is one: some have no such page. FALSE: it makes no sense. */
static gboolean
look (Status *self, const char *prefix, const char *target, JsonObject **answer, GError **error)
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
  static const char *const numbers[] = {
    "store.documents", "store.outbox", "store.inbox", "store.timers", "waiting"
  };
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
add_place (Status *self, const char *process, GError **error)
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
add_places (Status *self, GError **error)
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
read_bus (Status *self, GError **error)
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

/* FALSE: nobody answers, or not as an admin listener does. */
static gboolean
read_status (Status *self, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autofree char *ready = usher_admin_client_send (self->client, "GET", "/readyz", NULL, &trouble);

  if (ready == NULL && usher_admin_client_is_lost (self->client))
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }

  if (ready == NULL)
    self->reason = g_strdup (usher_admin_client_get_refusal (self->client));

  return add_places (self, error) && read_bus (self, error);
}

/* (transfer full): of the supervisor */
static UsherTable *
make_processes (Status *self)
{
  static const UsherColumn columns[] = {
    { "name", "PROCESS" },
    { "pid", "PID", USHER_COLUMN_NUMBER },
    { "state", "STATE" },
    { "restarts", "RESTARTS", USHER_COLUMN_NUMBER },
    { "services", "SERVICES", USHER_COLUMN_LIST },
    { "reason", "REASON" },
  };
  UsherTable *table = usher_table_new (columns, G_N_ELEMENTS (columns));

  usher_table_add_rows (table, self->processes, "items");

  return table;
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
    { "waiting", "WAITING", USHER_COLUMN_NUMBER },
    { "reason", "REASON" },
  };

  return usher_table_new (columns, G_N_ELEMENTS (columns));
}

/* (transfer full): of the bus */
static UsherTable *
make_groups (Status *self)
{
  static const UsherColumn columns[] = {
    { "channel", "CHANNEL" },
    { "group", "GROUP" },
    { "members", "MEMBERS", USHER_COLUMN_NUMBER },
    { "lag", "LAG", USHER_COLUMN_NUMBER },
    { "out", "OUT", USHER_COLUMN_NUMBER },
    { "redelivered", "REDELIVERED", USHER_COLUMN_NUMBER, "redeliveries" },
    { "parked", "PARKED", USHER_COLUMN_NUMBER },
  };
  UsherTable *table = usher_table_new (columns, G_N_ELEMENTS (columns));

  usher_table_add_rows (table, self->groups, "groups");

  return table;
}

static void
print_head (Status *self)
{
  const char *address = usher_admin_client_get_address (self->client);
  const char *version = usher_answer_get_text (self->server, "version");
  g_autofree char *number = version != NULL ? usher_table_clean (version) : NULL;
  g_autofree char *reason = self->reason != NULL ? usher_table_clean (self->reason) : NULL;

  g_print ("%s at %s%s%s%s%s\n",
           reason != NULL ? "Not ready" : "Ready",
           address,
           number != NULL ? ", version " : "",
           number != NULL ? number : "",
           reason != NULL ? ": " : "",
           reason != NULL ? reason : "");
}

/* Below an empty line, if it has rows. */
static void
print_table (UsherTable *table)
{
  if (usher_table_get_n_rows (table) > 0)
    g_print ("\n");
  usher_table_print (table);
}

/* (transfer full): what a bus answers about itself, for people */
static char *
dup_figure (Status *self, const char *name)
{
  const char *text = usher_answer_get_text (self->server, name);
  gint64 value = 0;

  if (usher_answer_get_integer (self->server, name, &value))
    return g_strdup_printf ("%" G_GINT64_FORMAT, value);

  return usher_table_clean (text != NULL ? text : "-");
}

static void
print_bus (Status *self)
{
  g_autofree char *state = dup_figure (self, "state");
  g_autofree char *uptime = dup_figure (self, "uptime");
  g_autofree char *events = dup_figure (self, "total_msgs");
  g_autofree char *channels = dup_figure (self, "channels");
  g_autofree char *members = dup_figure (self, "clients");
  g_autofree char *trouble = self->no_bus != NULL ? usher_table_clean (self->no_bus) : NULL;
  g_autoptr (UsherTable) groups = make_groups (self);

  if (self->server == NULL)
    {
      g_print ("\nBus: %s\n", trouble);
      return;
    }

  g_print ("\nBus: %s, up for %s; events %s, channels %s, members %s\n",
           state,
           uptime,
           events,
           channels,
           members);
  print_table (groups);
}

static void
print_text (Status *self)
{
  g_autoptr (UsherTable) processes = make_processes (self);

  print_head (self);
  print_table (processes);
  print_table (self->services);
  print_bus (self);
}

/* @text: (nullable) */
static void
build_text (JsonBuilder *builder, const char *name, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  json_builder_set_member_name (builder, name);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

static void
build_table (JsonBuilder *builder, const char *name, UsherTable *table)
{
  json_builder_set_member_name (builder, name);
  usher_table_build (table, builder);
}

static void
build_bus (JsonBuilder *builder, Status *self)
{
  static const struct
  {
    const char *name;
    const char *member;
  } numbers[] = {
    { "events", "total_msgs" },
    { "channels", "channels" },
    { "members", "clients" },
  };

  json_builder_set_member_name (builder, "bus");
  json_builder_begin_object (builder);
  build_text (builder, "state", usher_answer_get_text (self->server, "state"));
  build_text (builder, "reason", self->no_bus);
  build_text (builder, "uptime", usher_answer_get_text (self->server, "uptime"));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 value = 0;

      json_builder_set_member_name (builder, numbers[i].name);
      if (usher_answer_get_integer (self->server, numbers[i].member, &value))
        json_builder_add_int_value (builder, value);
      else
        json_builder_add_null_value (builder);
    }
  json_builder_end_object (builder);
}

static void
print_json (Status *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (UsherTable) processes = make_processes (self);
  g_autoptr (UsherTable) groups = make_groups (self);

  json_builder_begin_object (builder);
  build_text (builder, "address", usher_admin_client_get_address (self->client));
  json_builder_set_member_name (builder, "ready");
  json_builder_add_boolean_value (builder, self->reason == NULL);
  build_text (builder, "reason", self->reason);
  build_text (builder, "version", usher_answer_get_text (self->server, "version"));
  build_table (builder, "processes", processes);
  build_table (builder, "services", self->services);
  build_bus (builder, self);
  build_table (builder, "groups", groups);
  json_builder_end_object (builder);
  usher_table_print_document (builder);
}

int
usher_status (const UsherOptions *options)
{
  g_auto (Status) self = { NULL };
  g_autoptr (GError) error = NULL;

  self.services = make_services ();
  self.client = usher_admin_client_new (options, TIMEOUT, &error);
  if (self.client == NULL || !read_status (&self, &error))
    {
      g_printerr ("usher: %s\n", error->message);
      return self.client != NULL ? EXIT_NOT_REACHED : EXIT_USAGE;
    }

  if (as_json)
    print_json (&self);
  else
    print_text (&self);

  return self.reason == NULL ? EXIT_SUCCESS : EXIT_NOT_READY;
}
