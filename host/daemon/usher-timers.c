/* usher-timers.c: timers that are parked or fail, seen and treated from a terminal
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
#include "usher-places.h"
#include "usher-table.h"

#define PAGE_ROWS 100
/* seconds */
#define TIMEOUT 30

static gboolean as_json;

const GOptionEntry usher_timers_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "The list as one JSON object", NULL },
  { NULL },
};

static int
complain (UsherAdminClient *client, const GError *error)
{
  g_printerr ("usher: %s\n", error->message);

  return usher_admin_client_is_lost (client) ? EXIT_NOT_REACHED : EXIT_FAILURE;
}

static void
add_row (UsherTable *table, JsonObject *timer)
{
  static const char *const members[] = { "id", "state", "time", "due", "failures", "deaths" };
  guint n_reasons = usher_answer_get_length (timer, "reasons");
  g_autofree char *last = g_strdup_printf ("reasons.%u", MAX (n_reasons, 1) - 1);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    usher_table_add_member (table, timer, members[i]);
  usher_table_add_member (table, timer, last);
  usher_table_add_member (table, timer, "reasons");
}

/* The copies of a service have one store: what another has told already is left out. Returns how many are new. */
static guint
add_rows (UsherTable *table, JsonObject *page, GHashTable *known)
{
  guint n = 0;

  for (guint i = 0; i < usher_answer_get_length (page, "items"); i++)
    {
      JsonObject *timer = usher_answer_get_item (page, "items", i);
      const char *id = usher_answer_get_text (timer, "id");

      if (id == NULL || !g_hash_table_add (known, g_strdup (id)))
        continue;
      add_row (table, timer);
      n++;
    }

  return n;
}

/* FALSE: it cannot be asked */
static gboolean
list_place (UsherAdminClient *client,
            const UsherPlace *place,
            UsherTable *table,
            GHashTable *known,
            GError **error)
{
  guint n_new = 1;

  /* a page has so many of each service; one that tells of nothing new leads nowhere */
  for (guint offset = 0; n_new > 0; offset += PAGE_ROWS)
    {
      g_autofree char *target = g_strdup_printf ("%s/timers?limit=%d&offset=%u",
                                                 usher_place_get_prefix (place),
                                                 PAGE_ROWS,
                                                 offset);
      g_autoptr (JsonObject) page = usher_admin_client_list (client, target, error);

      if (page == NULL)
        return FALSE;

      n_new = add_rows (table, page, known);
    }

  return TRUE;
}

static void
print (UsherTable *table)
{
  if (as_json)
    usher_table_print_json (table);
  else if (usher_table_get_n_rows (table) == 0)
    g_print ("No timer is parked or fails.\n");
  else
    usher_table_print (table);
}

static int
list (UsherAdminClient *client, GPtrArray *places)
{
  static const UsherColumn columns[] = {
    { "id", "TIMER" },
    { "state", "STATE" },
    { "time", "SINCE" },
    { "due", "NEXT" },
    { "failures", "FAILURES", USHER_COLUMN_NUMBER },
    { "deaths", "DEATHS", USHER_COLUMN_NUMBER },
    { "reason", "REASON" },
    { "reasons", "REASONS", USHER_COLUMN_LIST },
  };
  g_autoptr (UsherTable) table = usher_table_new (columns, G_N_ELEMENTS (columns));
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int result = EXIT_SUCCESS;

  /* the last one tells what is wrong; of the others JSON tells */
  usher_table_hide_column (table, "reasons");
  for (guint i = 0; i < places->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!list_place (client, g_ptr_array_index (places, i), table, known, &error))
        result = complain (client, error);
    }
  print (table);

  return result;
}

/* (transfer full): where the timer is that was given as SERVICE/NAME/KEY */
static char *
make_target (const UsherPlace *place, char **parts, const char *verb)
{
  g_autoptr (GString) target = g_string_new (usher_place_get_prefix (place));

  g_string_append (target, "/timers");
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_string_append_c (target, '/');
      g_string_append_uri_escaped (target, parts[i], NULL, FALSE);
    }
  g_string_append (target, verb);

  return g_string_free (g_steal_pointer (&target), FALSE);
}

/* Returns the exit status. The next copy is asked when one does not answer. */
static int
treat (UsherAdminClient *client,
       GPtrArray *places,
       const char *method,
       const char *verb,
       const char *id)
{
  g_auto (GStrv) parts = g_strsplit (id, "/", 3);
  g_autoptr (GError) error = NULL;
  gboolean has_three = g_strv_length (parts) == 3;

  for (guint i = 0; has_three && i < places->len; i++)
    {
      const UsherPlace *place = g_ptr_array_index (places, i);
      g_autofree char *target = NULL;
      g_autofree char *body = NULL;
      guint status = 0;

      if (!usher_place_has_service (place, parts[0]))
        continue;

      target = make_target (place, parts, verb);
      g_clear_error (&error);
      body = usher_admin_client_send (client, method, target, &status, &error);
      if (body != NULL)
        return EXIT_SUCCESS;
      if (usher_admin_client_is_lost (client))
        return complain (client, error);
      if (status != 503)
        break;
    }

  if (error == NULL || g_error_matches (error, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    g_printerr ("usher: no timer “%s” is parked or fails\n", id);
  else
    g_printerr ("usher: %s: %s\n", id, usher_admin_client_get_refusal (client));

  return EXIT_FAILURE;
}

/* Treats all, whether one before failed or not. */
static int
treat_all (UsherAdminClient *client, GPtrArray *places, char **words)
{
  gboolean is_retry = g_str_equal (words[0], "retry");
  int result = EXIT_SUCCESS;

  for (guint i = 1; words[i] != NULL && result != EXIT_NOT_REACHED; i++)
    {
      int status =
          treat (client, places, is_retry ? "POST" : "DELETE", is_retry ? "/retry" : "", words[i]);

      if (status != EXIT_SUCCESS)
        result = status;
    }

  return result;
}

int
usher_timers (const UsherOptions *options)
{
  g_autoptr (UsherAdminClient) client = NULL;
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (GError) error = NULL;

  client = usher_admin_client_new (options, TIMEOUT, &error);
  if (client == NULL)
    {
      g_printerr ("usher: %s\n", error->message);
      return EXIT_USAGE;
    }

  places = usher_places_list (client, &error);
  if (places == NULL)
    return complain (client, error);
  if (g_str_equal (options->arguments[0], "list"))
    return list (client, places);

  return treat_all (client, places, options->arguments);
}
