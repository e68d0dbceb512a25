/* ticket-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ticket-stage.h"

char *
ticket_stage_make (UsherTestHost *host, const char *body)
{
  char *id =
      usher_test_user_create (usher_test_host_as (host, USHER_TEST_ALICE), "/api/tickets", body);

  usher_test_host_skip_events (host, "tickets");

  return id;
}

void
ticket_stage_reserve (UsherTestHost *host, const char *ticket_id, const char *order_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"version\":0,\"ticket\":{\"id\":\"%s\",\"version\":0}}",
                       order_id,
                       ticket_id);

  usher_test_host_give (host, "tickets", NULL, "order:created", payload);
}

void
ticket_stage_settle (UsherTestHost *host, const char *ticket_id, const char *order_id)
{
  ticket_stage_reserve (host, ticket_id, order_id);
  usher_test_host_skip_events (host, "tickets");
}

void
ticket_stage_tell_ban (UsherTestHost *host, gboolean banned, gint64 version)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" USHER_TEST_ALICE "\",\"version\":%" G_GINT64_FORMAT "}",
                       version);

  usher_test_host_give (host, "tickets", NULL, banned ? "user:banned" : "user:unbanned", payload);
  usher_test_host_turn (host, 0);
}
