/* stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"

#include <glib/gstdio.h>
#include <string.h>

#include "usher-id.h"
#include "usher-test-base.h"

#define STOP_TIMEOUT (10 * G_TIME_SPAN_SECOND)

#define STAGE_TYPE_SERVICE (stage_service_get_type ())
G_DECLARE_FINAL_TYPE (StageService, stage_service, STAGE, SERVICE, GObject)

struct _StageService
{
  GObject parent_instance;

  StageDeclare declare;
  gpointer user_data;
};

static gboolean
stage_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  StageService *self = STAGE_SERVICE (service);
  static const UsherField fields[] = {
    { "name", USHER_FIELD_STRING, USHER_FIELD_UNIQUE, 0, 0, NULL },
    { "count", USHER_FIELD_INTEGER, USHER_FIELD_NONE, 0, 0, NULL },
  };

  usher_context_add_collection (context, "things", fields, G_N_ELEMENTS (fields));
  if (self->declare != NULL)
    self->declare (context, self->user_data);

  return TRUE;
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = stage_service_configure;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StageService,
                               stage_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

static void
stage_service_class_init (StageServiceClass *klass)
{
}

static void
stage_service_init (StageService *self)
{
}

gboolean
stage_add (Stage *self, const char *name, StageDeclare declare, gpointer user_data, GError **error)
{
  g_autoptr (StageService) service = g_object_new (STAGE_TYPE_SERVICE, NULL);

  service->declare = declare;
  service->user_data = user_data;

  return usher_host_add_service (self->host, name, USHER_SERVICE (service), error);
}

void
stage_make_host (Stage *self)
{
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autoptr (GError) error = NULL;

  usher_host_declare_settings (settings, &error);
  g_assert_no_error (error);
  if (self->setting != NULL)
    usher_settings_assign (settings, self->setting, "the test", &error);
  g_assert_no_error (error);

  self->host =
      self->is_shared
          ? usher_host_new_shared (self->directory, settings, USHER_CLOCK (self->clock), &error)
          : usher_host_new (self->directory, settings, USHER_CLOCK (self->clock), &error);
  g_assert_no_error (error);
  stage_add (self, "stage", self->declare, self->user_data, &error);
  g_assert_no_error (error);
  self->lane = usher_host_get_lane (self->host, 0);
}

void
stage_start (Stage *self)
{
  g_autoptr (GError) error = NULL;

  usher_host_start (self->host, (UsherBus *) self->bus, &error);
  g_assert_no_error (error);
}

void
stage_init (Stage *self,
            StageDeclare declare,
            gpointer user_data,
            gboolean with_bus,
            const char *setting)
{
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("usher-stage-XXXXXX", &error);
  g_assert_no_error (error);
  self->clock = usher_manual_clock_new (STAGE_TIME);
  self->bus = with_bus ? fake_bus_new () : NULL;
  self->declare = declare;
  self->user_data = user_data;
  self->setting = setting;
  stage_make_host (self);
}

void
stage_init_shared (Stage *self, Stage *beside, StageDeclare declare, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  self->is_shared = TRUE;
  self->is_guest = beside != NULL;
  self->directory =
      beside != NULL ? g_strdup (beside->directory) : g_dir_make_tmp ("usher-stage-XXXXXX", &error);
  g_assert_no_error (error);
  self->clock = beside != NULL ? g_object_ref (beside->clock) : usher_manual_clock_new (STAGE_TIME);
  self->bus = fake_bus_new ();
  self->declare = declare;
  self->user_data = user_data;
  stage_make_host (self);
}

void
stage_stop (Stage *self)
{
  g_autoptr (GError) error = NULL;

  usher_host_stop (self->host, STOP_TIMEOUT, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (self->host);
  self->host = NULL;
}

void
stage_restart (Stage *self)
{
  stage_stop (self);
  if (self->bus != NULL)
    {
      g_assert_finalize_object (self->bus);
      self->bus = fake_bus_new ();
    }
  stage_make_host (self);
  stage_start (self);
}

void
stage_clear (Stage *self)
{
  if (self->host != NULL)
    stage_stop (self);
  if (self->bus != NULL)
    g_assert_finalize_object (self->bus);
  if (self->is_guest)
    g_object_unref (self->clock);
  else
    {
      g_assert_finalize_object (self->clock);
      usher_test_remove_tree (self->directory);
    }
  g_free (self->directory);
}

void
stage_turn (Stage *self, gint64 microseconds)
{
  usher_manual_clock_advance (self->clock, microseconds);
}

UsherReply *
stage_call (Stage *self,
            const char *method,
            const char *path,
            const char *user,
            const char *key,
            const char *body)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, path);
  g_autoptr (GError) error = NULL;

  if (user != NULL)
    {
      g_autofree char *token =
          usher_host_make_token (self->host, user, "somebody@example.org", &error);
      g_autofree char *value = g_strconcat ("Bearer ", token, NULL);

      g_assert_no_error (error);
      usher_request_add_header (request, "Authorization", value);
    }
  if (key != NULL)
    usher_request_add_header (request, "Idempotency-Key", key);
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      usher_request_set_body (request, bytes);
      usher_request_add_header (request, "Content-Type", "application/json");
    }

  return usher_host_call (self->host, request, FALSE);
}

typedef struct
{
  Stage *stage;
  const char *path;
} Call;

static gpointer
run_call (gpointer data)
{
  g_autofree Call *call = data;

  return stage_call (call->stage, "GET", call->path, NULL, NULL, NULL);
}

GThread *
stage_call_async (Stage *self, const char *path)
{
  Call *call = g_new0 (Call, 1);

  call->stage = self;
  call->path = path;

  return g_thread_new ("call", run_call, call);
}

UsherReply *
stage_join (GThread *thread)
{
  return g_thread_join (thread);
}

char *
stage_dup_body (UsherReply *reply)
{
  GBytes *body = usher_reply_get_body (reply);

  return body != NULL ? g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body))
                      : g_strdup ("");
}

void
stage_assert_status (UsherReply *reply, guint status)
{
  if (usher_reply_get_status (reply) != status)
    {
      g_autofree char *body = stage_dup_body (reply);

      g_test_message ("answer: %s", body);
    }
  g_assert_cmpuint (usher_reply_get_status (reply), ==, status);
}

void
stage_assert_get (Stage *self, const char *path, guint status)
{
  g_autoptr (UsherReply) reply = stage_call (self, "GET", path, NULL, NULL, NULL);

  stage_assert_status (reply, status);
}

UsherStore *
stage_get_store (Stage *self)
{
  return usher_lane_get_store (self->lane);
}

UsherUnit *
stage_begin (Stage *self)
{
  return usher_unit_new (stage_get_store (self), USHER_CLOCK (self->clock));
}

void
stage_commit (Stage *self, UsherUnit *unit)
{
  g_autoptr (GError) error = NULL;

  usher_store_commit_sync (stage_get_store (self), usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
}

UsherDocument *
stage_count_up (UsherUnit *unit, const char *id, GError **error)
{
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "things", id, error);

  if (document == NULL)
    return NULL;

  usher_document_set_integer (document,
                              "count",
                              usher_document_get_integer (document, "count") + 1);
  if (!usher_unit_replace (unit, document, error))
    return NULL;

  return g_steal_pointer (&document);
}

void
stage_insert (Stage *self, const char *id, const char *name, gint64 count)
{
  g_autoptr (UsherUnit) unit = stage_begin (self);
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  document = usher_unit_new_document (unit, "things", &error);
  g_assert_no_error (error);
  usher_document_set_id (document, id);
  usher_document_set_string (document, "name", name);
  usher_document_set_integer (document, "count", count);
  usher_unit_insert (unit, document, &error);
  g_assert_no_error (error);
  stage_commit (self, unit);
}

void
stage_bump (Stage *self, const char *id)
{
  g_autoptr (UsherUnit) unit = stage_begin (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) document = stage_count_up (unit, id, &error);

  g_assert_no_error (error);
  stage_commit (self, unit);
}

gint64
stage_get_count (Stage *self, const char *id)
{
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  usher_store_lookup (stage_get_store (self), "things", id, &document, &error);
  g_assert_no_error (error);
  usher_store_end_reads (stage_get_store (self));

  return document != NULL ? usher_document_get_integer (document, "count") : -1;
}

guint
stage_get_n_timers (Stage *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) timers =
      usher_store_list_timers (stage_get_store (self), G_MAXINT64 - 1, G_MAXINT32, &error);
  guint n = 0;

  g_assert_no_error (error);
  usher_store_end_reads (stage_get_store (self));
  for (guint i = 0; i < timers->len; i++)
    if (g_str_equal (usher_timer_get_name (g_ptr_array_index (timers, i)), name))
      n++;

  return n;
}

UsherEvent *
stage_event_new (const char *channel, guint64 sequence, const char *payload)
{
  g_autofree char *id = g_uuid_string_random ();

  return usher_event_new_full (
      id, channel, sequence, STAGE_TIME, NULL, NULL, NULL, payload, (gssize) strlen (payload));
}

guint
stage_get_n_waiters (Stage *self)
{
  return usher_waiters_get_n (usher_lane_get_waiters (self->lane));
}
