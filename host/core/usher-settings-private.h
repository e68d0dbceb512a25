/* usher-settings-private.h: what settings know
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-kept-secret-private.h"
#include "usher-settings.h"

G_BEGIN_DECLS

/* A value somebody gave, before or after its setting was declared. */
typedef struct
{
  char *text;   /* (owned) */
  char *source; /* (owned) */
  guint serial; /* the later one wins */
} UsherGiven;

typedef struct
{
  UsherSetting *setting; /* (owned) */
  char *text;            /* (owned) (nullable): the value that was given, or the text of @secret */
  char *source;          /* (owned) (nullable) */
  UsherSecret *secret;   /* (owned) (nullable): of a value that is secret */
  char *reference;       /* (owned) (nullable): what was given in its place */
  UsherKeptSecret *kept; /* (owned) (nullable): where that leads */
  gint64 integer;
  gboolean is_of_service; /* not of the host */
} UsherDeclared;

struct _UsherSettings
{
  GObject parent_instance;

  GHashTable *declared;     /* (owned) (element-type utf8 UsherDeclared): by "group.key" */
  GHashTable *given;        /* (owned) (element-type utf8 UsherGiven): by "group.key" */
  GHashTable *variables;    /* (owned) (element-type utf8 UsherGiven): by "GROUP__KEY" */
  GHashTable *strangers;    /* (owned) (element-type utf8): groups of those who are not here */
  GPtrArray *retired;       /* (owned) (element-type utf8): texts that somebody may have */
  GPtrArray *exposed;       /* (owned) (element-type utf8): secrets that others may read */
  UsherSecrets *secrets;    /* (owned) */
  gboolean has_own_secrets; /* somebody has said where they are */
  guint n_given;
};

/* usher_settings_declare() for a service: its group is its name, said or left out. INVALID, and nothing is declared, where one is in another
 * group, or that name is the host's */
gboolean usher_settings_declare_own (UsherSettings *self,
                                     const char *service,
                                     const UsherSetting *settings,
                                     guint n_settings,
                                     GError **error);
/* (transfer full): “group.key”, and that as a variable */
char *usher_settings_make_name (const char *group, const char *key);
char *usher_settings_make_variable (const char *group, const char *key);
/* puts a value into its setting, if it fits */
gboolean usher_settings_apply (UsherSettings *self,
                               UsherDeclared *declared,
                               const UsherGiven *given,
                               GError **error);
/* (transfer full): the groups with that prefix in which somebody has set what nobody has declared, in order */
USHER_API
char **usher_settings_list_strangers (UsherSettings *self, const char *prefix);
/* keeps a value, and puts it into its setting when that is declared */
gboolean usher_settings_give (UsherSettings *self,
                              const char *name,
                              const char *text,
                              const char *source,
                              GError **error);
/* Takes @text for the value of a setting that is a string: itself, or the secret that it refers to. */
gboolean usher_settings_resolve (UsherSettings *self,
                                 UsherDeclared *declared,
                                 const char *text,
                                 GError **error);
/* (transfer full) (nullable): what errors, logs and pages may have of the value of a text: the reference where it is one */
USHER_API
char *usher_settings_dup_public (UsherSettings *self, const char *group, const char *key);
gboolean usher_settings_has_own_secrets (UsherSettings *self);
void usher_declared_drop_text (UsherDeclared *self);

G_END_DECLS
