/* usher-test-metrics.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-metrics.h"

#include <math.h>
#include <string.h>

#define NAME  "[a-zA-Z_:][a-zA-Z0-9_:]*"
#define LABEL "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\""
#define VALUE "[-+]?(?:[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|Inf)|NaN"

/* What is known while the lines are read. */
typedef struct
{
  GHashTable *families; /* (owned) (element-type utf8): that were told */
  GHashTable *series;   /* (owned) (element-type utf8): that were told */
  char *name;           /* (owned) (nullable): of the family that is being told */
  char *type;           /* (owned) (nullable) */
  guint n_samples;

  /* of a histogram: the labels without “le”, and how far it is */
  char *labels; /* (owned) (nullable) */
  double bound;
  double count;
  gboolean has_sum;
} Reading;

static void
reading_clear (Reading *self)
{
  g_hash_table_unref (self->families);
  g_hash_table_unref (self->series);
  g_free (self->name);
  g_free (self->type);
  g_free (self->labels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static const char *
end_family (Reading *self)
{
  if (self->name != NULL && self->type == NULL)
    return "a family without a type";
  if (self->name != NULL && self->n_samples == 0)
    return "a family without a sample";
  if (self->labels != NULL)
    return "a histogram without its count";

  return NULL;
}

static const char *
read_help (Reading *self, const char *name, const char *text)
{
  const char *fault = end_family (self);

  if (fault != NULL)
    return fault;
  if (!g_hash_table_add (self->families, g_strdup (name)))
    return "a family that was told before";
  if (!g_regex_match_simple ("^(?:[^\\\\]|\\\\[\\\\n])+$", text, 0, 0))
    return "a help that is empty or not escaped";

  g_free (self->name);
  self->name = g_strdup (name);
  g_clear_pointer (&self->type, g_free);
  self->n_samples = 0;

  return NULL;
}

static const char *
read_type (Reading *self, const char *name, const char *type)
{
  static const char *const types[] = { "counter", "gauge", "histogram", NULL };

  if (g_strcmp0 (name, self->name) != 0)
    return "a type that does not follow its help";
  if (self->type != NULL || self->n_samples > 0)
    return "a type told twice or late";
  if (!g_strv_contains (types, type))
    return "an unknown type";
  if (g_str_equal (type, "counter") != g_str_has_suffix (name, "_total"))
    return "a counter that does not end in _total, or another that does";

  self->type = g_strdup (type);

  return NULL;
}

/* (transfer full): the labels without “le”; @bound: its value */
static char *
split_bound (const char *labels, double *bound)
{
  const char *le = strstr (labels, "le=\"");

  *bound = NAN;
  while (le != NULL && le > labels && le[-1] != ',')
    le = strstr (le + 1, "le=\"");
  if (le == NULL)
    return g_strdup (labels);

  *bound = strncmp (le + 4, "+Inf", 4) == 0 ? INFINITY : g_ascii_strtod (le + 4, NULL);

  return g_strndup (labels, (gsize) (le - labels) - (le > labels ? 1 : 0));
}

static const char *
read_bucket (Reading *self, const char *labels, double value)
{
  double bound = 0;
  g_autofree char *rest = split_bound (labels, &bound);

  if (isnan (bound))
    return "a bucket without a bound";
  if (self->labels == NULL)
    {
      self->labels = g_steal_pointer (&rest);
      self->bound = -INFINITY;
      self->count = 0;
      self->has_sum = FALSE;
    }
  else if (!g_str_equal (rest, self->labels))
    return "a histogram that begins before another one ends";

  if (bound <= self->bound || value < self->count)
    return "buckets that do not grow";
  self->bound = bound;
  self->count = value;

  return NULL;
}

static const char *
read_histogram (Reading *self, const char *suffix, const char *labels, double value)
{
  if (g_str_equal (suffix, "_bucket"))
    return read_bucket (self, labels, value);

  if (self->labels == NULL || !g_str_equal (labels, self->labels) || !isinf (self->bound))
    return "a sum or a count without all its buckets";

  if (g_str_equal (suffix, "_sum"))
    {
      self->has_sum = TRUE;
      return NULL;
    }

  if (!g_str_equal (suffix, "_count") || !self->has_sum || value < self->count ||
      value > self->count)
    return "a count that is not that of the last bucket, or comes without a sum";
  g_clear_pointer (&self->labels, g_free);

  return NULL;
}

/* The labels as NAME="value",… in braces, each name once. */
static const char *
check_labels (const char *labels)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\G,?(" LABEL ")", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean found = g_regex_match (regex, labels, 0, &match);

  for (; found; found = g_match_info_next (match, NULL))
    {
      g_autofree char *label = g_match_info_fetch (match, 1);

      if (!g_hash_table_add (names, g_strndup (label, strcspn (label, "="))))
        return "a label told twice";
    }

  return NULL;
}

static const char *
read_sample (Reading *self, const char *line)
{
  g_autoptr (GRegex) regex =
      g_regex_new ("^(" NAME ")(?:\\{(" LABEL "(?:," LABEL ")*)\\})? (" VALUE ")$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *name = NULL;
  g_autofree char *labels = NULL;
  g_autofree char *text = NULL;
  const char *fault = NULL;
  double value = 0;

  if (!g_regex_match (regex, line, 0, &match))
    return "a line that is no sample";

  name = g_match_info_fetch (match, 1);
  labels = g_match_info_fetch (match, 2);
  text = g_match_info_fetch (match, 3);
  value = g_ascii_strtod (text, NULL);
  if (self->name == NULL || self->type == NULL || !g_str_has_prefix (name, self->name))
    return "a sample outside of its family";
  if (!g_hash_table_add (self->series, g_strconcat (name, "{", labels, NULL)))
    return "a series told twice";
  fault = check_labels (labels);
  if (fault != NULL)
    return fault;

  self->n_samples++;
  if (g_str_equal (self->type, "histogram"))
    return read_histogram (self, name + strlen (self->name), labels, value);
  if (!g_str_equal (name, self->name))
    return "a sample outside of its family";
  if (g_str_equal (self->type, "counter") && !(value >= 0))
    return "a counter below 0";

  return NULL;
}

static const char *
read_line (Reading *self, const char *line)
{
  g_auto (GStrv) words = NULL;

  if (*line != '#')
    return read_sample (self, line);

  words = g_strsplit (line, " ", 4);
  if (g_strv_length (words) < 4 || !g_regex_match_simple ("^" NAME "$", words[2], 0, 0))
    return "a comment that is neither help nor type";
  if (g_str_equal (words[1], "HELP"))
    return read_help (self, words[2], words[3]);
  if (g_str_equal (words[1], "TYPE"))
    return read_type (self, words[2], words[3]);

  return "a comment that is neither help nor type";
}

char *
usher_test_metrics_find_fault (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n_lines = g_strv_length (lines);
  g_auto (Reading) reading = { NULL };
  const char *fault = NULL;

  reading.families = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reading.series = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_utf8_validate (text, -1, NULL))
    return g_strdup ("not UTF-8");
  if (n_lines < 2 || *lines[n_lines - 1] != '\0')
    return g_strdup ("the last line does not end");

  for (guint i = 0; i + 1 < n_lines; i++)
    {
      fault = read_line (&reading, lines[i]);
      if (fault != NULL)
        return g_strdup_printf ("%s: %s", fault, lines[i]);
    }

  return g_strdup (end_family (&reading));
}

double
usher_test_metrics_get (const char *text, const char *series)
{
  g_autofree char *first = g_strconcat (series, " ", NULL);
  g_autofree char *other = g_strconcat ("\n", series, " ", NULL);
  const char *found = strstr (text, other);

  if (g_str_has_prefix (text, first))
    return g_ascii_strtod (text + strlen (first), NULL);

  return found != NULL ? g_ascii_strtod (found + strlen (other), NULL) : NAN;
}
