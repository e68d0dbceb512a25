/* usher-complete.h: how a shell completes a command line
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-options.h"

G_BEGIN_DECLS

/* The word that is being written. */
typedef struct
{
  const UsherOptions *options; /* (unowned): what the line says so far */
  const char *prefix; /* (unowned): what of the word stands before the value, such as “--config=” */
  const char *value; /* (unowned): as far as it is written */
  GPtrArray *
      given; /* (unowned) (element-type utf8): the words before it that are no option, the verb too */
} UsherCompletion;

/* For the scripts in data/completion: “usher complete SHELL WORD…”. The words are those behind “usher”, the last one is being
 * written and may be empty. Prints a line for each word that it may become, with its meaning behind a tab; “:files PREFIX” or
 * “:folders PREFIX” leaves what is behind PREFIX to the shell. Starts nothing and opens no store. Returns the exit status. */
int usher_complete (int n_words, char **words);

/* one more word that it may become; those that do not begin as it does, and those that are given, are left out */
void usher_completion_add (const UsherCompletion *self, const char *value, const char *meaning);
/* a path is next, behind @n bytes of the value */
void usher_completion_add_path (const UsherCompletion *self, const char *what, gsize n);

/* the values of a kind, as the description of the options calls it */
void usher_completion_add_kind (const UsherCompletion *self, const char *kind);
/* @kind: as it stands in arguments or with an option; FALSE: nobody has said how it is completed */
gboolean usher_completion_knows_kind (const char *kind);

G_END_DECLS
