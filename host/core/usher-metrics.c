/* usher-metrics.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-metrics.h"

#include <math.h>
#include <string.h>

/* One name, and all that is told under it. */
typedef struct
{
  char *name;       /* (owned) */
  char *type;       /* (owned) */
  char *help;       /* (owned): escaped */
  GString *samples; /* (owned) */
} Family;

/**
 * UsherMetrics:
 *
 * Numbers in the text format of Prometheus, version 0.0.4.
 *
 * Made anew each time somebody asks. What belongs to one name is told together, in whatever order it came. One thread at
 * a time.
 */
struct _UsherMetrics
{
  GObject parent_instance;

  GPtrArray *families; /* (owned) (element-type Family): as they were declared */
  GHashTable *by_name; /* (owned) (element-type utf8 Family) */
};

G_DEFINE_FINAL_TYPE (UsherMetrics, usher_metrics, G_TYPE_OBJECT)

static void
family_free (gpointer data)
{
  Family *family = data;

  g_free (family->name);
  g_free (family->type);
  g_free (family->help);
  g_string_free (family->samples, TRUE);
  g_free (family);
}

static void
usher_metrics_finalize (GObject *object)
{
  UsherMetrics *self = USHER_METRICS (object);

  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->families);

  G_OBJECT_CLASS (usher_metrics_parent_class)->finalize (object);
}

static void
usher_metrics_class_init (UsherMetricsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_metrics_finalize;
}

static void
usher_metrics_init (UsherMetrics *self)
{
  self->families = g_ptr_array_new_with_free_func (family_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
}

/**
 * usher_metrics_new:
 *
 * Makes numbers that are none yet.
 *
 * Returns: (transfer full): the numbers
 */
UsherMetrics *
usher_metrics_new (void)
{
  return g_object_new (USHER_TYPE_METRICS, NULL);
}

static void
append_escaped (GString *string, const char *text, gboolean is_label)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *c = valid; *c != '\0'; c++)
    if (*c == '\n')
      g_string_append (string, "\\n");
    else
      {
        if (*c == '\\' || (*c == '"' && is_label))
          g_string_append_c (string, '\\');
        g_string_append_c (string, *c);
      }
}

/* @help: (transfer full): escaped */
static Family *
add_family (UsherMetrics *self, const char *name, const char *type, char *help)
{
  Family *family = g_new0 (Family, 1);

  family->name = g_strdup (name);
  family->type = g_strdup (type);
  family->help = help;
  family->samples = g_string_new (NULL);
  g_ptr_array_add (self->families, family);
  g_hash_table_insert (self->by_name, family->name, family);

  return family;
}

static const char *
get_type_name (UsherMetricType type)
{
  switch (type)
    {
    case USHER_METRIC_COUNTER:
      return "counter";

    case USHER_METRIC_HISTOGRAM:
      return "histogram";

    case USHER_METRIC_GAUGE:
    default:
      return "gauge";
    }
}

/**
 * usher_metrics_declare:
 * @self: numbers
 * @name: a name such as `usher_requests_total`
 * @type: what the number is
 * @help: one sentence for people
 *
 * Says what a name stands for, before its first sample. A second time changes nothing.
 */
void
usher_metrics_declare (UsherMetrics *self, const char *name, UsherMetricType type, const char *help)
{
  GString *escaped = NULL;

  g_return_if_fail (USHER_IS_METRICS (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (help != NULL);

  if (g_hash_table_contains (self->by_name, name))
    return;

  escaped = g_string_new (NULL);
  append_escaped (escaped, help, FALSE);
  add_family (self, name, get_type_name (type), g_string_free (escaped, FALSE));
}

static void
append_value (GString *string, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    g_string_append (string, "NaN");
  else if (isinf (value))
    g_string_append (string, value > 0 ? "+Inf" : "-Inf");
  else
    g_string_append (string, g_ascii_formatd (text, sizeof text, "%.15g", value));
}

/* @more: (nullable): the value of the label “le” */
static void
append_sample (Family *family,
               const char *suffix,
               const char *const *labels,
               const char *more,
               double value)
{
  GString *samples = family->samples;
  char before = '{';

  g_string_append_printf (samples, "%s%s", family->name, suffix);
  for (guint i = 0; labels != NULL && labels[i] != NULL; i += 2)
    {
      g_string_append_printf (samples, "%c%s=\"", before, labels[i]);
      append_escaped (samples, labels[i + 1], TRUE);
      g_string_append_c (samples, '"');
      before = ',';
    }
  if (more != NULL)
    {
      g_string_append_printf (samples, "%cle=\"%s\"", before, more);
      before = ',';
    }
  g_string_append (samples, before == ',' ? "} " : " ");
  append_value (samples, value);
  g_string_append_c (samples, '\n');
}

/**
 * usher_metrics_add:
 * @self: numbers
 * @name: a name that was declared
 * @labels: (nullable) (array zero-terminated=1): names and values of the labels in turn
 * @value: the number
 *
 * Adds a sample.
 */
void
usher_metrics_add (UsherMetrics *self, const char *name, const char *const *labels, double value)
{
  Family *family = NULL;

  g_return_if_fail (USHER_IS_METRICS (self));
  g_return_if_fail (name != NULL);

  family = g_hash_table_lookup (self->by_name, name);
  g_return_if_fail (family != NULL);

  append_sample (family, "", labels, NULL, value);
}

/**
 * usher_metrics_add_histogram: (skip)
 * @self: numbers
 * @name: a name that was declared
 * @labels: (nullable) (array zero-terminated=1): names and values of the labels in turn
 * @n_bounds: how many bounds there are
 * @bounds: upper bounds, growing
 * @counts: how many were within each bound and beyond the one before it, and how many beyond the last
 * @sum: of all that was counted
 *
 * Adds the samples of a histogram.
 */
void
usher_metrics_add_histogram (UsherMetrics *self,
                             const char *name,
                             const char *const *labels,
                             guint n_bounds,
                             const double *bounds,
                             const guint64 *counts,
                             double sum)
{
  Family *family = NULL;
  guint64 count = 0;

  g_return_if_fail (USHER_IS_METRICS (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (bounds != NULL);
  g_return_if_fail (counts != NULL);

  family = g_hash_table_lookup (self->by_name, name);
  g_return_if_fail (family != NULL);

  for (guint i = 0; i < n_bounds; i++)
    {
      char bound[G_ASCII_DTOSTR_BUF_SIZE];

      count += counts[i];
      g_ascii_formatd (bound, sizeof bound, "%.15g", bounds[i]);
      append_sample (family, "_bucket", labels, bound, (double) count);
    }
  count += counts[n_bounds];
  append_sample (family, "_bucket", labels, "+Inf", (double) count);
  append_sample (family, "_sum", labels, NULL, sum);
  append_sample (family, "_count", labels, NULL, (double) count);
}

/* The family of a line “# HELP name text” or “# TYPE name type”, made when it is new. */
static Family *
take_comment (UsherMetrics *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);
  Family *family = NULL;

  if (g_strv_length (words) < 4)
    return NULL;

  family = g_hash_table_lookup (self->by_name, words[2]);
  if (family == NULL)
    family = add_family (self, words[2], "untyped", g_strdup (""));
  if (g_str_equal (words[1], "HELP"))
    {
      g_free (family->help);
      family->help = g_steal_pointer (&words[3]);
    }
  else if (g_str_equal (words[1], "TYPE"))
    {
      g_free (family->type);
      family->type = g_steal_pointer (&words[3]);
    }

  return family;
}

static void
take_sample (Family *family, const char *line, const char *label)
{
  gsize length = strcspn (line, "{ ");

  if (line[length] == '\0')
    return;

  g_string_append_len (family->samples, line, (gssize) length);
  g_string_append_printf (family->samples,
                          "{%s%s%s\n",
                          label,
                          line[length] == '{' ? "," : "}",
                          line + length + (line[length] == '{' ? 1 : 0));
}

/**
 * usher_metrics_merge:
 * @self: numbers
 * @text: numbers of another process, as it tells them
 * @label: the name of a label that @text does not use
 * @value: its value, which tells the processes apart
 *
 * Adds the numbers of another process.
 */
void
usher_metrics_merge (UsherMetrics *self, const char *text, const char *label, const char *value)
{
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) more = NULL;
  Family *family = NULL;

  g_return_if_fail (USHER_IS_METRICS (self));
  g_return_if_fail (text != NULL);
  g_return_if_fail (label != NULL);
  g_return_if_fail (value != NULL);

  more = g_string_new (label);
  g_string_append (more, "=\"");
  append_escaped (more, value, TRUE);
  g_string_append_c (more, '"');

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] == '#')
      family = take_comment (self, lines[i]);
    else if (family != NULL && g_str_has_prefix (lines[i], family->name))
      take_sample (family, lines[i], more->str);
}

/**
 * usher_metrics_dup_text:
 * @self: numbers
 *
 * Gets all numbers as text. Names without a sample are left out.
 *
 * Returns: (transfer full): the text, of the media type `USHER_METRICS_MEDIA_TYPE`
 */
char *
usher_metrics_dup_text (UsherMetrics *self)
{
  GString *text = NULL;

  g_return_val_if_fail (USHER_IS_METRICS (self), NULL);

  text = g_string_new (NULL);
  for (guint i = 0; i < self->families->len; i++)
    {
      const Family *family = g_ptr_array_index (self->families, i);

      if (family->samples->len > 0)
        g_string_append_printf (text,
                                "# HELP %s %s\n# TYPE %s %s\n%s",
                                family->name,
                                family->help,
                                family->name,
                                family->type,
                                family->samples->str);
    }

  return g_string_free (text, FALSE);
}
