/* order-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "order-stage.h"

void
order_stage_give_ticket (UsherTestHost *host, const char *ticket_id, const char *price)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"version\":0,\"title\":\"Concert\",\"price\":%s,"
                       "\"userId\":\"" USHER_TEST_ALICE "\"}",
                       ticket_id,
                       price);

  usher_test_host_give (host, "orders", NULL, "ticket:created", payload);
}

char *
order_stage_make_body (const char *ticket_id)
{
  return g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
}
