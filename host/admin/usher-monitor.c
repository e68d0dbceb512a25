/* usher-monitor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-monitor-private.h"

#include "usher-bus-pages-private.h"
#include "usher-error.h"
#include "usher-followers-private.h"
#include "usher-host-view-private.h"
#include "usher-parked-page-private.h"
#include "usher-query-number-private.h"
#include "usher-trace-page.h"

/* seconds that a request may wait for events */
#define MAX_WAIT 20

struct _UsherMonitor
{
  UsherHost *host;           /* (unowned) */
  UsherDesk *desk;           /* (unowned) */
  UsherFollowers *followers; /* (owned) */
};

UsherMonitor *
usher_monitor_new (UsherHost *host, UsherDesk *desk)
{
  UsherMonitor *self = g_new0 (UsherMonitor, 1);

  self->host = host;
  self->desk = desk;
  self->followers = usher_followers_new ();

  return self;
}

void
usher_monitor_drain (UsherMonitor *self)
{
  usher_followers_drain (self->followers);
}

void
usher_monitor_stop (UsherMonitor *self)
{
  usher_followers_stop (self->followers);
}

void
usher_monitor_free (UsherMonitor *self)
{
  usher_followers_free (self->followers);
  g_free (self);
}

static void
push (UsherMonitor *self, UsherExchange *exchange, UsherDeskFunc func)
{
  usher_desk_push (self->desk, exchange, func, self);
}

/* (transfer none) (nullable): the bus, if it can be asked now */
static UsherBus *
get_bus (UsherMonitor *self, GError **error)
{
  UsherBus *bus = usher_host_get_bus (self->host);

  if (bus != NULL && usher_bus_is_connected (bus))
    return bus;

  g_set_error_literal (error,
                       USHER_ERROR,
                       USHER_ERROR_UNAVAILABLE,
                       bus != NULL ? "The bus does not answer" : "This host has no bus");

  return NULL;
}

/* JSON on many lines, as people read it in a terminal. */
static char *
indent (const char *json)
{
  GString *text = g_string_new (NULL);
  gboolean in_string = FALSE;
  int depth = 0;

  for (const char *c = json; *c != '\0'; c++)
    {
      gboolean closes = !in_string && (*c == '}' || *c == ']');
      gboolean opens = !in_string && (*c == '{' || *c == '[') && c[1] != '}' && c[1] != ']';
      gboolean is_empty = closes && c > json && (c[-1] == '{' || c[-1] == '[');

      if (closes && !is_empty)
        g_string_append_printf (text, "\n%*s", 2 * --depth, "");
      g_string_append_c (text, *c);
      if (in_string && *c == '\\')
        g_string_append_c (text, *++c);
      else if (*c == '"')
        in_string = !in_string;
      else if (opens || (!in_string && *c == ','))
        g_string_append_printf (text, "\n%*s", 2 * (opens ? ++depth : depth), "");
      else if (!in_string && *c == ':')
        g_string_append_c (text, ' ');
    }
  g_string_append_c (text, '\n');

  return g_string_free (text, FALSE);
}

static void
answer_page (UsherExchange *exchange, gpointer user_data)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  const char *page = usher_request_get_parameter (request, "page");
  UsherBusPageQuery query = { 0 };
  g_autoptr (GError) error = NULL;
  UsherBus *bus = get_bus (user_data, &error);
  g_autofree char *text = NULL;

  usher_bus_page_query_read (&query, request);
  if (bus != NULL)
    text = usher_bus_page_make (bus, page, &query, &error);

  if (text != NULL)
    usher_exchange_answer_json (exchange, indent (text));
  else
    usher_exchange_fail (exchange, error);
}

static void
on_streaming (UsherExchange *exchange, gpointer user_data)
{
  const char *page = usher_request_get_parameter (usher_exchange_get_request (exchange), "page");
  g_autoptr (UsherExchange) owned = NULL;
  g_autoptr (GError) error = NULL;

  if (usher_bus_page_exists (page, &error))
    {
      push (user_data, exchange, answer_page);
      return;
    }

  owned = exchange;
  usher_exchange_fail (owned, error);
}

/* There is one hub and none that waits to take its place: never active in the sense of the question. */
static void
on_is_active (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  usher_reply_set_status (usher_exchange_get_reply (owned), 204);
  usher_exchange_finish (owned);
}

static void
answer_parked (UsherExchange *exchange, gpointer user_data)
{
  UsherBusPageQuery query = { 0 };
  g_autoptr (GError) error = NULL;
  UsherBus *bus = get_bus (user_data, &error);
  char *text = NULL;

  usher_bus_page_query_read (&query, usher_exchange_get_request (exchange));
  if (bus != NULL)
    text = usher_parked_page_make (bus, &query, &error);

  if (text != NULL)
    usher_exchange_answer_json (exchange, text);
  else
    usher_exchange_fail (exchange, error);
}

static void
on_parked (UsherExchange *exchange, gpointer user_data)
{
  push (user_data, exchange, answer_parked);
}

static void
answer_one_parked (UsherExchange *exchange, gpointer user_data)
{
  const char *id = usher_request_get_parameter (usher_exchange_get_request (exchange), "id");
  g_autoptr (GError) error = NULL;
  UsherBus *bus = get_bus (user_data, &error);
  char *text = bus != NULL ? usher_parked_page_make_one (bus, id, &error) : NULL;

  if (text != NULL)
    usher_exchange_answer_json (exchange, text);
  else
    usher_exchange_fail (exchange, error);
}

static void
on_one_parked (UsherExchange *exchange, gpointer user_data)
{
  push (user_data, exchange, answer_one_parked);
}

typedef gboolean (*ParkedFunc) (UsherBus *bus, const char *id, GError **error);

static void
treat_parked (UsherMonitor *self, UsherExchange *exchange, ParkedFunc func)
{
  const char *id = usher_request_get_parameter (usher_exchange_get_request (exchange), "id");
  g_autoptr (GError) error = NULL;
  UsherBus *bus = get_bus (self, &error);

  if (bus == NULL || !func (bus, id, &error))
    usher_exchange_fail (exchange, error);
  else
    {
      usher_reply_set_status (usher_exchange_get_reply (exchange), 204);
      usher_exchange_finish (exchange);
    }
}

static void
replay_parked (UsherExchange *exchange, gpointer user_data)
{
  treat_parked (user_data, exchange, usher_bus_replay_parked);
}

static void
on_replay_parked (UsherExchange *exchange, gpointer user_data)
{
  push (user_data, exchange, replay_parked);
}

static void
drop_parked (UsherExchange *exchange, gpointer user_data)
{
  treat_parked (user_data, exchange, usher_bus_drop_parked);
}

static void
on_drop_parked (UsherExchange *exchange, gpointer user_data)
{
  push (user_data, exchange, drop_parked);
}

/* Whether the numbers of a question for events are some. */
static gboolean
check_events (UsherRequest *request, guint64 *wait, GError **error)
{
  const char *text = usher_request_get_query (request, "wait");
  const char *after = usher_request_get_query (request, "after");
  const char *mistake = NULL;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 0, MAX_WAIT, wait, NULL))
    mistake = "wait is no number of seconds up to 20";
  else if (after != NULL && !g_ascii_string_to_unsigned (after, 10, 0, G_MAXINT64, NULL, NULL))
    mistake = "after is no sequence";
  if (mistake == NULL)
    return TRUE;

  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_INVALID, mistake);

  return FALSE;
}

static void
on_events (UsherExchange *exchange, gpointer user_data)
{
  UsherMonitor *self = user_data;
  guint64 wait = MAX_WAIT;
  g_autoptr (GError) error = NULL;
  UsherBus *bus = get_bus (self, &error);

  if (bus != NULL && check_events (usher_exchange_get_request (exchange), &wait, &error))
    {
      usher_followers_add (self->followers, bus, exchange, (gint64) wait * G_TIME_SPAN_SECOND);
      return;
    }

  usher_exchange_fail (exchange, error);
  g_object_unref (exchange);
}

static void
answer_trace (UsherExchange *exchange, gpointer user_data)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  const UsherTraceQuery query = {
    .id = usher_request_get_parameter (request, "id"),
    .cursor = usher_request_get_query (request, "cursor"),
    .since = (gint64) usher_query_number_read (request, "since", G_MAXINT64, 0),
    .until = (gint64) usher_query_number_read (request, "until", G_MAXINT64, G_MAXINT64),
  };
  g_autoptr (GError) error = NULL;
  UsherBus *bus = get_bus (user_data, &error);
  char *text = bus != NULL ? usher_trace_page_make (bus, &query, &error) : NULL;

  if (text != NULL)
    usher_exchange_answer_json (exchange, text);
  else
    usher_exchange_fail (exchange, error);
}

static void
on_trace (UsherExchange *exchange, gpointer user_data)
{
  push (user_data, exchange, answer_trace);
}

gboolean
usher_monitor_add_routes (UsherMonitor *self, GError **error)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    UsherRouteFunc func;
  } routes[] = {
    { "GET", "/streaming/isFTActive", on_is_active },
    { "GET", "/streaming/:page", on_streaming },
    { "GET", "/events", on_events },
    { "GET", "/trace/:id", on_trace },
    { "GET", "/parked", on_parked },
    { "GET", "/parked/:id", on_one_parked },
    { "POST", "/parked/:id/replay", on_replay_parked },
    { "DELETE", "/parked/:id", on_drop_parked },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!usher_host_add_admin_route (
            self->host, routes[i].method, routes[i].pattern, routes[i].func, self, NULL, error))
      return FALSE;

  return TRUE;
}
