/* usher-mongo-process.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-process-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "usher-mongo-entries-private.h"

/* of the words behind the name in a process's line of figures */
#define WORD_STATE   0
#define WORD_STARTED 19

/* (transfer full): this boot of this machine, and the name space of its numbers of processes; empty: nobody knows */
static char *
dup_host (void)
{
  g_autofree char *boot = NULL;
  g_autofree char *space = g_file_read_link ("/proc/self/ns/pid", NULL);

  if (space == NULL || !g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL))
    return g_strdup ("");

  return g_strdup_printf ("%s %s", g_strchomp (boot), space);
}

/* When the process began, in ticks of its machine; 0: it has ended, -1: that cannot be seen. */
static gint64
get_start (gint64 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/stat", pid);
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;
  const char *rest = NULL;

  if (!g_file_get_contents (path, &line, NULL, NULL))
    return kill ((pid_t) pid, 0) != 0 && errno == ESRCH ? 0 : -1;

  /* a name may have anything in it */
  rest = strrchr (line, ')');
  words = g_strsplit (rest != NULL ? rest + 2 : "", " ", 0);
  if (g_strv_length (words) <= WORD_STARTED)
    return -1;
  if (strchr ("ZX", *words[WORD_STATE]) != NULL)
    return 0;

  return g_ascii_strtoll (words[WORD_STARTED], NULL, 10);
}

void
usher_mongo_process_append (bson_t *row)
{
  g_autofree char *host = dup_host ();

  bson_append_utf8 (row, "host", -1, host, -1);
  bson_append_int64 (row, "pid", -1, getpid ());
  bson_append_int64 (row, "started", -1, get_start (getpid ()));
}

gboolean
usher_mongo_process_is_gone (const bson_t *row)
{
  g_autofree char *here = dup_host ();
  gint64 pid = usher_mongo_entry_get_integer (row, "pid");
  gint64 started = usher_mongo_entry_get_integer (row, "started");
  gint64 found = 0;

  if (*here == '\0' || pid <= 0 || started <= 0 ||
      g_strcmp0 (usher_mongo_entry_get_text (row, "host"), here) != 0)
    return FALSE;

  found = get_start (pid);

  return found >= 0 && found != started;
}
