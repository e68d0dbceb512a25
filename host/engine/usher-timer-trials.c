/* usher-timer-trials.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer-trials-private.h"

#include "usher-timer-batch-private.h"
#include "usher-timer-job-private.h"

/* how many suspects are tried together, and how many deaths alone park one */
#define SET        32
#define MAX_DEATHS 5

#define DEATH "its process ended while it ran alone"

/*
 * A timer that kills its process is due again after the next start, and would kill the next one. So what is due when a process
 * begins to fire is suspect. Suspects are tried in sets, and the store says so before: of what its trier left when it died, each
 * is tried alone, with no other timer or event in the process. Only a death alone counts, and a run that the process survives
 * ends the suspicion. What falls due later needs no trial, and no commit more than its own.
 */
struct _UsherTimerTrials
{
  UsherLane *lane;   /* (unowned) */
  gint64 overdue;    /* what was due at that time is suspect */
  UsherTimer *alone; /* (owned) (nullable): has the process for itself */
  gboolean waits;    /* for that, since the last look */
};

UsherTimerTrials *
usher_timer_trials_new (UsherLane *lane)
{
  UsherTimerTrials *self = g_new0 (UsherTimerTrials, 1);

  self->lane = lane;
  self->overdue = G_MININT64;

  return self;
}

void
usher_timer_trials_begin (UsherTimerTrials *self, gint64 time)
{
  self->overdue = time;
}

static UsherTimersOut *
get_out (UsherTimerTrials *self)
{
  return usher_lane_get_timers_out (self->lane);
}

void
usher_timer_trials_tend (UsherTimerTrials *self)
{
  gboolean has_ended = FALSE;

  if (self->alone != NULL && usher_timers_out_has (get_out (self), self->alone))
    return;

  /* who waits holds on from one look to the next, else there would always be somebody inside */
  has_ended = self->alone != NULL;
  g_clear_pointer (&self->alone, usher_timer_unref);
  if (has_ended || !self->waits)
    usher_solitude_give_back (usher_lane_get_solitude (self->lane), self);
  self->waits = FALSE;
}

/* FALSE: the store does not take it, and until it does none is tried, as that would not count. */
static gboolean
commit (UsherTimerTrials *self, UsherTimerBatch *batch, UsherTimer *first)
{
  g_autoptr (GError) error = NULL;

  if (usher_timer_batch_commit (batch, &error))
    return TRUE;

  if (usher_timers_out_refuse (get_out (self), first, usher_lane_is_away (self->lane)))
    g_message (
        "timers of service “%s” rest, as its store does not take which of them are tried: %s",
        usher_lane_get_name (self->lane),
        error->message);

  return FALSE;
}

static void
count_death (UsherTimerTrials *self, UsherTimer *timer, UsherTimerHistory *history)
{
  const char *service = usher_lane_get_name (self->lane);
  const char *name = usher_timer_get_name (timer);
  const char *key = usher_timer_get_key (timer);

  history->n_deaths++;
  usher_timer_history_add_reason (history, DEATH);
  if (history->n_deaths < MAX_DEATHS)
    {
      g_message ("timer “%s” for “%s” of service “%s” ran alone when its process ended: %u of %d",
                 name,
                 key,
                 service,
                 history->n_deaths,
                 MAX_DEATHS);
      return;
    }

  history->parked = usher_clock_get_time (usher_lane_get_clock (self->lane));
  g_message (
      "timer “%s” for “%s” of service “%s” is parked, as its process ended %u times while it "
      "ran alone; “usher timers” retries or drops it",
      name,
      key,
      service,
      history->n_deaths);
}

/* What follows for a timer from how its trial ended, if the one who tried it has died. (transfer full) */
static UsherTimerHistory *
judge (UsherTimerTrials *self, UsherTimer *timer)
{
  UsherTimerHistory *history = usher_timer_history_copy (usher_timer_get_history (timer));
  gboolean is_dead =
      !usher_store_is_owner_alive (usher_lane_get_store (self->lane), history->trier);

  if (is_dead && history->trial == 1)
    count_death (self, timer, history);
  if (is_dead)
    history->trial = 1;
  g_clear_pointer (&history->trier, g_free);

  return history;
}

/* FALSE: nothing of it is known */
static gboolean
judge_all (UsherTimerTrials *self, GPtrArray *timers)
{
  g_autoptr (UsherTimerBatch) batch = usher_timer_batch_new (self->lane);

  for (guint i = 0; i < timers->len; i++)
    {
      UsherTimer *timer = g_ptr_array_index (timers, i);

      usher_timer_batch_add (batch, timer, usher_timer_get_due (timer), judge (self, timer));
    }

  return commit (self, batch, g_ptr_array_index (timers, 0));
}

/* Starts a timer that is marked as tried by this process. */
static guint
start_marked (UsherTimerTrials *self, UsherTimer *timer)
{
  UsherStore *store = usher_lane_get_store (self->lane);
  g_autoptr (UsherTimer) marked = NULL;

  /* it is another generation now, or was set anew by its service meanwhile */
  if (!usher_store_lookup_timer (
          store, usher_timer_get_name (timer), usher_timer_get_key (timer), &marked, NULL) ||
      marked == NULL || !usher_timer_job_is_tried (self->lane, marked))
    return 0;

  return usher_timer_job_start (self->lane, marked, NULL, NULL);
}

static void
mark (UsherTimerTrials *self, UsherTimerBatch *batch, UsherTimer *timer, guint trial)
{
  UsherTimerHistory *history = usher_timer_history_copy (usher_timer_get_history (timer));

  history->trial = trial;
  g_free (history->trier);
  history->trier = g_strdup (usher_store_get_owner (usher_lane_get_store (self->lane)));
  usher_timer_batch_add (batch, timer, usher_timer_get_due (timer), history);
}

/* Says in the store that @timers are tried by this process, and starts them. */
static guint
try_timers (UsherTimerTrials *self, GPtrArray *timers, guint trial)
{
  g_autoptr (UsherTimerBatch) batch = usher_timer_batch_new (self->lane);
  guint n = 0;

  for (guint i = 0; i < timers->len; i++)
    mark (self, batch, g_ptr_array_index (timers, i), trial);
  if (!commit (self, batch, g_ptr_array_index (timers, 0)))
    return 0;

  for (guint i = 0; i < timers->len; i++)
    n += start_marked (self, g_ptr_array_index (timers, i));
  usher_lane_end_reads (self->lane);

  return n;
}

/* As many as there is room for beside the @n_tried; one by itself is not alone: events run beside it. */
static guint
try_set (UsherTimerTrials *self, GPtrArray *suspects, guint n_tried)
{
  g_ptr_array_set_size (suspects, (int) MIN (suspects->len, SET - n_tried));

  return try_timers (self, suspects, MAX (2, n_tried + suspects->len));
}

/* As soon as nothing else runs in the process. */
static guint
try_alone (UsherTimerTrials *self, UsherTimer *timer)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  self->waits = !usher_solitude_take (usher_lane_get_solitude (self->lane), self);
  if (self->waits)
    return 0;

  g_ptr_array_add (one, timer);
  self->alone = usher_timer_ref (timer);

  return try_timers (self, one, 1);
}

typedef struct
{
  GPtrArray *free;  /* (element-type UsherTimer): may run, suspect of nothing or marked in a set */
  GPtrArray *tried; /* by another process */
  GPtrArray *suspects; /* for a set */
  UsherTimer *alone;   /* (unowned) (nullable): the earliest that is to be tried alone */
  guint n_tried;       /* in the set of this process */
} Sorted;

static void
sort (UsherTimerTrials *self, UsherTimer *timer, Sorted *sorted)
{
  const UsherTimerHistory *history = usher_timer_get_history (timer);
  guint trial = history != NULL ? history->trial : 0;
  gboolean is_tried = usher_timer_job_is_tried (self->lane, timer);

  sorted->n_tried += is_tried && trial > 1;
  if (usher_timers_out_has (get_out (self), timer))
    return;

  if (trial != 0 && history->trier != NULL && !is_tried)
    g_ptr_array_add (sorted->tried, timer);
  else if (trial == 1)
    sorted->alone = sorted->alone != NULL ? sorted->alone : timer;
  else if (is_tried || (trial == 0 && usher_timer_get_due (timer) > self->overdue))
    g_ptr_array_add (sorted->free, timer);
  else
    g_ptr_array_add (sorted->suspects, timer);
}

static guint
start_sorted (UsherTimerTrials *self, const Sorted *sorted)
{
  guint n = 0;

  for (guint i = 0; i < sorted->free->len; i++)
    n += usher_timer_job_start (self->lane, g_ptr_array_index (sorted->free, i), NULL, NULL);

  /* those that are to be alone come last, as they may end this process; a slow one of a set keeps no others from being tried */
  if (sorted->suspects->len > 0 && sorted->n_tried <= SET / 2)
    n += try_set (self, sorted->suspects, sorted->n_tried);
  else if (sorted->suspects->len == 0 && sorted->n_tried == 0 && sorted->alone != NULL)
    n += try_alone (self, sorted->alone);

  return n;
}

guint
usher_timer_trials_start (UsherTimerTrials *self, GPtrArray *timers, gboolean *again)
{
  g_autoptr (GPtrArray) free = g_ptr_array_new ();
  g_autoptr (GPtrArray) tried = g_ptr_array_new ();
  g_autoptr (GPtrArray) suspects = g_ptr_array_new ();
  Sorted sorted = { .free = free, .tried = tried, .suspects = suspects };

  *again = FALSE;
  if (self->alone != NULL)
    return 0;

  for (guint i = 0; i < timers->len; i++)
    sort (self, g_ptr_array_index (timers, i), &sorted);
  if (tried->len == 0)
    return start_sorted (self, &sorted);

  *again = judge_all (self, tried);

  return 0;
}

/* What this process tries and has not done is as suspect as before, and nobody has died of it. */
static void
take_back (UsherTimerTrials *self)
{
  gint64 now = usher_clock_get_time (usher_lane_get_clock (self->lane));
  g_autoptr (GPtrArray) timers = usher_lane_list_due (self->lane, now, 2 * SET, NULL);
  g_autoptr (UsherTimerBatch) batch = usher_timer_batch_new (self->lane);

  for (guint i = 0; timers != NULL && i < timers->len; i++)
    {
      UsherTimer *timer = g_ptr_array_index (timers, i);
      UsherTimerHistory *history = NULL;

      if (!usher_timer_job_is_tried (self->lane, timer))
        continue;
      history = usher_timer_history_copy (usher_timer_get_history (timer));
      g_clear_pointer (&history->trier, g_free);
      usher_timer_batch_add (batch, timer, usher_timer_get_due (timer), history);
    }
  if (usher_timer_batch_get_n (batch) > 0)
    usher_timer_batch_commit (batch, NULL);
}

void
usher_timer_trials_free (UsherTimerTrials *self)
{
  if (usher_lane_is_open (self->lane))
    take_back (self);
  usher_solitude_give_back (usher_lane_get_solitude (self->lane), self);
  g_clear_pointer (&self->alone, usher_timer_unref);
  g_free (self);
}
