/* usher-ps.c: the commands “usher ps” and “usher reload”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>

#include "usher-admin-client.h"
#include "usher-commands.h"
#include "usher-error.h"
#include "usher-table.h"
#include "usher-terminal.h"

/* seconds */
#define ANSWER_TIMEOUT 10
#define RELOAD_TIMEOUT 600

static gboolean wants_json = FALSE;

const GOptionEntry usher_ps_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &wants_json, "All of it as one JSON object", NULL },
  { NULL },
};

/* @client: (nullable) */
static int
fail (UsherAdminClient *client, const GError *error)
{
  g_printerr ("usher: %s\n", error->message);
  if (client == NULL)
    return EXIT_USAGE;

  return usher_admin_client_is_lost (client) ? EXIT_NOT_REACHED : EXIT_FAILURE;
}

/* A host alone and a hub have no processes. */
static void
say_what_it_is (UsherAdminClient *client, GError **error)
{
  if (!g_error_matches (*error, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    return;

  g_clear_error (error);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_NOT_FOUND,
               "there is no supervisor at %s: processes are those of “usher up”, and who answers "
               "there is a host, a hub or a gateway alone",
               usher_admin_client_get_address (client));
}

/* The rows, and what the supervisor says of itself. */
static void
print_json (UsherTable *table, JsonObject *answer)
{
  static const char *const members[] = { "profile", "bus" };
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      json_builder_set_member_name (builder, members[i]);
      json_builder_add_string_value (builder, usher_answer_get_text (answer, members[i]));
    }
  json_builder_set_member_name (builder, "items");
  usher_table_build (table, builder);
  json_builder_end_object (builder);
  usher_terminal_print_built (builder);
}

/* Where nothing has died nothing is said of it. */
static void
hide_ends (UsherTable *table, JsonObject *answer)
{
  for (guint i = 0; i < usher_answer_get_length (answer, "items"); i++)
    if (usher_answer_get_text (usher_answer_get_item (answer, "items", i), "lastEnd") != NULL)
      return;

  usher_table_hide_column (table, "lastEndTime");
  usher_table_hide_column (table, "lastEnd");
}

int
usher_ps (const UsherOptions *options)
{
  static const UsherColumn columns[] = {
    { "name", "PROCESS" },
    { "state", "STATE" },
    { "pid", "PID", USHER_COLUMN_NUMBER },
    { "generation", "GEN", USHER_COLUMN_NUMBER },
    { "restarts", "RESTARTS", USHER_COLUMN_NUMBER },
    { "since", "SINCE" },
    { "services", "SERVICES", USHER_COLUMN_LIST },
    { "reason", "REASON" },
    { "lastEndTime", "DIED" },
    { "lastEnd", "HOW" },
  };
  g_autoptr (UsherTable) table = usher_table_new (columns, G_N_ELEMENTS (columns));
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherAdminClient) client = usher_admin_client_new (options, ANSWER_TIMEOUT, &error);
  g_autoptr (JsonObject) answer = NULL;

  if (client != NULL)
    answer = usher_admin_client_list (client, "/processes", &error);
  if (answer == NULL && client != NULL)
    say_what_it_is (client, &error);
  if (answer == NULL)
    return fail (client, error);

  usher_table_add_rows (table, answer, "items");
  if (wants_json)
    print_json (table, answer);
  else
    {
      hide_ends (table, answer);
      usher_table_print (table);
    }

  return EXIT_SUCCESS;
}

static gboolean
reload (UsherAdminClient *client, const char *service, GError **error)
{
  g_autofree char *name = g_uri_escape_string (service, NULL, FALSE);
  g_autofree char *target = g_strdup_printf ("/services/%s/reload", name);
  g_autofree char *text = usher_admin_client_send (client, "POST", target, NULL, error);
  g_autoptr (JsonObject) processes = NULL;
  g_autoptr (GError) fault = NULL;

  if (text != NULL)
    return TRUE;

  /* either the service is unknown there, or nothing is reloaded there at all */
  if (g_error_matches (*error, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    processes = usher_admin_client_list (client, "/processes", &fault);
  if (g_error_matches (fault, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    say_what_it_is (client, error);

  return FALSE;
}

int
usher_reload (const UsherOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherAdminClient) client = NULL;

  client = usher_admin_client_new (options, RELOAD_TIMEOUT, &error);
  if (client == NULL)
    return fail (client, error);

  for (guint i = 0; options->arguments[i] != NULL; i++)
    {
      if (!reload (client, options->arguments[i], &error))
        return fail (client, error);
      g_print ("%s is served by a new process\n", options->arguments[i]);
    }

  return EXIT_SUCCESS;
}
