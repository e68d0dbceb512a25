/* usher-hub-group.c: queue groups: a cursor on the log and what is out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include "usher-error.h"
#include "usher-id.h"
#include "usher-json.h"

#define DEFER_FIRST (20 * G_TIME_SPAN_MILLISECOND)
#define DEFER_LAST  G_TIME_SPAN_SECOND
#define MAX_REASONS 16

static void
free_pending (gpointer data)
{
  UsherPending *pending = data;

  g_clear_pointer (&pending->reasons, g_ptr_array_unref);
  g_free (pending);
}

void
usher_hub_free_group (gpointer data)
{
  UsherGroup *group = data;

  g_hash_table_unref (group->done);
  g_hash_table_unref (group->pending);
  g_ptr_array_unref (group->seats);
  g_free (group->name);
  g_free (group);
}

UsherGroup *
usher_hub_find_group (UsherChannel *channel, const char *name)
{
  for (guint i = 0; i < channel->groups->len; i++)
    {
      UsherGroup *group = g_ptr_array_index (channel->groups, i);

      if (g_str_equal (group->name, name))
        return group;
    }

  return NULL;
}

UsherGroup *
usher_hub_add_group (UsherChannel *channel, const char *name, gboolean durable, guint64 cursor)
{
  UsherGroup *group = g_new0 (UsherGroup, 1);

  group->channel = channel;
  group->name = g_strdup (name);
  group->durable = durable;
  group->cursor = cursor;
  group->floor = cursor - 1;
  group->done = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  group->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_pending);
  group->seats = g_ptr_array_new ();
  group->next_due = G_MAXINT64;
  group->ack_wait = 30 * G_TIME_SPAN_SECOND;
  group->max_deliver = 5;
  group->defer_limit = 15 * G_TIME_SPAN_MINUTE;
  group->changed = durable;
  g_ptr_array_add (channel->groups, group);

  return group;
}

static UsherPending *
find_pending (UsherGroup *group, guint64 sequence)
{
  return g_hash_table_lookup (group->pending, &sequence);
}

static UsherPending *
add_pending (UsherGroup *group, guint64 sequence)
{
  UsherPending *pending = g_new0 (UsherPending, 1);

  pending->sequence = sequence;
  g_hash_table_insert (group->pending, &pending->sequence, pending);

  return pending;
}

/* What a restart must know of; the others are simply delivered again. */
static gboolean
is_notable (const UsherPending *pending)
{
  return pending->attempts > 0 || pending->deferred_since != 0 || pending->replayed;
}

/* The state as it is kept: floor, what is done above it, what is pending and notable. */
GBytes *
usher_hub_save_group (UsherGroup *group)
{
  GByteArray *state = g_byte_array_new ();
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;
  guint n_notable = 0;

  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n_notable += is_notable (value) ? 1 : 0;

  usher_frame_add_u8 (state, group->live ? 1 : 0);
  usher_frame_add_u64 (state, group->floor);
  usher_frame_add_u64 (state, group->cursor);
  usher_frame_add_u32 (state, n_notable);
  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const UsherPending *pending = value;

      if (!is_notable (pending))
        continue;
      usher_frame_add_u64 (state, pending->sequence);
      usher_frame_add_u32 (state, pending->attempts);
      usher_frame_add_u64 (state, (guint64) pending->deferred_since);
      usher_frame_add_u8 (state, pending->replayed ? 1 : 0);
      usher_frame_add_u32 (state, pending->reasons != NULL ? pending->reasons->len : 0);
      for (guint i = 0; pending->reasons != NULL && i < pending->reasons->len; i++)
        usher_frame_add_text (state, g_ptr_array_index (pending->reasons, i));
    }
  usher_frame_add_u32 (state, g_hash_table_size (group->done));
  g_hash_table_iter_init (&iter, group->done);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    usher_frame_add_u64 (state, *(guint64 *) key);

  return g_byte_array_free_to_bytes (state);
}

static void
load_pending (UsherGroup *group, UsherFrameReader *reader)
{
  UsherPending *pending = add_pending (group, usher_frame_read_u64 (reader));
  guint n_reasons = 0;

  pending->attempts = usher_frame_read_u32 (reader);
  pending->deferred_since = (gint64) usher_frame_read_u64 (reader);
  pending->replayed = usher_frame_read_u8 (reader) != 0;
  pending->redelivered = TRUE;
  n_reasons = usher_frame_read_u32 (reader);
  for (guint i = 0; i < n_reasons && !reader->failed; i++)
    {
      char *reason = usher_frame_read_text (reader);

      if (pending->reasons == NULL)
        pending->reasons = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (pending->reasons, reason != NULL ? reason : g_strdup (""));
    }
  group->next_due = 0;
}

void
usher_hub_load_group (UsherHub *self,
                      const char *channel_name,
                      const char *name,
                      gconstpointer state,
                      gsize size)
{
  UsherChannel *channel = usher_hub_get_channel (self, channel_name);
  UsherGroup *group = usher_hub_add_group (channel, name, TRUE, 1);
  UsherFrameReader reader;
  guint n = 0;

  usher_frame_reader_init (&reader, state, size);
  group->live = usher_frame_read_u8 (&reader) != 0;
  group->floor = usher_frame_read_u64 (&reader);
  group->resumed = usher_frame_read_u64 (&reader);
  group->cursor = group->floor + 1;
  n = usher_frame_read_u32 (&reader);
  for (guint i = 0; i < n && !reader.failed; i++)
    load_pending (group, &reader);
  n = usher_frame_read_u32 (&reader);
  for (guint i = 0; i < n && !reader.failed; i++)
    {
      guint64 sequence = usher_frame_read_u64 (&reader);

      g_hash_table_add (group->done, g_memdup2 (&sequence, sizeof sequence));
    }
  group->changed = FALSE;
}

static void
mark_changed (UsherGroup *group)
{
  group->changed = group->durable;
}

/* The best member: not paused, with room, with least out; among equals the next in turn. */
static UsherSeat *
choose_seat (UsherGroup *group)
{
  UsherSeat *best = NULL;

  for (guint i = 0; i < group->seats->len; i++)
    {
      UsherSeat *seat =
          g_ptr_array_index (group->seats, (group->next_seat + i) % group->seats->len);

      if (seat->member->paused || seat->n_out >= seat->max_in_flight)
        continue;
      if (best != NULL && seat->n_out >= best->n_out)
        continue;
      if (usher_hub_can_deliver (seat->member))
        best = seat;
      else
        group->blocked = TRUE;
    }
  if (best != NULL)
    group->next_seat++;

  return best;
}

/* Sends @count events of a frame from @from on; FALSE when the member's pipe is full. */
static gboolean
send_slice (UsherHub *self,
            UsherSeat *seat,
            const UsherJournalFrame *frame,
            guint64 from,
            guint count,
            const UsherPending *pending)
{
  gboolean redelivered = pending != NULL ? pending->redelivered : from < seat->group->resumed;
  GByteArray *message = usher_frame_new (USHER_FRAME_DELIVER);
  UsherFrameReader reader;
  const guint8 *bytes = NULL;
  const guint8 *id = NULL;
  gsize size = 0;

  usher_frame_add_u32 (message, seat->id);
  usher_frame_add_u64 (message, from);
  usher_frame_add_u16 (message, (guint16) count);
  usher_frame_add_u32 (message, pending != NULL ? pending->attempts + 1 : 1);
  usher_frame_add_u8 (message, redelivered ? 1 : 0);

  usher_frame_reader_init (&reader,
                           g_bytes_get_data (frame->bytes, NULL),
                           g_bytes_get_size (frame->bytes));
  if (count == frame->count)
    g_byte_array_append (message, reader.at, (guint) (reader.end - reader.at));
  else
    for (guint64 sequence = frame->base;
         sequence < from + count && usher_frame_skip_event (&reader, &bytes, &size, &id);
         sequence++)
      if (sequence >= from)
        g_byte_array_append (message, bytes, (guint) size);

  size = message->len;
  if (!usher_hub_deliver (self, seat->member, message))
    return FALSE;

  self->out_events += count;
  self->out_bytes += size;
  seat->last_sent = from + count - 1;

  return TRUE;
}

static void
put_out (UsherHub *self, UsherGroup *group, UsherSeat *seat, UsherPending *pending)
{
  pending->seat = seat;
  pending->due = usher_hub_get_now (self) + group->ack_wait;
  seat->n_out++;
  group->next_due = MIN (group->next_due, pending->due);
}

static gboolean
is_taken (UsherGroup *group, guint64 sequence)
{
  return g_hash_table_contains (group->done, &sequence) || find_pending (group, sequence) != NULL;
}

/* Passes over what is not in the log any more, or is done already. */
static void
skip_done (UsherGroup *group)
{
  if (group->cursor < group->channel->first)
    {
      group->cursor = group->channel->first;
      group->floor = MAX (group->floor, group->cursor - 1);
    }
  if (group->cursor >= group->resumed)
    return;
  while (is_taken (group, group->cursor))
    group->cursor++;
}

/* How many from the cursor on can go in one message. */
static guint
count_fresh (UsherGroup *group, const UsherJournalFrame *frame, guint room)
{
  guint64 end = frame->base + frame->count;
  guint n = (guint) MIN (end - group->cursor, room);

  /* beyond what an earlier run had sent out nothing is taken */
  if (group->cursor >= group->resumed)
    return n;

  for (guint i = 0; i < n; i++)
    if (is_taken (group, group->cursor + i))
      return i;

  return n;
}

static gboolean
dispatch_fresh (UsherHub *self, UsherGroup *group)
{
  UsherSeat *seat = NULL;
  UsherJournalFrame *frame = NULL;
  guint n = 0;

  skip_done (group);
  if (group->cursor > group->channel->committed)
    return FALSE;
  seat = choose_seat (group);
  if (seat == NULL)
    return FALSE;

  frame = usher_hub_find_frame (self, group->channel, group->cursor);
  if (frame == NULL)
    return FALSE;
  group->cursor = MAX (group->cursor, frame->base);
  n = count_fresh (group, frame, seat->max_in_flight - seat->n_out);
  if (n == 0 || !send_slice (self, seat, frame, group->cursor, n, NULL))
    return FALSE;

  for (guint i = 0; i < n; i++)
    put_out (self, group, seat, add_pending (group, group->cursor + i));
  group->cursor += n;
  mark_changed (group);

  return TRUE;
}

/* Lets the group have what is durable, as far as its members have room. */
void
usher_hub_dispatch (UsherHub *self, UsherGroup *group)
{
  if (group->live)
    return;

  while (dispatch_fresh (self, group))
    continue;
}

/* Moves the floor over what is done, or is kept by itself, so that little has to be kept. */
static void
raise_floor (UsherGroup *group)
{
  while (group->floor + 1 < group->cursor)
    {
      guint64 sequence = group->floor + 1;
      const UsherPending *pending = find_pending (group, sequence);

      if (pending != NULL ? !is_notable (pending) : !g_hash_table_remove (group->done, &sequence))
        break;
      group->floor = sequence;
    }
}

static void
set_done (UsherGroup *group, UsherPending *pending)
{
  guint64 sequence = pending->sequence;

  g_hash_table_remove (group->pending, &sequence);
  if (sequence > group->floor)
    g_hash_table_add (group->done, g_memdup2 (&sequence, sizeof sequence));
  raise_floor (group);
  mark_changed (group);
}

void
usher_hub_feed (UsherGroup *group)
{
  if (group->starved)
    group->next_due = 0;
}

static void
take_back (UsherPending *pending)
{
  if (pending->seat == NULL)
    return;

  pending->seat->n_out--;
  usher_hub_feed (pending->seat->group);
  pending->seat = NULL;
}

static char *
list_reasons (const UsherPending *pending)
{
  GString *json = g_string_new ("[");

  for (guint i = 0; pending->reasons != NULL && i < pending->reasons->len; i++)
    {
      g_string_append (json, i > 0 ? "," : "");
      usher_json_append_string (json, g_ptr_array_index (pending->reasons, i));
    }
  g_string_append_c (json, ']');

  return g_string_free (json, FALSE);
}

/* Parks the event and counts it as done, in one commit. */
static void
park (UsherHub *self, UsherGroup *group, UsherPending *pending, gboolean deferred)
{
  UsherParked *parked = g_new0 (UsherParked, 1);

  parked->id = usher_uuid_new (self->clock);
  parked->channel = g_strdup (group->channel->name);
  parked->group = g_strdup (group->name);
  parked->sequence = pending->sequence;
  parked->time = usher_clock_get_time (self->clock);
  parked->attempts = pending->attempts;
  parked->deferred = deferred;
  parked->reasons = list_reasons (pending);
  g_ptr_array_add (self->next->parked, parked);
  g_message ("event %" G_GUINT64_FORMAT " of “%s” is parked for group “%s”: %s",
             pending->sequence,
             group->channel->name,
             group->name,
             parked->reasons);
  set_done (group, pending);
}

static void
add_reason (UsherPending *pending, const char *reason)
{
  guint last = 0;

  if (pending->reasons == NULL)
    pending->reasons = g_ptr_array_new_with_free_func (g_free);

  last = pending->reasons->len;
  /* deferrals say the same again and again */
  if (last > 0 && g_strcmp0 (g_ptr_array_index (pending->reasons, last - 1), reason) == 0 &&
      pending->n_defers > 0)
    return;
  if (last >= MAX_REASONS)
    g_ptr_array_remove_index (pending->reasons, 0);
  g_ptr_array_add (pending->reasons, g_strdup (reason != NULL ? reason : ""));
}

static void
wait_until (UsherGroup *group, UsherPending *pending, gint64 due)
{
  take_back (pending);
  pending->due = due;
  pending->redelivered = TRUE;
  group->next_due = MIN (group->next_due, due);
  mark_changed (group);
}

static void
count_attempt (UsherHub *self,
               UsherGroup *group,
               UsherPending *pending,
               gint64 delay,
               const char *reason)
{
  pending->attempts++;
  pending->n_defers = 0;
  add_reason (pending, reason);
  if (pending->attempts < group->max_deliver)
    {
      wait_until (group, pending, usher_hub_get_now (self) + MIN (delay, USHER_HUB_MAX_DELAY));
      return;
    }

  take_back (pending);
  park (self, group, pending, FALSE);
}

static void
defer (UsherHub *self, UsherGroup *group, UsherPending *pending, const char *reason)
{
  gint64 wall = usher_clock_get_time (self->clock);

  if (pending->deferred_since == 0)
    pending->deferred_since = wall;
  add_reason (pending, reason);
  if (wall - pending->deferred_since >= group->defer_limit)
    {
      take_back (pending);
      park (self, group, pending, TRUE);
      return;
    }

  wait_until (group,
              pending,
              usher_hub_get_now (self) +
                  MIN (DEFER_FIRST << MIN (pending->n_defers, 6), DEFER_LAST));
  pending->n_defers++;
}

/* What waited too long may go on, now that an event of the group was replayed with success. */
static void
release_deferred (UsherHub *self, UsherGroup *group)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list =
      usher_journal_list_parked (self->journal, group->channel->name, group->name, &error);

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      UsherParked *parked = g_ptr_array_index (list, i);

      if (parked->deferred && !usher_hub_is_unparked (self, parked->id))
        usher_hub_replay (self, parked, NULL);
    }
}

void
usher_hub_answer (UsherHub *self,
                  UsherSeat *seat,
                  guint64 sequence,
                  UsherAnswerKind kind,
                  gint64 delay,
                  const char *reason)
{
  UsherGroup *group = seat->group;
  UsherPending *pending = find_pending (group, sequence);
  gboolean replayed = FALSE;

  /* a second answer, or one for an event that is done meanwhile */
  if (pending == NULL)
    return;
  /* only an acknowledgement counts of a member that has lost the event to another */
  if (pending->seat != seat && kind != USHER_ANSWER_ACK)
    return;

  switch (kind)
    {
    case USHER_ANSWER_ACK:
      replayed = pending->replayed;
      take_back (pending);
      set_done (group, pending);
      if (replayed)
        release_deferred (self, group);
      break;

    case USHER_ANSWER_NAK:
      count_attempt (self, group, pending, delay, reason);
      break;

    case USHER_ANSWER_DEFER:
      defer (self, group, pending, reason);
      break;

    case USHER_ANSWER_HAND_BACK:
    default:
      wait_until (group, pending, 0);
      break;
    }
}

void
usher_hub_vacate (UsherHub *self, UsherSeat *seat)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, seat->group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherPending *pending = value;

      if (pending->seat == seat)
        wait_until (seat->group, pending, 0);
    }
  g_ptr_array_remove (seat->group->seats, seat);
}

static int
compare_sequences (gconstpointer a, gconstpointer b)
{
  const UsherPending *first = *(UsherPending *const *) a;
  const UsherPending *second = *(UsherPending *const *) b;

  return first->sequence < second->sequence ? -1 : first->sequence > second->sequence;
}

/* FALSE when nobody has room. */
static gboolean
send_again (UsherHub *self, UsherGroup *group, UsherPending *pending)
{
  UsherSeat *seat = choose_seat (group);
  UsherJournalFrame *frame = NULL;

  if (seat == NULL)
    return FALSE;

  /* the limit of age has dropped it from the log */
  if (pending->sequence < group->channel->first)
    {
      set_done (group, pending);
      return TRUE;
    }

  frame = usher_hub_find_frame (self, group->channel, pending->sequence);
  /* the log cannot be read now */
  if (frame == NULL || frame->base > pending->sequence)
    {
      wait_until (group, pending, usher_hub_get_now (self) + DEFER_LAST);
      return TRUE;
    }
  if (!send_slice (self, seat, frame, pending->sequence, 1, pending))
    return FALSE;

  put_out (self, group, seat, pending);
  group->n_redelivered++;

  return TRUE;
}

/* Sends what waits and is due, and takes back what was not answered in time. */
void
usher_hub_expire (UsherHub *self, UsherGroup *group, gint64 now)
{
  g_autoptr (GPtrArray) due = NULL;
  GHashTableIter iter;
  gpointer value = NULL;
  gboolean room = TRUE;

  if (now < group->next_due && !group->blocked)
    return;

  due = g_ptr_array_new ();
  group->next_due = G_MAXINT64;
  group->starved = FALSE;
  group->blocked = FALSE;
  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherPending *pending = value;

      if (pending->due <= now)
        g_ptr_array_add (due, pending);
      else
        group->next_due = MIN (group->next_due, pending->due);
    }
  g_ptr_array_sort (due, compare_sequences);

  for (guint i = 0; i < due->len; i++)
    {
      UsherPending *pending = g_ptr_array_index (due, i);

      if (pending->seat != NULL)
        {
          count_attempt (self, group, pending, 0, "no answer in time");
          /* there is room now */
          group->next_due = MIN (group->next_due, now);
        }
      else if (room)
        room = send_again (self, group, pending);
    }
  group->starved = !room;
}

void
usher_hub_forget_group (UsherHub *self, UsherGroup *group)
{
  if (group->durable)
    g_hash_table_replace (self->next->groups,
                          g_strconcat (group->channel->name, "\n", group->name, NULL),
                          NULL);
  g_ptr_array_remove (group->channel->groups, group);
}

static gboolean
has_unparked (UsherJournalBatch *batch, const char *id)
{
  return batch != NULL && g_ptr_array_find_with_equal_func (batch->unparked, id, g_str_equal, NULL);
}

gboolean
usher_hub_is_unparked (UsherHub *self, const char *id)
{
  return has_unparked (self->next, id) || has_unparked (self->written, id);
}

gboolean
usher_hub_replay (UsherHub *self, UsherParked *parked, GError **error)
{
  UsherChannel *channel = usher_hub_get_channel (self, parked->channel);
  UsherGroup *group = usher_hub_find_group (channel, parked->group);
  UsherPending *pending = NULL;

  if (group == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "group “%s” of channel “%s” is gone",
                   parked->group,
                   parked->channel);
      return FALSE;
    }

  pending = find_pending (group, parked->sequence);
  if (pending == NULL)
    {
      g_hash_table_remove (group->done, &parked->sequence);
      pending = add_pending (group, parked->sequence);
    }
  pending->replayed = TRUE;
  wait_until (group, pending, 0);
  raise_floor (group);
  g_ptr_array_add (self->next->unparked, g_strdup (parked->id));

  return TRUE;
}
