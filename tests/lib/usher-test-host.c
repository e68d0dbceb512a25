/* usher-test-host.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-host.h"

#include <glib/gstdio.h>

#include "usher-catalog.h"
#include "usher-id.h"
#include "usher-json.h"
#include "usher-module.h"
#include "usher-test.h"

#define STOP_TIMEOUT (10 * G_TIME_SPAN_SECOND)

struct _UsherTestHost
{
  char *directory;         /* (owned) */
  char **plugins;          /* (owned) */
  char **settings;         /* (owned) */
  UsherManualClock *clock; /* (owned) */
  UsherHost *host;         /* (owned) */
  GHashTable *seen;        /* (owned) (element-type utf8 guint): events taken, a service */
  GPtrArray *carried;      /* (owned) (element-type Parcel) */
};

/* who listens to what: §2 of the marketplace */
static const struct
{
  const char *channel;
  const char *service;
  const char *group;
} listeners[] = {
  { "ticket:created", "orders", NULL },
  { "ticket:updated", "orders", NULL },
  { "ticket:updated", "orders", "orders-service.reservations" },
  { "ticket:withdrawn", "orders", NULL },
  { "ticket:reservation-failed", "orders", NULL },
  { "order:created", "tickets", NULL },
  { "order:created", "payments", NULL },
  { "order:created", "expiration", NULL },
  { "order:updated", "payments", NULL },
  { "order:cancelled", "tickets", NULL },
  { "order:cancelled", "payments", NULL },
  { "order:cancelled", "expiration", NULL },
  { "expiration:complete", "orders", NULL },
  { "payment:created", "orders", NULL },
  { "payment:refunded", "orders", NULL },
  { "user:banned", "tickets", NULL },
  { "user:unbanned", "tickets", NULL },
};

/* an event on its way to one listener */
typedef struct
{
  UsherEvent *event; /* (owned) */
  guint listener;
} Parcel;

static void
parcel_free (gpointer data)
{
  Parcel *parcel = data;

  usher_event_unref (parcel->event);
  g_free (parcel);
}

static void
assign (UsherSettings *settings, const char *assignment)
{
  g_autoptr (GError) error = NULL;

  usher_settings_assign (settings, assignment, "the test", &error);
  g_assert_no_error (error);
}

static UsherSettings *
make_settings (UsherTestHost *self)
{
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autoptr (GError) error = NULL;

  usher_host_declare_settings (settings, &error);
  g_assert_no_error (error);
  assign (settings, "store.documents-a-unit=1");
  /* hashes as cheap as they may be: no test is about them */
  if (g_strv_contains ((const char *const *) self->plugins, "auth"))
    {
      assign (settings, "auth.hash-memory-kib=1024");
      assign (settings, "auth.hash-passes=1");
    }
  for (guint i = 0; self->settings[i] != NULL; i++)
    assign (settings, self->settings[i]);

  return g_steal_pointer (&settings);
}

static void
add_services (UsherTestHost *self)
{
  g_autoptr (UsherCatalog) catalog = usher_catalog_new ();
  g_autoptr (GPtrArray) manifests = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (g_getenv ("USHER_TEST_PLUGIN_DIR"));
  usher_catalog_scan (catalog, g_getenv ("USHER_TEST_PLUGIN_DIR"), &error);
  g_assert_no_error (error);

  manifests = usher_catalog_resolve (catalog, (const char *const *) self->plugins, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < manifests->len; i++)
    {
      UsherManifest *manifest = g_ptr_array_index (manifests, i);
      g_autoptr (UsherService) service = usher_module_load (manifest, &error);

      g_assert_no_error (error);
      usher_host_add_service (self->host, usher_manifest_get_name (manifest), service, &error);
      g_assert_no_error (error);
    }
}

static void
start (UsherTestHost *self)
{
  g_autoptr (UsherSettings) settings = make_settings (self);
  g_autoptr (GError) error = NULL;

  self->host = usher_host_new (self->directory, settings, USHER_CLOCK (self->clock), &error);
  g_assert_no_error (error);

  add_services (self);
  usher_settings_check (settings, &error);
  g_assert_no_error (error);
  usher_host_start (self->host, NULL, &error);
  g_assert_no_error (error);
}

static void
stop (UsherTestHost *self)
{
  g_autoptr (GError) error = NULL;

  usher_host_stop (self->host, STOP_TIMEOUT, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (self->host);
  self->host = NULL;
}

UsherTestHost *
usher_test_host_new (const char *plugins, ...)
{
  UsherTestHost *self = g_new0 (UsherTestHost, 1);
  g_autoptr (GStrvBuilder) settings = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  const char *setting;
  va_list args;

  va_start (args, plugins);
  while ((setting = va_arg (args, const char *)) != NULL)
    g_strv_builder_add (settings, setting);
  va_end (args);

  self->directory = g_dir_make_tmp ("usher-test-XXXXXX", &error);
  g_assert_no_error (error);
  self->plugins = g_strsplit (plugins, " ", -1);
  self->settings = g_strv_builder_end (settings);
  self->clock = usher_manual_clock_new (USHER_TEST_TIME);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->carried = g_ptr_array_new_with_free_func (parcel_free);
  start (self);

  return self;
}

void
usher_test_host_free (UsherTestHost *self)
{
  stop (self);
  usher_test_remove_tree (self->directory);
  g_ptr_array_unref (self->carried);
  g_hash_table_unref (self->seen);
  g_object_unref (self->clock);
  g_strfreev (self->settings);
  g_strfreev (self->plugins);
  g_free (self->directory);
  g_free (self);
}

void
usher_test_host_restart (UsherTestHost *self)
{
  stop (self);
  start (self);
}

void
usher_test_host_add_setting (UsherTestHost *self, const char *setting)
{
  g_autoptr (GStrvBuilder) settings = g_strv_builder_new ();

  g_strv_builder_addv (settings, (const char **) self->settings);
  g_strv_builder_add (settings, setting);
  g_strfreev (self->settings);
  self->settings = g_strv_builder_end (settings);
}

const char *
usher_test_host_get_directory (UsherTestHost *self)
{
  return self->directory;
}

UsherHost *
usher_test_host_get_host (UsherTestHost *self)
{
  return self->host;
}

UsherManualClock *
usher_test_host_get_clock (UsherTestHost *self)
{
  return self->clock;
}

void
usher_test_host_turn (UsherTestHost *self, gint64 microseconds)
{
  g_autoptr (GError) error = NULL;

  usher_manual_clock_advance (self->clock, microseconds);
  usher_host_run_timers (self->host, &error);
  g_assert_no_error (error);
}

static void
add_headers (UsherRequest *request, const char *headers)
{
  g_auto (GStrv) lines = g_strsplit (headers, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ": ", 2);

      g_assert_cmpuint (g_strv_length (parts), ==, 2);
      usher_request_add_header (request, parts[0], parts[1]);
    }
}

static void
sign_in (UsherTestHost *self, UsherRequest *request, const char *user_id)
{
  g_autofree char *email = g_strdup_printf ("%s@example.org", user_id);
  g_autofree char *token = NULL;
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;

  token = usher_host_make_token (self->host, user_id, email, &error);
  g_assert_no_error (error);
  value = g_strconcat ("Bearer ", token, NULL);
  usher_request_add_header (request, "Authorization", value);
}

UsherReply *
usher_test_host_call_with (UsherTestHost *self,
                           const char *method,
                           const char *target,
                           const char *user_id,
                           const char *body,
                           const char *headers)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, target);

  if (user_id != NULL)
    sign_in (self, request, user_id);

  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      usher_request_set_body (request, bytes);
      usher_request_add_header (request, "Content-Type", "application/json");
    }

  if (headers != NULL)
    add_headers (request, headers);

  return usher_host_call (self->host, request, FALSE);
}

UsherReply *
usher_test_host_call (UsherTestHost *self,
                      const char *method,
                      const char *target,
                      const char *user_id,
                      const char *body)
{
  return usher_test_host_call_with (self, method, target, user_id, body, NULL);
}

char *
usher_test_host_create (UsherTestHost *self,
                        const char *path,
                        const char *user_id,
                        const char *body)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (self, "POST", path, user_id, body);

  usher_test_assert_status (reply, 201);

  return usher_test_dup_member (reply, "id");
}

void
usher_test_host_assert_call (UsherTestHost *self,
                             const char *method,
                             const char *target,
                             const char *user_id,
                             const char *body,
                             guint status)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (self, method, target, user_id, body);

  usher_test_assert_status (reply, status);
}

void
usher_test_host_assert_refusals (UsherTestHost *self,
                                 const UsherTestRefusal *refusals,
                                 guint n_refusals)
{
  for (const UsherTestRefusal *row = refusals; row < refusals + n_refusals; row++)
    {
      g_autoptr (UsherReply) reply =
          usher_test_host_call (self, row->method, row->target, row->user_id, row->body);

      g_test_message ("%s %s %s", row->method, row->target, row->body != NULL ? row->body : "");
      usher_test_assert_refused (reply, row->status, row->field, row->message);
    }
}

void
usher_test_host_assert_bad_bodies (UsherTestHost *self,
                                   const char *path,
                                   const char *const *bodies,
                                   guint n_bodies,
                                   const char *field,
                                   const char *message)
{
  for (guint i = 0; i < n_bodies; i++)
    {
      const UsherTestRefusal refusal = { "POST", path,  USHER_TEST_ALICE, bodies[i],
                                         400,    field, message };

      usher_test_host_assert_refusals (self, &refusal, 1);
    }
}

void
usher_test_host_assert_repeatable (UsherTestHost *self,
                                   const char *path,
                                   const char *user_id,
                                   const char *body,
                                   const char *other)
{
  static const char key[] = "Idempotency-Key: k1";
  g_autoptr (UsherReply) first = usher_test_host_call_with (self, "POST", path, user_id, body, key);
  g_autoptr (UsherReply) second =
      usher_test_host_call_with (self, "POST", path, user_id, body, key);
  g_autoptr (UsherReply) refused =
      usher_test_host_call_with (self, "POST", path, user_id, other, key);
  g_autofree char *answer = usher_test_dup_body (first);
  g_autofree char *again = usher_test_dup_body (second);

  usher_test_assert_status (first, 201);
  usher_test_assert_status (second, 201);
  g_assert_cmpstr (answer, ==, again);
  usher_test_assert_status (refused, 409);
}

void
usher_test_host_dawdle (UsherTestHost *self, const char *target, guint round)
{
  for (guint i = 0; i < round % 8; i++)
    g_object_unref (usher_test_host_call (self, "GET", target, USHER_TEST_BOB, NULL));
}

UsherReply *
usher_test_host_call_admin (UsherTestHost *self, const char *method, const char *target)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, target);

  return usher_host_call (self->host, request, TRUE);
}

char *
usher_test_dup_body (UsherReply *reply)
{
  GBytes *body = usher_reply_get_body (reply);

  if (body == NULL)
    return g_strdup ("");

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static UsherJson *
parse_body (UsherReply *reply)
{
  g_autofree char *body = usher_test_dup_body (reply);
  g_autoptr (GError) error = NULL;
  UsherJson *json = usher_json_parse (body, -1, &error);

  g_assert_no_error (error);

  return json;
}

static char *
dup_text (UsherJson *json, const char *path)
{
  if (usher_json_get_kind (json, path) == USHER_JSON_STRING)
    return g_strdup (usher_json_get_string (json, path));

  return usher_json_dup_text (json, path);
}

char *
usher_test_dup_member (UsherReply *reply, const char *path)
{
  g_autoptr (UsherJson) json = parse_body (reply);

  return dup_text (json, path);
}

gint64
usher_test_get_money (UsherReply *reply, const char *path)
{
  g_autoptr (UsherJson) json = parse_body (reply);
  gint64 cents = 0;

  g_assert_true (usher_json_get_money (json, path, &cents));

  return cents;
}

guint
usher_test_count_members (UsherReply *reply, const char *path)
{
  g_autoptr (UsherJson) json = parse_body (reply);

  return usher_json_get_length (json, path);
}

UsherReply *
usher_test_check_status (UsherReply *reply,
                         guint status,
                         const char *file,
                         int line,
                         const char *func)
{
  g_autofree char *body = NULL;
  g_autofree char *message = NULL;

  if (usher_reply_get_status (reply) == status)
    return reply;

  body = usher_test_dup_body (reply);
  message =
      g_strdup_printf ("status is %u, not %u: %s", usher_reply_get_status (reply), status, body);
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);

  return reply;
}

UsherReply *
usher_test_check_member (UsherReply *reply,
                         const char *path,
                         const char *expected,
                         const char *file,
                         int line,
                         const char *func)
{
  g_autofree char *found = usher_test_dup_member (reply, path);
  g_autofree char *body = NULL;
  g_autofree char *message = NULL;

  if (g_strcmp0 (found, expected) == 0)
    return reply;

  body = usher_test_dup_body (reply);
  message = g_strdup_printf ("“%s” is %s, not %s: %s",
                             path,
                             found != NULL ? found : "missing",
                             expected != NULL ? expected : "missing",
                             body);
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);

  return reply;
}

UsherReply *
usher_test_check_refused (UsherReply *reply,
                          guint status,
                          const char *field,
                          const char *message,
                          const char *file,
                          int line,
                          const char *func)
{
  usher_test_check_status (reply, status, file, line, func);
  usher_test_check_member (reply, "errors.0.message", message, file, line, func);
  usher_test_check_member (reply, "errors.0.field", field, file, line, func);
  usher_test_check_member (reply, "errors.1", NULL, file, line, func);

  return reply;
}

char *
usher_test_dup_event_member (UsherEvent *event, const char *path)
{
  g_autoptr (GError) error = NULL;
  UsherJson *json = usher_event_get_json (event, &error);

  g_assert_no_error (error);

  return dup_text (json, path);
}

UsherEvent *
usher_test_event_new (UsherTestHost *self, const char *channel, const char *payload)
{
  g_autofree char *id = usher_uuid_new (USHER_CLOCK (self->clock));

  return usher_event_new (
      id, channel, usher_clock_get_time (USHER_CLOCK (self->clock)), payload, -1);
}

gboolean
usher_test_host_feed (UsherTestHost *self,
                      const char *service,
                      const char *group,
                      UsherEvent *event,
                      GError **error)
{
  return usher_host_feed (self->host, service, group, event, error);
}

void
usher_test_host_deliver (UsherTestHost *self,
                         const char *service,
                         const char *group,
                         UsherEvent *event)
{
  g_autoptr (GError) error = NULL;

  usher_host_feed (self->host, service, group, event, &error);
  g_assert_no_error (error);
}

void
usher_test_host_give (UsherTestHost *self,
                      const char *service,
                      const char *group,
                      const char *channel,
                      const char *payload)
{
  g_autoptr (UsherEvent) event = usher_test_event_new (self, channel, payload);

  usher_test_host_deliver (self, service, group, event);
}

void
usher_test_host_assert_bad (UsherTestHost *self,
                            const char *service,
                            const UsherTestBadEvent *events,
                            guint n_events)
{
  for (guint i = 0; i < n_events; i++)
    {
      g_autoptr (UsherEvent) event =
          usher_test_event_new (self, events[i].channel, events[i].payload);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s %s", events[i].channel, events[i].payload);
      g_assert_false (usher_host_feed (self->host, service, events[i].group, event, &error));
      g_assert_error (error, USHER_ERROR, (int) events[i].code);
    }
}

char *
usher_test_make_row_path (const char *prefix, const char *before, const char *event)
{
  g_autofree char *state = g_strdelimit (g_strdup (before), " ", '+');

  return g_strdup_printf ("%s/%s/%s", prefix, *state != '\0' ? state : "new", event);
}

GPtrArray *
usher_test_host_take_events (UsherTestHost *self, const char *service)
{
  guint n_seen = GPOINTER_TO_UINT (g_hash_table_lookup (self->seen, service));
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;

  events = usher_host_list_outbox (self->host, service, &error);
  g_assert_no_error (error);
  g_hash_table_insert (self->seen, g_strdup (service), GUINT_TO_POINTER (events->len));
  g_assert_cmpuint (events->len, >=, n_seen);
  if (n_seen > 0)
    g_ptr_array_remove_range (events, 0, n_seen);

  return g_steal_pointer (&events);
}

UsherEvent *
usher_test_host_take_event (UsherTestHost *self, const char *service, const char *channel)
{
  g_autoptr (GPtrArray) events = usher_test_host_take_events (self, service);

  g_assert_cmpuint (events->len, ==, 1);
  g_assert_cmpstr (usher_event_get_channel (g_ptr_array_index (events, 0)), ==, channel);

  return usher_event_ref (g_ptr_array_index (events, 0));
}

void
usher_test_host_assert_event (UsherTestHost *self, const char *service, const char *channel)
{
  usher_event_unref (usher_test_host_take_event (self, service, channel));
}

void
usher_test_host_skip_events (UsherTestHost *self, const char *service)
{
  g_ptr_array_unref (usher_test_host_take_events (self, service));
}

/* (nullable): the next event of @service on @channel, if it is there */
static UsherEvent *
find_event (UsherTestHost *self, const char *service, const char *channel)
{
  g_autoptr (GPtrArray) events = usher_test_host_take_events (self, service);

  for (guint i = 0; i < events->len; i++)
    if (g_str_equal (usher_event_get_channel (g_ptr_array_index (events, i)), channel))
      return usher_event_ref (g_ptr_array_index (events, i));

  return NULL;
}

UsherEvent *
usher_test_host_await_event (UsherTestHost *self, const char *service, const char *channel)
{
  UsherEvent *event = NULL;

  usher_test_until ((event = find_event (self, service, channel)) != NULL);

  return event;
}

void
usher_test_host_assert_quiet (UsherTestHost *self, const char *service)
{
  g_autoptr (GPtrArray) events = usher_test_host_take_events (self, service);

  for (guint i = 0; i < events->len; i++)
    g_test_message ("unexpected: %s %s",
                    usher_event_get_channel (g_ptr_array_index (events, i)),
                    usher_event_get_payload (g_ptr_array_index (events, i), NULL));
  g_assert_cmpuint (events->len, ==, 0);
}

static gboolean
is_loaded (UsherTestHost *self, const char *service)
{
  return g_strv_contains ((const char *const *) self->plugins, service);
}

static void
address_parcels (UsherTestHost *self, UsherEvent *event)
{
  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    if (is_loaded (self, listeners[i].service) &&
        g_str_equal (listeners[i].channel, usher_event_get_channel (event)))
      {
        Parcel *parcel = g_new0 (Parcel, 1);

        parcel->event = usher_event_ref (event);
        parcel->listener = i;
        g_ptr_array_add (self->carried, parcel);
      }
}

static void
collect_parcels (UsherTestHost *self)
{
  for (guint i = 0; self->plugins[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) events = usher_test_host_take_events (self, self->plugins[i]);

      for (guint j = 0; j < events->len; j++)
        address_parcels (self, g_ptr_array_index (events, j));
    }
}

/* tries each parcel once; how many were taken */
static guint
deliver_parcels (UsherTestHost *self)
{
  guint n_taken = 0;

  for (guint i = 0; i < self->carried->len;)
    {
      Parcel *parcel = g_ptr_array_index (self->carried, i);
      g_autoptr (GError) error = NULL;

      if (usher_host_feed (self->host,
                           listeners[parcel->listener].service,
                           listeners[parcel->listener].group,
                           parcel->event,
                           &error))
        {
          g_ptr_array_remove_index (self->carried, i);
          n_taken++;
          continue;
        }

      if (!g_error_matches (error, USHER_ERROR, USHER_ERROR_DEFER))
        g_assert_no_error (error);
      i++;
    }

  return n_taken;
}

guint
usher_test_host_carry (UsherTestHost *self)
{
  do
    collect_parcels (self);
  while (deliver_parcels (self) > 0);

  return self->carried->len;
}

void
usher_test_host_set_up (UsherTestHostFixture *fixture, gconstpointer plugins)
{
  fixture->host = usher_test_host_new (plugins, NULL);
}

void
usher_test_host_tear_down (UsherTestHostFixture *fixture, gconstpointer plugins)
{
  usher_test_host_free (fixture->host);
}

void
usher_test_host_add (const char *path,
                     const char *plugins,
                     void (*func) (UsherTestHostFixture *fixture, gconstpointer plugins))
{
  g_test_add (
      path, UsherTestHostFixture, plugins, usher_test_host_set_up, func, usher_test_host_tear_down);
}
