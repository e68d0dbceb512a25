/* usher-status.c: how a host that runs is, on one screen
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "usher-commands.h"
#include "usher-host-state.h"
#include "usher-table.h"
#include "usher-terminal.h"

static gboolean as_json;

const GOptionEntry usher_status_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "All of it as one JSON object", NULL },
  { NULL },
};

/* (transfer full): of the supervisor */
static UsherTable *
make_processes (UsherHostState *self)
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

/* (transfer full): of the bus */
static UsherTable *
make_groups (UsherHostState *self)
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

static const char *
get_state (const UsherHostState *self)
{
  if (self->reason != NULL)
    return "Not ready";

  return self->doubt != NULL ? "Degraded" : "Ready";
}

static void
print_head (UsherHostState *self)
{
  const char *address = usher_admin_client_get_address (self->client);
  const char *version = usher_answer_get_text (self->server, "version");
  g_autofree char *number = version != NULL ? usher_terminal_clean (version) : NULL;
  const char *trouble = self->reason != NULL ? self->reason : self->doubt;
  g_autofree char *reason = trouble != NULL ? usher_terminal_clean (trouble) : NULL;

  g_print ("%s at %s%s%s%s%s\n",
           get_state (self),
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
dup_figure (UsherHostState *self, const char *name)
{
  const char *text = usher_answer_get_text (self->server, name);
  gint64 value = 0;

  if (usher_answer_get_integer (self->server, name, &value))
    return g_strdup_printf ("%" G_GINT64_FORMAT, value);

  return usher_terminal_clean (text != NULL ? text : "-");
}

/* (transfer full): how many channels are full, where any are */
static char *
dup_full (UsherHostState *self)
{
  gint64 n = 0;

  if (!usher_answer_get_integer (self->groups, "full_channels", &n) || n == 0)
    return g_strdup ("");

  return g_strdup_printf (" (%" G_GINT64_FORMAT " full)", n);
}

static void
print_bus (UsherHostState *self)
{
  g_autofree char *state = dup_figure (self, "state");
  g_autofree char *uptime = dup_figure (self, "uptime");
  g_autofree char *events = dup_figure (self, "total_msgs");
  g_autofree char *channels = dup_figure (self, "channels");
  g_autofree char *members = dup_figure (self, "clients");
  g_autofree char *full = dup_full (self);
  g_autofree char *trouble = self->no_bus != NULL ? usher_terminal_clean (self->no_bus) : NULL;
  g_autoptr (UsherTable) groups = make_groups (self);

  if (self->server == NULL)
    {
      g_print ("\nBus: %s\n", trouble);
      return;
    }

  g_print ("\nBus: %s, up for %s; events %s, channels %s%s, members %s\n",
           state,
           uptime,
           events,
           channels,
           full,
           members);
  print_table (groups);
}

static void
print_text (UsherHostState *self)
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
build_bus (JsonBuilder *builder, UsherHostState *self)
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
  gint64 n_full = 0;

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
  json_builder_set_member_name (builder, "full_channels");
  if (usher_answer_get_integer (self->groups, "full_channels", &n_full))
    json_builder_add_int_value (builder, n_full);
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
}

static void
print_json (UsherHostState *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (UsherTable) processes = make_processes (self);
  g_autoptr (UsherTable) groups = make_groups (self);

  json_builder_begin_object (builder);
  build_text (builder, "address", usher_admin_client_get_address (self->client));
  json_builder_set_member_name (builder, "ready");
  json_builder_add_boolean_value (builder, self->reason == NULL);
  build_text (builder, "reason", self->reason);
  build_text (builder, "degraded", self->doubt);
  build_text (builder, "version", usher_answer_get_text (self->server, "version"));
  build_table (builder, "processes", processes);
  build_table (builder, "services", self->services);
  build_bus (builder, self);
  build_table (builder, "groups", groups);
  json_builder_end_object (builder);
  usher_terminal_print_built (builder);
}

int
usher_status (const UsherOptions *options)
{
  g_auto (UsherHostState) self = { NULL };
  g_autoptr (GError) error = NULL;

  if (!usher_host_state_read (&self, options, &error))
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
