/* usher-trace-source.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-trace-source.h"

#include <stdlib.h>
#include <string.h>

#include "usher-bus-pages-private.h"
#include "usher-commands.h"
#include "usher-directory-lock-private.h"
#include "usher-error.h"
#include "usher-hub.h"
#include "usher-parked-page-private.h"
#include "usher-places.h"
#include "usher-trace-page.h"

/* seconds */
#define TIMEOUT  30
#define ENDPOINT "inproc://usher-trace"
#define PATIENCE (10 * G_TIME_SPAN_SECOND)
#define LOG_FILE "log.db"
#define LOCK     "lock"

struct _UsherTraceSource
{
  UsherAdminClient *client; /* (owned) */

  /* where nobody runs */
  UsherDirectoryLock *lock; /* (owned) (nullable) */
  UsherHub *hub;            /* (owned) (nullable) */
  UsherBus *bus;            /* (owned) (nullable) */
};

/* Whether it is a log, and nobody else's. */
static gboolean
take_directory (UsherTraceSource *self, const char *data, const char *log, GError **error)
{
  g_autofree char *file = g_build_filename (log, LOG_FILE, NULL);

  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    return usher_refuse (error, USHER_ERROR_NOT_FOUND, "and “%s” has no log of a bus", data);

  self->lock =
      usher_directory_lock_new (data, LOCK, "data directory", USHER_DIRECTORY_ALONE, error);

  return self->lock != NULL;
}

static gboolean
open_log (UsherTraceSource *self, const char *data, GError **error)
{
  g_autofree char *log = g_build_filename (data, "bus", NULL);
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *endpoint = NULL;

  if (!take_directory (self, data, log, error))
    return FALSE;

  self->hub = usher_hub_new (log, clock, NULL, error);
  if (self->hub == NULL)
    return FALSE;

  endpoint = usher_hub_bind (self->hub, ENDPOINT, error);
  if (endpoint == NULL)
    return FALSE;

  self->bus = usher_bus_open (endpoint, "usher-trace", clock, NULL, error);
  if (self->bus == NULL)
    return FALSE;

  for (gint64 end = g_get_monotonic_time () + PATIENCE;
       !usher_bus_is_connected (self->bus) && g_get_monotonic_time () < end;)
    g_usleep (1000);

  return TRUE;
}

UsherTraceSource *
usher_trace_source_new (const UsherOptions *options, int *status, GError **error)
{
  g_autoptr (UsherTraceSource) self = g_new0 (UsherTraceSource, 1);
  g_autofree char *about = NULL;
  g_autoptr (GError) trouble = NULL;
  guint answered = 0;

  *status = EXIT_USAGE;
  self->client = usher_admin_client_new (options, TIMEOUT, error);
  if (self->client == NULL)
    return NULL;

  *status = EXIT_NOT_REACHED;
  about = usher_admin_client_send (self->client, "GET", "/about", &answered, &trouble);
  if (about == NULL && answered != 0)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return NULL;
    }
  if (about == NULL && !open_log (self, options->data, error))
    {
      g_prefix_error (error, "%s; ", trouble->message);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
usher_trace_source_free (UsherTraceSource *self)
{
  if (self->bus != NULL)
    usher_bus_close (self->bus, PATIENCE, NULL);
  g_clear_object (&self->bus);
  if (self->hub != NULL)
    usher_hub_close (self->hub, PATIENCE, NULL);
  g_clear_object (&self->hub);
  g_clear_pointer (&self->lock, usher_directory_lock_free);
  g_clear_pointer (&self->client, usher_admin_client_free);
  g_free (self);
}

gboolean
usher_trace_source_is_at_rest (UsherTraceSource *self)
{
  return self->bus != NULL;
}

gboolean
usher_trace_source_is_lost (UsherTraceSource *self)
{
  return self->bus == NULL && usher_admin_client_is_lost (self->client);
}

/* Takes ownership of @text (nullable), a page that was made here. */
static JsonObject *
parse (char *text, GError **error)
{
  g_autofree char *owned = text;

  return owned != NULL ? usher_answer_parse (owned, error) : NULL;
}

JsonObject *
usher_trace_source_read (UsherTraceSource *self,
                         const char *id,
                         const char *cursor,
                         gint64 since,
                         gint64 until,
                         GError **error)
{
  const UsherTraceQuery query = { id, cursor, since, until };
  g_autoptr (GString) target = g_string_new ("/trace/");

  if (self->bus != NULL)
    return parse (usher_trace_page_make (self->bus, &query, error), error);

  g_string_append_uri_escaped (target, id, NULL, FALSE);
  g_string_append_printf (target,
                          "?since=%" G_GINT64_FORMAT "&until=%" G_GINT64_FORMAT,
                          since,
                          until);
  if (cursor != NULL)
    {
      g_string_append (target, "&cursor=");
      g_string_append_uri_escaped (target, cursor, NULL, FALSE);
    }

  return usher_admin_client_list (self->client, target->str, error);
}

JsonObject *
usher_trace_source_list_groups (UsherTraceSource *self, GError **error)
{
  const UsherBusPageQuery query = { .limit = G_MAXINT };

  if (self->bus != NULL)
    return parse (usher_bus_page_make (self->bus, "groupsz", &query, error), error);

  return usher_admin_client_get (self->client, "/streaming/groupsz", error);
}

JsonObject *
usher_trace_source_list_parked (UsherTraceSource *self,
                                const char *channel,
                                gint64 offset,
                                GError **error)
{
  const UsherBusPageQuery query = { .channel = channel, .limit = 100, .offset = (guint) offset };
  g_autoptr (GString) target = g_string_new ("/parked?limit=100");

  if (self->bus != NULL)
    return parse (usher_parked_page_make (self->bus, &query, error), error);

  g_string_append_printf (target, "&offset=%" G_GINT64_FORMAT "&channel=", offset);
  g_string_append_uri_escaped (target, channel, NULL, FALSE);

  return usher_admin_client_list (self->client, target->str, error);
}

static JsonObject *
ask (UsherTraceSource *self, const UsherPlace *place, const char *page)
{
  g_autofree char *target = g_strconcat (usher_place_get_prefix (place), page, NULL);

  return usher_admin_client_list (self->client, target, NULL);
}

gboolean
usher_trace_source_ask_processes (UsherTraceSource *self,
                                  const char *correlation,
                                  UsherTraceProcessFunc func,
                                  gpointer user_data,
                                  GError **error)
{
  g_autofree char *id = g_uri_escape_string (correlation, NULL, FALSE);
  g_autofree char *page = g_strconcat ("/timers?correlation=", id, NULL);
  g_autoptr (GPtrArray) places = NULL;

  if (self->bus != NULL)
    return TRUE;

  places = usher_places_list (self->client, error);
  for (guint i = 0; places != NULL && i < places->len; i++)
    {
      const UsherPlace *place = g_ptr_array_index (places, i);
      g_autoptr (JsonObject) services = ask (self, place, "/services");
      g_autoptr (JsonObject) timers = ask (self, place, page);

      func (usher_place_get_process (place), services, timers, user_data);
    }

  return places != NULL;
}
