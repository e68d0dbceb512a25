/* usher-tenant.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tenant-private.h"

#include "usher-blame-private.h"
#include "usher-context-private.h"
#include "usher-error.h"
#include "usher-intake-private.h"
#include "usher-log-catch-private.h"
#include "usher-type-owners-private.h"

struct _UsherTenant
{
  UsherService *service;   /* (owned) */
  UsherContext *context;   /* (owned) */
  UsherLane *lane;         /* (owned) */
  UsherSettings *settings; /* (owned) */
  UsherPluginState state;
  char *reason; /* (owned) */
};

UsherTenant *
usher_tenant_new (const char *name,
                  UsherService *service,
                  UsherSessions *sessions,
                  const UsherLaneGround *ground)
{
  UsherTenant *self = g_new0 (UsherTenant, 1);

  self->service = g_object_ref (service);
  self->settings = g_object_ref (ground->settings);
  self->context =
      usher_context_new (name, ground->directory, ground->settings, sessions, ground->clock);
  self->lane = usher_lane_new (usher_context_get_declarations (self->context), ground);

  usher_tenant_set_state (self, USHER_PLUGIN_LOADED, "it has not been asked what it does");

  return self;
}

void
usher_tenant_free (UsherTenant *self)
{
  g_free (self->reason);
  usher_lane_free (self->lane);
  g_object_unref (self->context);
  g_object_unref (self->service);
  g_object_unref (self->settings);
  g_free (self);
}

UsherLane *
usher_tenant_get_lane (UsherTenant *self)
{
  return self->lane;
}

void
usher_tenant_set_state (UsherTenant *self, UsherPluginState state, const char *reason)
{
  self->state = state;
  g_free (self->reason);
  self->reason = g_strdup (reason);
}

UsherPluginState
usher_tenant_get_state (UsherTenant *self)
{
  return self->state;
}

const char *
usher_tenant_get_reason (UsherTenant *self)
{
  return self->reason;
}

/* What GLib only complains of, such as a handler that is missing, would be found by the first who needs it. */
static gboolean
configure (UsherTenant *self, GError **error)
{
  g_autofree char *critical = NULL;
  g_autofree char *clash = NULL;
  gboolean ok = FALSE;

  usher_type_owners_note (NULL);
  usher_log_catch_begin ();
  usher_blame_begin (usher_lane_get_name (self->lane), "configure");
  ok = usher_service_configure (self->service, self->context, error);
  usher_blame_end ();
  critical = usher_log_catch_end ();
  usher_type_owners_note (usher_lane_get_name (self->lane));
  if (!ok || critical == NULL)
    return ok;

  clash = usher_type_owners_explain (critical);

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "it declares wrongly: %s",
                       clash != NULL ? clash : critical);
}

gboolean
usher_tenant_configure (UsherTenant *self, GError **error)
{
  return configure (self, error) && usher_context_freeze (self->context, error) &&
         usher_lane_declare_settings (usher_context_get_declarations (self->context),
                                      self->settings,
                                      error);
}

gboolean
usher_tenant_add_routes (UsherTenant *self,
                         UsherRouter *router,
                         UsherRouter *operators,
                         GError **error)
{
  return usher_intake_add_routes (self->lane, router, operators, error);
}

gboolean
usher_tenant_start (UsherTenant *self, UsherBus *bus, GError **error)
{
  gboolean ok = FALSE;

  if (!usher_lane_open (self->lane, bus, error))
    return FALSE;

  usher_blame_begin (usher_lane_get_name (self->lane), "start");
  ok = usher_service_start (self->service, self->context, error);
  usher_blame_end ();

  return ok;
}

void
usher_tenant_stop (UsherTenant *self)
{
  if (usher_lane_is_open (self->lane))
    usher_service_stop (self->service, self->context);
}
