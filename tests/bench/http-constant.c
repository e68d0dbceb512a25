/* http-constant.c: a bare libmicrohttpd that answers a constant, the yardstick of the benchmarks
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib-unix.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>

static enum MHD_Result
answer (void *cls,
        struct MHD_Connection *connection,
        const char *url,
        const char *method,
        const char *version,
        const char *upload_data,
        size_t *upload_data_size,
        void **state)
{
  struct MHD_Response *response = cls;

  /* an answer before the end of the head is read closes the connection */
  if (*state == NULL)
    {
      *state = response;
      return MHD_YES;
    }

  return MHD_queue_response (connection, MHD_HTTP_OK, response);
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

int
main (void)
{
  static char body[] = "{\"currentUser\":null}";
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  struct MHD_Response *response =
      MHD_create_response_from_buffer (sizeof body - 1, body, MHD_RESPMEM_PERSISTENT);
  struct MHD_Daemon *daemon = NULL;
  struct sockaddr_in loopback = { .sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  MHD_add_response_header (response, "Content-Type", "application/json");
  daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD,
                             0,
                             NULL,
                             NULL,
                             answer,
                             response,
                             MHD_OPTION_SOCK_ADDR,
                             &loopback,
                             MHD_OPTION_THREAD_POOL_SIZE,
                             g_get_num_processors () > 1 ? g_get_num_processors () : 0,
                             MHD_OPTION_END);
  if (daemon == NULL)
    return 1;

  printf ("listening on http://127.0.0.1:%u\n",
          (unsigned int) MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
  fflush (stdout);

  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  g_main_loop_run (loop);
  MHD_stop_daemon (daemon);
  MHD_destroy_response (response);

  return 0;
}
