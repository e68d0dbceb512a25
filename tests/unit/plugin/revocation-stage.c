/* revocation-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "revocation-stage.h"

#include "stage.h"
#include "usher-test-base.h"

const char *const revocation_stage_channels[] = { REFUSED, RESTORED, ENDED };

static void
open_sessions (RevocationStage *self)
{
  g_autofree char *key_file = g_build_filename (self->directory, "key", NULL);
  g_autoptr (GError) error = NULL;

  self->sessions = usher_sessions_new (key_file, LIFETIME, USHER_CLOCK (self->clock), &error);
  g_assert_no_error (error);
}

void
revocation_stage_set_up (RevocationStage *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("usher-revocations-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->directory, "host", "sessions.db", NULL);
  self->clock = usher_manual_clock_new (STAGE_TIME);
  open_sessions (self);
  self->bus = fake_bus_new ();
}

void
revocation_stage_tear_down (RevocationStage *self, gconstpointer data)
{
  if (self->member != NULL)
    usher_test_hub_leave (self->member);
  g_clear_pointer (&self->revocations, usher_revocations_free);
  g_clear_pointer (&self->other, usher_revocations_free);
  g_clear_pointer (&self->hub, usher_test_hub_free);
  g_assert_finalize_object (self->bus);
  g_assert_finalize_object (self->sessions);
  g_assert_finalize_object (self->clock);
  usher_test_remove_tree (self->directory);
  g_free (self->path);
  g_free (self->directory);
}

void
revocation_stage_load (RevocationStage *self)
{
  g_autoptr (GError) error = NULL;

  self->revocations = usher_revocations_new (
      self->path, revocation_stage_channels, self->sessions, USHER_CLOCK (self->clock), &error);
  g_assert_no_error (error);
}

gboolean
revocation_stage_try_to_follow (RevocationStage *self, GError **error)
{
  UsherBus *bus = self->member != NULL ? self->member : USHER_BUS (self->bus);

  return usher_revocations_follow (self->revocations, bus, error);
}

void
revocation_stage_follow (RevocationStage *self)
{
  g_autoptr (GError) error = NULL;

  revocation_stage_load (self);
  revocation_stage_try_to_follow (self, &error);
  g_assert_no_error (error);
}

void
revocation_stage_restart (RevocationStage *self)
{
  if (self->member != NULL)
    usher_test_hub_leave (self->member);
  g_clear_pointer (&self->revocations, usher_revocations_free);
  g_clear_pointer (&self->other, usher_revocations_free);
  g_assert_finalize_object (self->bus);
  g_assert_finalize_object (self->sessions);
  self->bus = fake_bus_new ();
  open_sessions (self);
  if (self->member != NULL)
    self->member = usher_test_hub_join (self->hub, "host");
}

void
revocation_stage_open_hub (RevocationStage *self)
{
  self->hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, USHER_CLOCK (self->clock));
  self->member = usher_test_hub_join (self->hub, "host");
}

char *
revocation_stage_make_user (const char *user, int version)
{
  return g_strdup_printf ("{\"id\":\"%s\",\"version\":%d}", user, version);
}

void
revocation_stage_keep (RevocationStage *self,
                       const char *channel,
                       guint64 sequence,
                       const char *user,
                       int version)
{
  g_autofree char *payload = revocation_stage_make_user (user, version);
  g_autoptr (UsherEvent) event = stage_event_new (channel, sequence, payload);

  fake_bus_keep (self->bus, event);
}

void
revocation_stage_bring_payload (RevocationStage *self,
                                const char *channel,
                                guint64 sequence,
                                const char *payload)
{
  g_autoptr (UsherEvent) event = stage_event_new (channel, sequence, payload);

  fake_bus_deliver (self->bus, event, 1, FALSE);
}

void
revocation_stage_bring (RevocationStage *self,
                        const char *channel,
                        guint64 sequence,
                        const char *user,
                        int version)
{
  g_autofree char *payload = revocation_stage_make_user (user, version);

  revocation_stage_bring_payload (self, channel, sequence, payload);
}

char *
revocation_stage_begin (RevocationStage *self, const char *user, char **id)
{
  g_autoptr (UsherSession) session =
      usher_sessions_begin (self->sessions, user, "somebody@example.org");

  if (id != NULL)
    *id = g_strdup (usher_session_get_id (session));

  return usher_sessions_make_token (self->sessions, session, NULL);
}

gboolean
revocation_stage_is_good (RevocationStage *self, const char *token)
{
  g_autoptr (UsherSession) read = usher_sessions_read_token (self->sessions, token);

  return read != NULL;
}

gboolean
revocation_stage_is_accepted (RevocationStage *self, const char *user)
{
  g_autofree char *token = revocation_stage_begin (self, user, NULL);

  return revocation_stage_is_good (self, token);
}

gint64
revocation_stage_get_time (RevocationStage *self)
{
  return usher_clock_get_time (USHER_CLOCK (self->clock));
}

void
revocation_stage_end (RevocationStage *self, guint64 sequence, const char *id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"userId\":\"" ALICE "\",\"before\":%" G_GINT64_FORMAT
                       ",\"exp\":%" G_GINT64_FORMAT "}",
                       id,
                       revocation_stage_get_time (self),
                       revocation_stage_get_time (self) + LIFETIME);

  revocation_stage_bring_payload (self, ENDED, sequence, payload);
}
