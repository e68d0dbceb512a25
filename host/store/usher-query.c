/* usher-query.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-query.h"

#define DEFAULT_LIMIT  100
#define GREATEST_LIMIT 1000

/**
 * UsherQuery:
 *
 * Which documents of a collection are wanted.
 *
 * All conditions hold at once. A query over a field without an index is a fault of the program, and so is one that no index
 * serves: a store never goes through a whole collection in silence.
 *
 * The answer is in the order in which the documents came to be, as far as the store knows it (see
 * [struct@StoreTraits]), the newest first if nothing else is said. A query belongs to one thread at a time.
 */
struct _UsherQuery
{
  char *collection;   /* (owned) */
  GArray *conditions; /* (owned) (element-type UsherQueryCondition) */
  char *order;        /* (owned) (nullable) */
  char *after;        /* (owned) (nullable) */
  char *after_value;  /* (owned) (nullable) */
  guint limit;
  gboolean is_oldest_first;
};

G_DEFINE_BOXED_TYPE (UsherQuery, usher_query, usher_query_copy, usher_query_free)

static void
clear_condition (gpointer data)
{
  UsherQueryCondition *condition = data;

  g_free (condition->field);
  g_free (condition->value);
}

static void
add_condition (UsherQuery *self, UsherQueryTest test, const char *field, const char *value)
{
  UsherQueryCondition condition = { g_strdup (field), g_strdup (value), test };

  g_array_append_val (self->conditions, condition);
}

/**
 * usher_query_new:
 * @collection: the name of a collection
 *
 * Makes a query for all documents of @collection, the newest 100 of them.
 *
 * Returns: (transfer full): a query
 */
UsherQuery *
usher_query_new (const char *collection)
{
  UsherQuery *self;

  g_return_val_if_fail (collection != NULL, NULL);

  self = g_new0 (UsherQuery, 1);
  self->collection = g_strdup (collection);
  self->conditions = g_array_new (FALSE, FALSE, sizeof (UsherQueryCondition));
  g_array_set_clear_func (self->conditions, clear_condition);
  self->limit = DEFAULT_LIMIT;

  return self;
}

/**
 * usher_query_copy:
 * @self: a query
 *
 * Copies a query with its conditions.
 *
 * Returns: (transfer full): the copy
 */
UsherQuery *
usher_query_copy (UsherQuery *self)
{
  UsherQuery *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = usher_query_new (self->collection);
  copy->order = g_strdup (self->order);
  copy->after = g_strdup (self->after);
  copy->after_value = g_strdup (self->after_value);
  copy->limit = self->limit;
  copy->is_oldest_first = self->is_oldest_first;
  for (guint i = 0; i < self->conditions->len; i++)
    {
      UsherQueryCondition *condition = &g_array_index (self->conditions, UsherQueryCondition, i);

      add_condition (copy, condition->test, condition->field, condition->value);
    }

  return copy;
}

/**
 * usher_query_free:
 * @self: (transfer full): a query
 *
 * Frees a query.
 */
void
usher_query_free (UsherQuery *self)
{
  g_return_if_fail (self != NULL);

  g_array_unref (self->conditions);
  g_free (self->collection);
  g_free (self->order);
  g_free (self->after);
  g_free (self->after_value);
  g_free (self);
}

/**
 * usher_query_equal:
 * @self: a query
 * @field: a field that is indexed or unique
 * @value: the value: a string as it is, a boolean as `true` or `false`, a number, money or time as
 *   the decimal digits of what [method@Document.get_integer] gives
 *
 * Wants only documents whose @field has @value. A field without an index and a value that does not
 * fit make the query fail with `USHER_ERROR_INVALID`.
 */
void
usher_query_equal (UsherQuery *self, const char *field, const char *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);
  g_return_if_fail (value != NULL);

  add_condition (self, USHER_QUERY_EQUAL, field, value);
}

static void
add_number (UsherQuery *self, UsherQueryTest test, const char *field, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  add_condition (self, test, field, text);
}

/**
 * usher_query_equal_integer:
 * @self: a query
 * @field: a number, an amount or a time that is indexed or unique
 * @value: its value, as [method@Document.get_integer] gives it
 *
 * Wants only documents whose @field has @value.
 */
void
usher_query_equal_integer (UsherQuery *self, const char *field, gint64 value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  add_number (self, USHER_QUERY_EQUAL, field, value);
}

/**
 * usher_query_equal_boolean:
 * @self: a query
 * @field: a boolean that is indexed
 * @value: its value
 *
 * Wants only documents whose @field has @value; who lacks it has neither.
 */
void
usher_query_equal_boolean (UsherQuery *self, const char *field, gboolean value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  add_condition (self, USHER_QUERY_EQUAL, field, value ? "true" : "false");
}

/**
 * usher_query_at_least:
 * @self: a query
 * @field: a number, an amount or a time that is indexed or unique
 * @value: the least value, as [method@Document.get_integer] gives it
 *
 * Wants only documents whose @field has @value or a greater one. What is found is in the order of @field then, as if
 * [method@Query.order_by] said so.
 */
void
usher_query_at_least (UsherQuery *self, const char *field, gint64 value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  add_number (self, USHER_QUERY_AT_LEAST, field, value);
}

/**
 * usher_query_below:
 * @self: a query
 * @field: a number, an amount or a time that is indexed or unique
 * @value: the first value that is too much, as [method@Document.get_integer] gives it
 *
 * Wants only documents whose @field has a value less than @value. What is found is in the order of @field then.
 */
void
usher_query_below (UsherQuery *self, const char *field, gint64 value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  add_number (self, USHER_QUERY_BELOW, field, value);
}

/**
 * usher_query_prefix:
 * @self: a query
 * @field: a string that is indexed or unique
 * @prefix: how its value begins, to the letter
 *
 * Wants only documents whose @field begins with @prefix. What is found is in the order of @field then, by the bytes of UTF-8.
 */
void
usher_query_prefix (UsherQuery *self, const char *field, const char *prefix)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);
  g_return_if_fail (prefix != NULL);

  add_condition (self, USHER_QUERY_PREFIX, field, prefix);
}

/**
 * usher_query_order_by:
 * @self: a query
 * @field: a field that is indexed or unique, and not private
 *
 * Wants the documents in the order of their values in @field, the greatest first, or with [method@Query.oldest_first] the least
 * first; those of one value the newest first, or the oldest. Documents that lack @field are not found.
 *
 * Other fields may be asked for only where an index serves both: by [method@Query.equal] the first fields of a key
 * ([method@Context.add_key]) of which @field is the next. Anything else makes the query fail with `USHER_ERROR_INVALID`.
 *
 * A document whose value changes while pages are read may come twice or not at all; the others do not.
 */
void
usher_query_order_by (UsherQuery *self, const char *field)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  g_free (self->order);
  self->order = g_strdup (field);
}

/**
 * usher_query_without:
 * @self: a query
 * @field: a field that is indexed or unique
 *
 * Wants only documents in which @field is not set.
 */
void
usher_query_without (UsherQuery *self, const char *field)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  add_condition (self, USHER_QUERY_EQUAL, field, NULL);
}

/**
 * usher_query_after:
 * @self: a query
 * @id: (nullable): the id of the last document of the page before, `NULL` to begin at the first
 *
 * Wants only documents that come behind that one, in the order that is asked for. The document need not fulfil the conditions
 * (any more). Where there is none with this id, the query fails with `USHER_ERROR_NOT_FOUND` if the store
 * `orders_by_commit`; else what lies behind the id is found all the same.
 */
void
usher_query_after (UsherQuery *self, const char *id)
{
  g_return_if_fail (self != NULL);

  g_free (self->after);
  self->after = g_strdup (id);
  g_clear_pointer (&self->after_value, g_free);
}

/**
 * usher_query_after_value:
 * @self: a query with [method@Query.order_by]
 * @id: the id of the last document of the page before
 * @value: (nullable): what [method@Query.dup_place] gave for it then, `NULL`: where it is now
 *
 * Wants only documents that come behind the place that document @id had. So a page misses none and doubles none of those that
 * keep their value, even if that document has another one by now.
 */
void
usher_query_after_value (UsherQuery *self, const char *id, const char *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL);

  usher_query_after (self, id);
  self->after_value = g_strdup (value);
}

/**
 * usher_query_limit:
 * @self: a query
 * @limit: how many documents at most; more than 1000 counts as 1000
 *
 * Bounds the answer.
 */
void
usher_query_limit (UsherQuery *self, guint limit)
{
  g_return_if_fail (self != NULL);

  self->limit = MIN (limit, GREATEST_LIMIT);
}

/**
 * usher_query_oldest_first:
 * @self: a query
 * @is_oldest_first: whether the oldest document is the first
 *
 * Chooses the order. The oldest first is for who follows a collection: what is written later comes behind what was read. So a
 * store that does not `orders_by_commit` withholds what is very young.
 */
void
usher_query_oldest_first (UsherQuery *self, gboolean is_oldest_first)
{
  g_return_if_fail (self != NULL);

  self->is_oldest_first = is_oldest_first;
}

/**
 * usher_query_get_collection:
 * @self: a query
 *
 * Gets the collection that is asked.
 *
 * Returns: (transfer none): its name
 */
const char *
usher_query_get_collection (UsherQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->collection;
}

/**
 * usher_query_get_n_conditions:
 * @self: a query
 *
 * Counts the conditions.
 *
 * Returns: how many
 */
guint
usher_query_get_n_conditions (UsherQuery *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->conditions->len;
}

/**
 * usher_query_get_condition:
 * @self: a query
 * @index: below [method@Query.get_n_conditions]
 *
 * Gets one condition.
 *
 * Returns: (transfer none): the condition, which lives as long as @self
 */
const UsherQueryCondition *
usher_query_get_condition (UsherQuery *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->conditions->len, NULL);

  return &g_array_index (self->conditions, UsherQueryCondition, index);
}

/**
 * usher_query_get_after:
 * @self: a query
 *
 * Gets behind which document the answer begins.
 *
 * Returns: (transfer none) (nullable): an id, `NULL`: at the first
 */
const char *
usher_query_get_after (UsherQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->after;
}

/**
 * usher_query_get_after_value:
 * @self: a query
 *
 * Gets which value the document of [method@Query.get_after] had.
 *
 * Returns: (transfer none) (nullable): the value as text, `NULL`: the one that it has
 */
const char *
usher_query_get_after_value (UsherQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->after_value;
}

/**
 * usher_query_get_order:
 * @self: a query
 *
 * Gets the field in whose order documents are found: that of [method@Query.order_by], or of a range.
 *
 * Returns: (transfer none) (nullable): its name, `NULL`: they are in the order in which they came to be
 */
const char *
usher_query_get_order (UsherQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->order != NULL)
    return self->order;

  for (guint i = 0; i < self->conditions->len; i++)
    {
      UsherQueryCondition *condition = &g_array_index (self->conditions, UsherQueryCondition, i);

      if (condition->test != USHER_QUERY_EQUAL)
        return condition->field;
    }

  return NULL;
}

/**
 * usher_query_get_limit:
 * @self: a query
 *
 * Gets how many documents the answer may have.
 *
 * Returns: a count, 1000 at most
 */
guint
usher_query_get_limit (UsherQuery *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->limit;
}

/**
 * usher_query_is_oldest_first:
 * @self: a query
 *
 * Gets the order.
 *
 * Returns: whether the oldest document is the first
 */
gboolean
usher_query_is_oldest_first (UsherQuery *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_oldest_first;
}
