/* test-followers.c: those who follow events, on a bus that says what a test wants
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "fake-bus.h"
#include "stage.h"
#include "usher-followers-private.h"
#include "usher-reply-private.h"
#include "usher-stream-private.h"
#include "usher-test-base.h"

#define MANY   5000
#define SECOND G_TIME_SPAN_SECOND
#define ID     "0190163d-8694-739b-aea5-966c26f8ad90"
#define TIME   "1970-01-01T00:00:00.000Z"
/* what readers get of an event, and of a page */
#define EVENT(channel, sequence)                                             \
  "{\"sequence\":" sequence ",\"channel\":\"" channel "\",\"id\":\"" ID "\"" \
  ",\"time\":\"" TIME "\",\"payload\":\"{}\"}"
#define PAGE(events, cursor) "{\"items\":[" events "],\"cursor\":\"" cursor "\"}"
#define EMPTY                PAGE ("", "said:5")

typedef struct
{
  FakeBus *bus;
  UsherFollowers *followers;
  int n_answered; /* (atomic) */
} Fixture;

/* One request, until it is answered. */
typedef struct
{
  Fixture *fixture;
  UsherReply *reply;   /* (owned) */
  UsherStream *stream; /* (owned) (nullable) */
  GString *read;       /* (owned) */
  UsherStreamState state;
  int is_answered; /* (atomic) */
} Client;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->bus = fake_bus_new ();
  fixture->followers = usher_followers_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_followers_stop (fixture->followers);
  while (fake_bus_get_n_waiting (fixture->bus) > 0)
    fake_bus_answer_question (fixture->bus, NULL);
  usher_followers_free (fixture->followers);
  g_assert_finalize_object (fixture->bus);
}

static void
add_event (UsherBusEvents *page, const char *channel, guint64 sequence, const char *payload)
{
  g_ptr_array_add (page->events,
                   usher_event_new_full (ID, channel, sequence, 0, NULL, NULL, NULL, payload, -1));
}

/* (transfer full): a page of the bus; @events: CHANNEL:SEQUENCE,… */
static UsherBusEvents *
make_page (const char *cursor, const char *events)
{
  g_auto (GStrv) places = g_strsplit (events, ",", -1);
  UsherBusEvents *page = usher_bus_events_new ();

  page->cursor = g_strdup (cursor);
  for (guint i = 0; places[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (places[i], ":", 2);

      add_event (page, parts[0], g_ascii_strtoull (parts[1], NULL, 10), "{}");
    }

  return page;
}

static void
on_done (UsherExchange *exchange, gpointer user_data)
{
  Client *client = user_data;

  client->stream = usher_reply_steal_stream (client->reply);
  g_atomic_int_set (&client->is_answered, TRUE);
  g_atomic_int_inc (&client->fixture->n_answered);
}

static Client *
follow (Fixture *fixture, const char *target, const char *accept, const char *last, gint64 wait)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", target);
  Client *client = g_new0 (Client, 1);
  UsherExchange *exchange = NULL;

  if (accept != NULL)
    usher_request_add_header (request, "Accept", accept);
  if (last != NULL)
    usher_request_add_header (request, "Last-Event-ID", last);
  client->fixture = fixture;
  client->read = g_string_new (NULL);
  exchange = usher_exchange_new (request, on_done, client);
  client->reply = g_object_ref (usher_exchange_get_reply (exchange));
  usher_followers_add (fixture->followers, USHER_BUS (fixture->bus), exchange, wait);

  return client;
}

static Client *
open_stream (Fixture *fixture, const char *target, const char *last)
{
  return follow (fixture, target, "text/event-stream", last, 0);
}

static void
client_free (Client *client)
{
  if (client->stream != NULL)
    usher_stream_detach (client->stream);
  g_clear_object (&client->stream);
  g_clear_object (&client->reply);
  g_string_free (client->read, TRUE);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static gboolean
has_read (Client *client, const char *text)
{
  GString *more = NULL;

  if (!g_atomic_int_get (&client->is_answered))
    return FALSE;

  more = usher_stream_take (client->stream, &client->state);
  if (more != NULL)
    {
      g_string_append_len (client->read, more->str, (gssize) more->len);
      g_string_free (more, TRUE);
    }

  return strstr (client->read->str, text) != NULL;
}

static void
assert_body (Client *client, const char *body)
{
  g_autofree char *text = NULL;

  usher_test_until (g_atomic_int_get (&client->is_answered));
  stage_assert_status (client->reply, 200);
  text = stage_dup_body (client->reply);
  g_assert_cmpstr (text, ==, body);
}

static void
test_live (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (Client) all = NULL;
  g_autoptr (Client) one = NULL;

  g_test_summary (
      "Who is up to date gets what comes, of the channel, and one question waits for all");

  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  all = follow (fixture, "/events", NULL, NULL, 20 * SECOND);
  one = follow (fixture, "/events?channel=other", NULL, NULL, 20 * SECOND);
  first = fake_bus_await_question (fixture->bus);
  g_assert_cmpstr (first, ==, "said:5");

  fake_bus_answer_question (fixture->bus, make_page ("other:0,said:6", "said:6"));
  assert_body (all, PAGE (EVENT ("said", "6"), "other:0,said:6"));
  second = fake_bus_await_question (fixture->bus);
  g_assert_cmpstr (second, ==, "other:0,said:6");
  g_assert_false (g_atomic_int_get (&one->is_answered));
  fake_bus_answer_question (fixture->bus, make_page ("other:1,said:7", "said:7,other:1"));
  assert_body (one, PAGE (EVENT ("other", "1"), "other:1,said:7"));
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);

  g_test_summary ("Thousands wait for one question");

  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  for (guint i = 0; i < MANY; i++)
    g_ptr_array_add (clients, follow (fixture, "/events", NULL, NULL, 60 * SECOND));
  g_free (fake_bus_await_question (fixture->bus));
  g_assert_cmpuint (fake_bus_get_n_waiting (fixture->bus), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_answered), ==, 0);
  /* who has not joined by then has it by a page of its own */
  fake_bus_take_page (fixture->bus, make_page ("said:6", "said:6"));
  while (g_atomic_int_get (&fixture->n_answered) < MANY)
    {
      fake_bus_answer_question (fixture->bus, make_page ("said:6", "said:6"));
      usher_test_until (g_atomic_int_get (&fixture->n_answered) == MANY ||
                        fake_bus_get_n_waiting (fixture->bus) == 1);
    }
}

static void
test_time (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Client) at_once = NULL;
  g_autoptr (Client) later = NULL;

  g_test_summary ("When the time is over the page has no events, and the cursor");

  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  later = follow (fixture, "/events", NULL, NULL, SECOND / 5);
  at_once = follow (fixture, "/events", NULL, NULL, 0);
  assert_body (at_once, EMPTY);
  assert_body (later, EMPTY);
}

static void
test_stream (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Client) client = NULL;

  g_test_summary ("A stream begins where it is told, and has each event once with its cursor");

  /* the end; then what is behind the reader, in two pages; the last one is ahead of the end */
  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  fake_bus_take_page (fixture->bus, make_page ("said:4", "said:3,said:4"));
  fake_bus_take_page (fixture->bus, make_page ("said:6", "said:5,said:6"));
  client = open_stream (fixture, "/events?after=0", "said:2");
  g_free (fake_bus_await_question (fixture->bus));
  usher_test_until (has_read (client, EVENT ("said", "6")));
  fake_bus_answer_question (fixture->bus, make_page ("said:7", "said:6,said:7"));
  usher_test_until (has_read (client, EVENT ("said", "7")));
  g_assert_cmpstr (usher_reply_get_media_type (client->reply), ==, "text/event-stream");
  g_assert_cmpstr (client->read->str,
                   ==,
                   "retry: 1000\n\n"
                   "id: said:3\ndata: " EVENT (
                       "said", "3") "\n\n"
                                    "id: said:4\ndata: " EVENT (
                                        "said", "4") "\n\n"
                                                     "id: said:5\ndata: " EVENT (
                                                         "said",
                                                         "5") "\n\n"
                                                              "id: said:6\ndata: " EVENT (
                                                                  "said",
                                                                  "6") "\n\n"
                                                                       "id: said:7\ndata: " EVENT (
                                                                           "said", "7") "\n\n");
}

static void
test_slow (Fixture *fixture, gconstpointer data)
{
  g_autofree char *large = g_strnfill (100 * 1024, 'x');
  UsherBusEvents *page = make_page ("said:7", "");
  g_autoptr (Client) client = NULL;

  g_test_summary (
      "A reader without room loses nothing, not even of an event that is larger than it");

  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  client = open_stream (fixture, "/events", NULL);
  g_free (fake_bus_await_question (fixture->bus));
  usher_test_until (has_read (client, "id: said:5\n\n"));
  fake_bus_take_page (fixture->bus, make_page ("said:7", "said:7"));
  fake_bus_take_page (fixture->bus, make_page ("said:7", ""));
  fake_bus_answer_question (fixture->bus, make_page ("said:5", ""));
  /* asked for too soon: it pauses */
  g_free (fake_bus_await_question (fixture->bus));
  add_event (page, "said", 6, large);
  add_event (page, "said", 7, "{}");
  fake_bus_answer_question (fixture->bus, page);
  g_free (fake_bus_await_question (fixture->bus));
  usher_test_until (has_read (client, EVENT ("said", "7")));
  g_assert_nonnull (strstr (client->read->str, large));
}

static void
test_drain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Client) page = NULL;
  g_autoptr (Client) stream = NULL;
  g_autoptr (Client) late = NULL;

  g_test_summary (
      "When the host drains, pages are answered, streams end, and who comes is refused");

  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  page = follow (fixture, "/events", NULL, NULL, 20 * SECOND);
  stream = open_stream (fixture, "/events", NULL);
  usher_test_until (has_read (stream, "id: said:5\n\n"));
  usher_followers_drain (fixture->followers);
  assert_body (page, EMPTY);
  usher_test_until (has_read (stream, "retry") && stream->state == USHER_STREAM_ENDED);
  late = follow (fixture, "/events", NULL, NULL, 20 * SECOND);
  stage_assert_status (late->reply, 503);
}

static void
test_trouble (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Client) page = NULL;
  g_autoptr (Client) stream = NULL;

  g_test_summary ("A hub that does not answer is told of to who waits; streams go on with it");

  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  page = follow (fixture, "/events", NULL, NULL, 20 * SECOND);
  stream = open_stream (fixture, "/events", NULL);
  usher_test_until (has_read (stream, "id: said:5\n\n"));
  g_free (fake_bus_await_question (fixture->bus));
  fake_bus_answer_question (fixture->bus, NULL);
  usher_test_until (g_atomic_int_get (&page->is_answered));
  stage_assert_status (page->reply, 503);
  g_free (fake_bus_await_question (fixture->bus));
  fake_bus_answer_question (fixture->bus, make_page ("said:6", "said:6"));
  usher_test_until (has_read (stream, EVENT ("said", "6")));
}

static void
test_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Client) client = NULL;

  g_test_summary ("When the last reader is gone nobody asks any more");

  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  client = open_stream (fixture, "/events", NULL);
  usher_test_until (has_read (client, "id: said:5\n\n"));
  g_free (fake_bus_await_question (fixture->bus));
  usher_stream_detach (client->stream);
  fake_bus_answer_question (fixture->bus, make_page ("said:6", "said:6"));
  usher_followers_stop (fixture->followers);
  g_assert_cmpuint (fake_bus_get_n_waiting (fixture->bus), ==, 0);
}

static void
test_accept (Fixture *fixture, gconstpointer data)
{
  static const char *const pages[] = { "*/*",
                                       "text/event-stream;q=0",
                                       "application/json, text/event-stream;q=0.5" };
  g_autoptr (Client) stream = NULL;

  g_test_summary ("A stream is for who asks for it by name, and not rather for JSON");

  fake_bus_take_page (fixture->bus, make_page ("said:5", ""));
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (Client) client = follow (fixture, "/events", pages[i], NULL, 0);

      assert_body (client, EMPTY);
    }
  stream = follow (fixture, "/events", "application/json;q=0.5, Text/Event-Stream; q=0.9", NULL, 0);
  usher_test_until (has_read (stream, "retry"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/followers/" path, Fixture, NULL, set_up, func, tear_down)
  add ("page/live", test_live);
  add ("page/many", test_many);
  add ("page/time", test_time);
  add ("stream/once", test_stream);
  add ("stream/slow", test_slow);
  add ("stream/gone", test_gone);
  add ("stream/accept", test_accept);
  add ("drain", test_drain);
  add ("trouble", test_trouble);
#undef add

  return g_test_run ();
}
