/* usher-life.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-life.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>

#include "usher-child.h"
#include "usher-notify.h"
#include "usher-program.h"
#include "usher-resources.h"
#include "usher-sites.h"
#include "usher-sources.h"

/* milliseconds between looks whether a host is ready, and how many before it is said that it is not */
#define LOOK_INTERVAL     5
#define LOOKS_BEFORE_WORD 200
/* and, once it was ready, whether it still is */
#define TROUBLE_INTERVAL 500

static void
life_clear (UsherLife *self)
{
  g_clear_pointer (&self->backups, usher_backups_free);
  self->kind->clear (self);
  g_clear_object (&self->admin);
  g_clear_pointer (&self->setup, usher_setup_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->told_trouble, g_free);
}

void
usher_life_fail (UsherLife *self, const char *reason)
{
  g_printerr ("usher: %s\n", reason);
  self->has_failed = TRUE;
  g_main_loop_quit (self->loop);
}

gboolean
usher_life_listen (UsherLife *self, const char *listen, GError **error)
{
  const UsherSetup *setup = self->setup;

  return usher_host_listen (setup->host, listen, setup->options->admin, error) &&
         usher_host_listen_probe (setup->host, setup->options->probe, error) &&
         usher_admin_start (self->admin, error);
}

void
usher_life_print_addresses (UsherLife *self, const char *uri)
{
  usher_program_print_line ("listening", uri);
  usher_program_print_line ("admin", usher_host_get_admin_uri (self->setup->host));
}

/* The bus may take a moment to connect; a plugin that failed does not come back. */
int
usher_life_look_at_host (UsherLife *self, guint n_looks)
{
  UsherHost *host = self->setup->host;
  const char *uri = usher_host_get_uri (host);
  const char *admin = usher_host_get_admin_uri (host);
  gboolean is_hopeless = self->setup->trouble != NULL;
  g_autofree char *reason = NULL;

  if (usher_host_is_ready (host, &reason))
    return 0;

  if (is_hopeless || n_looks == LOOKS_BEFORE_WORD)
    g_printerr ("usher: not ready: %s; listening on %s, admin on %s\n",
                reason,
                uri != NULL ? uri : "nothing",
                admin != NULL ? admin : "nothing");

  return is_hopeless ? USHER_LIFE_NEVER : LOOK_INTERVAL;
}

static void
tell_ready (UsherLife *self)
{
  g_autofree char *status = self->kind->describe (self);

  usher_notify_ready (status);
}

/* What its host is missing by now, such as a database whose server is away. */
static gboolean
on_trouble_look (gpointer user_data)
{
  UsherLife *self = user_data;
  g_autofree char *trouble = NULL;

  if (self->is_stopping)
    return G_SOURCE_REMOVE;

  usher_host_is_ready (self->setup->host, &trouble);
  if (g_strcmp0 (trouble, self->told_trouble) == 0)
    return G_SOURCE_CONTINUE;

  usher_notify_trouble (trouble);
  g_free (self->told_trouble);
  self->told_trouble = g_steal_pointer (&trouble);

  return G_SOURCE_CONTINUE;
}

static void
announce (UsherLife *self)
{
  g_autoptr (GError) error = NULL;

  if (!self->kind->announce (self, &error))
    {
      usher_life_fail (self, error->message);
      return;
    }

  self->is_ready = TRUE;
  tell_ready (self);
  if (g_getenv ("NOTIFY_SOCKET") != NULL)
    g_timeout_add (TROUBLE_INTERVAL, on_trouble_look, self);
}

static gboolean
on_look (gpointer user_data)
{
  UsherLife *self = user_data;
  int wait = 0;

  if (self->is_stopping || self->has_failed)
    return G_SOURCE_REMOVE;

  wait = self->kind->look (self, self->n_looks++);
  if (wait == 0)
    announce (self);
  else if (wait != USHER_LIFE_NEVER)
    g_timeout_add ((guint) wait, on_look, self);

  return G_SOURCE_REMOVE;
}

static gboolean
on_hangup (gpointer user_data)
{
  UsherLife *self = user_data;

  if (self->is_stopping)
    return G_SOURCE_CONTINUE;

  if (self->is_ready)
    usher_notify_reloading ();
  usher_sources_read_again (self->setup->options, self->setup->settings);
  if (self->kind->hang_up != NULL)
    self->kind->hang_up (self);
  if (self->is_ready)
    tell_ready (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
stop (UsherLife *self, GError **error)
{
  gint64 timeout = usher_settings_get_integer (self->setup->settings, "host", "stop-timeout") *
                   G_TIME_SPAN_SECOND;

  usher_notify_stopping ();
  self->is_stopping = TRUE;

  return self->kind->stop (self, timeout, error);
}

/* where they are, and copies of them */
static gboolean
show_data (UsherLife *self, GError **error)
{
  usher_admin_set_directory (self->admin, self->setup->options->data);
  self->backups = usher_backups_new (self->setup, error);

  return self->backups != NULL;
}

static gboolean
live (UsherLife *self, GError **error)
{
  if (!usher_resources_check_files (self->setup->n_services,
                                    usher_sites_count_remote (self->setup->host),
                                    error))
    return FALSE;

  self->admin = usher_admin_new (self->setup->host, error);
  if (self->admin == NULL)
    return FALSE;

  if (!self->kind->has_no_data && !show_data (self, error))
    return FALSE;
  if (self->setup->options->name != NULL)
    usher_admin_set_process (self->admin, self->setup->options->name);
  if (!self->kind->start (self, error))
    return FALSE;

  on_look (self);
  if (!self->has_failed)
    g_main_loop_run (self->loop);

  return stop (self, error);
}

int
usher_life_run (UsherLife *self, const UsherLifeKind *kind, const UsherOptions *options)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;

  /* before anything of those who have no answer when they cannot make a thread: GLib and libzmq */
  if (!usher_resources_check_libraries (&error))
    {
      g_printerr ("usher: %s\n", error->message);
      return EXIT_FAILURE;
    }

  usher_program_protect_memory (NULL);
  self->kind = kind;
  self->loop = g_main_loop_new (NULL, FALSE);
  usher_program_prepare (self->loop);
  g_unix_signal_add (SIGHUP, on_hangup, self);

  self->setup = kind->set_up (self, options);
  usher_program_protect_memory (self->setup->settings);
  usher_setup_print_problems (self->setup);
  if (self->setup->is_left_out)
    {
      life_clear (self);
      return EXIT_LEFT_OUT;
    }

  if (self->setup->problems->len == 0)
    {
      ok = live (self, &error);
      if (!ok)
        g_printerr ("usher: %s\n", error->message);
    }
  ok = ok && !self->has_failed;
  life_clear (self);

  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
