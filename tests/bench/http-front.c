/* http-front.c: the public listener with a handler that answers a constant
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib-unix.h>
#include <stdio.h>

#include "usher-error.h"
#include "usher-front.h"

#define ANSWER \
  "{\"id\":\"6563f0c0a1b2c3d4e5f60718\",\"title\":\"concert\",\"price\":19.99,\"version\":0}"

static void
on_constant (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  usher_reply_take_json (usher_exchange_get_reply (owned), g_strdup (ANSWER));
  usher_exchange_finish (owned);
}

static void
on_who (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherSession *session = usher_request_get_session (usher_exchange_get_request (owned));

  usher_reply_take_json (usher_exchange_get_reply (owned),
                         g_strdup_printf ("{\"currentUser\":\"%s\"}",
                                          usher_session_get_user_id (session)));
  usher_exchange_finish (owned);
}

static gpointer
finish_later (gpointer data)
{
  on_constant (data, NULL);

  return NULL;
}

static void
on_elsewhere (UsherExchange *exchange, gpointer user_data)
{
  g_thread_pool_push (user_data, exchange, NULL);
}

static void
on_pool (gpointer data, gpointer user_data)
{
  finish_later (data);
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

static gboolean
add_routes (UsherRouter *router, GThreadPool *pool, GError **error)
{
  return usher_router_add (
             router, "GET", "/constant", USHER_ROUTE_NONE, on_constant, NULL, NULL, error) &&
         usher_router_add (
             router, "GET", "/api/tickets/:id", USHER_ROUTE_NONE, on_constant, NULL, NULL, error) &&
         usher_router_add (
             router, "POST", "/api/tickets", USHER_ROUTE_NONE, on_constant, NULL, NULL, error) &&
         usher_router_add (
             router, "GET", "/who", USHER_ROUTE_SIGNED_IN, on_who, NULL, NULL, error) &&
         usher_router_add (
             router, "GET", "/elsewhere", USHER_ROUTE_NONE, on_elsewhere, pool, NULL, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (UsherSessions) sessions = NULL;
  g_autoptr (UsherSession) session = NULL;
  g_autoptr (UsherRouter) router = NULL;
  g_autoptr (UsherFront) front = NULL;
  g_autofree char *directory = g_dir_make_tmp ("usher-bench-XXXXXX", NULL);
  g_autofree char *key_file = g_build_filename (directory, "key", NULL);
  g_autofree char *token = NULL;
  GThreadPool *pool = g_thread_pool_new (on_pool, NULL, 1, TRUE, NULL);

  sessions = usher_sessions_new (key_file, G_TIME_SPAN_HOUR, clock, &error);
  if (sessions == NULL || !usher_front_declare_settings (settings, &error))
    return 1;

  for (int i = 1; i < argc; i++)
    if (!usher_settings_assign (settings, argv[i], "-s", &error))
      return 1;

  router = usher_router_new (sessions, 65536);
  front = usher_front_new (router, sessions, settings, clock);
  if (!add_routes (router, pool, &error) || !usher_front_start (front, "127.0.0.1:0", &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  session = usher_sessions_begin (sessions, "6563f0c0a1b2c3d4e5f60718", "a@b.example");
  token = usher_sessions_make_token (sessions, session, &error);
  printf ("listening on %s\nsession=%s\n", usher_front_get_uri (front), token);
  fflush (stdout);

  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  g_main_loop_run (loop);
  usher_front_stop (front, G_USEC_PER_SEC);
  g_thread_pool_free (pool, FALSE, TRUE);

  return 0;
}
