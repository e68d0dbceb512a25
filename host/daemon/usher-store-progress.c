/* usher-store-progress.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "usher-terminal.h"

#define BAR_WIDTH 30
/* a bar of less tells nothing */
#define MIN_WIDTH  5
#define BAR_PAUSE  (G_TIME_SPAN_SECOND / 10)
#define LINE_PAUSE (10 * G_TIME_SPAN_SECOND)

struct _UsherStoreProgress
{
  gboolean is_terminal;
  gboolean has_bar;
  char *service; /* (owned) (nullable): which was told of last */
  gboolean is_check;
  gint64 told; /* when */
};

UsherStoreProgress *
usher_store_progress_new (void)
{
  UsherStoreProgress *self = g_new0 (UsherStoreProgress, 1);
  const char *terminal = g_getenv ("TERM");

  self->is_terminal = isatty (STDERR_FILENO) && g_strcmp0 (terminal, "dumb") != 0;

  return self;
}

static void
clear_bar (UsherStoreProgress *self)
{
  if (self->has_bar)
    g_printerr ("\r\033[K");
  self->has_bar = FALSE;
}

void
usher_store_progress_free (UsherStoreProgress *self)
{
  clear_bar (self);
  g_free (self->service);
  g_free (self);
}

/* columns; what is unknown is taken for as wide as all are */
static guint
get_columns (void)
{
  struct winsize size = { 0 };

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* In one line: what goes on in the next one is not cleared. So the bar is shorter where there is no room, then it is left out, and at
 * last the name is. */
static void
draw (UsherStoreProgress *self, gint64 n_done, gint64 n_rows)
{
  double part = n_rows > 0 ? MIN (1.0, (double) n_done / (double) n_rows) : 1.0;
  const char *verb = self->is_check ? "checking" : "copying";
  guint columns = get_columns ();
  /* with blanks, brackets, and “100%”, and a column free for the cursor */
  guint taken = (guint) strlen (verb) + usher_terminal_get_width (self->service) + 10;
  guint width = columns > taken ? MIN (columns - taken, BAR_WIDTH) : 0;
  char bar[BAR_WIDTH + 1] = { 0 };

  for (guint i = 0; i < width; i++)
    bar[i] = i < (guint) (part * width) ? '#' : '.';

  clear_bar (self);
  if (width >= MIN_WIDTH)
    g_printerr ("%s %s [%s] %3.0f%%", verb, self->service, bar, part * 100);
  else if (columns + 3 > taken)
    g_printerr ("%s %s %3.0f%%", verb, self->service, part * 100);
  else
    g_printerr ("%3.0f%%", part * 100);
  self->has_bar = TRUE;
}

static void
print_line (UsherStoreProgress *self, gint64 n_done, gint64 n_rows)
{
  g_printerr ("%s %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows\n",
              self->is_check ? "checking" : "copying",
              self->service,
              n_done,
              n_rows);
}

void
usher_store_progress_tell (const char *service,
                           gboolean is_check,
                           gint64 n_done,
                           gint64 n_rows,
                           gpointer user_data)
{
  UsherStoreProgress *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gboolean is_new = g_strcmp0 (self->service, service) != 0 || self->is_check != is_check;

  if (!is_new && now - self->told < (self->is_terminal ? BAR_PAUSE : LINE_PAUSE))
    return;

  if (is_new)
    {
      g_free (self->service);
      self->service = g_strdup (service);
      self->is_check = is_check;
    }
  self->told = now;
  if (self->is_terminal)
    draw (self, n_done, n_rows);
  else
    print_line (self, n_done, n_rows);
}
