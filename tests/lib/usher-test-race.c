/* usher-test-race.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-race.h"

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_ready; /* (mutex mutex) */
  gboolean go;   /* (mutex mutex) */
  UsherTestRunner func;
  gpointer user_data;
} Race;

typedef struct
{
  Race *race;              /* (unowned) */
  UsherTestClient *client; /* (unowned) */
  guint index;
} Runner;

static gpointer
run (gpointer data)
{
  Runner *runner = data;
  Race *race = runner->race;

  g_mutex_lock (&race->mutex);
  race->n_ready++;
  g_cond_broadcast (&race->cond);
  while (!race->go)
    g_cond_wait (&race->cond, &race->mutex);
  g_mutex_unlock (&race->mutex);

  race->func (runner->client, runner->index, race->user_data);

  return NULL;
}

void
usher_test_race (UsherTestClient **clients,
                 guint n_clients,
                 UsherTestRunner func,
                 gpointer user_data)
{
  Race race = { .func = func, .user_data = user_data };
  Runner runners[USHER_TEST_MAX_RUNNERS] = { 0 };
  GThread *threads[USHER_TEST_MAX_RUNNERS] = { NULL };

  g_assert_cmpuint (n_clients, <=, USHER_TEST_MAX_RUNNERS);
  g_mutex_init (&race.mutex);
  g_cond_init (&race.cond);
  for (guint i = 0; i < n_clients; i++)
    {
      runners[i] = (Runner){ &race, clients[i], i };
      threads[i] = g_thread_new ("runner", run, &runners[i]);
    }

  g_mutex_lock (&race.mutex);
  while (race.n_ready < n_clients)
    g_cond_wait (&race.cond, &race.mutex);
  race.go = TRUE;
  g_cond_broadcast (&race.cond);
  g_mutex_unlock (&race.mutex);

  for (guint i = 0; i < n_clients; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&race.mutex);
  g_cond_clear (&race.cond);
}

guint
usher_test_race_count (UsherTestClient **clients, guint n_clients, guint status)
{
  guint count = 0;

  for (guint i = 0; i < n_clients; i++)
    if (usher_test_client_get_status (clients[i]) == status)
      count++;

  return count;
}
