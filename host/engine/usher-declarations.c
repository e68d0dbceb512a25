/* usher-declarations.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-declarations-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-frame-private.h"

/* how the groups of a service go on after its name */
#define SERVICE "-service"

struct _UsherDeclarations
{
  gatomicrefcount ref_count;
  char *service;         /* (owned) */
  GPtrArray *schemas;    /* (owned) (element-type UsherSchema) */
  GPtrArray *endpoints;  /* (owned) (element-type UsherEndpoint) */
  GPtrArray *listeners;  /* (owned) (element-type UsherListener) */
  GPtrArray *alarms;     /* (owned) (element-type UsherAlarm) */
  GPtrArray *upgrades;   /* (owned) (element-type UsherUpgrade) */
  GPtrArray *forms;      /* (owned) (element-type UsherSchema) */
  GPtrArray *events;     /* (owned) (element-type UsherEventSchema) */
  GHashTable *timers;    /* (owned): the names of @alarms, a set */
  GHashTable *channels;  /* (owned): @events by channel */
  UsherRemarks *remarks; /* (owned) */
  guint n_threads;       /* 0: handlers run where they may */
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
  self->upgrades = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_upgrade_free);
  self->forms = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_schema_unref);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_schema_free);
  self->timers = g_hash_table_new (g_str_hash, g_str_equal);
  self->channels = g_hash_table_new (g_str_hash, g_str_equal);
  self->remarks = usher_remarks_new ();

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
  g_hash_table_unref (self->channels);
  g_ptr_array_unref (self->endpoints);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->alarms);
  g_ptr_array_unref (self->upgrades);
  g_ptr_array_unref (self->schemas);
  g_ptr_array_unref (self->forms);
  g_ptr_array_unref (self->events);
  usher_remarks_free (self->remarks);
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

  return !is_known ||
         usher_refuse (error, USHER_ERROR_INVALID, "collection “%s” is declared twice", collection);
}

gboolean
usher_declarations_add_key (UsherDeclarations *self,
                            const char *collection,
                            const char *const *fields,
                            const char *message,
                            GError **error)
{
  UsherSchema *schema = usher_declarations_find_schema (self, collection);

  if (schema != NULL)
    return usher_schema_add_key (schema, fields, message, error);

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "a key is of collection “%s”, which is not declared",
                       collection);
}

gboolean
usher_declarations_add_form (UsherDeclarations *self, UsherSchema *form, GError **error)
{
  const char *name = usher_schema_get_collection (form);
  gboolean is_known = usher_declarations_find_form (self, name) != NULL;

  g_ptr_array_add (self->forms, form);

  return !is_known ||
         usher_refuse (error, USHER_ERROR_INVALID, "form “%s” is declared twice", name);
}

void
usher_declarations_add_endpoint (UsherDeclarations *self, UsherEndpoint *endpoint)
{
  g_ptr_array_add (self->endpoints, endpoint);
}

static gboolean
check_names (const char *channel, const char *group, GError **error)
{
  if (usher_event_is_channel (channel) && usher_frame_is_name (group))
    return TRUE;

  g_set_error (
      error,
      USHER_ERROR,
      USHER_ERROR_INVALID,
      "a listener in group “%s” wants channel “%s”, but a channel has letters, digits, “:”, "
      "“.”, “-” and “_”, and a group is not empty",
      group,
      channel);

  return FALSE;
}

/* (transfer full): of which service a group is, as it is called, or an end for the sentence */
static char *
describe_owner (const char *group)
{
  const char *end = strstr (group, SERVICE);

  while (end != NULL && end[strlen (SERVICE)] != '\0' && end[strlen (SERVICE)] != '.')
    end = strstr (end + 1, SERVICE);

  return end != NULL ? g_strdup_printf ("that of service “%.*s”", (int) (end - group), group)
                     : g_strdup ("no service's");
}

/* A group is its service's, or that takes the events of another. */
static gboolean
check_owner (UsherDeclarations *self, const char *channel, const char *group, GError **error)
{
  g_autofree char *own = usher_declarations_make_group (self);
  g_autofree char *owner = NULL;
  gsize length = strlen (own);

  if (g_str_has_prefix (group, own) && (group[length] == '\0' || group[length] == '.'))
    return TRUE;

  owner = describe_owner (group);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "it listens to “%s” in group “%s”, which is %s; those of “%s” are “%s” and “%s.*”",
               channel,
               group,
               owner,
               self->service,
               own,
               own);

  return FALSE;
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
                 USHER_ERROR_INVALID,
                 "channel “%s” has two listeners in group “%s”",
                 channel,
                 group);

  return !is_known && check_names (channel, group, error) &&
         check_owner (self, channel, group, error);
}

gboolean
usher_declarations_add_alarm (UsherDeclarations *self, UsherAlarm *alarm, GError **error)
{
  const char *name = usher_alarm_get_name (alarm);
  gboolean is_name = *name != '\0';
  gboolean is_known = usher_declarations_find_alarm (self, name) != NULL;

  g_ptr_array_add (self->alarms, alarm);
  g_hash_table_add (self->timers, (gpointer) name);
  if (is_known)
    g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "timer “%s” is declared twice", name);
  else if (!is_name)
    g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "a timer has no name");

  return !is_known && is_name;
}

gboolean
usher_declarations_add_event (UsherDeclarations *self, UsherEventSchema *event, GError **error)
{
  const char *channel = usher_event_schema_get_channel (event);
  gboolean is_known = g_hash_table_contains (self->channels, channel);

  g_ptr_array_add (self->events, event);
  if (is_known)
    return usher_refuse (error, USHER_ERROR_INVALID, "event “%s” is declared twice", channel);

  return g_hash_table_insert (self->channels, (gpointer) channel, event);
}

GPtrArray *
usher_declarations_get_events (UsherDeclarations *self)
{
  return self->events;
}

GHashTable *
usher_declarations_get_event_table (UsherDeclarations *self)
{
  return self->channels;
}

/* Their listeners could not tell which of the two an event is. */
gboolean
usher_declarations_check_events (UsherDeclarations *self, UsherDeclarations *other, GError **error)
{
  for (guint i = 0; i < self->events->len; i++)
    {
      UsherEventSchema *event = g_ptr_array_index (self->events, i);
      const char *channel = usher_event_schema_get_channel (event);
      UsherEventSchema *same = g_hash_table_lookup (other->channels, channel);
      const char *member = same != NULL ? usher_event_schema_find_difference (event, same) : NULL;

      if (member != NULL)
        return usher_refuse (
            error,
            USHER_ERROR_INVALID,
            "event “%s” is declared by service “%s” too, and differently: member “%s”",
            channel,
            other->service,
            member);
    }

  return TRUE;
}

/* (nullable): why an upgrade cannot be added */
static const char *
find_fault (const UsherUpgrade *upgrade, UsherSchema *schema)
{
  guint from = usher_upgrade_get_from (upgrade);
  guint level = schema != NULL ? usher_schema_get_level (schema) : 0;

  if (schema == NULL)
    return "the collection is not declared";
  if (usher_upgrade_get_to (upgrade) <= from)
    return "it leads nowhere";
  if (level > 0 && from != level)
    return "it does not begin where the one before ends";

  return NULL;
}

gboolean
usher_declarations_add_upgrade (UsherDeclarations *self, UsherUpgrade *upgrade, GError **error)
{
  const char *collection = usher_upgrade_get_collection (upgrade);
  UsherSchema *schema = usher_declarations_find_schema (self, collection);
  const char *fault = find_fault (upgrade, schema);

  g_ptr_array_add (self->upgrades, upgrade);
  if (fault == NULL)
    {
      usher_schema_set_level (schema, usher_upgrade_get_to (upgrade));
      return TRUE;
    }

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "upgrade of collection “%s” from %u to %u: %s",
               collection,
               usher_upgrade_get_from (upgrade),
               usher_upgrade_get_to (upgrade),
               fault);

  return FALSE;
}

GPtrArray *
usher_declarations_get_upgrades (UsherDeclarations *self)
{
  return self->upgrades;
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

GPtrArray *
usher_declarations_get_forms (UsherDeclarations *self)
{
  return self->forms;
}

GPtrArray *
usher_declarations_get_alarms (UsherDeclarations *self)
{
  return self->alarms;
}

UsherRemarks *
usher_declarations_get_remarks (UsherDeclarations *self)
{
  return self->remarks;
}

GHashTable *
usher_declarations_get_timers (UsherDeclarations *self)
{
  return self->timers;
}

void
usher_declarations_set_pool (UsherDeclarations *self, guint n_threads)
{
  self->n_threads = n_threads;
}

guint
usher_declarations_get_pool (UsherDeclarations *self)
{
  return self->n_threads;
}

gboolean
usher_declarations_has_blocking_endpoint (UsherDeclarations *self)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    if (usher_endpoint_is_blocking (g_ptr_array_index (self->endpoints, i)))
      return TRUE;

  return FALSE;
}

static UsherSchema *
find_schema (GPtrArray *schemas, const char *name)
{
  for (guint i = 0; i < schemas->len; i++)
    {
      UsherSchema *schema = g_ptr_array_index (schemas, i);

      if (g_str_equal (usher_schema_get_collection (schema), name))
        return schema;
    }

  return NULL;
}

UsherSchema *
usher_declarations_find_schema (UsherDeclarations *self, const char *collection)
{
  return find_schema (self->schemas, collection);
}

UsherSchema *
usher_declarations_find_form (UsherDeclarations *self, const char *name)
{
  return find_schema (self->forms, name);
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

static const UsherUpgrade *
find_first_upgrade (UsherDeclarations *self, const char *collection)
{
  for (guint i = 0; i < self->upgrades->len; i++)
    {
      const UsherUpgrade *upgrade = g_ptr_array_index (self->upgrades, i);

      if (g_str_equal (usher_upgrade_get_collection (upgrade), collection))
        return upgrade;
    }

  return NULL;
}

gboolean
usher_declarations_check_level (UsherDeclarations *self,
                                UsherSchema *schema,
                                guint level,
                                GError **error)
{
  const char *collection = usher_schema_get_collection (schema);
  const UsherUpgrade *first = find_first_upgrade (self, collection);

  if (first == NULL || level >= usher_upgrade_get_from (first))
    return TRUE;

  g_set_error (
      error,
      USHER_ERROR,
      USHER_ERROR_INVALID,
      "documents of collection “%s” are at level %u, and the first upgrade begins at %u: run a "
      "version of service “%s” that has the upgrades between until all are done "
      "(docs/evolution.md)",
      collection,
      level,
      usher_upgrade_get_from (first),
      self->service);

  return FALSE;
}

char *
usher_declarations_make_group (UsherDeclarations *self)
{
  return g_strconcat (self->service, SERVICE, NULL);
}
