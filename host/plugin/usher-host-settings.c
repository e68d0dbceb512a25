/* usher-host-settings.c: what the operator may choose of the host itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-admin-listener.h"
#include "usher-chained-secrets.h"
#include "usher-front.h"
#include "usher-host-class.h"
#include "usher-host-secrets-private.h"
#include "usher-settings-private.h"

#define KEY_FILE "session.key"

/* before all others, which may refer to secrets */
static const UsherSetting secrets_settings[] = {
  { "secrets",
    "directory",
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "directory with files that are secrets, each by its name, empty: none" },
};

static const UsherSetting host_settings[] = {
  { "bus",
    "keys",
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "directory of the keys for tcp, as “usher keys” makes it, empty: none" },
  { "bus",
    "max-age",
    USHER_SETTING_INTEGER,
    "0",
    0,
    G_MAXINT32,
    "seconds after which a channel drops an event, 0: never" },
  { "bus",
    "max-bytes",
    USHER_SETTING_INTEGER,
    "0",
    0,
    G_MAXINT64,
    "bytes at which a channel refuses events, 0: none" },
  { "bus",
    "max-messages",
    USHER_SETTING_INTEGER,
    "0",
    0,
    G_MAXINT64,
    "events at which a channel refuses more, 0: none" },
  { "bus", "max-members", USHER_SETTING_INTEGER, "1000", 1, 10000, "members that a hub lets in" },
  { "bus",
    "max-queued",
    USHER_SETTING_INTEGER,
    "16777216",
    65536,
    G_MAXINT32,
    "bytes that a hub sends a member before it has read them" },
  { "bus",
    "max-queued-all",
    USHER_SETTING_INTEGER,
    "268435456",
    65536,
    G_MAXINT64,
    "likewise for all members together" },
  { "host",
    "stop-timeout",
    USHER_SETTING_INTEGER,
    "20",
    1,
    3600,
    "seconds that a stop waits for what is under way" },
  { "host",
    "waiters",
    USHER_SETTING_INTEGER,
    "1000",
    0,
    1000000,
    "requests of a service that may wait for a document" },
  { "host",
    "workers",
    USHER_SETTING_INTEGER,
    "2",
    1,
    64,
    "threads for what goes on after a commit" },
  { "session",
    "ended-channel",
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "channel whose events end sessions before their time" },
  { "session",
    "key",
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "where the keys are that sign sessions, such as secret:session, empty: the data directory or "
    "the "
    "keyring" },
  { "session",
    "lifetime",
    USHER_SETTING_INTEGER,
    "604800",
    60,
    G_MAXINT32,
    "seconds that a session lasts" },
  { "session",
    "restore-channel",
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "channel whose events accept a refused user again" },
  { "session",
    "revoke-channel",
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "channel whose events refuse a user's sessions" },
  { "store",
    "documents-a-unit",
    USHER_SETTING_INTEGER,
    "0",
    0,
    1000,
    "documents that one unit of work may hold, 0: any" },
  /* at least what the bus takes for its attempts and deferrals, and a stop of the host between them */
  { "store",
    "keep-inbox",
    USHER_SETTING_INTEGER,
    "86400",
    3600,
    G_MAXINT32,
    "seconds that a service knows which events it has applied; longer than the bus may bring one "
    "again" },
  { "store",
    "keep-requests",
    USHER_SETTING_INTEGER,
    "86400",
    60,
    G_MAXINT32,
    "seconds that an Idempotency-Key gets the first answer again" },
  { "store",
    "start-timeout",
    USHER_SETTING_INTEGER,
    "20",
    0,
    3600,
    "seconds that a start waits for a database on a server" },
  { "store",
    "uri",
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "where the databases of all services are: sqlite:FOLDER, or "
    "mongodb://HOST[:PORT][,…][/PREFIX][?OPTIONS], empty: files in the data directory" },
  { "trace",
    "otlp-endpoint",
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "where spans are exported to by OTLP over HTTP, such as http://127.0.0.1:4318, empty: they are "
    "not" },
  { "trace",
    "sample",
    USHER_SETTING_STRING,
    "1",
    0,
    0,
    "share of the traces that begin here whose spans are exported, from 0 to 1" },
};

gboolean
usher_host_declare_secrets (UsherSettings *settings, GError **error)
{
  return usher_settings_declare (settings,
                                 secrets_settings,
                                 G_N_ELEMENTS (secrets_settings),
                                 error);
}

static void
look_in_directory (UsherSettings *settings)
{
  const char *directory = usher_settings_get_string (settings, "secrets", "directory");
  g_autoptr (UsherChainedSecrets) secrets = NULL;

  if (*directory == '\0' || usher_settings_has_own_secrets (settings))
    return;

  secrets = usher_chained_secrets_new_default (directory);
  usher_settings_set_secrets (settings, USHER_SECRETS (secrets));
}

/**
 * usher_host_declare_settings:
 * @settings: settings
 * @error: return location for a [error@Error]
 *
 * Declares the host's own settings, in the groups `secrets`, `host`, `bus`, `session`, `store` and `trace`, and those of its listeners
 * in `http`. First of all it looks for secrets in `secrets.directory` too, unless the caller has said by
 * [method@Settings.set_secrets] where they are.
 *
 * Returns: whether they could be declared and their values fit
 */
gboolean
usher_host_declare_settings (UsherSettings *settings, GError **error)
{
  gboolean ok = FALSE;

  g_return_val_if_fail (USHER_IS_SETTINGS (settings), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  ok = usher_host_declare_secrets (settings, error);
  look_in_directory (settings);
  ok = usher_settings_declare (settings,
                               host_settings,
                               G_N_ELEMENTS (host_settings),
                               ok ? error : NULL) &&
       ok;

  /* whoever lists all that is wrong wants all declared */
  ok = usher_admin_listener_declare_settings (settings, ok ? error : NULL) && ok;

  return usher_front_declare_settings (settings, ok ? error : NULL) && ok;
}

UsherSessionSource *
usher_host_open_session_keys (const char *directory, UsherSettings *settings, GError **error)
{
  UsherSecrets *secrets = usher_settings_get_secrets (settings);
  const char *reference = usher_settings_get_reference (settings, "session", "key");
  const char *text = usher_settings_get_string (settings, "session", "key");
  g_autofree char *path = g_build_filename (directory, KEY_FILE, NULL);

  if (reference == NULL && *text == '\0')
    return usher_session_source_new (path, secrets);

  return usher_session_source_new_reference (reference != NULL ? reference : "", secrets, error);
}
