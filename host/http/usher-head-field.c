/* usher-head-field.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-head-field-private.h"

#include <string.h>

/* In one go: this is most of what there is to do for a small answer. */
void
usher_head_append_field (GString *head, const char *name, const char *value)
{
  gsize n_name = strlen (name);
  gsize n_value = strlen (value);
  char *to = NULL;

  g_string_set_size (head, head->len + n_name + n_value + 4);
  to = head->str + head->len - (n_name + n_value + 4);
  /* NOLINTBEGIN(bugprone-not-null-terminated-result): the string has its end already */
  memcpy (to, name, n_name);
  memcpy (to + n_name, ": ", 2);
  memcpy (to + n_name + 2, value, n_value);
  memcpy (to + n_name + 2 + n_value, "\r\n", 2);
  /* NOLINTEND(bugprone-not-null-terminated-result) */
}

void
usher_head_append_number (GString *head, const char *name, gsize number)
{
  char digits[24];
  guint i = sizeof digits - 1;

  digits[i] = '\0';
  do
    digits[--i] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  usher_head_append_field (head, name, digits + i);
}
