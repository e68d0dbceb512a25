/* usher-context-remarks.c: what a service says of what it declares, for “usher describe”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-context-private.h"

static UsherRemarks *
get_remarks (UsherContext *self)
{
  return usher_declarations_get_remarks (usher_context_get_declarations (self));
}

/**
 * usher_context_add_view:
 * @self: a context
 * @name: what it is called
 * @fields: (array length=n_fields): what is shown
 * @n_fields: how many
 *
 * Declares what an answer shows that is no document as it is stored, so that an answer can be described by it. In configure() only.
 * `USHER_FIELD_REQUIRED` is what is always there, `USHER_FIELD_NULLABLE` what may be `null`. A dot in a name nests; `id` and `version` may
 * have rows.
 */
void
usher_context_add_view (UsherContext *self,
                        const char *name,
                        const UsherField *fields,
                        guint n_fields)
{
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (fields != NULL || n_fields == 0);

  if (usher_context_may_declare (self, "a view") &&
      !usher_remarks_add_view (get_remarks (self), name, fields, n_fields, &error))
    usher_context_fail (self, error);
}

/**
 * usher_context_add_answer:
 * @self: a context
 * @method: the method of a route
 * @pattern: its path, as it is declared
 * @status: a status that it answers with
 * @body: (nullable): the name of a view, form or collection that is in the body; with `[]` behind it a list of such; `NULL`: nothing, or
 *   of 400 and above the host's error
 * @description: (nullable): when that is; of an error its message
 *
 * Says with what a route answers, for `usher describe`. In configure() only. A status that comes with several bodies, or messages, is
 * said once for each. What the host answers by itself need not be said: 401 where a session is asked for, 400, 413 and 415 where there is
 * a body, 304 of a single document, and all that any request may get, such as 429 and 503.
 *
 * A description of what is not declared fails the configuration.
 */
void
usher_context_add_answer (UsherContext *self,
                          const char *method,
                          const char *pattern,
                          guint status,
                          const char *body,
                          const char *description)
{
  UsherAnswerRemark *answer = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (method != NULL);
  g_return_if_fail (pattern != NULL);

  if (!usher_context_may_declare (self, "an answer"))
    return;

  answer = g_new0 (UsherAnswerRemark, 1);
  answer->status = status;
  answer->body = g_strdup (body);
  answer->description = g_strdup (description);
  usher_remarks_add_answer (usher_remarks_ensure_route (get_remarks (self), method, pattern),
                            answer);
}

/**
 * usher_context_add_answers: (skip)
 * @self: a context
 * @entries: (array length=n_entries): a table of answers
 * @n_entries: how many
 *
 * Says with what several routes answer, as [method@Context.add_answer] does each. In configure() only.
 */
void
usher_context_add_answers (UsherContext *self, const UsherAnswerEntry *entries, guint n_entries)
{
  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (entries != NULL || n_entries == 0);

  for (guint i = 0; i < n_entries; i++)
    usher_context_add_answer (self,
                              entries[i].method,
                              entries[i].pattern,
                              entries[i].status,
                              entries[i].body,
                              entries[i].description);
}

/**
 * usher_context_describe_route:
 * @self: a context
 * @method: the method of a route
 * @pattern: its path, as it is declared
 * @summary: (nullable): what it does, in a few words
 * @body: (nullable): the name of a form, or collection, whose input fields are asked for in the body, `NULL`: none is
 * @query: (nullable): the name of a form whose input fields may be in the query, such as `?orderId=`
 *
 * Says what a route is for and what it asks for, for `usher describe`. In configure() only. Parameters of lists need not be said.
 *
 * A description of what is not declared fails the configuration.
 */
void
usher_context_describe_route (UsherContext *self,
                              const char *method,
                              const char *pattern,
                              const char *summary,
                              const char *body,
                              const char *query)
{
  UsherRouteRemark *route = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (method != NULL);
  g_return_if_fail (pattern != NULL);

  if (!usher_context_may_declare (self, "a route's description"))
    return;

  route = usher_remarks_ensure_route (get_remarks (self), method, pattern);
  g_free (route->summary);
  g_free (route->body);
  g_free (route->query);
  route->summary = g_strdup (summary);
  route->body = g_strdup (body);
  route->query = g_strdup (query);
}

/**
 * usher_context_describe_event:
 * @self: a context
 * @channel: the channel of an event that the service declares
 * @summary: when it is published, in a few words
 *
 * Says what an event is about, for `usher describe`. In configure() only. A description of what is not declared fails the
 * configuration.
 */
void
usher_context_describe_event (UsherContext *self, const char *channel, const char *summary)
{
  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (channel != NULL);
  g_return_if_fail (summary != NULL);

  if (usher_context_may_declare (self, "an event's description"))
    usher_remarks_set_event (get_remarks (self), channel, summary);
}

/**
 * usher_context_describe_field:
 * @self: a context
 * @table: (nullable): the name of a collection, form or view, or the channel of an event, `NULL`: wherever there is such a field
 * @field: the name of the field
 * @description: (nullable): what it is
 * @values: (nullable) (array zero-terminated=1): all that a string can be
 * @example: (nullable): a string that it may be; other types have examples by themselves
 *
 * Says what a field is, for `usher describe`. In configure() only. A description of what is not declared fails the configuration.
 */
void
usher_context_describe_field (UsherContext *self,
                              const char *table,
                              const char *field,
                              const char *description,
                              const char *const *values,
                              const char *example)
{
  UsherFieldRemark *remark = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (field != NULL);

  if (!usher_context_may_declare (self, "a field's description"))
    return;

  remark = g_new0 (UsherFieldRemark, 1);
  remark->shape = g_strdup (table);
  remark->field = g_strdup (field);
  remark->description = g_strdup (description);
  remark->values = g_strdupv ((char **) values);
  remark->example = g_strdup (example);
  usher_remarks_add_field (get_remarks (self), remark);
}
