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

/* seconds */
#define ANSWER_TIMEOUT 10
#define RELOAD_TIMEOUT 600

static gboolean wants_json = FALSE;

const GOptionEntry usher_ps_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &wants_json, "Print what the supervisor answers", NULL },
  { NULL },
};

static int
fail (const GError *error)
{
  g_printerr ("usher: %s\n", error->message);

  return EXIT_FAILURE;
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
               "%s is not the admin listener of “usher up”, which alone has processes",
               usher_admin_client_get_address (client));
}

static const char *
get_text (UsherJson *json, guint row, const char *member)
{
  g_autofree char *path = g_strdup_printf ("items.%u.%s", row, member);
  const char *text = usher_json_get_string (json, path);

  return text != NULL ? text : "-";
}

static gint64
get_number (UsherJson *json, guint row, const char *member)
{
  g_autofree char *path = g_strdup_printf ("items.%u.%s", row, member);
  gint64 number = 0;

  usher_json_get_integer (json, path, &number);

  return number;
}

static void
print_row (UsherJson *json, guint row)
{
  g_print ("%-14s %-9s %8" G_GINT64_FORMAT " %4" G_GINT64_FORMAT " %8" G_GINT64_FORMAT
           "  %-24s  %s\n",
           get_text (json, row, "name"),
           get_text (json, row, "state"),
           get_number (json, row, "pid"),
           get_number (json, row, "generation"),
           get_number (json, row, "restarts"),
           get_text (json, row, "since"),
           get_text (json, row, "reason"));
}

int
usher_ps (const UsherOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherAdminClient) client = usher_admin_client_new (options, ANSWER_TIMEOUT, &error);
  g_autoptr (UsherJson) json = NULL;
  g_autofree char *text = NULL;

  if (client != NULL)
    json = usher_admin_client_get (client, "/processes", &error);
  if (json == NULL && client != NULL)
    say_what_it_is (client, &error);
  if (json == NULL)
    return fail (error);

  if (wants_json)
    {
      text = usher_json_dup_text (json, "");
      g_print ("%s\n", text);
      return EXIT_SUCCESS;
    }

  g_print ("%-14s %-9s %8s %4s %8s  %-24s  %s\n",
           "PROCESS",
           "STATE",
           "PID",
           "GEN",
           "RESTARTS",
           "SINCE",
           "REASON");
  for (guint i = 0; i < usher_json_get_length (json, "items"); i++)
    print_row (json, i);

  return EXIT_SUCCESS;
}

static gboolean
reload (UsherAdminClient *client, const char *service, GError **error)
{
  g_autofree char *name = g_uri_escape_string (service, NULL, FALSE);
  g_autofree char *target = g_strdup_printf ("/services/%s/reload", name);
  g_autofree char *text = usher_admin_client_send (client, "POST", target, NULL, error);

  return text != NULL;
}

int
usher_reload (const UsherOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherAdminClient) client = NULL;

  if (options->arguments == NULL)
    {
      g_printerr ("usher: which service shall be reloaded?\nTry “usher reload --help”.\n");
      return EXIT_USAGE;
    }

  client = usher_admin_client_new (options, RELOAD_TIMEOUT, &error);
  if (client == NULL)
    return fail (error);

  for (guint i = 0; options->arguments[i] != NULL; i++)
    {
      if (!reload (client, options->arguments[i], &error))
        return fail (error);
      g_print ("%s is served by a new process\n", options->arguments[i]);
    }

  return EXIT_SUCCESS;
}
