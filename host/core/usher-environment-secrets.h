/* usher-environment-secrets.h: secrets that are variables
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secrets.h"

G_BEGIN_DECLS

#define USHER_TYPE_ENVIRONMENT_SECRETS (usher_environment_secrets_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherEnvironmentSecrets,
                      usher_environment_secrets,
                      USHER,
                      ENVIRONMENT_SECRETS,
                      GObject)

USHER_API
UsherSecrets *usher_environment_secrets_new (void);

G_END_DECLS
