/* usher-trouble-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-trouble-service.h"

#include <signal.h>

#include "usher-tickets-contract.h"

#define SEEN "seen"

struct _UsherTroubleService
{
  GObject parent_instance;
};

static const UsherSetting settings[] = {
  { "trouble", "poison", USHER_SETTING_STRING, "Poison", 0, 0, "the title that kills the process" },
  { "trouble", "title", USHER_SETTING_STRING, "Bad news", 0, 0, "the title that it cannot bear" },
  { "trouble", "cure", USHER_SETTING_STRING, "", 0, 0, "a file; once it is there all is well" },
};

static const UsherField seen_fields[] = {
  { USHER_TICKETS_TITLE, USHER_FIELD_STRING },
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherTroubleService,
                               usher_trouble_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

static gboolean
show_seen (UsherRequest *request,
           UsherUnit *unit,
           UsherReply *reply,
           gpointer user_data,
           GError **error)
{
  const char *id = usher_request_get_parameter (request, "id");
  g_autoptr (UsherDocument) seen = usher_unit_find (unit, SEEN, id, error);

  if (seen == NULL)
    return FALSE;

  usher_reply_set_document (reply, seen);

  return TRUE;
}

static gboolean
is_cured (UsherContext *context)
{
  return g_file_test (usher_context_get_string (context, "cure"), G_FILE_TEST_EXISTS);
}

static gboolean
on_ticket_created (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *id = usher_event_read_id (event, USHER_TICKETS_ID, error);
  const char *title = NULL;
  g_autoptr (UsherDocument) seen = NULL;

  if (id == NULL)
    return FALSE;

  title = usher_event_read_string (event, USHER_TICKETS_TITLE, error);
  if (title == NULL)
    return FALSE;

  if (g_str_equal (title, usher_context_get_string (user_data, "poison")) && !is_cured (user_data))
    raise (SIGKILL);

  if (g_str_equal (title, usher_context_get_string (user_data, "title")) && !is_cured (user_data))
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_FAILED, "cannot bear “%s”", title);
      return FALSE;
    }

  seen = usher_unit_new_document (unit, SEEN, error);
  if (seen == NULL)
    return FALSE;

  usher_document_set_id (seen, id);
  usher_document_set_string (seen, USHER_TICKETS_TITLE, title);

  return usher_unit_insert (unit, seen, error);
}

static gboolean
usher_trouble_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  usher_context_add_collection (context, SEEN, seen_fields, G_N_ELEMENTS (seen_fields));
  usher_context_add_route (
      context, "GET", "/api/trouble/:id", USHER_ROUTE_NONE, show_seen, context, NULL);
  usher_context_add_listener (
      context, USHER_TICKETS_CREATED, NULL, on_ticket_created, context, NULL);

  return TRUE;
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_trouble_service_configure;
}

static void
usher_trouble_service_class_init (UsherTroubleServiceClass *klass)
{
}

static void
usher_trouble_service_init (UsherTroubleService *self)
{
}

USHER_PLUGIN_DEFINE ("trouble", "1.0.0", usher_trouble_service_get_type)
