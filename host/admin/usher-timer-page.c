/* usher-timer-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer-page-private.h"

#include "usher-host-view-private.h"
#include "usher-json-writer.h"
#include "usher-query-number-private.h"
#include "usher-timer-care-private.h"

/* of each service */
#define MAX_ROWS 100

struct _UsherTimerPage
{
  UsherHost *host; /* (unowned) */
  UsherDesk *desk; /* (unowned) */
};

UsherTimerPage *
usher_timer_page_new (UsherHost *host, UsherDesk *desk)
{
  UsherTimerPage *self = g_new0 (UsherTimerPage, 1);

  self->host = host;
  self->desk = desk;

  return self;
}

void
usher_timer_page_free (UsherTimerPage *self)
{
  g_free (self);
}

static void
set_time (UsherJsonWriter *writer, const char *name, gint64 time)
{
  g_autofree char *text = usher_time_format (time);

  usher_json_writer_set_string (writer, name, text);
}

static const char *
find_state (UsherTimer *timer)
{
  const UsherTimerHistory *history = usher_timer_get_history (timer);

  if (usher_timer_is_parked (timer))
    return "parked";

  return history != NULL && history->reasons != NULL ? "failing" : "set";
}

/* All but the payload. */
static void
write_head (UsherJsonWriter *writer, UsherLane *lane, UsherTimer *timer)
{
  static const UsherTimerHistory none = { 0 };
  const UsherTimerHistory *history = usher_timer_get_history (timer);
  const UsherOrigin *origin = usher_timer_get_origin (timer);
  gboolean is_parked = usher_timer_is_parked (timer);
  g_autofree char *id = g_strdup_printf ("%s/%s/%s",
                                         usher_lane_get_name (lane),
                                         usher_timer_get_name (timer),
                                         usher_timer_get_key (timer));

  if (history == NULL)
    history = &none;
  usher_json_writer_set_string (writer, "id", id);
  usher_json_writer_set_string (writer, "service", usher_lane_get_name (lane));
  usher_json_writer_set_string (writer, "name", usher_timer_get_name (timer));
  usher_json_writer_set_string (writer, "key", usher_timer_get_key (timer));
  usher_json_writer_set_string (writer, "state", find_state (timer));
  set_time (writer, "time", is_parked ? history->parked : usher_timer_get_since (timer));
  if (!is_parked)
    set_time (writer, "due", usher_timer_get_due (timer));
  usher_json_writer_set_unsigned (writer, "failures", usher_timer_get_attempt (timer));
  usher_json_writer_set_unsigned (writer, "deaths", history->n_deaths);
  usher_json_writer_add_member (writer, "reasons");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; history->reasons != NULL && history->reasons[i] != NULL; i++)
    usher_json_writer_add_string (writer, history->reasons[i]);
  usher_json_writer_end_array (writer);
  if (origin != NULL && origin->correlation != NULL)
    usher_json_writer_set_string (writer, "correlation", origin->correlation);
  if (origin != NULL && origin->causation != NULL)
    usher_json_writer_set_string (writer, "causation", origin->causation);
}

/* which timers are asked for */
typedef struct
{
  const char *correlation; /* (nullable): those that go back to it, NULL: those in trouble */
  guint offset;            /* of those in trouble */
  guint limit;
} Question;

static gboolean
write_lane (UsherJsonWriter *writer, UsherLane *lane, const Question *question, GError **error)
{
  g_autoptr (GPtrArray) timers = NULL;

  if (question->correlation != NULL)
    timers = usher_timer_care_list_of (lane, question->correlation, question->limit, error);
  else
    timers = usher_timer_care_list (lane, question->offset, question->limit, error);

  for (guint i = 0; timers != NULL && i < timers->len; i++)
    {
      usher_json_writer_begin_object (writer);
      write_head (writer, lane, g_ptr_array_index (timers, i));
      usher_json_writer_end_object (writer);
    }

  return timers != NULL;
}

static void
answer_list (UsherExchange *exchange, gpointer user_data)
{
  UsherTimerPage *self = user_data;
  UsherRequest *request = usher_exchange_get_request (exchange);
  const Question question = {
    .correlation = usher_request_get_query (request, "correlation"),
    .offset = (guint) usher_query_number_read (request, "offset", G_MAXINT, 0),
    .limit = (guint) usher_query_number_read (request, "limit", MAX_ROWS, MAX_ROWS),
  };
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autoptr (GError) error = NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; error == NULL && i < usher_host_get_n_lanes (self->host); i++)
    write_lane (writer, usher_host_get_lane (self->host, i), &question, &error);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);

  if (error == NULL)
    usher_exchange_answer_json (exchange, usher_json_writer_end (writer));
  else
    usher_exchange_fail (exchange, error);
}

static void
on_list (UsherExchange *exchange, gpointer user_data)
{
  UsherTimerPage *self = user_data;

  usher_desk_push (self->desk, exchange, answer_list, self);
}

/* (nullable): the service that the path names */
static UsherLane *
find_lane (UsherTimerPage *self, UsherExchange *exchange, GError **error)
{
  UsherRequest *request = usher_exchange_get_request (exchange);

  return usher_host_find_lane (self->host, usher_request_get_parameter (request, "service"), error);
}

static void
answer_one (UsherExchange *exchange, gpointer user_data)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  const char *name = usher_request_get_parameter (request, "name");
  const char *key = usher_request_get_parameter (request, "key");
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autoptr (UsherTimer) timer = NULL;
  g_autoptr (GError) error = NULL;
  UsherLane *lane = find_lane (user_data, exchange, &error);

  if (lane != NULL)
    timer = usher_timer_care_find (lane, name, key, &error);
  if (timer == NULL)
    {
      usher_exchange_fail (exchange, error);
      return;
    }

  usher_json_writer_begin_object (writer);
  write_head (writer, lane, timer);
  if (usher_timer_get_payload (timer) != NULL)
    usher_json_writer_set_string (writer, "payload", usher_timer_get_payload (timer));
  usher_json_writer_end_object (writer);
  usher_exchange_answer_json (exchange, usher_json_writer_end (writer));
}

static void
on_one (UsherExchange *exchange, gpointer user_data)
{
  UsherTimerPage *self = user_data;

  usher_desk_push (self->desk, exchange, answer_one, self);
}

typedef gboolean (*TimerFunc) (UsherLane *lane, const char *name, const char *key, GError **error);

static void
treat (UsherTimerPage *self, UsherExchange *exchange, TimerFunc func)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  g_autoptr (GError) error = NULL;
  UsherLane *lane = find_lane (self, exchange, &error);

  if (lane == NULL || !func (lane,
                             usher_request_get_parameter (request, "name"),
                             usher_request_get_parameter (request, "key"),
                             &error))
    usher_exchange_fail (exchange, error);
  else
    {
      usher_reply_set_status (usher_exchange_get_reply (exchange), 204);
      usher_exchange_finish (exchange);
    }
}

static void
retry (UsherExchange *exchange, gpointer user_data)
{
  treat (user_data, exchange, usher_timer_care_retry);
}

static void
on_retry (UsherExchange *exchange, gpointer user_data)
{
  UsherTimerPage *self = user_data;

  usher_desk_push (self->desk, exchange, retry, self);
}

static void
drop (UsherExchange *exchange, gpointer user_data)
{
  treat (user_data, exchange, usher_timer_care_drop);
}

static void
on_drop (UsherExchange *exchange, gpointer user_data)
{
  UsherTimerPage *self = user_data;

  usher_desk_push (self->desk, exchange, drop, self);
}

gboolean
usher_timer_page_add_routes (UsherTimerPage *self, GError **error)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    UsherRouteFunc func;
  } routes[] = {
    { "GET", "/timers", on_list },
    { "GET", "/timers/:service/:name/:key", on_one },
    { "POST", "/timers/:service/:name/:key/retry", on_retry },
    { "DELETE", "/timers/:service/:name/:key", on_drop },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!usher_host_add_admin_route (
            self->host, routes[i].method, routes[i].pattern, routes[i].func, self, NULL, error))
      return FALSE;

  return TRUE;
}
