/* usher-remarks-private.h: what a service says of what it declares
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-shape-private.h"

G_BEGIN_DECLS

/* A view, or what is said of a route, a field, or an event. The host does not act by it: it is for who describes the service. */
typedef struct
{
  guint status;
  char
      *body; /* (owned) (nullable): the name of a shape, with “[]” for a list of such; NULL: none */
  char *description; /* (owned) (nullable) */
} UsherAnswerRemark;

typedef struct
{
  char *method;       /* (owned) */
  char *pattern;      /* (owned) */
  char *summary;      /* (owned) (nullable) */
  char *body;         /* (owned) (nullable): the name of a shape */
  char *query;        /* (owned) (nullable): likewise */
  GPtrArray *answers; /* (owned) (element-type UsherAnswerRemark): by status */
} UsherRouteRemark;

typedef struct
{
  char *shape; /* (owned) (nullable): a shape or channel; NULL: wherever there is such a field */
  char *field; /* (owned) */
  char *description; /* (owned) (nullable) */
  GStrv values;      /* (owned) (nullable): all that it can be */
  char *example;     /* (owned) (nullable) */
} UsherFieldRemark;

/* Filled with the declarations that it belongs to, and then never changed. */
typedef struct _UsherRemarks UsherRemarks;

UsherRemarks *usher_remarks_new (void);
void usher_remarks_free (UsherRemarks *self);

/* FALSE with INVALID: name or fields are none, or there is one of that name */
gboolean usher_remarks_add_view (UsherRemarks *self,
                                 const char *name,
                                 const UsherField *fields,
                                 guint n_fields,
                                 GError **error);
/* (transfer none): one that is empty where nothing was said yet */
UsherRouteRemark *
usher_remarks_ensure_route (UsherRemarks *self, const char *method, const char *pattern);
/* takes ownership of @answer */
void usher_remarks_add_answer (UsherRouteRemark *route, UsherAnswerRemark *answer);
/* takes ownership of @field */
void usher_remarks_add_field (UsherRemarks *self, UsherFieldRemark *field);
void usher_remarks_set_event (UsherRemarks *self, const char *channel, const char *summary);

guint usher_remarks_get_n_views (UsherRemarks *self);
/* @shape: (out): borrows */
void usher_remarks_get_view (UsherRemarks *self, guint index, UsherShape *shape);
/* (element-type UsherRouteRemark) */
GPtrArray *usher_remarks_get_routes (UsherRemarks *self);
/* (element-type UsherFieldRemark) */
GPtrArray *usher_remarks_get_fields (UsherRemarks *self);
/* (element-type utf8 utf8): what is said of events, by channel */
GHashTable *usher_remarks_get_events (UsherRemarks *self);

/* all (nullable) */
const UsherRouteRemark *
usher_remarks_find_route (UsherRemarks *self, const char *method, const char *pattern);
/* what is said of a field in @shape, else of all that are called so */
const UsherFieldRemark *
usher_remarks_find_field (UsherRemarks *self, const char *shape, const char *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRemarks, usher_remarks_free)

G_END_DECLS
