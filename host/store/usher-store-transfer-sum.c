/* usher-store-transfer-sum.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-transfer-sum-private.h"

#include <string.h>

#include "usher-document-private.h"
#include "usher-json-private.h"

/* A text with its length before it, so that nothing can be read in two ways. */
static void
append_text (GString *content, const char *text)
{
  if (text != NULL)
    g_string_append_printf (content, "%" G_GSIZE_FORMAT ":%s", strlen (text), text);
  else
    g_string_append_c (content, '-');
}

static void
append_integer (GString *content, gint64 value)
{
  g_string_append_printf (content, "%" G_GINT64_FORMAT ";", value);
}

static void
append_json (GString *content, const char *text)
{
  g_autoptr (UsherJson) json = text != NULL ? usher_json_parse (text, -1, NULL) : NULL;

  if (json != NULL)
    usher_json_append_canonical (json, content);
  else
    append_text (content, text);
}

static void
append_document (GString *content, UsherDocument *document)
{
  g_autofree char *private_text = NULL;

  append_text (content, usher_schema_get_collection (usher_document_get_schema (document)));
  append_text (content, usher_document_get_id (document));
  append_integer (content, usher_document_get_version (document));
  append_integer (content, usher_document_get_level (document));
  /* as its fields say it, in whatever form the store has them */
  usher_document_touch (document);
  private_text = usher_document_dup_private_text (document);
  append_json (content, usher_document_get_text (document, NULL));
  append_json (content, private_text);
}

static void
append_event (GString *content, UsherEvent *event)
{
  append_text (content, usher_event_get_id (event));
  append_text (content, usher_event_get_channel (event));
  append_integer (content, usher_event_get_time (event));
  append_text (content, usher_event_get_correlation (event));
  append_text (content, usher_event_get_causation (event));
  append_text (content, usher_event_get_traceparent (event));
  append_text (content, usher_event_get_payload (event, NULL));
}

static void
append_request (GString *content, UsherRequestRecord *request)
{
  append_text (content, request->key);
  append_text (content, request->hash);
  append_text (content, request->owner);
  append_integer (content, request->status);
  append_text (content, request->body);
  append_integer (content, request->time);
}

static void
append_timer (GString *content, UsherTimer *timer)
{
  const UsherTimerHistory *history = usher_timer_get_history (timer);
  const UsherOrigin *origin = usher_timer_get_origin (timer);
  g_autofree char *reasons =
      history != NULL && history->reasons != NULL ? g_strjoinv ("\n", history->reasons) : NULL;

  append_text (content, usher_timer_get_name (timer));
  append_text (content, usher_timer_get_key (timer));
  /* what is parked is due never */
  append_integer (content, usher_timer_is_parked (timer) ? 0 : usher_timer_get_due (timer));
  append_text (content, usher_timer_get_payload (timer));
  append_integer (content, usher_timer_get_attempt (timer));
  append_integer (content, usher_timer_get_since (timer));
  append_integer (content, history != NULL ? history->n_deaths : 0);
  append_integer (content, history != NULL ? history->trial : 0);
  append_integer (content, history != NULL ? history->parked : 0);
  append_text (content, history != NULL ? history->trier : NULL);
  append_text (content, reasons);
  append_text (content, origin != NULL ? origin->correlation : NULL);
  append_text (content, origin != NULL ? origin->causation : NULL);
  append_text (content, origin != NULL ? origin->traceparent : NULL);
}

static void
append_row (GString *content, const UsherTransferRow *row)
{
  switch (row->part)
    {
    case USHER_TRANSFER_DOCUMENTS:
      append_document (content, row->document);
      break;

    case USHER_TRANSFER_EVENTS:
      append_event (content, row->event);
      break;

    case USHER_TRANSFER_APPLIED:
      append_text (content, row->applied);
      append_text (content, row->subscriber);
      append_integer (content, row->time);
      break;

    case USHER_TRANSFER_REQUESTS:
      append_request (content, row->request);
      break;

    case USHER_TRANSFER_TIMERS:
      append_timer (content, row->timer);
      break;

    case USHER_TRANSFER_N_PARTS:
    default:
      break;
    }
}

void
usher_store_transfer_sum_add (UsherStoreTransferSum *self, const UsherTransferRow *row)
{
  g_autoptr (GString) content = g_string_new (NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint64 words[4];
  gsize size = sizeof (words);

  if (row->part == USHER_TRANSFER_EVENTS)
    append_integer (content, self->n_rows);
  append_row (content, row);
  g_checksum_update (checksum, (const guchar *) content->str, (gssize) content->len);
  g_checksum_get_digest (checksum, (guint8 *) words, &size);

  self->n_rows++;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    self->words[i] += words[i];
}

gboolean
usher_store_transfer_sum_equals (const UsherStoreTransferSum *self,
                                 const UsherStoreTransferSum *other)
{
  return memcmp (self, other, sizeof *self) == 0;
}
