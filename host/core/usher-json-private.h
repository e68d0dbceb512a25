/* usher-json-private.h: the places of the values in a JSON text
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-json.h"

G_BEGIN_DECLS

/* A value stands before its children; a member is its key, a string, and then its value. */
typedef struct
{
  UsherJsonType type;
  guint32 start;      /* in the text */
  guint32 length;     /* in the text */
  guint32 string;     /* of a string: where its decoded text begins */
  guint32 next;       /* the index of the token after the value and its children */
  guint32 n_children; /* elements, or members */
} UsherJsonToken;

struct _UsherJson
{
  gatomicrefcount ref_count;
  char *text;             /* (owned) */
  char *strings;          /* (owned): the decoded strings, each with its NUL */
  UsherJsonToken *tokens; /* (owned): the first is the root */
};

/* @name: decoded; @text: name and value as they are written, with the colon between */
typedef void (*UsherJsonMemberFunc) (const char *name,
                                     UsherJsonType type,
                                     const char *text,
                                     gsize length,
                                     gpointer user_data);
/* the members of the object at @path, in their order; nothing when there is none */
void usher_json_foreach_member (UsherJson *self,
                                const char *path,
                                UsherJsonMemberFunc func,
                                gpointer user_data);
/* Of who goes through all of a value: the root; the token at index i is that many behind it. */
USHER_API
const UsherJsonToken *usher_json_get_root (UsherJson *self);
/* the decoded text of a string */
USHER_API
const char *usher_json_get_decoded (UsherJson *self, const UsherJsonToken *string);
/* how it is written, without an end; its length is the token's */
USHER_API
const char *usher_json_get_written (UsherJson *self, const UsherJsonToken *token);
/* an amount, as usher_json_get_money() reads it */
USHER_API
gboolean usher_json_read_money (UsherJson *self, const UsherJsonToken *token, gint64 *minor_units);
/* what is the same for all texts of the same content: members in the order of their names, one form for each number */
void usher_json_append_canonical (UsherJson *self, GString *string);
USHER_API
void usher_json_append_digits (GString *string, guint64 value);
/* a finite number, with as many digits as it takes to read the same back */
USHER_API
void usher_json_append_double (GString *string, double value);

G_END_DECLS
