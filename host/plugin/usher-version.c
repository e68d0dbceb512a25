/* usher-version.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-version-private.h"

#include <string.h>

#include "usher-error.h"

gboolean
usher_version_parse (const char *text, UsherVersion *version)
{
  g_auto (GStrv) parts = g_strsplit (text, ".", -1);
  guint n = g_strv_length (parts);

  *version = (UsherVersion){ { 0, 0, 0 } };
  if (n == 0 || n > G_N_ELEMENTS (version->part))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      guint64 value = 0;

      if (!g_ascii_string_to_unsigned (parts[i], 10, 0, G_MAXUINT, &value, NULL))
        return FALSE;
      version->part[i] = (guint) value;
    }

  return TRUE;
}

int
usher_version_compare (const UsherVersion *a, const UsherVersion *b)
{
  for (guint i = 0; i < G_N_ELEMENTS (a->part); i++)
    if (a->part[i] != b->part[i])
      return a->part[i] < b->part[i] ? -1 : 1;

  return 0;
}

/* Tells whether @order, of a version to the bound, is what the operator asks for; -1 for no operator. */
static int
holds (const char *operator, int order)
{
  if (g_str_equal (operator, ">="))
    return order >= 0;
  if (g_str_equal (operator, "<="))
    return order <= 0;
  if (g_str_equal (operator, "="))
    return order == 0;
  if (g_str_equal (operator, "<"))
    return order < 0;
  if (g_str_equal (operator, ">"))
    return order > 0;

  return -1;
}

/* The words of a range: a name, then pairs of operator and version. */
static GStrv
split (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_strv_builder_add (builder, words[i]);

  return g_strv_builder_end (builder);
}

char *
usher_version_range_parse (const char *text, GError **error)
{
  g_auto (GStrv) words = split (text);
  guint n = g_strv_length (words);
  gboolean ok = n % 2 == 1 && strpbrk (words[0], "<>=") == NULL;
  UsherVersion version;

  for (guint i = 1; ok && i < n; i += 2)
    ok = holds (words[i], 0) >= 0 && usher_version_parse (words[i + 1], &version);

  if (!ok)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“%s” is no name with a range, such as “name >= 1.0 < 2.0”",
                   text);
      return NULL;
    }

  return g_strdup (words[0]);
}

gboolean
usher_version_range_contains (const char *text, const char *version)
{
  g_auto (GStrv) words = split (text);
  guint n = g_strv_length (words);
  UsherVersion given;
  UsherVersion bound;

  if (!usher_version_parse (version, &given))
    return n == 1;

  for (guint i = 1; i + 1 < n; i += 2)
    if (!usher_version_parse (words[i + 1], &bound) ||
        holds (words[i], usher_version_compare (&given, &bound)) != 1)
      return FALSE;

  return TRUE;
}
