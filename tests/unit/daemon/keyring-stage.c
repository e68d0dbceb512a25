/* keyring-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "keyring-stage.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-base.h"

#define SERVICE "org.freedesktop.secrets"

static GDBusConnection *
connect (KeyringStage *self)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (self->bus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL,
                                              NULL,
                                              &error);

  g_assert_no_error (error);

  return connection;
}

static GVariant *
call (GDBusConnection *connection,
      const char *name,
      const char *path,
      const char *method,
      GVariant *arguments)
{
  g_autofree char *interface = g_strndup (method, (gsize) (strrchr (method, '.') - method));
  g_autoptr (GError) error = NULL;
  GVariant *answer = g_dbus_connection_call_sync (connection,
                                                  name,
                                                  path,
                                                  interface,
                                                  strrchr (method, '.') + 1,
                                                  arguments,
                                                  NULL,
                                                  G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                                  -1,
                                                  NULL,
                                                  &error);

  g_assert_no_error (error);

  return answer;
}

static gboolean
is_served (GDBusConnection *connection)
{
  g_autoptr (GVariant) answer = call (connection,
                                      "org.freedesktop.DBus",
                                      "/org/freedesktop/DBus",
                                      "org.freedesktop.DBus.NameHasOwner",
                                      g_variant_new ("(s)", SERVICE));
  gboolean has_owner = FALSE;

  g_variant_get (answer, "(b)", &has_owner);

  return has_owner;
}

static void
start_keyring (KeyringStage *self)
{
  g_autoptr (GSubprocessLauncher) launcher =
      usher_test_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                               G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GDBusConnection) connection = connect (self);
  g_autoptr (GError) error = NULL;
  GOutputStream *password = NULL;

  g_subprocess_launcher_setenv (launcher,
                                "DBUS_SESSION_BUS_ADDRESS",
                                g_test_dbus_get_bus_address (self->bus),
                                TRUE);
  g_subprocess_launcher_setenv (launcher, "HOME", self->program.directory, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", self->program.directory, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", self->program.directory, TRUE);
  self->keyring = g_subprocess_launcher_spawn (launcher,
                                               &error,
                                               "gnome-keyring-daemon",
                                               "--foreground",
                                               "--unlock",
                                               "--components=secrets",
                                               NULL);
  g_assert_no_error (error);
  password = g_subprocess_get_stdin_pipe (self->keyring);
  g_assert_true (g_output_stream_write_all (password, "pw", 2, NULL, NULL, NULL));
  g_output_stream_close (password, NULL, NULL);
  usher_test_until (is_served (connection));
}

void
keyring_stage_set_up (KeyringStage *self, gconstpointer data)
{
  g_autofree char *folder = NULL;

  usher_test_program_set_up (&self->program, data);
  usher_test_program_add_plugin (&self->program, "good", "");
  folder = g_build_filename (self->program.directory, "keyrings", NULL);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  usher_test_program_set_variable (&self->program,
                                   "DBUS_SESSION_BUS_ADDRESS",
                                   g_test_dbus_get_bus_address (self->bus));
  start_keyring (self);
}

void
keyring_stage_tear_down (KeyringStage *self, gconstpointer data)
{
  usher_test_subprocess_end (self->keyring, SIGKILL);
  g_clear_object (&self->keyring);
  g_test_dbus_stop (self->bus);
  g_clear_object (&self->bus);
  usher_test_program_tear_down (&self->program, data);
}

void
keyring_stage_lock (KeyringStage *self)
{
  static const char *const collections[] = { "/org/freedesktop/secrets/collection/login", NULL };
  g_autoptr (GDBusConnection) connection = connect (self);
  g_autoptr (GVariant) answer = call (connection,
                                      SERVICE,
                                      "/org/freedesktop/secrets",
                                      "org.freedesktop.Secret.Service.Lock",
                                      g_variant_new ("(^ao)", collections));
}

void
keyring_stage_say (KeyringStage *self,
                   const char *arguments,
                   const char *input,
                   int status,
                   const char *pattern)
{
  g_autofree char *line = g_strdup_printf ("%s %s --data %s",
                                           g_getenv ("USHER_TEST_PROGRAM"),
                                           arguments,
                                           self->program.data);
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autofree char *said = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_shell_parse_argv (line, NULL, &words, NULL));
  g_subprocess_launcher_set_flags (self->program.launcher,
                                   (input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : 0) |
                                       G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                       G_SUBPROCESS_FLAGS_STDERR_PIPE);
  process =
      g_subprocess_launcher_spawnv (self->program.launcher, (const char *const *) words, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, input, NULL, &out, &err, &error);
  g_assert_no_error (error);
  said = g_strconcat (out, err, NULL);
  g_test_message ("usher %s: %s", arguments, said);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, status);
  if (!g_pattern_match_simple (pattern, said))
    g_error ("“usher %s” does not say “%s”: %s", arguments, pattern, said);
  g_assert_null (strstr (said, "geheim"));
}
