/* usher-auth-settings.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-settings.h"

#define GROUP "auth"

/* clang-format off */
static const UsherSetting settings[] = {
  /* 19 MiB and two passes are what OWASP asks of Argon2id at least */
  { GROUP, "hash-memory-kib", USHER_SETTING_INTEGER, "19456", 1024, 4194304, "KiB of memory that one password hash takes" },
  { GROUP, "hash-passes", USHER_SETTING_INTEGER, "2", 1, 64, "how often a password hash goes over that memory" },
  { GROUP, USHER_AUTH_WINDOW, USHER_SETTING_INTEGER, "900", 1, 86400, "seconds for which a try to sign in or up counts" },
  { GROUP, USHER_AUTH_MAX_BY_PAIR, USHER_SETTING_INTEGER, "10", 1, 100000, "failed sign-ins of an e-mail from one address, or /64 of IPv6, in that time" },
  { GROUP, USHER_AUTH_MAX_BY_ADDRESS, USHER_SETTING_INTEGER, "100", 1, 100000, "failed sign-ins from one address, whatever the e-mail" },
  { GROUP, USHER_AUTH_MAX_BY_EMAIL, USHER_SETTING_INTEGER, "100", 1, 100000, "failed sign-ins of an e-mail from everywhere" },
  { GROUP, USHER_AUTH_MAX_SIGN_UPS, USHER_SETTING_INTEGER, "20", 1, 100000, "sign-ups from one address" },
};
/* clang-format on */

void
usher_auth_settings_add (UsherContext *context)
{
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
}

void
usher_auth_settings_read_cost (UsherContext *context, UsherPasswordCost *cost)
{
  cost->passes = (guint64) usher_context_get_integer (context, "hash-passes");
  cost->memory = (gsize) usher_context_get_integer (context, "hash-memory-kib") * 1024;
}
