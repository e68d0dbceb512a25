/* usher-trace-tree.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-trace-tree.h"

#include <string.h>

#include "usher-answer.h"
#include "usher-clock.h"
#include "usher-id.h"
#include "usher-origin.h"

/* A node, and what it led to. */
typedef struct
{
  UsherTraceNode node;
  char *cause;         /* (owned) (nullable): the id of what led to it, if it is here */
  GPtrArray *children; /* (owned) (element-type Entry) (unowned elements) */
  gboolean is_listed;
} Entry;

struct _UsherTraceTree
{
  GPtrArray *entries; /* (owned) (element-type Entry): as they came */
  GHashTable *events; /* (owned) (element-type utf8 Entry) (unowned values): by id */
  GHashTable *timers; /* (owned) (element-type utf8 Entry) (unowned values): by id, and cause */
  guint n_events;
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->node.object, json_object_unref);
  g_ptr_array_unref (entry->children);
  g_free (entry->node.id);
  g_free (entry->cause);
  g_free (entry);
}

UsherTraceTree *
usher_trace_tree_new (void)
{
  UsherTraceTree *self = g_new0 (UsherTraceTree, 1);

  self->entries = g_ptr_array_new_with_free_func (free_entry);
  self->events = g_hash_table_new (g_str_hash, g_str_equal);
  self->timers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
usher_trace_tree_free (UsherTraceTree *self)
{
  g_hash_table_unref (self->events);
  g_hash_table_unref (self->timers);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

/* @object: (nullable) */
static Entry *
add (UsherTraceTree *self, UsherTraceKind kind, const char *id, JsonObject *object)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->node.kind = kind;
  entry->node.id = g_strdup (id);
  entry->node.object = object != NULL ? json_object_ref (object) : NULL;
  entry->children = g_ptr_array_new ();
  g_ptr_array_add (self->entries, entry);

  return entry;
}

static gint64
read_time (JsonObject *object, const char *member)
{
  const char *text = usher_answer_get_text (object, member);
  gint64 time = 0;

  if (text == NULL || !usher_time_parse (text, &time, NULL))
    return 0;

  return time;
}

/* `timer:SERVICE/NAME/KEY EVENT`: (transfer full): the timer; @event: (out) (transfer full) (nullable) */
static char *
split_cause (const char *causation, char **event)
{
  const char *timer = causation + strlen (USHER_CAUSATION_TIMER);
  const char *space = strrchr (timer, ' ');

  *event = NULL;
  if (space == NULL || !usher_uuid_is_valid (space + 1))
    return g_strdup (timer);

  *event = g_strdup (space + 1);

  return g_strndup (timer, (gsize) (space - timer));
}

/* The timer that an event names: all that it did as it fired is behind it, and it fired when the first of that was published. */
static Entry *
find_fired (UsherTraceTree *self, const char *causation, gint64 time)
{
  Entry *entry = g_hash_table_lookup (self->timers, causation);
  g_autofree char *event = NULL;
  g_autofree char *id = NULL;

  if (entry == NULL)
    {
      id = split_cause (causation, &event);
      entry = add (self, USHER_TRACE_FIRED, id, NULL);
      entry->cause = g_steal_pointer (&event);
      entry->node.time = time;
      g_hash_table_insert (self->timers, g_strdup (causation), entry);
    }
  entry->node.time = MIN (entry->node.time, time);

  return entry;
}

void
usher_trace_tree_add_event (UsherTraceTree *self, JsonObject *event)
{
  const char *id = usher_answer_get_text (event, "id");
  const char *causation = usher_answer_get_text (event, "causation");
  Entry *entry = NULL;
  Entry *fired = NULL;

  if (id == NULL || g_hash_table_contains (self->events, id))
    return;

  entry = add (self, USHER_TRACE_EVENT, id, event);
  entry->node.time = read_time (event, "time");
  g_hash_table_insert (self->events, entry->node.id, entry);
  self->n_events++;
  if (causation != NULL && g_str_has_prefix (causation, USHER_CAUSATION_TIMER))
    {
      fired = find_fired (self, causation, entry->node.time);
      g_ptr_array_add (fired->children, entry);
      entry->node.parent = fired->node.id;
    }
  else
    entry->cause = g_strdup (causation);
}

void
usher_trace_tree_add_timer (UsherTraceTree *self, JsonObject *timer)
{
  const char *id = usher_answer_get_text (timer, "id");
  const char *causation = usher_answer_get_text (timer, "causation");
  g_autofree char *key = g_strconcat ("set ", id, NULL);
  g_autofree char *before = NULL;
  Entry *entry = NULL;

  /* the copies of a service have one store */
  if (id == NULL || g_hash_table_contains (self->timers, key))
    return;

  entry = add (self, USHER_TRACE_TIMER, id, timer);
  entry->node.time = read_time (timer, "due");
  if (entry->node.time == 0)
    entry->node.time = read_time (timer, "time");
  g_hash_table_insert (self->timers, g_steal_pointer (&key), entry);
  if (causation != NULL && g_str_has_prefix (causation, USHER_CAUSATION_TIMER))
    before = split_cause (causation, &entry->cause);
  else
    entry->cause = g_strdup (causation);
}

guint
usher_trace_tree_get_n_events (UsherTraceTree *self)
{
  return self->n_events;
}

JsonObject *
usher_trace_tree_find_event (UsherTraceTree *self, const char *id)
{
  const Entry *entry = g_hash_table_lookup (self->events, id);

  return entry != NULL ? entry->node.object : NULL;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(const Entry *const *) a;
  const Entry *second = *(const Entry *const *) b;

  return (first->node.time > second->node.time) - (first->node.time < second->node.time);
}

static void
join (UsherTraceTree *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);
      Entry *parent = entry->cause != NULL && entry->node.parent == NULL
                          ? g_hash_table_lookup (self->events, entry->cause)
                          : NULL;

      if (parent == NULL)
        continue;
      entry->node.parent = parent->node.id;
      g_ptr_array_add (parent->children, entry);
    }
  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_sort (((Entry *) g_ptr_array_index (self->entries, i))->children, compare_times);
}

/* With all behind it, but for what was met before; without recursion, as a chain may be of any length. */
static void
list_from (Entry *root, GPtrArray *nodes)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  root->node.parent = NULL;
  root->node.depth = 0;
  g_ptr_array_add (stack, root);
  while (stack->len > 0)
    {
      Entry *entry = g_ptr_array_steal_index (stack, stack->len - 1);

      if (entry->is_listed)
        continue;
      entry->is_listed = TRUE;
      g_ptr_array_add (nodes, &entry->node);
      for (guint i = entry->children->len; i > 0; i--)
        {
          Entry *child = g_ptr_array_index (entry->children, i - 1);

          child->node.depth = child->is_listed ? child->node.depth : entry->node.depth + 1;
          g_ptr_array_add (stack, child);
        }
    }
}

GPtrArray *
usher_trace_tree_list (UsherTraceTree *self)
{
  GPtrArray *nodes = g_ptr_array_new ();
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  join (self);
  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (self->entries, i));
  g_ptr_array_sort (sorted, compare_times);

  for (guint i = 0; i < sorted->len; i++)
    if (((Entry *) g_ptr_array_index (sorted, i))->node.parent == NULL)
      list_from (g_ptr_array_index (sorted, i), nodes);
  /* what is left leads in a circle */
  for (guint i = 0; i < sorted->len; i++)
    if (!((Entry *) g_ptr_array_index (sorted, i))->is_listed)
      list_from (g_ptr_array_index (sorted, i), nodes);

  return nodes;
}
