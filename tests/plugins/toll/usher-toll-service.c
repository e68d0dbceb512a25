/* usher-toll-service.c: a service that charges in a step, listens to itself and sets timers, for tests of the kit
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

#define PASSAGES "passages"
#define RECEIPTS "receipts"
#define CREATED  "passage:created"
#define PAID     "passage:paid"
/* of a passage that waits for its receipt */
#define STAMPED "passage:stamped"
#define SETTLE  "settle"

static const UsherField passage_fields[] = {
  { "road",
    USHER_FIELD_STRING,
    USHER_FIELD_INPUT | USHER_FIELD_REQUIRED | USHER_FIELD_TEXT,
    1,
    50,
    "Road must have 1 to 50 characters" },
  { "userId", USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { "paid", USHER_FIELD_BOOLEAN },
};

static const UsherField receipt_fields[] = {
  { "road", USHER_FIELD_STRING },
  { "stamps", USHER_FIELD_INTEGER },
};

/* The till outside: a file for each passage that was charged, so that a second charge changes nothing. */
static gboolean
charge (const char *directory, const char *id, GError **error)
{
  g_autofree char *path = g_build_filename (directory, id, NULL);

  return g_file_set_contents (path, "charged", -1, error);
}

typedef struct
{
  char *directory; /* (owned) */
  char *id;        /* (owned) */
} Step;

static void
free_step (gpointer data)
{
  Step *step = data;

  g_free (step->directory);
  g_free (step->id);
  g_free (step);
}

/* @reply: (nullable): who is told, NULL: nobody */
static gboolean
set_paid (UsherUnit *unit, const char *id, UsherReply *reply, GError **error)
{
  g_autoptr (UsherDocument) passage = usher_unit_find (unit, PASSAGES, id, error);

  if (passage == NULL)
    return FALSE;

  if (reply != NULL && !usher_reply_answer (reply, 201, passage))
    return FALSE;

  if (usher_document_get_boolean (passage, "paid"))
    return TRUE;

  usher_document_set_boolean (passage, "paid", TRUE);
  usher_unit_unschedule (unit, SETTLE, id);

  return usher_unit_update (unit, passage, PAID, error);
}

static gboolean
pay (UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  const Step *step = user_data;

  return charge (step->directory, step->id, error) && set_paid (unit, step->id, reply, error);
}

static gboolean
pass (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) passage = usher_request_read_new (request, unit, PASSAGES, error);
  Step *step = NULL;

  if (passage == NULL)
    return FALSE;

  usher_document_set_string (passage, "userId", usher_request_get_user_id (request));
  if (!usher_unit_create (unit, passage, CREATED, error))
    return FALSE;

  step = g_new0 (Step, 1);
  step->directory = g_strdup (user_data);
  step->id = g_strdup (usher_document_get_id (passage));
  usher_unit_schedule (
      unit, SETTLE, step->id, usher_unit_get_time (unit) + G_TIME_SPAN_MINUTE, NULL);
  usher_unit_then (unit, pay, step, free_step);

  return TRUE;
}

static gboolean
show (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) passage = usher_request_find (request, unit, PASSAGES, error);

  return passage != NULL && usher_reply_answer (reply, 200, passage);
}

static gboolean
on_settle (UsherTimer *timer, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *id = usher_timer_get_key (timer);

  return charge (user_data, id, error) && set_paid (unit, id, NULL, error);
}

static gboolean
on_paid (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *id = usher_event_read_id (event, "id", error);
  g_autoptr (UsherDocument) receipt = NULL;

  if (id == NULL)
    return FALSE;

  receipt = usher_unit_new_document (unit, RECEIPTS, error);
  if (receipt == NULL)
    return FALSE;

  usher_document_set_id (receipt, id);

  return usher_unit_insert (unit, receipt, error);
}

static gboolean
on_stamped (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *id = usher_event_read_id (event, "id", error);
  g_autoptr (UsherDocument) receipt = NULL;

  if (id == NULL || !usher_unit_lookup (unit, RECEIPTS, id, &receipt, error))
    return FALSE;

  if (receipt == NULL)
    return usher_unit_defer (unit, error, "there is no receipt “%s” yet", id);

  usher_document_set_integer (receipt,
                              "stamps",
                              usher_document_get_integer (receipt, "stamps") + 1);

  return usher_unit_replace (unit, receipt, error);
}

static gboolean
configure (UsherContext *context, GError **error)
{
  g_autofree char *directory = usher_context_dup_directory (context, error);

  if (directory == NULL)
    return FALSE;

  usher_context_add_collection (context, PASSAGES, passage_fields, G_N_ELEMENTS (passage_fields));
  usher_context_add_collection (context, RECEIPTS, receipt_fields, G_N_ELEMENTS (receipt_fields));
  usher_context_add_route (
      context, "POST", "/api/passages", USHER_ROUTE_SIGNED_IN, pass, g_strdup (directory), g_free);
  usher_context_add_route (context, "GET", "/api/passages/:id", USHER_ROUTE_NONE, show, NULL, NULL);
  usher_context_add_listener (context, PAID, NULL, on_paid, NULL, NULL);
  usher_context_add_listener (context, STAMPED, NULL, on_stamped, NULL, NULL);
  usher_context_add_timer (context, SETTLE, on_settle, g_strdup (directory), g_free);

  return TRUE;
}

USHER_DEFINE_SERVICE ("toll", "1.0.0", configure)
