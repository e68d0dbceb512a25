/* usher-events.c: the events of a bus that runs, seen and treated from a terminal
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usher-admin-client.h"
#include "usher-commands.h"
#include "usher-error.h"
#include "usher-table.h"
#include "usher-terminal.h"

#define PAGE_ROWS 100
#define PAUSE     G_USEC_PER_SEC
/* seconds; more than the listener lets anybody wait */
#define TIMEOUT 30
/* seconds for which a follower may not see that nobody reads it */
#define WAIT "5"

static gboolean as_json;
static gboolean from_first;
static gint64 from = -1;

const GOptionEntry usher_events_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "As JSON: one object, of tail one a line", NULL },
  { "from", 0, 0, G_OPTION_ARG_INT64, &from, "Begin at sequence SEQ of the channel", "SEQ" },
  { "all", 0, 0, G_OPTION_ARG_NONE, &from_first, "Begin at the first event that is kept", NULL },
  { NULL },
};

static int
complain (UsherAdminClient *client, const GError *error)
{
  g_printerr ("usher: %s\n", error->message);

  return usher_admin_client_is_lost (client) ? EXIT_NOT_REACHED : EXIT_FAILURE;
}

static void
append_query (GString *target, const char *name, const char *value)
{
  if (value == NULL)
    return;

  g_string_append_printf (target, "%c%s=", strchr (target->str, '?') == NULL ? '?' : '&', name);
  g_string_append_uri_escaped (target, value, NULL, FALSE);
}

/* (transfer full): a value for people */
static char *
dup_text (JsonObject *event, const char *member)
{
  const char *text = usher_answer_get_text (event, member);
  gint64 value = 0;

  if (usher_answer_get_integer (event, member, &value))
    return g_strdup_printf ("%" G_GINT64_FORMAT, value);

  return usher_terminal_clean (text != NULL ? text : "-");
}

/* On a line: all of it as JSON, or @members for people. */
static void
print_event (JsonObject *event, const char *const *members)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), event);

  if (as_json)
    {
      usher_terminal_print_json (node);
      return;
    }

  for (guint i = 0; members[i] != NULL; i++)
    {
      g_autofree char *text = dup_text (event, members[i]);

      g_print ("%s%s", i > 0 ? " " : "", text);
    }
  g_print ("\n");
}

/* (transfer full): where the first page is */
static char *
begin_following (const char *channel)
{
  GString *target = g_string_new ("/events");
  g_autofree char *after =
      g_strdup_printf ("%" G_GINT64_FORMAT, from_first ? 0 : MAX (0, from - 1));

  append_query (target, "channel", channel);
  append_query (target, "after", from_first || from >= 0 ? after : NULL);

  return g_string_free (target, FALSE);
}

static char *
go_on_following (const char *channel, const char *cursor)
{
  GString *target = g_string_new ("/events");

  append_query (target, "channel", channel);
  append_query (target, "cursor", cursor);
  append_query (target, "wait", WAIT);

  return g_string_free (target, FALSE);
}

/* Whether nobody reads on, or the disk is full: without events a pipe sends no signal. */
static gboolean
is_output_lost (void)
{
  struct pollfd out = { .fd = STDOUT_FILENO, .events = 0 };

  return ferror (stdout) != 0 || (poll (&out, 1, 0) == 1 && out.revents != 0);
}

/* A typing error would wait for ever without a word. */
static void
warn_of_unknown (UsherAdminClient *client, const char *channel)
{
  g_autoptr (GString) target = g_string_new ("/streaming/channelsz");
  g_autoptr (JsonObject) page = NULL;
  g_autoptr (GError) error = NULL;

  if (channel == NULL)
    return;

  append_query (target, "channel", channel);
  page = usher_admin_client_get (client, target->str, &error);
  if (g_error_matches (error, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    g_printerr ("usher: there is no channel “%s” yet; waiting for its first event\n", channel);
}

/* (transfer full): a page of events, which tells where the next begins */
static JsonObject *
ask_for_events (UsherAdminClient *client, const char *target, GError **error)
{
  g_autoptr (JsonObject) page = usher_admin_client_list (client, target, error);

  if (page == NULL || usher_answer_get_text (page, "cursor") != NULL)
    return g_steal_pointer (&page);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s: the answer for %s has no cursor",
               usher_admin_client_get_address (client),
               target);

  return NULL;
}

/* Until a signal ends it, or nobody reads it. A host that is started again is asked on where it was left. */
static int
follow (UsherAdminClient *client, const char *channel)
{
  static const char *const members[] = { "time",        "channel", "sequence", "id",
                                         "correlation", "payload", NULL };
  g_autofree char *target = begin_following (channel);
  gboolean was_reached = FALSE;
  gboolean is_lost = FALSE;

  while (!is_output_lost ())
    {
      gint64 asked = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) page = ask_for_events (client, target, &error);
      guint n_events = usher_answer_get_length (page, "items");

      if (page == NULL && (!was_reached || error->code == USHER_ERROR_CORRUPT))
        return complain (client, error);
      if (page == NULL && !is_lost)
        g_printerr ("usher: %s; trying again\n", error->message);
      if (page != NULL && !was_reached)
        warn_of_unknown (client, channel);
      is_lost = page == NULL;
      was_reached = was_reached || page != NULL;

      for (guint i = 0; i < n_events; i++)
        print_event (usher_answer_get_item (page, "items", i), members);
      if (page != NULL)
        {
          g_free (target);
          target = go_on_following (channel, usher_answer_get_text (page, "cursor"));
        }
      /* one that does not let us wait is not asked without a pause */
      if (n_events == 0 && g_get_monotonic_time () - asked < PAUSE)
        g_usleep (PAUSE);
    }

  return EXIT_SUCCESS;
}

static int
list_parked (UsherAdminClient *client, const char *channel)
{
  static const UsherColumn columns[] = {
    { "id", "ID" },
    { "time", "SINCE" },
    { "channel", "CHANNEL" },
    { "group", "GROUP" },
    { "kind", "KIND" },
    { "sequence", "SEQUENCE", USHER_COLUMN_NUMBER },
    { "attempts", "ATTEMPTS", USHER_COLUMN_NUMBER },
    { "reason", "REASON", USHER_COLUMN_TEXT, "reasons.0" },
    { "reasons", "REASONS", USHER_COLUMN_LIST },
    { "eventId", "EVENT" },
    { "bytes", "BYTES", USHER_COLUMN_NUMBER },
  };
  g_autoptr (UsherTable) table = usher_table_new (columns, G_N_ELEMENTS (columns));
  gboolean has_more = TRUE;
  gint64 offset = 0;

  /* the first tells what is wrong; of the others, and which event it was, JSON tells */
  usher_table_hide_column (table, "reasons");
  usher_table_hide_column (table, "eventId");
  while (has_more)
    {
      g_autoptr (GString) target = g_string_new ("/parked");
      g_autoptr (JsonObject) page = NULL;
      g_autoptr (GError) error = NULL;
      gint64 next = 0;

      g_string_append_printf (target, "?limit=%d&offset=%" G_GINT64_FORMAT, PAGE_ROWS, offset);
      append_query (target, "channel", channel);
      page = usher_admin_client_list (client, target->str, &error);
      if (page == NULL)
        return complain (client, error);

      usher_table_add_rows (table, page, "items");
      /* whatever answers, each question goes further */
      has_more = usher_answer_get_integer (page, "next", &next) && next > offset;
      offset = next;
    }

  if (as_json)
    usher_table_print_json (table);
  else if (usher_table_get_n_rows (table) == 0)
    g_print ("Nothing is parked.\n");
  else
    usher_table_print (table);

  return EXIT_SUCCESS;
}

/* Shows all, whether one before is there or not. */
static int
show_parked (UsherAdminClient *client, char **ids)
{
  static const char *const members[] = { "payload", NULL };
  int result = EXIT_SUCCESS;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *id = g_uri_escape_string (ids[i], NULL, FALSE);
      g_autofree char *target = g_strconcat ("/parked/", id, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) event = usher_admin_client_get (client, target, &error);

      if (event != NULL)
        print_event (event, members);
      else if (usher_admin_client_is_lost (client))
        return complain (client, error);
      else if (g_error_matches (error, USHER_ERROR, USHER_ERROR_NOT_FOUND))
        g_printerr ("usher: no event “%s” is parked\n", ids[i]);
      else
        g_printerr ("usher: %s\n", error->message);
      if (event == NULL)
        result = EXIT_FAILURE;
    }

  return result;
}

/* Treats all, whether one before failed or not. */
static int
treat_parked (UsherAdminClient *client, const char *method, const char *verb, char **ids)
{
  int result = EXIT_SUCCESS;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *id = g_uri_escape_string (ids[i], NULL, FALSE);
      g_autofree char *target = g_strconcat ("/parked/", id, verb, NULL);
      g_autoptr (GError) error = NULL;
      guint status = 0;
      g_autofree char *body = usher_admin_client_send (client, method, target, &status, &error);

      if (body != NULL)
        continue;
      if (usher_admin_client_is_lost (client))
        return complain (client, error);

      if (status == 404)
        g_printerr ("usher: no event “%s” is parked\n", ids[i]);
      else
        g_printerr ("usher: %s: %s\n", ids[i], usher_admin_client_get_refusal (client));
      result = EXIT_FAILURE;
    }

  return result;
}

static int
run_verb (UsherAdminClient *client, char **words)
{
  if (g_str_equal (words[0], "tail"))
    return follow (client, words[1]);
  if (g_str_equal (words[0], "parked"))
    return list_parked (client, words[1]);
  if (g_str_equal (words[0], "show"))
    return show_parked (client, words + 1);
  if (g_str_equal (words[0], "replay"))
    return treat_parked (client, "POST", "/replay", words + 1);

  return treat_parked (client, "DELETE", "", words + 1);
}

/* Why the options are no order, NULL: they are. */
static const char *
find_fault (char **words)
{
  if (from >= 0 && from_first)
    return "--from and --all contradict each other";
  if (from >= 0 && words[1] == NULL)
    return "--from wants a channel, as each counts for itself";

  return NULL;
}

int
usher_events (const UsherOptions *options)
{
  g_autoptr (UsherAdminClient) client = NULL;
  g_autoptr (GError) error = NULL;
  const char *fault = find_fault (options->arguments);

  if (fault != NULL)
    {
      g_printerr ("usher: %s\nTry “usher events --help”.\n", fault);
      return EXIT_USAGE;
    }

  client = usher_admin_client_new (options, TIMEOUT, &error);
  if (client == NULL)
    {
      g_printerr ("usher: %s\n", error->message);
      return EXIT_USAGE;
    }

  return run_verb (client, options->arguments);
}
