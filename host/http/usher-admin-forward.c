/* usher-admin-forward.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-admin-forward.h"

#include <string.h>
#include <sys/un.h>

#include "usher-error.h"
#include "usher-http-link-private.h"
#include "usher-request-private.h"

#define TIMEOUT (10 * G_TIME_SPAN_SECOND)

/* What an operator asks, on its way to another process, over a connection of its own. */
typedef struct
{
  UsherLoop *loop;         /* (unowned) */
  UsherExchange *exchange; /* (owned) (nullable): until it is answered */
  GString *head;           /* (owned) */
  UsherHttpLink *link;     /* (owned) */
  UsherDeadline late;
} Passage;

static void
fail (UsherExchange *exchange, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, message);

  usher_exchange_fail (exchange, error);
}

/* @message: (nullable): NULL when it is answered */
static void
settle (Passage *passage, const char *message)
{
  g_autoptr (UsherExchange) exchange = g_steal_pointer (&passage->exchange);

  usher_loop_clear_deadline (passage->loop, &passage->late);
  usher_exchange_set_gone_func (exchange, NULL, NULL, NULL);
  if (message != NULL)
    fail (exchange, message);
  else
    usher_exchange_finish (exchange);
}

static void
on_result (UsherHttpLink *link, UsherHttpLinkResult result, gpointer user_data)
{
  settle (user_data,
          result == USHER_HTTP_LINK_ANSWERED ? NULL : "The process does not answer, try again");
}

static void
passage_free (Passage *passage)
{
  g_clear_pointer (&passage->link, usher_http_link_free);
  g_string_free (passage->head, TRUE);
  g_free (passage);
}

static void
on_idle (UsherHttpLink *link, gboolean is_over, gpointer user_data)
{
  passage_free (user_data);
}

static void
on_late (UsherDeadline *deadline)
{
  settle (deadline->data, "The process takes too long");
  passage_free (deadline->data);
}

static void
on_gone (UsherExchange *exchange, gpointer user_data)
{
  settle (user_data, "The client has left");
  passage_free (user_data);
}

/* FALSE, and nothing is left of it, when the process takes no connection. */
static gboolean
begin (UsherExchange *exchange, const struct sockaddr_un *address, const char *target)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  Passage *passage = g_new0 (Passage, 1);

  passage->loop = usher_loop_get_current ();
  passage->link = usher_http_link_new (passage->loop,
                                       address->sun_path,
                                       (const struct sockaddr_storage *) address,
                                       sizeof *address,
                                       on_idle,
                                       passage);
  passage->head =
      usher_request_make_passed_head (request, usher_request_get_method (request), target);
  if (passage->link == NULL || !usher_http_link_send (passage->link,
                                                      passage->head,
                                                      usher_request_get_body (request),
                                                      usher_exchange_get_reply (exchange),
                                                      on_result,
                                                      passage))
    {
      passage_free (passage);
      return FALSE;
    }

  passage->exchange = g_object_ref (exchange);
  passage->late.func = on_late;
  passage->late.data = passage;
  usher_loop_set_deadline (passage->loop, &passage->late, TIMEOUT);
  usher_exchange_set_gone_func (exchange, on_gone, passage, NULL);

  return TRUE;
}

/* Nothing of it ends the line that it becomes a part of. */
static gboolean
is_encoded (const char *target)
{
  for (; *target != '\0'; target++)
    if (!g_ascii_isgraph (*target))
      return FALSE;

  return TRUE;
}

/**
 * usher_admin_forward:
 * @exchange: (transfer full): what an operator asks
 * @admin: `unix:PATH`, where the admin listener of another process is
 * @target: (nullable): path and query there, encoded; `NULL`: the same
 *
 * Asks another process the same and answers what it answers, or 503 when it does not. Call it on the thread of an
 * [class@AdminListener], in a route's function: it returns at once.
 */
void
usher_admin_forward (UsherExchange *exchange, const char *admin, const char *target)
{
  g_autoptr (UsherExchange) owned = exchange;
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_return_if_fail (USHER_IS_EXCHANGE (exchange));
  g_return_if_fail (admin != NULL);
  g_return_if_fail (target == NULL || *target == '/');

  if (!g_str_has_prefix (admin, "unix:") ||
      g_strlcpy (address.sun_path, admin + strlen ("unix:"), sizeof address.sun_path) >=
          sizeof address.sun_path)
    fail (owned, "The process has no admin listener in the run directory");
  else if (target != NULL && !is_encoded (target))
    fail (owned, "There is no such page");
  else if (!begin (owned, &address, target))
    fail (owned, "The process does not answer, try again");
}
