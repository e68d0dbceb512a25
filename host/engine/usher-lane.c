/* usher-lane.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-lane-private.h"

#include "usher-error.h"
#include "usher-settings-private.h"
#include "usher-store-figures-private.h"
#include "usher-store-site-private.h"
#include "usher-tally-private.h"

/* threads of a pool, and how many may wait for it: where nothing but steps and timers does, where handlers block, and where all that
 * reads the store waits for a server */
#define THREADS        "2"
#define THREADS_BLOCK  "4"
#define THREADS_SERVER "16"
#define QUEUE          "64"
#define QUEUE_SERVER   "256"

struct _UsherLane
{
  UsherDeclarations *declarations; /* (owned) */
  UsherLaneGround ground;          /* (unowned) but for: */
  char *directory;                 /* (owned) */
  UsherSettings *settings;         /* (owned) */
  UsherClock *clock;               /* (owned) */

  UsherTally *tally;          /* (owned): by UsherCount */
  UsherRunning *running;      /* (owned) */
  UsherTicker *ticker;        /* (owned) */
  UsherTicker *deadlines;     /* (owned) (nullable): with a store that blocks */
  UsherWaiters *waiters;      /* (owned) */
  UsherDeferrals *deferrals;  /* (owned) */
  UsherHandBacks *hand_backs; /* (owned) */
  UsherTimersOut *timers_out; /* (owned) */

  UsherStore *store;          /* (owned) (nullable) */
  gboolean blocks;            /* whoever reads the store waits */
  gboolean is_shared;         /* other processes may have it */
  UsherRelay *relay;          /* (owned) (nullable): with a bus */
  UsherWorkers *pool;         /* (owned) (nullable): for what waits */
  guint max_queue;            /* how many may wait for the pool */
  UsherStoreFigures *figures; /* (owned) (nullable): with a store that blocks */
  int has_lease;  /* (atomic): of those that share the store this process relays and fires */
  int is_resting; /* (atomic) */
  int is_firing;  /* (atomic): jobs of timers may begin */
};

gboolean
usher_lane_declare_settings (UsherDeclarations *declarations,
                             UsherSettings *settings,
                             GError **error)
{
  const char *service = usher_declarations_get_service (declarations);
  guint n_threads = usher_declarations_get_pool (declarations);
  g_autofree char *threads = n_threads > 0 ? g_strdup_printf ("%u", n_threads) : NULL;
  const char *by_kind =
      usher_declarations_has_blocking_endpoint (declarations) ? THREADS_BLOCK : THREADS;
  UsherSetting own[] = {
    { service,
      "threads",
      USHER_SETTING_INTEGER,
      threads != NULL ? threads : by_kind,
      1,
      64,
      "threads for handlers that block, for steps and timers, and for all that a database on a "
      "server is asked" },
    { service,
      "queue",
      USHER_SETTING_INTEGER,
      QUEUE,
      1,
      100000,
      "requests that may wait for such a thread; more are answered 503" },
  };

  if (!usher_store_site_declare_settings (settings, service, error))
    return FALSE;

  if (usher_store_site_is_remote (settings, service))
    {
      if (n_threads == 0)
        own[0].default_value = THREADS_SERVER;
      own[1].default_value = QUEUE_SERVER;
    }

  return usher_settings_declare_own (settings, service, own, G_N_ELEMENTS (own), error);
}

UsherLane *
usher_lane_new (UsherDeclarations *declarations, const UsherLaneGround *ground)
{
  UsherLane *self = g_new0 (UsherLane, 1);
  guint max_waiters = (guint) usher_settings_get_integer (ground->settings, "host", "waiters");
  g_autofree char *name =
      g_strdup_printf ("the timers of “%s”", usher_declarations_get_service (declarations));

  self->declarations = usher_declarations_ref (declarations);
  self->ground = *ground;
  self->directory = g_strdup (ground->directory);
  self->settings = g_object_ref (ground->settings);
  self->clock = g_object_ref (ground->clock);
  self->tally = usher_tally_new (USHER_N_COUNTS);
  self->running = usher_running_new ();
  self->ticker = usher_ticker_new (name, self->clock);
  self->waiters = usher_waiters_new (self->clock, self->ticker, max_waiters);
  self->deferrals = usher_deferrals_new ();
  self->hand_backs = usher_hand_backs_new ();
  self->timers_out = usher_timers_out_new ();

  return self;
}

gboolean
usher_lane_drop_store (UsherLane *self, GError **error)
{
  usher_lane_stop_tickers (self);
  /* what it still runs may want to push more to it */
  if (self->pool != NULL)
    usher_workers_end (self->pool);
  g_clear_pointer (&self->figures, usher_store_figures_free);
  g_clear_pointer (&self->relay, usher_relay_free);
  g_clear_object (&self->store);

  return TRUE;
}

void
usher_lane_free (UsherLane *self)
{
  usher_lane_drop_store (self, NULL);
  g_clear_pointer (&self->pool, usher_workers_free);
  usher_waiters_free (self->waiters);
  usher_deferrals_free (self->deferrals);
  usher_hand_backs_free (self->hand_backs);
  usher_timers_out_free (self->timers_out);
  usher_ticker_free (self->ticker);
  g_clear_pointer (&self->deadlines, usher_ticker_free);
  usher_running_free (self->running);
  usher_tally_free (self->tally);
  usher_declarations_unref (self->declarations);
  g_object_unref (self->settings);
  g_object_unref (self->clock);
  g_free (self->directory);
  g_free (self);
}

/* @due: by the time of day; what is further away than a second the ticker looks for itself */
static void
notice_due (UsherLane *self, gint64 due)
{
  gint64 now = usher_clock_get_time (self->clock);

  if (due < now + G_TIME_SPAN_SECOND)
    usher_ticker_notice (self->ticker,
                         usher_clock_get_monotonic (self->clock) + MAX (0, due - now));
}

static void
notice_timers (UsherLane *self, UsherCommit *commit)
{
  for (guint i = 0; i < usher_commit_get_n_timers (commit); i++)
    {
      const UsherTimerChange *change = usher_commit_get_timer (commit, i);

      if (change->set)
        notice_due (self, change->due);
    }
}

/* On the store's thread, after each commit, in commit order. */
static void
on_committed (UsherStore *store, UsherCommit *commit, gpointer user_data)
{
  UsherLane *self = user_data;

  usher_lane_count (self, USHER_COUNT_COMMITS);
  if (self->relay != NULL)
    usher_relay_add (self->relay, commit);
  usher_waiters_wake (self->waiters, commit);
  notice_timers (self, commit);
}

/* On a thread of the store's, after commits of other processes, and while nobody relays and fires. */
static void
on_store_watch (UsherStore *store,
                const char *collection,
                const char *id,
                gboolean is_lease_free,
                gpointer user_data)
{
  UsherLane *self = user_data;

  usher_waiters_wake_others (self->waiters, collection, id);
  usher_deferrals_release (self->deferrals);
  if (self->relay != NULL)
    usher_relay_look (self->relay);

  if (is_lease_free || self->blocks)
    usher_ticker_notice (self->ticker, G_MININT64);
  else if (g_atomic_int_get (&self->has_lease))
    notice_due (self, usher_store_get_next_due (store));
  usher_store_end_reads (store);
}

static char *
dup_uri (UsherLane *self, GError **error)
{
  return usher_store_site_dup_uri (self->settings,
                                   usher_lane_get_name (self),
                                   self->directory,
                                   error);
}

static UsherStore *
open_store (UsherLane *self, const char *uri, GError **error)
{
  const UsherStoreOptions options = {
    .is_shared = self->ground.is_shared,
    .documents_a_commit =
        (guint) usher_settings_get_integer (self->settings, "store", "documents-a-unit"),
  };

  if (self->ground.open_store != NULL)
    return self->ground.open_store (
        usher_lane_get_name (self), uri, &options, self->ground.user_data, error);

  return usher_store_open (uri, self->clock, &options, error);
}

/* (transfer full) (nullable) */
static UsherStore *
await_store (UsherLane *self, GError **error)
{
  g_autofree char *uri = dup_uri (self, error);
  g_autoptr (GError) cause = NULL;
  UsherStoreSiteWait wait;
  UsherStore *store = NULL;

  if (uri == NULL)
    return NULL;

  usher_store_site_begin (&wait, self->settings, usher_lane_get_name (self), uri);
  while ((store = open_store (self, uri, &cause)) == NULL && usher_store_site_wait (&wait, cause))
    g_clear_error (&cause);
  if (store == NULL)
    g_propagate_error (error, g_steal_pointer (&cause));

  return store;
}

static gboolean
open_pool (UsherLane *self, GError **error)
{
  const char *name = usher_lane_get_name (self);
  g_autofree char *pool_name = g_strconcat ("usher-", name, NULL);
  guint n_threads = (guint) usher_settings_get_integer (self->settings, name, "threads");

  self->max_queue = (guint) usher_settings_get_integer (self->settings, name, "queue");
  self->pool = usher_workers_new (pool_name, n_threads, error);

  return self->pool != NULL;
}

/* Documents that no upgrade leads on from would stay behind for ever. */
static gboolean
check_levels (UsherLane *self, UsherSchema *schema, GError **error)
{
  const char *collection = usher_schema_get_collection (schema);
  g_autoptr (GPtrArray) lowest = NULL;
  UsherDocument *document = NULL;

  if (usher_schema_get_level (schema) == 0)
    return TRUE;

  lowest = usher_store_list_outdated (self->store, collection, NULL, 1, error);
  usher_store_end_reads (self->store);
  if (lowest == NULL)
    return FALSE;

  document = lowest->len > 0 ? g_ptr_array_index (lowest, 0) : NULL;

  return document == NULL || usher_declarations_check_level (self->declarations,
                                                             schema,
                                                             usher_document_get_level (document),
                                                             error);
}

static gboolean
add_collections (UsherLane *self, GError **error)
{
  GPtrArray *schemas = usher_declarations_get_schemas (self->declarations);

  for (guint i = 0; i < schemas->len; i++)
    {
      UsherSchema *schema = g_ptr_array_index (schemas, i);

      if (!usher_store_add_collection (self->store, schema, error) ||
          !check_levels (self, schema, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
usher_lane_check_site (UsherLane *self, GError **error)
{
  g_autofree char *uri = dup_uri (self, error);

  return uri != NULL;
}

gboolean
usher_lane_check (UsherLane *self, UsherReach *reach, GError **error)
{
  GPtrArray *schemas = usher_declarations_get_schemas (self->declarations);
  g_autofree char *uri = dup_uri (self, error);
  g_autoptr (UsherStore) store = NULL;
  gboolean ok = TRUE;

  *reach = (UsherReach){ 0 };
  if (uri == NULL)
    return FALSE;
  /* a database that is not there is not made here */
  if (self->ground.open_store == NULL && usher_store_site_is_missing (uri))
    return TRUE;

  store = open_store (self, uri, error);
  for (guint i = 0; store != NULL && ok && i < schemas->len; i++)
    {
      UsherSchema *schema = g_ptr_array_index (schemas, i);
      guint level = 0;

      ok = usher_store_check_collection (store, schema, &level, error) &&
           usher_declarations_check_level (self->declarations, schema, level, error);
    }
  ok = ok && store != NULL && usher_store_lookup_reach (store, reach, error);
  if (store != NULL)
    usher_store_close (store, NULL);

  return ok;
}

/* Who waits for a document shall get an answer in time, whatever the ticker has to wait for. */
static void
split_ticker (UsherLane *self)
{
  g_autofree char *name = g_strdup_printf ("the waits of “%s”", usher_lane_get_name (self));

  usher_ticker_set_patient (self->ticker);
  self->deadlines = usher_ticker_new (name, self->clock);
  usher_waiters_set_ticker (self->waiters, self->deadlines);
}

/* How the store is. One on a server is everybody's who knows where that is. */
static void
note_traits (UsherLane *self)
{
  const UsherStoreTraits *traits = usher_store_get_traits (self->store);

  self->blocks = traits->blocks;
  self->is_shared = self->ground.is_shared || (traits->blocks && traits->shared_by_copies);
  if (self->blocks)
    split_ticker (self);
}

gboolean
usher_lane_open (UsherLane *self, UsherBus *bus, GError **error)
{
  self->store = await_store (self, error);
  if (self->store == NULL)
    return FALSE;

  note_traits (self);
  if (!add_collections (self, error))
    return FALSE;
  usher_store_set_observer (self->store, on_committed, self, NULL);
  if (!open_pool (self, error))
    return FALSE;
  if (self->blocks)
    self->figures = usher_store_figures_new (self->store, self->pool);

  if (bus != NULL)
    {
      self->relay = usher_relay_new (self->store, bus, self->blocks ? self->ticker : NULL);
      usher_relay_set_tracer (self->relay, self->ground.tracer, usher_lane_get_name (self));
    }

  return usher_store_set_watch (self->store, on_store_watch, self, NULL, error) &&
         (self->relay == NULL || usher_relay_start (self->relay, error));
}

void
usher_lane_stop_tickers (UsherLane *self)
{
  usher_ticker_stop (self->ticker);
  if (self->deadlines != NULL)
    usher_ticker_stop (self->deadlines);
  usher_hand_backs_release (self->hand_backs);
}

/* What is under way nevertheless, as the time to finish was over, finds the store closed, and has its threads until the end. */
gboolean
usher_lane_close (UsherLane *self, GError **error)
{
  usher_lane_stop_tickers (self);
  if (self->store == NULL)
    return TRUE;

  if (!usher_store_close (self->store, error))
    {
      g_prefix_error (error, "store of service “%s”: ", usher_lane_get_name (self));
      return FALSE;
    }

  return TRUE;
}

gboolean
usher_lane_is_open (UsherLane *self)
{
  return self->store != NULL;
}

void
usher_lane_rest (UsherLane *self)
{
  g_atomic_int_set (&self->is_resting, TRUE);
}

gboolean
usher_lane_is_resting (UsherLane *self)
{
  return g_atomic_int_get (&self->is_resting);
}

/* Said before it is asked: who lets the lane rest and then looks whether it is idle sees one or the other. */
gboolean
usher_lane_begin_firing (UsherLane *self)
{
  g_atomic_int_set (&self->is_firing, TRUE);
  if (!g_atomic_int_get (&self->is_resting))
    return TRUE;

  usher_lane_end_firing (self);

  return FALSE;
}

void
usher_lane_end_firing (UsherLane *self)
{
  g_atomic_int_set (&self->is_firing, FALSE);
}

/* Firing comes first: what it has begun is open before it ends. */
gboolean
usher_lane_is_idle (UsherLane *self)
{
  return !g_atomic_int_get (&self->is_firing) && usher_running_get_n_open (self->running) == 0 &&
         (self->relay == NULL || usher_lane_is_away (self) || usher_relay_is_idle (self->relay));
}

void
usher_lane_end_reads (UsherLane *self)
{
  if (self->store != NULL)
    usher_store_end_reads (self->store);
}

const char *
usher_lane_get_name (UsherLane *self)
{
  return usher_declarations_get_service (self->declarations);
}

UsherDeclarations *
usher_lane_get_declarations (UsherLane *self)
{
  return self->declarations;
}

void
usher_lane_write_events (UsherLane *self, UsherJsonWriter *writer)
{
  GPtrArray *events = usher_declarations_get_events (self->declarations);

  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < events->len; i++)
    usher_event_schema_write (g_ptr_array_index (events, i), writer);
  usher_json_writer_end_array (writer);
}

GStrv
usher_lane_dup_channels (UsherLane *self)
{
  GPtrArray *events = usher_declarations_get_events (self->declarations);
  g_autoptr (GStrvBuilder) channels = g_strv_builder_new ();

  for (guint i = 0; i < events->len; i++)
    g_strv_builder_add (channels, usher_event_schema_get_channel (g_ptr_array_index (events, i)));

  return g_strv_builder_end (channels);
}

UsherClock *
usher_lane_get_clock (UsherLane *self)
{
  return self->clock;
}

UsherSettings *
usher_lane_get_settings (UsherLane *self)
{
  return self->settings;
}

gboolean
usher_lane_is_shared (UsherLane *self)
{
  return self->is_shared;
}

UsherStore *
usher_lane_get_store (UsherLane *self)
{
  return self->store;
}

UsherRelay *
usher_lane_get_relay (UsherLane *self)
{
  return self->relay;
}

UsherRunning *
usher_lane_get_running (UsherLane *self)
{
  return self->running;
}

UsherWaiters *
usher_lane_get_waiters (UsherLane *self)
{
  return self->waiters;
}

UsherDeferrals *
usher_lane_get_deferrals (UsherLane *self)
{
  return self->deferrals;
}

UsherHandBacks *
usher_lane_get_hand_backs (UsherLane *self)
{
  return self->hand_backs;
}

UsherTimersOut *
usher_lane_get_timers_out (UsherLane *self)
{
  return self->timers_out;
}

UsherTicker *
usher_lane_get_ticker (UsherLane *self)
{
  return self->ticker;
}

UsherTicker *
usher_lane_get_deadlines (UsherLane *self)
{
  return self->deadlines;
}

UsherSolitude *
usher_lane_get_solitude (UsherLane *self)
{
  return self->ground.solitude;
}

UsherTracer *
usher_lane_get_tracer (UsherLane *self)
{
  return self->ground.tracer;
}

gboolean
usher_lane_waits (UsherLane *self)
{
  return self->blocks;
}

UsherPlace
usher_lane_choose (UsherLane *self, UsherWorkKind kind, UsherThread here)
{
  gboolean is_pooled = usher_declarations_get_pool (self->declarations) > 0;

  return usher_place_choose (self->blocks || is_pooled, kind, here);
}

void
usher_lane_push (UsherLane *self, UsherPlace place, UsherWork *work)
{
  usher_workers_push (place == USHER_PLACE_POOL ? self->pool : self->ground.workers, work);
}

gboolean
usher_lane_is_full (UsherLane *self)
{
  return usher_workers_get_n_waiting (self->pool) >= self->max_queue;
}

gboolean
usher_lane_takes_changes (UsherLane *self)
{
  return self->store == NULL ||
         (usher_store_takes_changes (self->store) && !usher_store_is_away (self->store));
}

gboolean
usher_lane_is_away (UsherLane *self)
{
  return self->store != NULL && usher_store_is_away (self->store);
}

char *
usher_lane_dup_full_channel (UsherLane *self)
{
  return self->relay != NULL ? usher_relay_dup_full (self->relay, NULL) : NULL;
}

gboolean
usher_lane_hold_lease (UsherLane *self)
{
  gboolean has_lease = usher_store_hold_lease (self->store);

  g_atomic_int_set (&self->has_lease, has_lease);

  return has_lease;
}

static void
drop_unknown (UsherLane *self, GPtrArray *timers)
{
  for (guint i = timers->len; i > 0; i--)
    {
      const char *name = usher_timer_get_name (g_ptr_array_index (timers, i - 1));

      if (usher_declarations_find_alarm (self->declarations, name) == NULL)
        g_ptr_array_remove_index (timers, i - 1);
    }
}

/* Timers whose name the service has forgotten stay, and must not stand in the way of the others. */
GPtrArray *
usher_lane_list_due (UsherLane *self, gint64 now, guint limit, GError **error)
{
  g_autoptr (GPtrArray) timers = NULL;
  gboolean has_more = TRUE;

  for (guint n = limit; has_more && (timers == NULL || timers->len < limit); n *= 2)
    {
      g_clear_pointer (&timers, g_ptr_array_unref);
      timers = usher_store_list_timers (self->store, now, n, error);
      usher_store_end_reads (self->store);
      if (timers == NULL)
        return NULL;
      has_more = timers->len == n;
      drop_unknown (self, timers);
    }

  return g_steal_pointer (&timers);
}

void
usher_lane_count (UsherLane *self, UsherCount count)
{
  usher_tally_add (self->tally, count, 1);
}

guint64
usher_lane_get_count (UsherLane *self, UsherCount count)
{
  return usher_tally_sum (self->tally, count);
}

void
usher_lane_get_figures (UsherLane *self, UsherLaneFigures *figures)
{
  *figures = (UsherLaneFigures){
    .n_waiting = usher_waiters_get_n (self->waiters),
    .n_deferred = usher_deferrals_get_n (self->deferrals),
  };
  if (self->pool != NULL)
    figures->n_queued = usher_workers_get_n_waiting (self->pool);
  if (self->relay != NULL)
    {
      g_autofree char *full = usher_relay_dup_full (self->relay, &figures->n_full);

      figures->n_unconfirmed = usher_relay_get_n_pending (self->relay, &figures->is_behind);
    }
}

GVariant *
usher_lane_describe_store (UsherLane *self, gint64 *next_due)
{
  GVariant *figures = NULL;

  *next_due = G_MAXINT64;
  if (self->store == NULL)
    return NULL;
  if (self->figures != NULL)
    return usher_store_figures_get (self->figures, next_due);

  figures = usher_store_describe (self->store, NULL);
  *next_due = usher_store_get_next_due (self->store);
  usher_store_end_reads (self->store);

  return figures;
}

gint64
usher_lane_get_next_due (UsherLane *self)
{
  return self->store != NULL ? usher_store_get_next_due (self->store) : G_MAXINT64;
}

guint
usher_lane_get_n_listeners (UsherLane *self)
{
  return usher_declarations_get_listeners (self->declarations)->len;
}

const UsherListener *
usher_lane_get_listener (UsherLane *self, guint index)
{
  return g_ptr_array_index (usher_declarations_get_listeners (self->declarations), index);
}
