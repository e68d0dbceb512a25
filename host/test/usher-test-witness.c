/* usher-test-witness.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-witness-private.h"

typedef enum
{
  CRASH_BEFORE,
  CRASH_AFTER,
  FAIL,
} PlanKind;

/* what happens to a commit that is still to come */
typedef struct
{
  char *service; /* (owned) */
  PlanKind kind;
  UsherError code; /* of FAIL */
  guint left;      /* commits of the service until then, that one included */
} Plan;

/* what a service has published */
typedef struct
{
  GPtrArray *events; /* (owned) (element-type UsherEvent) */
  guint n_read[USHER_TEST_N_READERS];
} Voice;

struct _UsherTestWitness
{
  GMutex mutex;
  GPtrArray *plans;   /* (owned) (mutex mutex) (element-type Plan) */
  GHashTable *voices; /* (owned) (mutex mutex) (element-type utf8 Voice): by service */
  guint n_events;     /* (mutex mutex) */
};

static void
free_plan (gpointer data)
{
  Plan *plan = data;

  g_free (plan->service);
  g_free (plan);
}

static void
free_voice (gpointer data)
{
  Voice *voice = data;

  g_ptr_array_unref (voice->events);
  g_free (voice);
}

UsherTestWitness *
usher_test_witness_new (void)
{
  UsherTestWitness *self = g_atomic_rc_box_new0 (UsherTestWitness);

  g_mutex_init (&self->mutex);
  self->plans = g_ptr_array_new_with_free_func (free_plan);
  self->voices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_voice);

  return self;
}

UsherTestWitness *
usher_test_witness_ref (UsherTestWitness *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  UsherTestWitness *self = data;

  g_ptr_array_unref (self->plans);
  g_hash_table_unref (self->voices);
  g_mutex_clear (&self->mutex);
}

void
usher_test_witness_unref (UsherTestWitness *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static void
add_plan (UsherTestWitness *self, const char *service, PlanKind kind, UsherError code, guint nth)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Plan *plan = g_new0 (Plan, 1);

  plan->service = g_strdup (service);
  plan->kind = kind;
  plan->code = code;
  plan->left = nth;
  g_ptr_array_add (self->plans, plan);
}

void
usher_test_witness_plan_crash (UsherTestWitness *self,
                               const char *service,
                               UsherTestCrash point,
                               guint nth)
{
  add_plan (self, service, point == USHER_TEST_BEFORE_COMMIT ? CRASH_BEFORE : CRASH_AFTER, 0, nth);
}

void
usher_test_witness_plan_failure (UsherTestWitness *self,
                                 const char *service,
                                 UsherError code,
                                 guint nth)
{
  add_plan (self, service, FAIL, code, nth);
}

/* Whether a plan of @kind is due, which is done with then. Takes no lock. */
static gboolean
count_down (UsherTestWitness *self, const char *service, PlanKind kind, UsherError *code)
{
  for (guint i = 0; i < self->plans->len; i++)
    {
      Plan *plan = g_ptr_array_index (self->plans, i);

      if (plan->kind != kind || !g_str_equal (plan->service, service) || --plan->left > 0)
        continue;

      *code = plan->code;
      g_ptr_array_remove_index (self->plans, i);
      return TRUE;
    }

  return FALSE;
}

GError *
usher_test_witness_admit (UsherTestWitness *self, const char *service, UsherTestLife *life)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  UsherError code = 0;

  if (!usher_test_life_has_ended (life) && count_down (self, service, CRASH_BEFORE, &code))
    usher_test_life_end (life);
  if (usher_test_life_has_ended (life))
    return usher_test_life_dup_silence (life);

  if (count_down (self, service, FAIL, &code))
    return g_error_new (USHER_ERROR, (int) code, "the test lets this commit fail");

  return NULL;
}

static Voice *
ensure_voice (UsherTestWitness *self, const char *service)
{
  Voice *voice = g_hash_table_lookup (self->voices, service);

  if (voice == NULL)
    {
      voice = g_new0 (Voice, 1);
      voice->events = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
      g_hash_table_insert (self->voices, g_strdup (service), voice);
    }

  return voice;
}

gboolean
usher_test_witness_see (UsherTestWitness *self,
                        const char *service,
                        UsherCommit *commit,
                        UsherTestLife *life)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Voice *voice = ensure_voice (self, service);
  UsherError code = 0;

  for (guint i = 0; i < usher_commit_get_n_events (commit); i++)
    g_ptr_array_add (voice->events, usher_event_ref (usher_commit_get_event (commit, i)));
  self->n_events += usher_commit_get_n_events (commit);

  if (!usher_test_life_has_ended (life) && count_down (self, service, CRASH_AFTER, &code))
    usher_test_life_end (life);

  return !usher_test_life_has_ended (life);
}

GPtrArray *
usher_test_witness_take (UsherTestWitness *self, const char *service, UsherTestReader reader)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  Voice *voice = ensure_voice (self, service);

  for (guint i = voice->n_read[reader]; i < voice->events->len; i++)
    g_ptr_array_add (events, usher_event_ref (g_ptr_array_index (voice->events, i)));
  voice->n_read[reader] = voice->events->len;

  return events;
}

guint
usher_test_witness_count (UsherTestWitness *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_events;
}
