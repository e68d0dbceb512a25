/* usher-trace-command.c: the command “usher trace”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "usher-clock.h"
#include "usher-commands.h"
#include "usher-error.h"
#include "usher-terminal.h"
#include "usher-trace-page.h"
#include "usher-trace-source.h"
#include "usher-trace-tree.h"

/* what clocks of machines may differ by, and an id may be older than its event */
#define SLACK     (5 * G_TIME_SPAN_MINUTE)
#define MAX_HOURS (100 * 366 * 24)
#define MAX_LIMIT 100000
/* events that are parked in a channel, and are looked through */
#define MAX_PARKED 1000

static gboolean as_json;
static gboolean reads_all;
static int hours = 1;
static int limit = 1000;

const GOptionEntry usher_trace_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "All of it as one JSON object", NULL },
  { "hours",
    0,
    0,
    G_OPTION_ARG_INT,
    &hours,
    "Read N hours of the log, from the time in ID on, or the last ones; by default 1",
    "N" },
  { "all", 0, 0, G_OPTION_ARG_NONE, &reads_all, "Read the whole log", NULL },
  { "limit", 0, 0, G_OPTION_ARG_INT, &limit, "Show N events at most; by default 1000", "N" },
  { NULL },
};

/* What is gathered. */
typedef struct
{
  UsherTraceSource *source; /* (unowned) */
  UsherTraceTree *tree;     /* (owned) */
  char *root;               /* (owned): the request or event that all goes back to */
  GHashTable *services;     /* (owned) (element-type utf8 utf8): by channel, who publishes there */
  GHashTable *processes;    /* (owned) (element-type utf8 utf8): by service, which has it */
  GHashTable *parked;       /* (owned) (element-type utf8 JsonObject): by “group event” */
  JsonObject *groups;       /* (owned) (nullable) */
  gboolean is_cut;          /* there are more events */
  gint64 until;             /* up to when the log was read */
} Trace;

static void
clear_trace (Trace *self)
{
  g_clear_pointer (&self->tree, usher_trace_tree_free);
  g_clear_pointer (&self->root, g_free);
  g_clear_pointer (&self->services, g_hash_table_unref);
  g_clear_pointer (&self->processes, g_hash_table_unref);
  g_clear_pointer (&self->parked, g_hash_table_unref);
  g_clear_pointer (&self->groups, json_object_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trace, clear_trace)

static void
init_trace (Trace *self, UsherTraceSource *source)
{
  self->source = source;
  self->tree = usher_trace_tree_new ();
  self->services = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->processes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->parked =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
}

/* One that is known from another question takes no more room. */
static void
take_event (Trace *self, JsonObject *event)
{
  const char *id = usher_answer_get_text (event, "id");

  if (id != NULL && usher_trace_tree_find_event (self->tree, id) != NULL)
    return;

  if (usher_trace_tree_get_n_events (self->tree) < (guint) limit)
    usher_trace_tree_add_event (self->tree, event);
  else
    self->is_cut = TRUE;
}

/* All that has @id in it; @time: a moment of it, or 0: nobody knows */
static gboolean
gather (Trace *self, const char *id, gint64 time, GError **error)
{
  const gint64 span = hours * G_TIME_SPAN_HOUR;
  const gint64 made = usher_trace_page_get_time (id);
  const gint64 known = time != 0 ? time : g_get_real_time ();
  g_autofree char *cursor = NULL;
  gint64 since = 0;
  gboolean has_more = TRUE;

  if (!reads_all)
    since = MAX (0, (made != 0 ? made : known - span) - SLACK);
  self->until = G_MAXINT64;
  if (!reads_all)
    self->until = (made != 0 ? MAX (made, time) : known) + span;
  while (has_more)
    {
      g_autoptr (JsonObject) page =
          usher_trace_source_read (self->source, id, cursor, since, self->until, error);

      if (page == NULL)
        return FALSE;

      for (guint i = 0; i < usher_answer_get_length (page, "items"); i++)
        take_event (self, usher_answer_get_item (page, "items", i));
      has_more = !self->is_cut && usher_answer_get_boolean (page, "more");
      g_free (cursor);
      cursor = g_strdup (usher_answer_get_text (page, "cursor"));
    }

  return TRUE;
}

/* (transfer full): what an event that was asked for goes back to */
static char *
find_root (Trace *self, const char *id, gint64 *time)
{
  JsonObject *event = usher_trace_tree_find_event (self->tree, id);
  const char *correlation = event != NULL ? usher_answer_get_text (event, "correlation") : NULL;
  const char *text = event != NULL ? usher_answer_get_text (event, "time") : NULL;

  if (text == NULL || !usher_time_parse (text, time, NULL))
    *time = 0;

  return g_strdup (correlation != NULL ? correlation : id);
}

static gboolean
gather_all (Trace *self, const char *id, GError **error)
{
  gint64 time = 0;

  if (!gather (self, id, 0, error))
    return FALSE;
  if (usher_trace_tree_get_n_events (self->tree) == 0)
    return usher_refuse (error,
                         USHER_ERROR_NOT_FOUND,
                         "the log of the bus has nothing of “%s”%s",
                         id,
                         reads_all ? "" : " in the time that was read, see --hours and --all");

  self->root = find_root (self, id, &time);
  if (g_str_equal (self->root, id))
    return TRUE;

  return gather (self, self->root, time, error);
}

/* “one, other” */
static void
add_word (GHashTable *table, const char *key, const char *word)
{
  const char *known = g_hash_table_lookup (table, key);

  if (known == NULL)
    g_hash_table_insert (table, g_strdup (key), g_strdup (word));
  else if (strstr (known, word) == NULL)
    g_hash_table_insert (table, g_strdup (key), g_strconcat (known, ", ", word, NULL));
}

static void
take_service (Trace *self, const char *process, JsonObject *service)
{
  const char *name = usher_answer_get_text (service, "service");

  if (name == NULL)
    return;

  if (process != NULL)
    add_word (self->processes, name, process);
  for (guint i = 0; i < usher_answer_get_length (service, "events"); i++)
    {
      const char *channel =
          usher_answer_get_text (usher_answer_get_item (service, "events", i), "channel");

      if (channel != NULL)
        add_word (self->services, channel, name);
    }
}

static void
take_process (const char *process, JsonObject *services, JsonObject *timers, gpointer user_data)
{
  Trace *self = user_data;

  for (guint i = 0; services != NULL && i < usher_answer_get_length (services, "items"); i++)
    take_service (self, process, usher_answer_get_item (services, "items", i));
  for (guint i = 0; timers != NULL && i < usher_answer_get_length (timers, "items"); i++)
    usher_trace_tree_add_timer (self->tree, usher_answer_get_item (timers, "items", i));
}

/* What is parked of the events of a channel. */
static void
gather_parked (Trace *self, const char *channel)
{
  gint64 offset = 0;
  gint64 next = 0;

  do
    {
      g_autoptr (JsonObject) page = NULL;

      offset = next;
      page = usher_trace_source_list_parked (self->source, channel, offset, NULL);
      for (guint i = 0; page != NULL && i < usher_answer_get_length (page, "items"); i++)
        {
          JsonObject *parked = usher_answer_get_item (page, "items", i);
          const char *group = usher_answer_get_text (parked, "group");
          const char *event = usher_answer_get_text (parked, "eventId");

          if (group != NULL && event != NULL)
            g_hash_table_insert (self->parked,
                                 g_strconcat (group, " ", event, NULL),
                                 json_object_ref (parked));
        }
      if (page == NULL || !usher_answer_get_integer (page, "next", &next))
        return;
    }
  while (next > offset && next < MAX_PARKED);
}

/* Who listens, and what became of it. */
static void
gather_listeners (Trace *self, GPtrArray *nodes)
{
  g_autoptr (GHashTable) channels = g_hash_table_new (g_str_hash, g_str_equal);

  self->groups = usher_trace_source_list_groups (self->source, NULL);
  for (guint i = 0; i < nodes->len; i++)
    {
      const UsherTraceNode *node = g_ptr_array_index (nodes, i);
      const char *channel =
          node->kind == USHER_TRACE_EVENT ? usher_answer_get_text (node->object, "channel") : NULL;

      if (channel != NULL && g_hash_table_add (channels, (gpointer) channel))
        gather_parked (self, channel);
    }
}

/* How a group is with an event that is not parked. It tells neither which ones are out or tried again, and those are below its floor
 * as well, nor what it has done out of turn. */
static const char *
find_state (JsonObject *group, gint64 sequence)
{
  gint64 floor = 0;
  gint64 n_pending = 0;

  usher_answer_get_integer (group, "floor", &floor);
  usher_answer_get_integer (group, "pending", &n_pending);
  if (sequence <= floor)
    return n_pending > 0 ? "done, or tried again" : "done";

  return n_pending > 0 ? "under way, or waits" : "waits";
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  if (text == NULL)
    return;

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
build_listener (Trace *self, const UsherTraceNode *node, JsonObject *group, JsonBuilder *builder)
{
  const char *name = usher_answer_get_text (group, "group");
  g_autofree char *key = g_strconcat (name, " ", node->id, NULL);
  JsonObject *parked = g_hash_table_lookup (self->parked, key);
  gint64 number = 0;

  usher_answer_get_integer (node->object, "sequence", &number);
  json_builder_begin_object (builder);
  add_text (builder, "group", name);
  add_text (builder, "state", parked != NULL ? "parked" : find_state (group, number));
  if (parked != NULL && usher_answer_get_integer (parked, "attempts", &number))
    {
      json_builder_set_member_name (builder, "attempts");
      json_builder_add_int_value (builder, number);
      add_text (builder, "parkedId", usher_answer_get_text (parked, "id"));
      add_text (builder, "reason", usher_answer_get_text (parked, "reasons.0"));
    }
  json_builder_end_object (builder);
}

static void
build_event (Trace *self, const UsherTraceNode *node, JsonBuilder *builder)
{
  const char *channel = usher_answer_get_text (node->object, "channel");
  const char *service = channel != NULL ? g_hash_table_lookup (self->services, channel) : NULL;
  gint64 sequence = 0;

  usher_answer_get_integer (node->object, "sequence", &sequence);
  add_text (builder, "channel", channel);
  json_builder_set_member_name (builder, "sequence");
  json_builder_add_int_value (builder, sequence);
  add_text (builder, "service", service);
  if (service != NULL)
    add_text (builder, "processes", g_hash_table_lookup (self->processes, service));
  add_text (builder, "causation", usher_answer_get_text (node->object, "causation"));
  add_text (builder, "traceparent", usher_answer_get_text (node->object, "traceparent"));
  json_builder_set_member_name (builder, "listeners");
  json_builder_begin_array (builder);
  for (guint i = 0; self->groups != NULL && i < usher_answer_get_length (self->groups, "groups");
       i++)
    {
      JsonObject *group = usher_answer_get_item (self->groups, "groups", i);

      if (g_strcmp0 (usher_answer_get_text (group, "channel"), channel) == 0)
        build_listener (self, node, group, builder);
    }
  json_builder_end_array (builder);
}

static void
build_timer (Trace *self, const UsherTraceNode *node, JsonBuilder *builder)
{
  g_auto (GStrv) parts = g_strsplit (node->id, "/", 2);
  gint64 failures = 0;

  add_text (builder, "service", parts[0]);
  add_text (builder, "processes", g_hash_table_lookup (self->processes, parts[0]));
  if (node->object == NULL)
    {
      add_text (builder, "state", "fired");
      return;
    }

  add_text (builder, "state", usher_answer_get_text (node->object, "state"));
  add_text (builder, "due", usher_answer_get_text (node->object, "due"));
  if (usher_answer_get_integer (node->object, "failures", &failures))
    {
      json_builder_set_member_name (builder, "failures");
      json_builder_add_int_value (builder, failures);
    }
  add_text (builder, "reason", usher_answer_get_text (node->object, "reasons.0"));
}

static void
build_node (Trace *self, const UsherTraceNode *node, JsonBuilder *builder)
{
  g_autofree char *time = usher_time_format (node->time);

  json_builder_begin_object (builder);
  add_text (builder, "kind", node->kind == USHER_TRACE_EVENT ? "event" : "timer");
  add_text (builder, "id", node->id);
  add_text (builder, "parent", node->parent);
  json_builder_set_member_name (builder, "depth");
  json_builder_add_int_value (builder, node->depth);
  add_text (builder, "time", time);
  if (node->kind == USHER_TRACE_EVENT)
    build_event (self, node, builder);
  else
    build_timer (self, node, builder);
  json_builder_end_object (builder);
}

/* (transfer full) */
static JsonNode *
build (Trace *self, GPtrArray *nodes)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *until = usher_time_format (MIN (self->until, g_get_real_time ()));

  json_builder_begin_object (builder);
  add_text (builder, "correlation", self->root);
  add_text (builder, "until", until);
  json_builder_set_member_name (builder, "cut");
  json_builder_add_boolean_value (builder, self->is_cut);
  json_builder_set_member_name (builder, "timersKnown");
  json_builder_add_boolean_value (builder, !usher_trace_source_is_at_rest (self->source));
  json_builder_set_member_name (builder, "items");
  json_builder_begin_array (builder);
  for (guint i = 0; i < nodes->len; i++)
    build_node (self, g_ptr_array_index (nodes, i), builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  return json_builder_get_root (builder);
}

/* “+0.012 s”; the tree's first is at 0 */
static char *
format_offset (gint64 offset)
{
  return g_strdup_printf ("%+.3f s", (double) offset / G_USEC_PER_SEC);
}

/* All that comes from others is made harmless for a terminal. @text: (nullable) */
static void
print_text (const char *before, const char *text)
{
  g_autofree char *clean = text != NULL ? usher_terminal_clean (text) : NULL;

  if (clean != NULL)
    g_print ("%s%s", before, clean);
}

static void
print_listeners (JsonObject *item, int indent)
{
  for (guint i = 0; i < usher_answer_get_length (item, "listeners"); i++)
    {
      JsonObject *listener = usher_answer_get_item (item, "listeners", i);
      gint64 attempts = 0;

      g_print ("%*s", indent, "");
      print_text ("→ ", usher_answer_get_text (listener, "group"));
      print_text (" ", usher_answer_get_text (listener, "state"));
      if (usher_answer_get_integer (listener, "attempts", &attempts))
        g_print (" after %" G_GINT64_FORMAT " attempts", attempts);
      print_text (": ", usher_answer_get_text (listener, "reason"));
      g_print ("\n");
    }
}

static void
print_item (JsonObject *item, gint64 start)
{
  const char *time = usher_answer_get_text (item, "time");
  g_autofree char *offset = NULL;
  gint64 moment = 0;
  gint64 depth = 0;
  gint64 sequence = 0;

  usher_time_parse (time, &moment, NULL);
  usher_answer_get_integer (item, "depth", &depth);
  depth = MIN (depth, 40);
  offset = format_offset (moment - start);
  g_print ("%s %12s %*s", time, offset, (int) (2 * depth), "");
  if (usher_answer_get_integer (item, "sequence", &sequence))
    {
      print_text ("", usher_answer_get_text (item, "channel"));
      g_print (":%" G_GINT64_FORMAT, sequence);
      print_text (" by ", usher_answer_get_text (item, "service"));
      print_text (" in ", usher_answer_get_text (item, "processes"));
      print_text ("  ", usher_answer_get_text (item, "id"));
    }
  else
    {
      print_text ("timer ", usher_answer_get_text (item, "id"));
      print_text (" ", usher_answer_get_text (item, "state"));
      print_text (": ", usher_answer_get_text (item, "reason"));
    }
  g_print ("\n");
  print_listeners (item, (int) (42 + 2 * depth));
}

static void
print (Trace *self, JsonObject *object)
{
  guint n_items = usher_answer_get_length (object, "items");
  const char *first = NULL;
  gint64 start = 0;

  print_text ("", self->root);
  g_print (": %u events\n", usher_trace_tree_get_n_events (self->tree));
  if (n_items > 0)
    first = usher_answer_get_text (usher_answer_get_item (object, "items", 0), "time");
  if (first != NULL)
    usher_time_parse (first, &start, NULL);
  for (guint i = 0; i < n_items; i++)
    print_item (usher_answer_get_item (object, "items", i), start);

  if (self->is_cut)
    g_print ("Cut: there are more than %d events, see --limit.\n", limit);
  if (self->until < g_get_real_time ())
    g_print ("Read until %s; see --hours.\n", usher_answer_get_text (object, "until"));
  if (usher_trace_source_is_at_rest (self->source))
    g_print ("Nobody runs: timers that are set are not told.\n");
}

static gboolean
trace (UsherTraceSource *source, const char *id, GError **error)
{
  g_auto (Trace) self = { 0 };
  g_autoptr (GPtrArray) nodes = NULL;
  g_autoptr (JsonNode) node = NULL;

  init_trace (&self, source);
  if (!gather_all (&self, id, error) ||
      !usher_trace_source_ask_processes (source, self.root, take_process, &self, error))
    return FALSE;

  nodes = usher_trace_tree_list (self.tree);
  gather_listeners (&self, nodes);
  node = build (&self, nodes);
  if (as_json)
    usher_terminal_print_json (node);
  else
    print (&self, json_node_get_object (node));

  return TRUE;
}

static int
complain (int status, const char *reason)
{
  g_printerr ("usher: %s\n", reason);
  if (status == EXIT_USAGE)
    g_printerr ("Try “usher trace --help”.\n");

  return status;
}

int
usher_trace (const UsherOptions *options)
{
  g_autoptr (UsherTraceSource) source = NULL;
  g_autoptr (GError) error = NULL;
  int status = EXIT_USAGE;

  if (hours < 1 || hours > MAX_HOURS)
    return complain (EXIT_USAGE, "--hours wants a number from 1 on");
  if (limit < 1 || limit > MAX_LIMIT)
    return complain (EXIT_USAGE, "--limit wants a number from 1 to 100000");

  source = usher_trace_source_new (options, &status, &error);
  if (source == NULL)
    return complain (status, error->message);
  if (trace (source, options->arguments[0], &error))
    return EXIT_SUCCESS;

  return complain (usher_trace_source_is_lost (source) ? EXIT_NOT_REACHED : EXIT_FAILURE,
                   error->message);
}
