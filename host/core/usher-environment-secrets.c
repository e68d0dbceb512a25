/* usher-environment-secrets.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-environment-secrets.h"

#include <string.h>

#include "usher-error.h"

#define PREFIX "USHER_SECRET_"

/**
 * UsherEnvironmentSecrets:
 *
 * Secrets that are variables of the environment: `stripe-key` is `USHER_SECRET_STRIPE_KEY`, upper case, with `_` for `-`
 * and `.`.
 *
 * Whoever may look at the process sees them in `/proc`. They do not change while it runs. Any thread.
 */
struct _UsherEnvironmentSecrets
{
  GObject parent_instance;
};

static void secrets_iface_init (UsherSecretsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherEnvironmentSecrets,
                               usher_environment_secrets,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SECRETS, secrets_iface_init))

static char *
make_variable (const char *name)
{
  g_autofree char *upper = g_ascii_strup (name, -1);

  g_strdelimit (upper, "-.", '_');

  return g_strconcat (PREFIX, upper, NULL);
}

static UsherSecret *
usher_environment_secrets_lookup (UsherSecrets *secrets, const char *name, GError **error)
{
  g_autofree char *variable = make_variable (name);
  const char *text = g_getenv (variable);

  if (text != NULL && *text != '\0')
    return usher_secret_new (text);

  usher_refuse (error,
                text == NULL ? USHER_ERROR_NOT_FOUND : USHER_ERROR_INVALID,
                "variable %s is %s",
                variable,
                text == NULL ? "not set" : "empty");

  return NULL;
}

static char *
usher_environment_secrets_describe (UsherSecrets *secrets, const char *name)
{
  g_autofree char *variable = make_variable (name);

  return g_strconcat ("variable ", variable, NULL);
}

static char **
usher_environment_secrets_list (UsherSecrets *secrets)
{
  g_auto (GStrv) variables = g_listenv ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; variables[i] != NULL; i++)
    if (g_str_has_prefix (variables[i], PREFIX))
      {
        g_autofree char *name = g_ascii_strdown (variables[i] + strlen (PREFIX), -1);

        g_strdelimit (name, "_", '-');
        if (usher_secret_is_name (name))
          g_strv_builder_add (builder, name);
      }

  return g_strv_builder_end (builder);
}

static void
secrets_iface_init (UsherSecretsInterface *iface)
{
  iface->lookup = usher_environment_secrets_lookup;
  iface->describe = usher_environment_secrets_describe;
  iface->list = usher_environment_secrets_list;
}

static void
usher_environment_secrets_class_init (UsherEnvironmentSecretsClass *klass)
{
}

static void
usher_environment_secrets_init (UsherEnvironmentSecrets *self)
{
}

/**
 * usher_environment_secrets_new:
 *
 * Makes the secrets of this process's environment.
 *
 * Returns: (transfer full): the secrets
 */
UsherSecrets *
usher_environment_secrets_new (void)
{
  return g_object_new (USHER_TYPE_ENVIRONMENT_SECRETS, NULL);
}
