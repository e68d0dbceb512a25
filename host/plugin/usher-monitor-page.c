/* usher-monitor-page.c: the numbers for people, as a page that refreshes itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-monitor-private.h"

#include <gio/gio.h>
#include <string.h>

#include "usher-page-resource.h"

/* how much of a payload is shown */
#define MAX_TEXT 400

typedef enum
{
  COLUMN_TEXT,
  COLUMN_CODE,
  COLUMN_NUMBER,
  COLUMN_BYTES,
  COLUMN_LIST, /* of texts */
} ColumnKind;

typedef struct
{
  const char *member;
  const char *title;
  ColumnKind kind;
} Column;

typedef struct
{
  const char *id;
  const char *title;
  const char *caption;
  const char *path; /* of the array in its page */
  const Column *columns;
  guint n_columns;
} Table;

static const Column service_columns[] = {
  { "service", "Service", COLUMN_TEXT },
  { "commits", "Commits", COLUMN_NUMBER },
  { "conflicts", "Run again", COLUMN_NUMBER },
  { "store.documents", "Documents", COLUMN_NUMBER },
  { "store.outbox", "Outbox", COLUMN_NUMBER },
  { "store.inbox", "Inbox", COLUMN_NUMBER },
  { "store.timers", "Timers set", COLUMN_NUMBER },
  { "timersFired", "Timers fired", COLUMN_NUMBER },
  { "waiting", "Requests that wait", COLUMN_NUMBER },
  { "queued", "In the queue", COLUMN_NUMBER },
};

static const Column process_columns[] = {
  { "name", "Process", COLUMN_TEXT },  { "state", "State", COLUMN_TEXT },
  { "pid", "Id", COLUMN_NUMBER },      { "restarts", "Restarts", COLUMN_NUMBER },
  { "since", "Since", COLUMN_TEXT },   { "services", "Services", COLUMN_LIST },
  { "reason", "Reason", COLUMN_TEXT },
};

static const Column channel_columns[] = {
  { "name", "Channel", COLUMN_TEXT },    { "msgs", "Events", COLUMN_NUMBER },
  { "bytes", "Size", COLUMN_BYTES },     { "first_seq", "First", COLUMN_NUMBER },
  { "last_seq", "Last", COLUMN_NUMBER }, { "subs_count", "Subscribers", COLUMN_NUMBER },
  { "parked", "Parked", COLUMN_NUMBER },
};

static const Column group_columns[] = {
  { "channel", "Channel", COLUMN_TEXT },     { "group", "Group", COLUMN_TEXT },
  { "members", "Members", COLUMN_NUMBER },   { "lag", "Lag", COLUMN_NUMBER },
  { "out", "Out", COLUMN_NUMBER },           { "pending", "Pending", COLUMN_NUMBER },
  { "suspects", "Suspects", COLUMN_NUMBER }, { "redeliveries", "Redelivered", COLUMN_NUMBER },
  { "parked", "Parked", COLUMN_NUMBER },
};

static const Column client_columns[] = {
  { "id", "Member", COLUMN_TEXT },
  { "subs_count", "Subscriptions", COLUMN_NUMBER },
  { "hb_inbox", "Reached at", COLUMN_CODE },
};

static const Column parked_columns[] = {
  { "id", "Id", COLUMN_CODE },           { "channel", "Channel", COLUMN_TEXT },
  { "group", "Group", COLUMN_TEXT },     { "sequence", "Sequence", COLUMN_NUMBER },
  { "time", "Since", COLUMN_TEXT },      { "attempts", "Attempts", COLUMN_NUMBER },
  { "reasons", "Reasons", COLUMN_LIST }, { "payload", "Payload", COLUMN_CODE },
};

#define COLUMNS(columns) columns, G_N_ELEMENTS (columns)

static const Table service_table = { "services",
                                     "Services",
                                     "What this process has done since it began",
                                     "",
                                     COLUMNS (service_columns) };
static const Table process_table = {
  "processes",
  "Processes",
  "“usher status” tells what their services do",
  "items",
  COLUMNS (process_columns),
};
static const Table channel_table = {
  "channels", "Channels", "What the log keeps", "channels", COLUMNS (channel_columns),
};
static const Table group_table = {
  "groups",
  "Queue groups",
  "Lag: events from what a group has done to the end of its channel",
  "groups",
  COLUMNS (group_columns),
};
static const Table client_table = {
  "members", "Members", "Processes that are on the bus", "clients", COLUMNS (client_columns),
};
static const Table parked_table = {
  "parked",
  "Parked events",
  "What a group could not do; “usher events replay ID” tries it again, “usher events drop ID” "
  "gives it up",
  "items",
  COLUMNS (parked_columns),
};

static void
append_escaped (GString *html, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *escaped = NULL;

  if (g_utf8_strlen (valid, -1) > MAX_TEXT)
    *g_utf8_offset_to_pointer (valid, MAX_TEXT) = '\0';
  escaped = g_markup_escape_text (valid, -1);
  g_string_append (html, escaped);
}

static char *
make_path (const char *array, guint index, const char *member)
{
  return g_strdup_printf ("%s%s%u.%s", array, *array != '\0' ? "." : "", index, member);
}

static void
append_list (GString *html, UsherJson *json, const char *path)
{
  for (guint i = 0; i < usher_json_get_length (json, path); i++)
    {
      g_autofree char *item = g_strdup_printf ("%s.%u", path, i);
      const char *text = usher_json_get_string (json, item);

      g_string_append (html, i > 0 ? "<br>" : "");
      append_escaped (html, text != NULL ? text : "");
    }
}

static void
append_cell (GString *html, UsherJson *json, const char *path, ColumnKind kind)
{
  const char *text = usher_json_get_string (json, path);
  gint64 value = 0;
  gboolean is_number = usher_json_get_integer (json, path, &value);
  g_autofree char *size = kind == COLUMN_BYTES ? g_format_size ((guint64) MAX (value, 0)) : NULL;

  switch (kind)
    {
    case COLUMN_NUMBER:
    case COLUMN_BYTES:
      g_string_append (html, "<td class=\"number\">");
      if (is_number && size != NULL)
        append_escaped (html, size);
      else if (is_number)
        g_string_append_printf (html, "%" G_GINT64_FORMAT, value);
      break;

    case COLUMN_LIST:
      g_string_append (html, "<td>");
      append_list (html, json, path);
      break;

    case COLUMN_CODE:
      g_string_append (html, "<td><code>");
      append_escaped (html, text != NULL ? text : "");
      g_string_append (html, "</code>");
      break;

    case COLUMN_TEXT:
    default:
      g_string_append (html, "<td>");
      append_escaped (html, text != NULL ? text : "");
      break;
    }
  g_string_append (html, "</td>");
}

static void
append_rows (GString *html, const Table *table, UsherJson *json)
{
  guint n_rows = json != NULL ? usher_json_get_length (json, table->path) : 0;

  for (guint row = 0; row < n_rows; row++)
    {
      g_string_append (html, "<tr>");
      for (guint i = 0; i < table->n_columns; i++)
        {
          g_autofree char *path = make_path (table->path, row, table->columns[i].member);

          append_cell (html, json, path, table->columns[i].kind);
        }
      g_string_append (html, "</tr>\n");
    }

  if (n_rows == 0)
    g_string_append_printf (html,
                            "<tr><td class=\"none\" colspan=\"%u\">%s</td></tr>\n",
                            table->n_columns,
                            json != NULL ? "None" : "Not known");
}

static void
append_table (GString *html, const Table *table, UsherJson *json)
{
  g_string_append_printf (
      html,
      "<section aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n"
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s-title\">\n"
      "<table>\n<caption>%s</caption>\n<thead><tr>",
      table->id,
      table->id,
      table->title,
      table->id,
      table->caption);
  for (guint i = 0; i < table->n_columns; i++)
    g_string_append_printf (html,
                            "<th scope=\"col\"%s>%s</th>",
                            table->columns[i].kind == COLUMN_NUMBER ||
                                    table->columns[i].kind == COLUMN_BYTES
                                ? " class=\"number\""
                                : "",
                            table->columns[i].title);
  g_string_append_printf (html, "</tr></thead>\n<tbody id=\"%s\" data-live>\n", table->id);
  append_rows (html, table, json);
  g_string_append (html, "</tbody>\n</table>\n</div>\n</section>\n");
}

static void
append_fact (GString *html, const char *title, UsherJson *json, const char *path)
{
  const char *text = usher_json_get_string (json, path);
  gint64 value = 0;

  g_string_append_printf (html, "<div><dt>%s</dt><dd>", title);
  if (text != NULL)
    append_escaped (html, text);
  else if (usher_json_get_integer (json, path, &value))
    g_string_append_printf (html, "%" G_GINT64_FORMAT, value);
  g_string_append (html, "</dd></div>\n");
}

static void
append_bus (GString *html, const UsherMonitorPage *page)
{
  g_string_append (html,
                   "<section aria-labelledby=\"bus-title\">\n<h2 id=\"bus-title\">Bus</h2>\n"
                   "<div id=\"bus\" data-live>\n");
  if (page->server == NULL)
    {
      g_string_append (html, "<p class=\"bad\">");
      append_escaped (html, page->no_bus != NULL ? page->no_bus : "Nothing is known of the bus");
      g_string_append (html, ".</p>\n");
    }
  else
    {
      g_string_append (html, "<dl class=\"facts\">\n");
      append_fact (html, "State", page->server, "state");
      append_fact (html, "Version", page->server, "version");
      append_fact (html, "Up for", page->server, "uptime");
      append_fact (html, "Events", page->server, "total_msgs");
      append_fact (html, "In", page->server, "in_msgs");
      append_fact (html, "Out", page->server, "out_msgs");
      if (page->metrics != NULL)
        {
          append_fact (html, "Commits", page->metrics, "commits");
          append_fact (html, "Median, µs", page->metrics, "commit_p50_us");
          append_fact (html, "99 %, µs", page->metrics, "commit_p99_us");
          append_fact (html, "Published twice", page->metrics, "dedup_hits");
        }
      g_string_append (html, "</dl>\n");
    }
  g_string_append (html, "</div>\n</section>\n");
}

static void
append_head (GString *html, const char *style)
{
  g_string_append (html,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<title>Usher</title>\n"
                   "<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>\n<style>");
  g_string_append (html, style);
  g_string_append (html, "</style>\n</head>\n<body>\n<header>\n<h1>Usher</h1>\n");
}

static void
append_status (GString *html, const UsherMonitorPage *page)
{
  g_string_append (html, "<p id=\"status\" role=\"status\" data-live>");
  if (page->trouble == NULL)
    g_string_append (html, "<span class=\"good\">Ready</span>");
  else
    {
      g_string_append (html, "<span class=\"bad\">Not ready: ");
      append_escaped (html, page->trouble);
      g_string_append (html, "</span>");
    }
  g_string_append (html, "</p>\n</header>\n<main>\n");
}

/* (transfer full): a file of the page */
static GBytes *
load (const char *name)
{
  g_autofree char *path = g_strconcat ("/usher/", name, NULL);

  return g_resource_lookup_data (usher_page_get_resource (),
                                 path,
                                 G_RESOURCE_LOOKUP_FLAGS_NONE,
                                 NULL);
}

char *
usher_monitor_page_render (const UsherMonitorPage *page)
{
  g_autoptr (GBytes) style = load ("usher-page.css");
  g_autoptr (GBytes) script = load ("usher-page.js");
  GString *html = g_string_new (NULL);

  append_head (html, g_bytes_get_data (style, NULL));
  append_status (html, page);
  if (page->processes != NULL)
    append_table (html, &process_table, page->processes);
  else
    append_table (html, &service_table, page->services);
  append_bus (html, page);
  append_table (html, &channel_table, page->channels);
  append_table (html, &group_table, page->metrics);
  append_table (html, &client_table, page->clients);
  append_table (html, &parked_table, page->parked);
  g_string_append (html, "</main>\n<script>");
  g_string_append (html, g_bytes_get_data (script, NULL));
  g_string_append (html, "</script>\n</body>\n</html>\n");

  return g_string_free (html, FALSE);
}

/* (transfer full): 'sha256-…', as a policy names what may stand in the page */
static char *
make_hash (const char *name)
{
  g_autoptr (GBytes) bytes = load (name);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *text = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  g_checksum_get_digest (checksum, digest, &length);
  text = g_base64_encode (digest, length);

  return g_strdup_printf ("'sha256-%s'", text);
}

char *
usher_monitor_page_make_policy (void)
{
  g_autofree char *style = make_hash ("usher-page.css");
  g_autofree char *script = make_hash ("usher-page.js");

  return g_strdup_printf ("default-src 'none'; style-src %s; script-src %s; connect-src 'self'; "
                          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                          style,
                          script);
}
