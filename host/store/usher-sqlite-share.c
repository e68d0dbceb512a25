/* usher-sqlite-share.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* locks of open files, locks that wait by the monotonic clock */
#define _GNU_SOURCE

#include "config.h"

#include "usher-sqlite-share-private.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-sqlite-page-private.h"

/* how long a lease holds without a sign of life, and how long the gate is waited for to take it */
#define LEASE_TIME    G_TIME_SPAN_SECOND
#define LEASE_TIMEOUT (50 * G_TIME_SPAN_MILLISECOND)

struct _UsherSqliteShare
{
  char *path; /* (owned): of the database */
  UsherSqlitePageFile file;
  gint64 id;
  char *name;   /* (owned): the id as text */
  guint n_own;  /* (atomic): commits of this process */
  gint64 token; /* (atomic): of the lease when it was taken here, 0: it was not */
};

static UsherSqlitePage *
get_page (UsherSqliteShare *self)
{
  return self->file.page;
}

UsherSqliteShare *
usher_sqlite_share_new (const char *path, GError **error)
{
  g_autoptr (UsherSqliteShare) self = g_atomic_rc_box_new0 (UsherSqliteShare);
  g_autofree char *file = g_strconcat (path, "-shared", NULL);

  self->path = g_strdup (path);
  self->file.fd = -1;
  /* 62 bits, not 0: each is a place in the file that can be locked */
  self->id = (gint64) g_random_int () << 30 | g_random_int_range (1, 1 << 30);
  self->name = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", (guint64) self->id);

  if (!usher_sqlite_page_open (&self->file, file, error) ||
      !usher_sqlite_page_mark (&self->file, self->id, file, error))
    return NULL;

  return g_steal_pointer (&self);
}

UsherSqliteShare *
usher_sqlite_share_ref (UsherSqliteShare *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_share (gpointer data)
{
  UsherSqliteShare *self = data;

  usher_sqlite_page_close (&self->file);
  g_free (self->path);
  g_free (self->name);
}

void
usher_sqlite_share_unref (UsherSqliteShare *self)
{
  g_atomic_rc_box_release_full (self, clear_share);
}

void
usher_sqlite_share_close (UsherSqliteShare *self)
{
  usher_sqlite_share_release_lease (self);
  usher_sqlite_page_unlock (&self->file);
}

const char *
usher_sqlite_share_get_id (UsherSqliteShare *self)
{
  return self->name;
}

static gboolean
is_open (UsherSqliteShare *self, gint64 id)
{
  return id == self->id || (id > 0 && usher_sqlite_page_is_marked (&self->file, id));
}

gboolean
usher_sqlite_share_is_open (UsherSqliteShare *self, const char *id)
{
  guint64 number = 0;
  char *end = NULL;

  if (strlen (id) != strlen (self->name))
    return FALSE;

  number = g_ascii_strtoull (id, &end, 16);
  return *end == '\0' && number <= G_MAXINT64 && is_open (self, (gint64) number);
}

gboolean
usher_sqlite_share_is_alone (UsherSqliteShare *self)
{
  return usher_sqlite_page_is_alone (&self->file);
}

static void
wake (UsherSqlitePage *page)
{
  __atomic_add_fetch (&page->n_commits, 1, __ATOMIC_SEQ_CST);
  syscall (SYS_futex, &page->n_commits, FUTEX_WAKE, G_MAXINT, NULL, NULL, 0);
}

/* TRUE when it is locked, with @died: its last owner died in it. */
static gboolean
lock (pthread_mutex_t *mutex, const struct timespec *deadline, gboolean *died)
{
  int code = pthread_mutex_clocklock (mutex, CLOCK_MONOTONIC, deadline);

  if (code == EOWNERDEAD)
    {
      pthread_mutex_consistent (mutex);
      *died = TRUE;
    }

  return code == 0 || code == EOWNERDEAD;
}

static gboolean
set_held_error (UsherSqliteShare *self, gint64 timeout, GError **error)
{
  int writer = __atomic_load_n (&get_page (self)->writer, __ATOMIC_SEQ_CST);
  int next = __atomic_load_n (&get_page (self)->next, __ATOMIC_SEQ_CST);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "database “%s”: process %d holds the writer for %" G_GINT64_FORMAT " ms",
               self->path,
               writer != 0 ? writer : next,
               timeout / G_TIME_SPAN_MILLISECOND);
  return FALSE;
}

/* Who waits to write holds the place of the next: whoever has just written comes after him. */
gboolean
usher_sqlite_share_enter (UsherSqliteShare *self, gint64 timeout, GError **error)
{
  UsherSqlitePage *page = get_page (self);
  gint64 end = g_get_monotonic_time () + timeout;
  struct timespec deadline = { end / G_USEC_PER_SEC, end % G_USEC_PER_SEC * 1000 };
  gboolean died = FALSE;
  gboolean entered;

  if (!lock (&page->queue, &deadline, &died))
    return set_held_error (self, timeout, error);

  __atomic_store_n (&page->next, getpid (), __ATOMIC_SEQ_CST);
  died = FALSE;
  entered = lock (&page->write, &deadline, &died);
  pthread_mutex_unlock (&page->queue);
  if (!entered)
    return set_held_error (self, timeout, error);

  __atomic_store_n (&page->writer, getpid (), __ATOMIC_SEQ_CST);
  /* what the dead one committed has been told to nobody yet, perhaps */
  if (died)
    wake (page);

  return TRUE;
}

void
usher_sqlite_share_leave (UsherSqliteShare *self)
{
  __atomic_store_n (&get_page (self)->writer, 0, __ATOMIC_SEQ_CST);
  pthread_mutex_unlock (&get_page (self)->write);
}

void
usher_sqlite_share_inspect (UsherSqliteShare *self)
{
  UsherSqlitePage *page = get_page (self);
  int code = pthread_mutex_trylock (&page->write);

  if (code == EOWNERDEAD)
    {
      pthread_mutex_consistent (&page->write);
      wake (page);
    }
  if (code == 0 || code == EOWNERDEAD)
    pthread_mutex_unlock (&page->write);
}

void
usher_sqlite_share_announce (UsherSqliteShare *self)
{
  /* in this order: one of ours is never taken for another's */
  __atomic_add_fetch (&self->n_own, 1, __ATOMIC_SEQ_CST);
  wake (get_page (self));
}

void
usher_sqlite_share_nudge (UsherSqliteShare *self)
{
  wake (get_page (self));
}

guint
usher_sqlite_share_get_n_commits (UsherSqliteShare *self)
{
  return __atomic_load_n (&get_page (self)->n_commits, __ATOMIC_SEQ_CST);
}

guint
usher_sqlite_share_get_n_foreign (UsherSqliteShare *self)
{
  guint n_commits = usher_sqlite_share_get_n_commits (self);

  return n_commits - __atomic_load_n (&self->n_own, __ATOMIC_SEQ_CST);
}

gboolean
usher_sqlite_share_wait (UsherSqliteShare *self, guint n_commits, gint64 timeout)
{
  struct timespec time = { timeout / G_USEC_PER_SEC, timeout % G_USEC_PER_SEC * 1000 };

  syscall (SYS_futex, &get_page (self)->n_commits, FUTEX_WAIT, n_commits, &time, NULL, 0);

  return usher_sqlite_share_get_n_commits (self) != n_commits;
}

gboolean
usher_sqlite_share_has_lease (UsherSqliteShare *self)
{
  gint64 token = __atomic_load_n (&self->token, __ATOMIC_SEQ_CST);

  return token != 0 && token == __atomic_load_n (&get_page (self)->token, __ATOMIC_SEQ_CST);
}

gboolean
usher_sqlite_share_is_lease_free (UsherSqliteShare *self)
{
  UsherSqlitePage *page = get_page (self);
  gint64 holder = __atomic_load_n (&page->holder, __ATOMIC_SEQ_CST);
  gint64 beat = __atomic_load_n (&page->beat, __ATOMIC_SEQ_CST);

  if (usher_sqlite_share_has_lease (self))
    return FALSE;

  /* the kernel tells of a death at once; one that is stopped or stuck is found by the time */
  return holder == 0 || g_get_monotonic_time () - beat > LEASE_TIME || !is_open (self, holder);
}

/* In the gate. */
static void
take_lease (UsherSqliteShare *self)
{
  UsherSqlitePage *page = get_page (self);
  gint64 token = __atomic_load_n (&page->token, __ATOMIC_SEQ_CST) + 1;

  __atomic_store_n (&page->beat, g_get_monotonic_time (), __ATOMIC_SEQ_CST);
  __atomic_store_n (&page->holder, self->id, __ATOMIC_SEQ_CST);
  __atomic_store_n (&page->holder_pid, getpid (), __ATOMIC_SEQ_CST);
  __atomic_store_n (&page->token, token, __ATOMIC_SEQ_CST);
  __atomic_store_n (&self->token, token, __ATOMIC_SEQ_CST);
}

gboolean
usher_sqlite_share_hold_lease (UsherSqliteShare *self)
{
  if (usher_sqlite_share_has_lease (self))
    {
      __atomic_store_n (&get_page (self)->beat, g_get_monotonic_time (), __ATOMIC_SEQ_CST);
      return TRUE;
    }

  __atomic_store_n (&self->token, 0, __ATOMIC_SEQ_CST);
  if (!usher_sqlite_share_is_lease_free (self) ||
      !usher_sqlite_share_enter (self, LEASE_TIMEOUT, NULL))
    return FALSE;

  /* another may have come first */
  if (usher_sqlite_share_is_lease_free (self))
    take_lease (self);
  usher_sqlite_share_leave (self);

  return usher_sqlite_share_has_lease (self);
}

/* A lease that cannot be given back in time is found free when the file is closed. */
void
usher_sqlite_share_release_lease (UsherSqliteShare *self)
{
  UsherSqlitePage *page = get_page (self);

  if (!usher_sqlite_share_has_lease (self) || !usher_sqlite_share_enter (self, LEASE_TIMEOUT, NULL))
    return;

  if (usher_sqlite_share_has_lease (self))
    {
      __atomic_store_n (&page->holder, 0, __ATOMIC_SEQ_CST);
      __atomic_store_n (&page->holder_pid, 0, __ATOMIC_SEQ_CST);
    }
  __atomic_store_n (&self->token, 0, __ATOMIC_SEQ_CST);
  usher_sqlite_share_leave (self);
  wake (page);
}

void
usher_sqlite_share_describe (UsherSqliteShare *self, GVariantBuilder *builder)
{
  gint64 token = __atomic_load_n (&get_page (self)->token, __ATOMIC_SEQ_CST);
  gint64 pid = __atomic_load_n (&get_page (self)->holder_pid, __ATOMIC_SEQ_CST);
  gint64 held = usher_sqlite_share_has_lease (self);

  g_variant_builder_add (builder, "{sx}", "lease-token", token);
  g_variant_builder_add (builder, "{sx}", "lease-process", pid);
  g_variant_builder_add (builder, "{sx}", "lease-held", held);
}

gint64
usher_sqlite_share_get_last_prune (UsherSqliteShare *self)
{
  return __atomic_load_n (&get_page (self)->last_prune, __ATOMIC_SEQ_CST);
}

void
usher_sqlite_share_set_last_prune (UsherSqliteShare *self, gint64 time)
{
  __atomic_store_n (&get_page (self)->last_prune, time, __ATOMIC_SEQ_CST);
}
