/* fuzz-steps.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz.h"

#include <string.h>

static gboolean
is_mark (char sign)
{
  return sign != '\0' && strchr ("|./x!#<", sign) != NULL;
}

GArray *
fuzz_steps_new (const char *data, gsize length)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (FuzzStep));
  FuzzStep step = { data, 0, FUZZ_SEND, FALSE };

  for (gsize i = 0; i < length; i++)
    {
      if (data[i] != '\xff' || i + 1 == length || !is_mark (data[i + 1]))
        {
          step.length++;
          continue;
        }

      step.mark = (FuzzMark) data[++i];
      g_array_append_val (steps, step);
      step.is_other ^= step.mark == FUZZ_OTHER;
      step.data = data + i + 1;
      step.length = 0;
      step.mark = FUZZ_SEND;
    }
  g_array_append_val (steps, step);

  return steps;
}

GString *
fuzz_steps_join (const GArray *steps, gboolean is_other)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < steps->len; i++)
    {
      const FuzzStep *step = &g_array_index (steps, FuzzStep, i);

      if (step->is_other == is_other)
        g_string_append_len (text, step->data, (gssize) step->length);
    }

  return text;
}
