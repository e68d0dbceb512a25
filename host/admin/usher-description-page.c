/* usher-description-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-description-page-private.h"

#include "usher-error.h"
#include "usher-exchange.h"
#include "usher-host-view-private.h"

static const struct
{
  const char *pattern;
  UsherDescriptionFormat format;
} pages[] = {
  { "/describe/openapi.json", USHER_DESCRIPTION_OPENAPI },
  { "/describe/asyncapi.json", USHER_DESCRIPTION_ASYNCAPI },
  { "/describe/description.json", USHER_DESCRIPTION_JSON },
};

/* What one of the pages is answered by. */
typedef struct
{
  UsherDescriptionPage *page; /* (unowned) */
  UsherDescriptionFormat format;
} Counter;

struct _UsherDescriptionPage
{
  UsherHost *host;        /* (unowned) */
  UsherDesk *desk;        /* (unowned) */
  UsherDescribeFunc func; /* (nullable) */
  gpointer user_data;
  Counter counters[G_N_ELEMENTS (pages)];
};

UsherDescriptionPage *
usher_description_page_new (UsherHost *host, UsherDesk *desk)
{
  UsherDescriptionPage *self = g_new0 (UsherDescriptionPage, 1);

  self->host = host;
  self->desk = desk;
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      self->counters[i].page = self;
      self->counters[i].format = pages[i].format;
    }

  return self;
}

void
usher_description_page_free (UsherDescriptionPage *self)
{
  g_free (self);
}

void
usher_description_page_set_func (UsherDescriptionPage *self,
                                 UsherDescribeFunc func,
                                 gpointer user_data)
{
  self->func = func;
  self->user_data = user_data;
}

/* (transfer full) (nullable) */
static char *
describe (UsherDescriptionPage *self, UsherDescriptionFormat format, GError **error)
{
  if (usher_host_get_n_lanes (self->host) > 0)
    return usher_host_describe (self->host, format);
  if (self->func != NULL)
    return self->func (format, self->user_data, error);

  usher_refuse (error, USHER_ERROR_NOT_FOUND, "no service runs in this process");

  return NULL;
}

static void
answer (UsherExchange *exchange, gpointer user_data)
{
  const Counter *counter = user_data;
  g_autoptr (GError) error = NULL;
  char *text = describe (counter->page, counter->format, &error);

  if (text != NULL)
    usher_exchange_answer_json (exchange, text);
  else
    usher_exchange_fail (exchange, error);
}

static void
on_page (UsherExchange *exchange, gpointer user_data)
{
  Counter *counter = user_data;

  usher_desk_push (counter->page->desk, exchange, answer, counter);
}

gboolean
usher_description_page_add_routes (UsherDescriptionPage *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    if (!usher_host_add_admin_route (
            self->host, "GET", pages[i].pattern, on_page, &self->counters[i], NULL, error))
      return FALSE;

  return TRUE;
}
