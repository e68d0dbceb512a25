/* usher-declarations.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-declarations-private.h"

#include "usher-error.h"

struct _UsherDeclarations
{
  gatomicrefcount ref_count;
  char *service;        /* (owned) */
  GPtrArray *schemas;   /* (owned) (element-type UsherSchema) */
  GPtrArray *endpoints; /* (owned) (element-type UsherEndpoint) */
  GPtrArray *listeners; /* (owned) (element-type UsherListener) */
  GPtrArray *alarms;    /* (owned) (element-type UsherAlarm) */
  GHashTable *timers;   /* (owned): the names of @alarms, a set */
};

UsherDeclarations *
usher_declarations_new (const char *service)
{
  UsherDeclarations *self = g_new0 (UsherDeclarations, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->service = g_strdup (service);
  self->schemas = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_schema_unref);
  self->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_endpoint_free);
  self->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_listener_free);
  self->alarms = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_alarm_free);
  self->timers = g_hash_table_new (g_str_hash, g_str_equal);

  return self;
}

UsherDeclarations *
usher_declarations_ref (UsherDeclarations *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
usher_declarations_unref (UsherDeclarations *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->timers);
  g_ptr_array_unref (self->endpoints);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->alarms);
  g_ptr_array_unref (self->schemas);
  g_free (self->service);
  g_free (self);
}

const char *
usher_declarations_get_service (UsherDeclarations *self)
{
  return self->service;
}

gboolean
usher_declarations_add_schema (UsherDeclarations *self, UsherSchema *schema, GError **error)
{
  const char *collection = usher_schema_get_collection (schema);
  gboolean is_known = usher_declarations_find_schema (self, collection) != NULL;

  g_ptr_array_add (self->schemas, schema);
  if (is_known)
    g_set_error (
        error, USHER_ERROR, USHER_ERROR_CONFLICT, "collection “%s” is declared twice", collection);

  return !is_known;
}

void
usher_declarations_add_endpoint (UsherDeclarations *self, UsherEndpoint *endpoint)
{
  g_ptr_array_add (self->endpoints, endpoint);
}

gboolean
usher_declarations_add_listener (UsherDeclarations *self, UsherListener *listener, GError **error)
{
  const char *channel = usher_listener_get_channel (listener);
  const char *group = usher_listener_get_group (listener);
  gboolean is_known = usher_declarations_find_listener (self, channel, group) != NULL;

  g_ptr_array_add (self->listeners, listener);
  if (is_known)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_CONFLICT,
                 "channel “%s” has two listeners in group “%s”",
                 channel,
                 group);

  return !is_known;
}

gboolean
usher_declarations_add_alarm (UsherDeclarations *self, UsherAlarm *alarm, GError **error)
{
  const char *name = usher_alarm_get_name (alarm);
  gboolean is_known = usher_declarations_find_alarm (self, name) != NULL;

  g_ptr_array_add (self->alarms, alarm);
  g_hash_table_add (self->timers, (gpointer) name);
  if (is_known)
    g_set_error (error, USHER_ERROR, USHER_ERROR_CONFLICT, "timer “%s” is declared twice", name);

  return !is_known;
}

GPtrArray *
usher_declarations_get_schemas (UsherDeclarations *self)
{
  return self->schemas;
}

GPtrArray *
usher_declarations_get_endpoints (UsherDeclarations *self)
{
  return self->endpoints;
}

GPtrArray *
usher_declarations_get_listeners (UsherDeclarations *self)
{
  return self->listeners;
}

GHashTable *
usher_declarations_get_timers (UsherDeclarations *self)
{
  return self->timers;
}

gboolean
usher_declarations_has_blocking_endpoint (UsherDeclarations *self)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    if (usher_endpoint_is_blocking (g_ptr_array_index (self->endpoints, i)))
      return TRUE;

  return FALSE;
}

UsherSchema *
usher_declarations_find_schema (UsherDeclarations *self, const char *collection)
{
  for (guint i = 0; i < self->schemas->len; i++)
    {
      UsherSchema *schema = g_ptr_array_index (self->schemas, i);

      if (g_str_equal (usher_schema_get_collection (schema), collection))
        return schema;
    }

  return NULL;
}

UsherListener *
usher_declarations_find_listener (UsherDeclarations *self, const char *channel, const char *group)
{
  g_autofree char *own = group == NULL ? usher_declarations_make_group (self) : NULL;

  for (guint i = 0; i < self->listeners->len; i++)
    {
      UsherListener *listener = g_ptr_array_index (self->listeners, i);

      if (g_str_equal (usher_listener_get_channel (listener), channel) &&
          g_str_equal (usher_listener_get_group (listener), group != NULL ? group : own))
        return listener;
    }

  return NULL;
}

UsherAlarm *
usher_declarations_find_alarm (UsherDeclarations *self, const char *name)
{
  for (guint i = 0; i < self->alarms->len; i++)
    {
      UsherAlarm *alarm = g_ptr_array_index (self->alarms, i);

      if (g_str_equal (usher_alarm_get_name (alarm), name))
        return alarm;
    }

  return NULL;
}

char *
usher_declarations_make_group (UsherDeclarations *self)
{
  return g_strconcat (self->service, "-service", NULL);
}
