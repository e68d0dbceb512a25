/* usher-test-gate.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-gate.h"

/**
 * usher_test_gate_init: (skip)
 * @self: a gate
 * @n_all: how many threads are all
 *
 * Makes a gate of it.
 */
void
usher_test_gate_init (UsherTestGate *self, guint n_all)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->n_all = n_all;
  self->n_waiting = 0;
  self->round = 0;
}

/**
 * usher_test_gate_clear: (skip)
 * @self: a gate that nobody waits at
 *
 * Frees what it has.
 */
void
usher_test_gate_clear (UsherTestGate *self)
{
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
}

/**
 * usher_test_gate_pass: (skip)
 * @self: a gate
 *
 * Waits until all have come. Any thread.
 */
void
usher_test_gate_pass (UsherTestGate *self)
{
  guint round;

  g_mutex_lock (&self->mutex);
  round = self->round;
  if (++self->n_waiting == self->n_all)
    {
      self->n_waiting = 0;
      self->round++;
      g_cond_broadcast (&self->cond);
    }

  while (self->round == round)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

typedef struct
{
  UsherTestGate gate;
  GThreadFunc func;
  gpointer data;
} Race;

static gpointer
run_racer (gpointer data)
{
  Race *race = data;

  usher_test_gate_pass (&race->gate);

  return race->func (race->data);
}

/**
 * usher_test_race: (skip)
 * @n_threads: how many threads
 * @func: what each of them runs
 * @data: data for @func
 *
 * Runs a function in threads that all begin together, and waits until they have ended.
 */
void
usher_test_race (guint n_threads, GThreadFunc func, gpointer data)
{
  Race race = { .func = func, .data = data };
  g_autofree GThread **threads = g_new0 (GThread *, n_threads);

  usher_test_gate_init (&race.gate, n_threads);
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("racer", run_racer, &race);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  usher_test_gate_clear (&race.gate);
}
