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

/* One process with services: the host itself, or a child of the supervisor. */
typedef struct
{
  char *name;          /* (owned) (nullable): NULL: the one that was asked */
  UsherJson *plugins;  /* (owned) (nullable) */
  UsherJson *services; /* (owned) (nullable) */
} Place;

typedef struct
{
  UsherAdminClient *client; /* (owned) */
  char *reason;             /* (owned) (nullable): why it is not ready */
  UsherJson *processes;     /* (owned) (nullable): of a supervisor */
  GPtrArray *places;        /* (owned) (element-type Place) */
  UsherJson *server;        /* (owned) (nullable) */
  UsherJson *groups;        /* (owned) (nullable) */
  char *no_bus;             /* (owned) (nullable): why there is nothing of it */
} Status;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_clear_pointer (&place->plugins, usher_json_unref);
  g_clear_pointer (&place->services, usher_json_unref);
  g_free (place->name);
  g_free (place);
}

static void
status_clear (Status *self)
{
  g_clear_pointer (&self->client, usher_admin_client_free);
  g_clear_pointer (&self->processes, usher_json_unref);
  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_clear_pointer (&self->server, usher_json_unref);
  g_clear_pointer (&self->groups, usher_json_unref);
  g_free (self->reason);
  g_free (self->no_bus);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Status, status_clear)

static char *
make_path (const char *array, guint index, const char *member)
{
  return g_strdup_printf ("%s%s%u.%s", array, *array != '\0' ? "." : "", index, member);
}

static const char *
get_text (UsherJson *json, const char *array, guint index, const char *member)
{
  g_autofree char *path = make_path (array, index, member);

  return json != NULL ? usher_json_get_string (json, path) : NULL;
}

/* a page that some do not have is none */
static UsherJson *
look (Status *self, const char *prefix, const char *target)
{
  g_autofree char *full = g_strconcat (prefix, target, NULL);

  return usher_admin_client_get (self->client, full, NULL);
}

static void
add_place (Status *self, const char *name)
{
  g_autofree char *escaped = name != NULL ? g_uri_escape_string (name, NULL, FALSE) : NULL;
  g_autofree char *prefix = name != NULL ? g_strconcat ("/processes/", escaped, NULL) : NULL;
  Place *place = g_new0 (Place, 1);

  place->name = g_strdup (name);
  place->plugins = look (self, name != NULL ? prefix : "", "/plugins");
  place->services = look (self, name != NULL ? prefix : "", "/services");
  g_ptr_array_add (self->places, place);
}

/* How the array of processes is reached in its page. */
static const char *
get_array (UsherJson *processes)
{
  return usher_json_get_kind (processes, "") == USHER_JSON_ARRAY ? "" : "items";
}

static void
add_places (Status *self)
{
  const char *array = NULL;

  self->processes = look (self, "", "/processes");
  if (self->processes == NULL)
    {
      add_place (self, NULL);
      return;
    }

  array = get_array (self->processes);
  for (guint i = 0; i < usher_json_get_length (self->processes, array); i++)
    {
      g_autofree char *services = make_path (array, i, "services");

      if (usher_json_get_length (self->processes, services) > 0)
        add_place (self, get_text (self->processes, array, i, "name"));
    }
}

static void
read_bus (Status *self)
{
  g_autoptr (GError) error = NULL;

  self->server = usher_admin_client_get (self->client, "/streaming/serverz", &error);
  if (self->server != NULL)
    self->groups = usher_admin_client_get (self->client, "/streaming/groupsz", &error);
  if (error != NULL)
    self->no_bus = g_strdup (usher_admin_client_is_lost (self->client)
                                 ? error->message
                                 : usher_admin_client_get_refusal (self->client));
}

/* FALSE: nobody answers. */
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
  add_places (self);
  read_bus (self);

  return TRUE;
}

static void
print_head (Status *self)
{
  const char *address = usher_admin_client_get_address (self->client);
  const char *version =
      self->server != NULL ? usher_json_get_string (self->server, "version") : NULL;
  g_autofree char *reason = self->reason != NULL ? usher_table_clean (self->reason) : NULL;

  g_print ("%s at %s%s%s%s%s\n",
           reason != NULL ? "Not ready" : "Ready",
           address,
           version != NULL ? ", version " : "",
           version != NULL ? version : "",
           reason != NULL ? ": " : "",
           reason != NULL ? reason : "");
}

static void
add_number (UsherTable *table, UsherJson *json, const char *array, guint index, const char *member)
{
  g_autofree char *path = make_path (array, index, member);
  gint64 value = 0;

  if (json != NULL && usher_json_get_integer (json, path, &value))
    usher_table_add_number (table, value);
  else
    usher_table_add (table, "-");
}

/* (transfer full): the texts of a list in one line */
static char *
join (UsherJson *json, const char *path)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < usher_json_get_length (json, path); i++)
    {
      g_autofree char *item = g_strdup_printf ("%s.%u", path, i);
      const char *text = usher_json_get_string (json, item);

      g_string_append_printf (line, "%s%s", i > 0 ? " " : "", text != NULL ? text : "");
    }

  return g_string_free (line, FALSE);
}

static void
print_processes (Status *self)
{
  static const char *const titles[] = { "PROCESS",  "#PID",   "STATE", "#RESTARTS",
                                        "SERVICES", "REASON", NULL };
  g_autoptr (UsherTable) table = usher_table_new (titles);
  const char *array = self->processes != NULL ? get_array (self->processes) : "";
  guint n_rows = self->processes != NULL ? usher_json_get_length (self->processes, array) : 0;

  for (guint i = 0; i < n_rows; i++)
    {
      g_autofree char *path = make_path (array, i, "services");
      g_autofree char *services = join (self->processes, path);

      usher_table_add (table, get_text (self->processes, array, i, "name"));
      add_number (table, self->processes, array, i, "pid");
      usher_table_add (table, get_text (self->processes, array, i, "state"));
      add_number (table, self->processes, array, i, "restarts");
      usher_table_add (table, services);
      usher_table_add (table, get_text (self->processes, array, i, "reason"));
    }

  if (n_rows > 0)
    g_print ("\n");
  usher_table_print (table);
}

/* The row of a service; the length of the array: there is none. */
static guint
find_service (UsherJson *services, const char *name)
{
  guint n = services != NULL ? usher_json_get_length (services, "") : 0;

  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (get_text (services, "", i, "service"), name) == 0)
      return i;

  return n;
}

static gboolean
is_read_only (UsherJson *services, guint row)
{
  g_autofree char *path = make_path ("", row, "store.read-only");
  gint64 value = 0;

  return services != NULL && usher_json_get_integer (services, path, &value) && value != 0;
}

static void
add_services (UsherTable *table, const Place *place)
{
  static const char *const numbers[] = {
    "store.documents", "store.outbox", "store.inbox", "store.timers", "waiting"
  };

  for (guint i = 0; i < usher_json_get_length (place->plugins, "items"); i++)
    {
      const char *name = get_text (place->plugins, "items", i, "name");
      const char *state = get_text (place->plugins, "items", i, "state");
      guint row = find_service (place->services, name);
      gboolean read_only = is_read_only (place->services, row);

      /* one that was found and is not meant to run there */
      if (g_strcmp0 (state, "discovered") == 0)
        continue;

      if (place->name != NULL)
        usher_table_add (table, place->name);
      usher_table_add (table, name);
      usher_table_add (table, read_only ? "degraded" : state);
      for (guint j = 0; j < G_N_ELEMENTS (numbers); j++)
        add_number (table, place->services, "", row, numbers[j]);
      usher_table_add (table,
                       read_only ? "its database takes no changes, the log says why"
                                 : get_text (place->plugins, "items", i, "reason"));
    }
}

static void
print_services (Status *self)
{
  static const char *const titles[] = { "PROCESS", "SERVICE", "STATE",    "#DOCUMENTS", "#OUTBOX",
                                        "#INBOX",  "#TIMERS", "#WAITING", "REASON",     NULL };
  /* which process, where there is but one, is no question */
  g_autoptr (UsherTable) table = usher_table_new (titles + (self->processes == NULL ? 1 : 0));

  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = g_ptr_array_index (self->places, i);

      if (place->plugins != NULL)
        add_services (table, place);
    }

  if (usher_table_get_n_rows (table) > 0)
    g_print ("\n");
  usher_table_print (table);
}

static gint64
get_number (UsherJson *json, const char *path)
{
  gint64 value = 0;

  usher_json_get_integer (json, path, &value);

  return value;
}

static void
print_groups (Status *self)
{
  static const char *const titles[] = { "CHANNEL", "GROUP",        "#MEMBERS", "#LAG",
                                        "#OUT",    "#REDELIVERED", "#PARKED",  NULL };
  static const char *const numbers[] = { "members", "lag", "out", "redeliveries", "parked" };
  g_autoptr (UsherTable) table = usher_table_new (titles);

  for (guint i = 0; i < usher_json_get_length (self->groups, "groups"); i++)
    {
      usher_table_add (table, get_text (self->groups, "groups", i, "channel"));
      usher_table_add (table, get_text (self->groups, "groups", i, "group"));
      for (guint j = 0; j < G_N_ELEMENTS (numbers); j++)
        add_number (table, self->groups, "groups", i, numbers[j]);
    }

  if (usher_table_get_n_rows (table) > 0)
    g_print ("\n");
  usher_table_print (table);
}

static void
print_bus (Status *self)
{
  if (self->server == NULL)
    {
      g_print ("\nBus: %s\n", self->no_bus);
      return;
    }

  g_print ("\nBus: %s, up for %s; events %" G_GINT64_FORMAT ", channels %" G_GINT64_FORMAT
           ", members %" G_GINT64_FORMAT "\n",
           usher_json_get_string (self->server, "state"),
           usher_json_get_string (self->server, "uptime"),
           get_number (self->server, "total_msgs"),
           get_number (self->server, "channels"),
           get_number (self->server, "clients"));
  if (self->groups != NULL)
    print_groups (self);
}

static void
append_page (GString *json, const char *name, UsherJson *page)
{
  g_autofree char *text = page != NULL ? usher_json_dup_text (page, "") : NULL;

  g_string_append_printf (json, ",\"%s\":%s", name, text != NULL ? text : "null");
}

static void
print_json (Status *self)
{
  g_autoptr (GString) json = g_string_new (NULL);

  g_string_append_printf (json,
                          "{\"ready\":%s,\"reason\":",
                          self->reason == NULL ? "true" : "false");
  usher_json_append_string (json, self->reason != NULL ? self->reason : "");
  append_page (json, "processes", self->processes);
  g_string_append (json, ",\"hosts\":[");
  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = g_ptr_array_index (self->places, i);

      g_string_append (json, i > 0 ? ",{\"process\":" : "{\"process\":");
      usher_json_append_string (json, place->name != NULL ? place->name : "");
      append_page (json, "plugins", place->plugins);
      append_page (json, "services", place->services);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, ']');
  append_page (json, "server", self->server);
  append_page (json, "groups", self->groups);
  g_string_append_c (json, '}');
  g_print ("%s\n", json->str);
}

int
usher_status (const UsherOptions *options)
{
  g_auto (Status) self = { NULL };
  g_autoptr (GError) error = NULL;

  self.places = g_ptr_array_new_with_free_func (place_free);
  self.client = usher_admin_client_new (options, TIMEOUT, &error);
  if (self.client == NULL || !read_status (&self, &error))
    {
      g_printerr ("usher: %s\n", error->message);
      return self.client != NULL ? EXIT_NOT_REACHED : EXIT_USAGE;
    }

  if (as_json)
    print_json (&self);
  else
    {
      print_head (&self);
      print_processes (&self);
      print_services (&self);
      print_bus (&self);
    }

  return self.reason == NULL ? EXIT_SUCCESS : EXIT_NOT_READY;
}
