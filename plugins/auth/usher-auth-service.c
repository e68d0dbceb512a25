/* usher-auth-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-service.h"

#include "usher-auth-bans.h"
#include "usher-auth-routes.h"
#include "usher-auth-sessions.h"
#include "usher-auth-settings.h"
#include "usher-password.h"
#include "usher-user.h"

struct _UsherAuthService
{
  GObject parent_instance;
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherAuthService,
                               usher_auth_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

static gboolean
usher_auth_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  const UsherField *fields;
  guint n_fields;

  if (!usher_password_prepare (error))
    return FALSE;

  fields = usher_user_get_fields (&n_fields);
  usher_context_add_collection (context, USHER_USER_COLLECTION, fields, n_fields);
  usher_auth_settings_add (context);
  usher_auth_bans_add (context);
  usher_auth_sessions_add (context);

  return usher_auth_routes_add (context, error);
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_auth_service_configure;
}

static void
usher_auth_service_class_init (UsherAuthServiceClass *klass)
{
}

static void
usher_auth_service_init (UsherAuthService *self)
{
}

USHER_PLUGIN_DEFINE ("auth", "1.0.0", usher_auth_service_get_type)
