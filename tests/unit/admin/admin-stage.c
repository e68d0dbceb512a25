/* admin-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "admin-stage.h"

#include "usher-clock.h"
#include "usher-error.h"

#define ALICE "a11cea11cea11cea11cea11c"

static const UsherField said_fields[] = {
  { "word", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { "speaker.id", USHER_FIELD_ID },
  { "secret", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
  { "price", USHER_FIELD_MONEY },
};

static gboolean
on_plain (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  return TRUE;
}

static gboolean
on_refuse (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_FORBIDDEN, "not you");

  return FALSE;
}

static gboolean
on_say (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  const char *channel = usher_request_get_query (request, "channel");
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (UsherEvent) event = usher_event_new (
      id, channel != NULL ? channel : "said", usher_unit_get_time (unit), ADMIN_STAGE_PAYLOAD, -1);

  /* not by the unit, which takes no channel of such a name as a bus may have */
  usher_commit_publish (usher_unit_get_commit (unit), event);
  usher_reply_take_json (reply, g_strdup ("{}"));

  return TRUE;
}

/* loses one race, then sets a timer that is due */
static gboolean
on_bump (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  AdminStage *self = data;
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "things", ADMIN_STAGE_ID, error);

  if (document == NULL)
    return FALSE;
  if (g_atomic_int_compare_and_exchange (&self->n_races, 1, 0))
    stage_bump (&self->stage, ADMIN_STAGE_ID);
  usher_document_set_integer (document, "count", 5);
  usher_unit_schedule (unit, "alarm", "key", STAGE_TIME, NULL);

  return usher_unit_replace (unit, document, error);
}

static gboolean
on_said (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  AdminStage *self = data;

  switch (g_atomic_int_add (&self->n_heard, 1))
    {
    case 0:
      return TRUE;

    case 1:
      return usher_unit_defer (unit, error, "too early");

    default:
      g_set_error_literal (error, USHER_ERROR, USHER_ERROR_FAILED, "broken");
      return FALSE;
    }
}

static gboolean
on_alarm (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  AdminStage *self = data;

  if (g_atomic_int_add (&self->n_fired, 1) > 0)
    return TRUE;

  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_FAILED, "not yet");

  return FALSE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/things/:id", 0, on_plain, data, NULL);
  usher_context_add_route (context, "GET", "/refuse", 0, on_refuse, data, NULL);
  usher_context_add_route (context, "POST", "/say", 0, on_say, data, NULL);
  usher_context_add_route (context, "POST", "/bump", 0, on_bump, data, NULL);
  usher_context_add_listener (context, "said", NULL, on_said, data, NULL);
  usher_context_add_timer (context, "alarm", on_alarm, data, NULL);
  usher_context_add_event (context, "said", said_fields, G_N_ELEMENTS (said_fields));
  usher_context_add_event (context, "left", NULL, 0);
}

void
admin_stage_set_up (AdminStage *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  stage_init (&self->stage, declare, self, FALSE, NULL);
  self->clock = usher_real_clock_new ();
  self->admin = usher_admin_new (self->stage.host, &error);
  g_assert_no_error (error);
}

void
admin_stage_tear_down (AdminStage *self, gconstpointer data)
{
  stage_clear (&self->stage);
  /* the host kept it */
  g_assert_finalize_object (self->admin);
  g_clear_object (&self->bus);
  g_clear_pointer (&self->hub, usher_test_hub_free);
  g_clear_object (&self->clock);
}

void
admin_stage_start (AdminStage *self)
{
  g_autoptr (GError) error = NULL;

  self->hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, self->clock);
  self->bus = usher_test_hub_join (self->hub, "stage");
  usher_host_start (self->stage.host, self->bus, &error);
  g_assert_no_error (error);
}

UsherReply *
admin_stage_ask (AdminStage *self, const char *method, const char *target)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, target);

  return usher_host_call (self->stage.host, request, TRUE);
}

char *
admin_stage_get (AdminStage *self, const char *target)
{
  g_autoptr (UsherReply) reply = admin_stage_ask (self, "GET", target);

  stage_assert_status (reply, 200);

  return stage_dup_body (reply);
}

JsonNode *
admin_stage_get_json (AdminStage *self, const char *target)
{
  g_autofree char *body = admin_stage_get (self, target);

  return usher_test_json_read (body);
}

void
admin_stage_assert_status (AdminStage *self, const char *method, const char *target, guint status)
{
  g_autoptr (UsherReply) reply = admin_stage_ask (self, method, target);

  stage_assert_status (reply, status);
}

void
admin_stage_call (AdminStage *self,
                  const char *method,
                  const char *target,
                  const char *key,
                  guint status)
{
  g_autoptr (UsherReply) reply =
      stage_call (&self->stage, method, target, key != NULL ? ALICE : NULL, key, NULL);

  stage_assert_status (reply, status);
}
