/* usher-auth-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-service.h"

#include "usher-user.h"

struct _UsherAuthService
{
  GObject parent_instance;

  UsherContext *context; /* (unowned): the host keeps it as long as the service */
  UsherSchema *sign_up;  /* (owned): what is asked of who signs up */
  UsherSchema *sign_in;  /* (owned) */
  UsherPasswordCost cost;
};

/* 19 MiB and two passes are what OWASP asks of Argon2id at least */
static const UsherSetting settings[] = {
  { "auth",
    "hash-memory-kib",
    USHER_SETTING_INTEGER,
    "19456",
    1024,
    4194304,
    "KiB of memory that one password hash takes" },
  { "auth",
    "hash-passes",
    USHER_SETTING_INTEGER,
    "2",
    1,
    64,
    "how often a password hash goes over that memory" },
};

static void service_iface_init (UsherServiceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherAuthService,
                               usher_auth_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, service_iface_init))

static gboolean
make_schemas (UsherAuthService *self, GError **error)
{
  const UsherField *fields;
  guint n_fields;

  fields = usher_user_get_sign_up_fields (&n_fields);
  self->sign_up = usher_schema_new ("signUp", fields, n_fields, error);
  if (self->sign_up == NULL)
    return FALSE;

  fields = usher_user_get_sign_in_fields (&n_fields);
  self->sign_in = usher_schema_new ("signIn", fields, n_fields, error);

  return self->sign_in != NULL;
}

static gboolean
usher_auth_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  UsherAuthService *self = USHER_AUTH_SERVICE (service);
  const UsherField *fields;
  guint n_fields;

  if (!usher_password_prepare (error) || !make_schemas (self, error))
    return FALSE;

  self->context = context;
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  fields = usher_user_get_fields (&n_fields);
  usher_context_add_collection (context, USHER_USER_COLLECTION, fields, n_fields);
  usher_auth_service_add_routes (self);
  usher_auth_service_add_bans (self);

  return TRUE;
}

static gboolean
usher_auth_service_start (UsherService *service, UsherContext *context, GError **error)
{
  UsherAuthService *self = USHER_AUTH_SERVICE (service);

  self->cost.passes = (guint64) usher_context_get_integer (context, "hash-passes");
  self->cost.memory = (gsize) usher_context_get_integer (context, "hash-memory-kib") * 1024;

  return TRUE;
}

static void
service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = usher_auth_service_configure;
  iface->start = usher_auth_service_start;
}

static void
usher_auth_service_finalize (GObject *object)
{
  UsherAuthService *self = USHER_AUTH_SERVICE (object);

  g_clear_pointer (&self->sign_up, usher_schema_unref);
  g_clear_pointer (&self->sign_in, usher_schema_unref);

  G_OBJECT_CLASS (usher_auth_service_parent_class)->finalize (object);
}

static void
usher_auth_service_class_init (UsherAuthServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_auth_service_finalize;
}

static void
usher_auth_service_init (UsherAuthService *self)
{
}

UsherContext *
usher_auth_service_get_context (UsherAuthService *self)
{
  return self->context;
}

UsherSchema *
usher_auth_service_get_sign_up (UsherAuthService *self)
{
  return self->sign_up;
}

UsherSchema *
usher_auth_service_get_sign_in (UsherAuthService *self)
{
  return self->sign_in;
}

const UsherPasswordCost *
usher_auth_service_get_cost (UsherAuthService *self)
{
  return &self->cost;
}

USHER_PLUGIN_DEFINE ("auth", "1.0.0", usher_auth_service_get_type)
