/* shared-fixture.h: a database that this process shares with children
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "store-child.h"

G_BEGIN_DECLS

/* a machine that is busy with other things shall not fail a test */
#define SHARED_PATIENCE (20 * G_TIME_SPAN_SECOND)

typedef struct
{
  const char *program;
  char *folder;
  char *path;
  UsherClock *clock;
  UsherStore *store; /* (nullable) */

  GMutex mutex;
  GCond cond;
  guint n_changes;   /* (mutex mutex) */
  guint n_offers;    /* (mutex mutex) */
  gint64 changed_at; /* (mutex mutex): the last time */
} SharedFixture;

/* @data: this program, which serves by store_child_run() */
void shared_fixture_set_up (SharedFixture *fixture, gconstpointer data);
void shared_fixture_tear_down (SharedFixture *fixture, gconstpointer data);
/* @program: this one */
void shared_fixture_add (const char *path,
                         const char *program,
                         void (*func) (SharedFixture *fixture, gconstpointer data));
void shared_fixture_open (SharedFixture *fixture);
/* a child that is ready */
StoreChild *shared_fixture_start_child (SharedFixture *fixture);
/* @name: (nullable): all */
guint shared_fixture_count_items (SharedFixture *fixture, const char *name);
void shared_fixture_insert (SharedFixture *fixture, const char *name);
gint64 shared_fixture_get_figure (SharedFixture *fixture, const char *name);
/* two children increment one item, @n times each */
void shared_fixture_race_increments (SharedFixture *fixture, int n);
/* two children insert the same @n unique values; opens the store */
void shared_fixture_race_unique (SharedFixture *fixture, guint n);

G_END_DECLS
