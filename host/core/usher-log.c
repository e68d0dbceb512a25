/* usher-log.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-log-private.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-log-catch-private.h"
#include "usher-log-flood-private.h"

#define MAX_FIELDS 24

/* what an operator did not ask for in such detail, and what must not fill his disk */
#define LIMITED (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE)

typedef struct
{
  const char *name;
  GLogLevelFlags level;
} Level;

static const Level levels[] = {
  { "error", G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL },
  { "warning", G_LOG_LEVEL_WARNING },
  { "message", G_LOG_LEVEL_MESSAGE },
  { "info", G_LOG_LEVEL_INFO },
  { "debug", G_LOG_LEVEL_DEBUG },
};

static GPrivate current_scope;

/* What is written, and where; that is set once, before there are threads. */
static struct
{
  guint mask; /* (atomic): GLogLevelFlags */
  gboolean to_journal;
} output;

void
usher_log_push_scope (UsherLogScope *scope)
{
  scope->parent = g_private_get (&current_scope);
  g_private_set (&current_scope, scope);
}

void
usher_log_pop_scope (UsherLogScope *scope)
{
  g_private_set (&current_scope, scope->parent);
}

const UsherLogScope *
usher_log_find_trace (void)
{
  const UsherLogScope *scope = g_private_get (&current_scope);

  while (scope != NULL && scope->traceparent == NULL)
    scope = scope->parent;

  return scope;
}

static const char *
find_text (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, key) && fields[i].length < 0)
      return fields[i].value;

  return NULL;
}

/* Appends what the scope knows and the message does not say itself. */
static gsize
add_scope (GLogField *all, gsize n, const UsherLogScope *scope)
{
  const struct
  {
    const char *key;
    const char *value;
  } known[] = {
    { "USHER_SERVICE", scope->service },
    { "USHER_REQUEST", scope->request },
    { "USHER_EVENT", scope->event },
    { "USHER_CHANNEL", scope->channel },
    { "USHER_CORRELATION", scope->correlation },
    { "USHER_DOCUMENT", scope->document },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i].value != NULL && n < MAX_FIELDS && find_text (all, n, known[i].key) == NULL)
      all[n++] = (GLogField){ known[i].key, known[i].value, -1 };

  return n;
}

static const char *
get_level_name (GLogLevelFlags level)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if ((levels[i].level & level) != 0)
      return levels[i].name;

  return "message";
}

static void
append_field (GString *line, const GLogField *fields, gsize n_fields, const char *key)
{
  const char *value = find_text (fields, n_fields, key);
  g_autofree char *name = NULL;

  if (value == NULL)
    return;

  name = g_ascii_strdown (key + strlen ("USHER_"), -1);
  g_string_append (line, line->str[line->len - 1] == '(' ? "" : " ");
  g_string_append_printf (line, "%s=%s", name, value);
}

/* Says of a message that there were more like it; the fields then have @text, which is (owned) by who calls. */
static void
add_left_out (GLogField *fields, gsize n_fields, guint64 n_left_out, char **text)
{
  if (n_left_out == 0)
    return;

  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && fields[i].length < 0)
      {
        *text = g_strdup_printf ("%s [%" G_GUINT64_FORMAT " more like this were left out]",
                                 (const char *) fields[i].value,
                                 n_left_out);
        fields[i].value = *text;
      }
}

/* One line, whatever the message holds. */
static void
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  static const char *const keys[] = {
    "USHER_SERVICE", "USHER_REQUEST",     "USHER_EVENT",
    "USHER_CHANNEL", "USHER_CORRELATION", "USHER_DOCUMENT",
  };
  g_autoptr (GString) line = g_string_new (NULL);
  const char *domain = find_text (fields, n_fields, "GLIB_DOMAIN");
  const char *message = find_text (fields, n_fields, "MESSAGE");
  struct pollfd target = { .fd = STDERR_FILENO, .events = POLLOUT };

  g_string_append_printf (line,
                          "%s %s: %s (",
                          get_level_name (level),
                          domain != NULL ? domain : "usher",
                          message != NULL ? message : "");
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    append_field (line, fields, n_fields, keys[i]);

  if (line->str[line->len - 1] == '(')
    g_string_truncate (line, line->len - 2);
  else
    g_string_append_c (line, ')');
  for (char *c = line->str; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  if (line->len >= PIPE_BUF)
    g_string_truncate (line, PIPE_BUF - 1);
  g_string_append_c (line, '\n');

  /* a log that cannot be written, or that nobody reads, is no reason to stop or to wait: up to
   * PIPE_BUF bytes go at once where poll() sees room */
  if (poll (&target, 1, 0) < 1 || write (STDERR_FILENO, line->str, line->len) < 0)
    return;
}

static GLogWriterOutput
on_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const UsherLogScope *scope = g_private_get (&current_scope);
  GLogField all[MAX_FIELDS];
  gsize n = MIN (n_fields, MAX_FIELDS);
  const char *message = find_text (fields, n, "MESSAGE");
  g_autofree char *text = NULL;
  guint64 n_left_out = 0;

  if (message != NULL)
    usher_log_catch_take (level, message);
  if ((level & g_atomic_int_get (&output.mask)) == 0)
    return G_LOG_WRITER_HANDLED;
  if ((level & LIMITED) != 0 && message != NULL &&
      !usher_log_flood_admit (message, g_get_monotonic_time (), &n_left_out))
    return G_LOG_WRITER_HANDLED;

  memcpy (all, fields, n * sizeof *fields);
  add_left_out (all, n, n_left_out, &text);
  if (scope != NULL)
    n = add_scope (all, n, scope);

  if (!output.to_journal || g_log_writer_journald (level, all, n, NULL) != G_LOG_WRITER_HANDLED)
    write_line (level, all, n);

  return G_LOG_WRITER_HANDLED;
}

/* The levels that are written at @level; 0: there is no such level. */
static guint
make_mask (const char *level)
{
  guint mask = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      mask |= levels[i].level;
      if (g_str_equal (levels[i].name, level))
        return mask;
    }

  return 0;
}

/**
 * usher_log_is_level:
 * @level: a text
 *
 * Looks whether a text is a level of the log.
 *
 * Returns: whether it is `error`, `warning`, `message`, `info` or `debug`
 */
gboolean
usher_log_is_level (const char *level)
{
  g_return_val_if_fail (level != NULL, FALSE);

  return make_mask (level) != 0;
}

/**
 * usher_log_set_level:
 * @level: the least severe level to write: `error`, `warning`, `message`, `info` or `debug`
 * @error: return location for a [error@Error]
 *
 * Changes what is written from now on. Any thread.
 *
 * Returns: whether @level is one; else `USHER_ERROR_INVALID`, and nothing changes
 */
gboolean
usher_log_set_level (const char *level, GError **error)
{
  g_return_val_if_fail (level != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (make_mask (level) != 0)
    {
      g_atomic_int_set (&output.mask, make_mask (level));
      return TRUE;
    }

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "“%s” is no level of the log: error, warning, message, info or debug",
               level);

  return FALSE;
}

/**
 * usher_log_open:
 * @level: the least severe level to write, as for [func@log_set_level]
 * @error: return location for a [error@Error]
 *
 * Sends the log of the process to the journal, when standard error goes there, else as lines
 * `LEVEL domain: message (service=… request=…)` to standard error. Once, early in the program; writing never blocks the program on a failure.
 *
 * Returns: whether @level is one; else `USHER_ERROR_INVALID`
 */
gboolean
usher_log_open (const char *level, GError **error)
{
  if (!usher_log_set_level (level, error))
    return FALSE;

  output.to_journal = g_log_writer_is_journald (STDERR_FILENO);
  g_log_set_writer_func (on_message, NULL, NULL);

  return TRUE;
}
