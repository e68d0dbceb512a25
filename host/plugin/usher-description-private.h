/* usher-description-private.h: all that services declare, in the order in which it is told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-declarations-private.h"

G_BEGIN_DECLS

/* What is written, whichever format. Of one thread. */
typedef struct _UsherDescription UsherDescription;

typedef struct
{
  UsherDeclarations *service; /* (unowned) */
  const UsherRoute *route;
  const UsherRouteRemark *remark; /* (nullable) */
  GPtrArray *answers; /* (unowned) (element-type UsherAnswerRemark): none where nothing is said */
  char *path;         /* (owned): of OpenAPI: `:id` is `{id}` there; one path has one */
  GPtrArray *parameters; /* (owned) (element-type utf8): what stands in its braces */
} UsherDescribedRoute;

typedef struct
{
  UsherDeclarations *service; /* (unowned) */
  const char *group;          /* (nullable): of a listener; NULL: it publishes */
} UsherDescribedUse;

typedef struct
{
  char *id;                 /* (owned): as the channel, in letters that any format takes */
  const char *channel;      /* (unowned) */
  UsherDeclarations *owner; /* (unowned) (nullable): who has declared what the event tells */
  UsherEventSchema *event;  /* (unowned) (nullable) */
  GArray *uses;             /* (owned) (element-type UsherDescribedUse): by service and group */
} UsherDescribedChannel;

/* @uri, @admin_uri: where the listeners are */
UsherDescription *usher_description_new (const char *uri, const char *admin_uri);
void usher_description_free (UsherDescription *self);
/* before anything is asked; references @service */
void usher_description_add (UsherDescription *self, UsherDeclarations *service);

const char *usher_description_get_uri (UsherDescription *self);
const char *usher_description_get_admin_uri (UsherDescription *self);
/* (element-type UsherDeclarations): by name */
GPtrArray *usher_description_get_services (UsherDescription *self);
/* (element-type UsherDescribedRoute): by path and method */
GPtrArray *usher_description_get_routes (UsherDescription *self);
/* (element-type UsherDescribedChannel): by channel */
GPtrArray *usher_description_get_channels (UsherDescription *self);

/* (transfer full): @text in letters that any format takes for a name */
char *usher_description_make_name (const char *text);
/* (transfer full): @name, or where @names has it already, something like it; notes it there, a set that owns its names */
char *usher_description_choose_name (GHashTable *names, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDescription, usher_description_free)

G_END_DECLS
