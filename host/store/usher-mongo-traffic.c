/* usher-mongo-traffic.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-traffic-private.h"

struct _UsherMongoTraffic
{
  gint64 n_commands; /* (atomic) */
  gint64 n_errors;   /* (atomic) */
  gint64 time;       /* (atomic): that they took, in microseconds */
  int n_used;        /* (atomic): connections */
};

UsherMongoTraffic *
usher_mongo_traffic_new (void)
{
  return g_new0 (UsherMongoTraffic, 1);
}

void
usher_mongo_traffic_free (UsherMongoTraffic *self)
{
  g_free (self);
}

/* The rest of a cursor, or what a stream waits for: its time is nobody's. */
static void
note (UsherMongoTraffic *self, const char *command, gint64 time)
{
  if (g_str_equal (command, "getMore"))
    return;

  __atomic_add_fetch (&self->n_commands, 1, __ATOMIC_RELAXED);
  __atomic_add_fetch (&self->time, time, __ATOMIC_RELAXED);
}

static void
on_succeeded (const mongoc_apm_command_succeeded_t *event)
{
  note (mongoc_apm_command_succeeded_get_context (event),
        mongoc_apm_command_succeeded_get_command_name (event),
        mongoc_apm_command_succeeded_get_duration (event));
}

static void
on_failed (const mongoc_apm_command_failed_t *event)
{
  UsherMongoTraffic *self = mongoc_apm_command_failed_get_context (event);

  note (self,
        mongoc_apm_command_failed_get_command_name (event),
        mongoc_apm_command_failed_get_duration (event));
  __atomic_add_fetch (&self->n_errors, 1, __ATOMIC_RELAXED);
}

void
usher_mongo_traffic_watch (UsherMongoTraffic *self, mongoc_client_pool_t *pool)
{
  mongoc_apm_callbacks_t *callbacks = mongoc_apm_callbacks_new ();

  mongoc_apm_set_command_succeeded_cb (callbacks, on_succeeded);
  mongoc_apm_set_command_failed_cb (callbacks, on_failed);
  mongoc_client_pool_set_apm_callbacks (pool, callbacks, self);
  mongoc_apm_callbacks_destroy (callbacks);
}

void
usher_mongo_traffic_note_use (UsherMongoTraffic *self, int by)
{
  g_atomic_int_add (&self->n_used, by);
}

void
usher_mongo_traffic_describe (UsherMongoTraffic *self, GVariantBuilder *builder)
{
  gint64 n_commands = __atomic_load_n (&self->n_commands, __ATOMIC_RELAXED);
  gint64 n_errors = __atomic_load_n (&self->n_errors, __ATOMIC_RELAXED);
  gint64 time = __atomic_load_n (&self->time, __ATOMIC_RELAXED);
  gint64 n_used = g_atomic_int_get (&self->n_used);

  g_variant_builder_add (builder, "{sx}", "commands", n_commands);
  g_variant_builder_add (builder, "{sx}", "commands-failed", n_errors);
  g_variant_builder_add (builder, "{sx}", "commands-time", time);
  g_variant_builder_add (builder, "{sx}", "connections-used", n_used);
}
