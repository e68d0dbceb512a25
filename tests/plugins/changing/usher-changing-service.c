/* usher-changing-service.c: a service whose schema changes with a setting, for tests
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <unistd.h>

#include "usher-error.h"
#include "usher-plugin.h"

#define SEATS "seats"

#define USHER_TYPE_CHANGING_SERVICE (usher_changing_service_get_type ())
G_DECLARE_FINAL_TYPE (UsherChangingService,
                      usher_changing_service,
                      USHER,
                      CHANGING_SERVICE,
                      GObject)

struct _UsherChangingService
{
  GObject parent_instance;
};

static const UsherSetting settings[] = {
  { "changing", "version", USHER_SETTING_INTEGER, "1", 1, 6, "which version of the service it is" },
  { "changing",
    "hang-after",
    USHER_SETTING_INTEGER,
    "0",
    0,
    100000,
    "after how many documents the upgrade hangs, 0: never" },
};

static const UsherField first[] = {
  { "name", USHER_FIELD_STRING },        { "row", USHER_FIELD_INTEGER },
  { "gone", USHER_FIELD_STRING },        { "cost", USHER_FIELD_INTEGER },
  { "place.seat", USHER_FIELD_INTEGER },
};

/* renames cost to price, forgets gone and the seat, and knows a door */
static const UsherField second[] = {
  { "name", USHER_FIELD_STRING },       { "row", USHER_FIELD_INTEGER },
  { "cost", USHER_FIELD_INTEGER },      { "price", USHER_FIELD_MONEY, USHER_FIELD_INDEXED },
  { "place.door", USHER_FIELD_STRING },
};

static const UsherField of_other_type[] = {
  { "name", USHER_FIELD_STRING },
  { "row", USHER_FIELD_STRING },
};

static const UsherField unique[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_UNIQUE },
};

static const UsherField required[] = {
  { "name", USHER_FIELD_STRING },
  { "color", USHER_FIELD_STRING, USHER_FIELD_INPUT | USHER_FIELD_REQUIRED },
};

static const struct
{
  const UsherField *fields;
  guint n_fields;
  guint from; /* of its upgrade */
  guint to;   /* 0: it has none */
} versions[] = {
  { first, G_N_ELEMENTS (first), 0, 0 },
  { second, G_N_ELEMENTS (second), 0, 1 },
  { of_other_type, G_N_ELEMENTS (of_other_type), 0, 0 },
  { unique, G_N_ELEMENTS (unique), 0, 0 },
  { second, G_N_ELEMENTS (second), 1, 2 },
  { required, G_N_ELEMENTS (required), 0, 0 },
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherChangingService,
                               usher_changing_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

/* inserts as many seats as the path says, and shows the last one */
static gboolean
fill (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  gint64 n = g_ascii_strtoll (usher_request_get_parameter (request, "count"), NULL, 10);

  for (gint64 i = 0; i < n; i++)
    {
      g_autoptr (UsherDocument) seat = usher_unit_new_document (unit, SEATS, error);

      if (seat == NULL)
        return FALSE;
      usher_document_set_string (seat, "name", "chair");
      usher_document_set_integer (seat, "row", 7);
      usher_document_set_string (seat, "gone", "kept");
      usher_document_set_integer (seat, "cost", i + 1);
      usher_document_set_integer (seat, "place.seat", 12);
      if (!usher_unit_insert (unit, seat, error))
        return FALSE;
      usher_reply_set_document (reply, seat);
    }

  return TRUE;
}

static gboolean
change (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) seat =
      usher_unit_find (unit, SEATS, usher_request_get_parameter (request, "id"), error);

  if (seat == NULL)
    return FALSE;

  usher_document_set_string (seat, "name", usher_request_get_parameter (request, "name"));
  usher_reply_set_document (reply, seat);

  return usher_unit_replace (unit, seat, error);
}

static gboolean
show (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) seat =
      usher_unit_find (unit, SEATS, usher_request_get_parameter (request, "id"), error);

  if (seat == NULL)
    return FALSE;

  usher_reply_set_document (reply, seat);

  return TRUE;
}

/* how many seats have no price yet */
static gboolean
count (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (SEATS);
  g_autoptr (GPtrArray) found = NULL;

  usher_query_without (query, "price");
  usher_query_limit (query, 1000);
  found = usher_unit_query (unit, query, error);
  if (found == NULL)
    return FALSE;

  usher_reply_take_json (reply, g_strdup_printf ("{\"behind\":%u}", found->len));

  return TRUE;
}

static gboolean
name_price (UsherDocument *seat, gpointer data, GError **error)
{
  static int n_runs; /* (atomic) */
  gint64 hang_after = usher_context_get_integer (data, "hang-after");

  if (hang_after > 0 && g_atomic_int_add (&n_runs, 1) >= hang_after)
    pause ();

  if (usher_document_has (seat, "cost"))
    {
      usher_document_set_integer (seat, "price", usher_document_get_integer (seat, "cost") * 100);
      usher_document_unset (seat, "cost");
    }

  return TRUE;
}

static gboolean
usher_changing_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  gint64 version;

  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  version = usher_context_get_integer (context, "version") - 1;
  usher_context_add_collection (context,
                                SEATS,
                                versions[version].fields,
                                versions[version].n_fields);
  if (versions[version].to > 0)
    usher_context_add_upgrade (
        context, SEATS, versions[version].from, versions[version].to, name_price, context, NULL);
  usher_context_add_route (context, "GET", "/api/changing/fill/:count", 0, fill, NULL, NULL);
  usher_context_add_route (context, "GET", "/api/changing/change/:id/:name", 0, change, NULL, NULL);
  usher_context_add_route (context, "GET", "/api/changing/show/:id", 0, show, NULL, NULL);
  usher_context_add_route (context, "GET", "/api/changing/behind", 0, count, NULL, NULL);

  return TRUE;
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_changing_service_configure;
}

static void
usher_changing_service_class_init (UsherChangingServiceClass *klass)
{
}

static void
usher_changing_service_init (UsherChangingService *self)
{
}

USHER_PLUGIN_DEFINE ("changing", "1.0.0", usher_changing_service_get_type)
