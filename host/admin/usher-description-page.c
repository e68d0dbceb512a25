/* usher-description-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-description-page-private.h"

#include "usher-exchange.h"
#include "usher-host-view-private.h"

typedef struct
{
  const char *pattern;
  UsherDescriptionFormat format;
} Page;

static const Page pages[] = {
  { "/describe/openapi.json", USHER_DESCRIPTION_OPENAPI },
  { "/describe/asyncapi.json", USHER_DESCRIPTION_ASYNCAPI },
  { "/describe/description.json", USHER_DESCRIPTION_JSON },
};

/* What answers one of the pages. */
typedef struct
{
  UsherHost *host;  /* (unowned) */
  UsherDesk *desk;  /* (unowned) */
  const Page *page; /* (unowned) */
} Counter;

static void
answer (UsherExchange *exchange, gpointer user_data)
{
  const Counter *counter = user_data;

  usher_exchange_answer_json (exchange, usher_host_describe (counter->host, counter->page->format));
}

/* A supervisor, a hub and a gateway have no services; where they are, somebody else knows. */
static void
refuse (UsherExchange *exchange)
{
  g_autoptr (UsherExchange) owned = exchange;

  usher_reply_refuse (usher_exchange_get_reply (owned),
                      404,
                      "No service runs in this process: “usher describe” describes all, and "
                      "/processes/NAME/describe/… of “usher up” those of one process");
  usher_exchange_finish (owned);
}

static void
on_page (UsherExchange *exchange, gpointer user_data)
{
  Counter *counter = user_data;

  if (usher_host_get_n_lanes (counter->host) == 0)
    {
      refuse (exchange);
      return;
    }
  usher_desk_push (counter->desk, exchange, answer, counter);
}

gboolean
usher_description_page_add_routes (UsherHost *host, UsherDesk *desk, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      Counter *counter = g_new0 (Counter, 1);

      counter->host = host;
      counter->desk = desk;
      counter->page = &pages[i];
      if (!usher_host_add_admin_route (
              host, "GET", pages[i].pattern, on_page, counter, g_free, error))
        return FALSE;
    }

  return TRUE;
}
