/* latency.c: how long a purchase takes from order to complete, in each placement, and what the placement costs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <locale.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "usher-test-children.h"
#include "usher-test-shop.h"

#define N_IDLE     300
#define IDLE_PAUSE (10 * G_TIME_SPAN_MILLISECOND)
#define N_BUYERS   8
/* tickets that each buyer has in store, so that none is bought that was made just now */
#define STOCK 4
/* seconds */
#define SATURATION 4
#define LOAD       6
/* between looks at an order */
#define LOOK 200

typedef struct
{
  UsherTestClient *client;
  GQueue stock;    /* (element-type utf8) */
  GArray *times;   /* (element-type double): milliseconds */
  gint64 deadline; /* monotonic */
  gint64 interval; /* from one purchase's begin to the next one's; 0: none */
  gint64 delay;    /* before the first, so that not all begin at once */
} Buyer;

static void
buyer_init (Buyer *buyer, UsherTestProcess *process, guint index)
{
  g_autofree char *email = g_strdup_printf ("buyer%u@example.com", index);

  *buyer = (Buyer){ .client = usher_test_sign_up (process, email) };
  g_queue_init (&buyer->stock);
  buyer->times = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < STOCK; i++)
    g_queue_push_tail (&buyer->stock, usher_test_create_ticket (buyer->client, "Concert", "10"));
}

static void
buyer_clear (Buyer *buyer)
{
  usher_test_client_free (buyer->client);
  g_queue_clear_full (&buyer->stock, g_free);
  g_array_unref (buyer->times);
}

static void
await_complete (UsherTestClient *client, const char *order_id)
{
  g_autofree char *path = g_strconcat ("/api/orders/", order_id, NULL);

  while (usher_test_client_send (client, "GET", path, NULL) == 200 &&
         g_strcmp0 (usher_test_client_get_string (client, "status"), "complete") != 0)
    g_usleep (LOOK);
  g_assert_cmpuint (usher_test_client_get_status (client), ==, 200);
}

/* From the order until it reads complete, as the buyer sees it. */
static void
buy (Buyer *buyer)
{
  g_autofree char *ticket_id = g_queue_pop_head (&buyer->stock);
  g_autofree char *order_id = NULL;
  gint64 start = 0;
  double time = 0;

  g_queue_push_tail (&buyer->stock, usher_test_create_ticket (buyer->client, "Concert", "10"));
  start = g_get_monotonic_time ();
  order_id = usher_test_order (buyer->client, ticket_id);
  if (usher_test_pay (buyer->client, order_id, "tok_visa") != 201)
    g_error ("not paid: %s", usher_test_client_get_body (buyer->client));
  await_complete (buyer->client, order_id);
  time = (double) (g_get_monotonic_time () - start) / 1e3;
  g_array_append_val (buyer->times, time);
}

static gpointer
buy_on (gpointer data)
{
  Buyer *buyer = data;
  gint64 next = g_get_monotonic_time () + buyer->delay;

  g_usleep ((gulong) buyer->delay);
  while (g_get_monotonic_time () < buyer->deadline)
    {
      buy (buyer);
      next += buyer->interval;
      if (buyer->interval > 0 && next > g_get_monotonic_time ())
        g_usleep ((gulong) (next - g_get_monotonic_time ()));
    }

  return NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return (first > second) - (first < second);
}

static double
get_part (GArray *times, double part)
{
  g_array_sort (times, compare);

  return g_array_index (times, double, (guint) floor (part * (times->len - 1)));
}

/* All buyers at once, each as fast as it goes or once an interval; (transfer full): the times of all. */
static GArray *
let_buy (Buyer *buyers, guint seconds, gint64 interval)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (double));
  GThread *threads[N_BUYERS];

  for (guint i = 0; i < N_BUYERS; i++)
    {
      g_array_set_size (buyers[i].times, 0);
      buyers[i].deadline = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
      buyers[i].interval = interval;
      buyers[i].delay = interval * i / N_BUYERS;
      threads[i] = g_thread_new ("buyer", buy_on, &buyers[i]);
    }
  for (guint i = 0; i < N_BUYERS; i++)
    {
      g_thread_join (threads[i]);
      g_array_append_vals (times, buyers[i].times->data, buyers[i].times->len);
    }

  return times;
}

static void
print_times (const char *what, GArray *times)
{
  g_print ("  %-34s p50 %6.2f ms   p99 %6.2f ms\n",
           what,
           get_part (times, 0.5),
           get_part (times, 0.99));
}

static void
measure_purchases (UsherTestProcess *process)
{
  Buyer buyers[N_BUYERS];
  g_autoptr (GArray) saturated = NULL;
  g_autoptr (GArray) loaded = NULL;
  g_autofree char *what = NULL;
  double rate = 0;

  for (guint i = 0; i < N_BUYERS; i++)
    buyer_init (&buyers[i], process, i);

  for (guint i = 0; i < N_IDLE; i++)
    {
      buy (&buyers[0]);
      g_usleep (IDLE_PAUSE);
    }
  print_times ("one purchase at a time", buyers[0].times);

  saturated = let_buy (buyers, SATURATION, 0);
  rate = (double) saturated->len / SATURATION;
  what = g_strdup_printf ("%d buyers, %.0f purchases a second", N_BUYERS, rate);
  print_times (what, saturated);
  loaded = let_buy (buyers, LOAD, (gint64) (N_BUYERS * 2 * 1e6 / rate));
  g_free (what);
  what = g_strdup_printf ("at half of that, %.0f a second", (double) loaded->len / LOAD);
  print_times (what, loaded);

  for (guint i = 0; i < N_BUYERS; i++)
    buyer_clear (&buyers[i]);
}

/* MB that would be free without the process: shared pages count by their share */
static double
get_memory (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", (int) pid);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  const char *line = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  line = strstr (text, "\nPss:");
  g_assert_nonnull (line);

  return g_ascii_strtod (line + strlen ("\nPss:"), NULL) / 1024;
}

static void
measure_memory (UsherTestProcess *process, const char *when)
{
  g_autoptr (GPtrArray) children = usher_test_children_list (process);
  double own = get_memory (usher_test_process_get_pid (process));
  double services = 0;
  double hub = 0;

  if (children->len == 0)
    {
      g_print ("  memory %-27s %.1f MB\n", when, own);
      return;
    }

  for (guint i = 0; i < children->len; i++)
    {
      UsherTestChild *child = g_ptr_array_index (children, i);

      *(g_str_equal (child->name, USHER_TEST_HUB) ? &hub : &services) += get_memory (child->pid);
    }
  g_print ("  memory %-27s %u services %.1f MB, hub %.1f MB, supervisor %.1f MB\n",
           when,
           children->len - 1,
           services,
           hub,
           own);
}

static double
measure_start (UsherTestProcess *process)
{
  gint64 start = g_get_monotonic_time ();

  usher_test_process_start (process);

  return (double) (g_get_monotonic_time () - start) / 1e3;
}

static void
measure_death (UsherTestProcess *process, const char *service)
{
  gint64 start = g_get_monotonic_time ();
  GPid pid = usher_test_children_signal (process, service, 0, SIGKILL);

  g_assert_cmpint (pid, >, 0);
  usher_test_children_await_replaced (process, pid);
  g_print ("  dead to READY, %-19s %.0f ms\n",
           service,
           (double) (g_get_monotonic_time () - start) / 1e3);
}

static void
measure_deaths (UsherTestProcess *process)
{
  static const char *const names[] = { "auth",       "tickets",      "orders", "payments",
                                       "expiration", USHER_TEST_HUB, NULL };

  if (usher_test_process_get_placement (process) == USHER_TEST_ONE)
    {
      usher_test_process_kill (process);
      g_print ("  dead to READY                      %.0f ms\n", measure_start (process));
      return;
    }

  for (guint i = 0; names[i] != NULL; i++)
    measure_death (process, names[i]);
}

static void
measure (UsherTestPlacement placement)
{
  const char *const settings[] = { "log.level=warning", "auth.hash-memory-kib=19456", NULL };
  g_autoptr (UsherTestProcess) process = usher_test_process_new_placed (placement, settings);

  g_print ("%s\n", usher_test_placement_get_name (placement));
  g_print ("  start to READY, on no data         %.0f ms\n", measure_start (process));
  measure_memory (process, "after the start");
  measure_purchases (process);
  measure_memory (process, "after all that");
  measure_deaths (process);
  usher_test_process_stop (process);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  for (int i = USHER_TEST_ONE; i <= USHER_TEST_PAIRS; i++)
    if (argc < 2 || g_str_equal (argv[1], usher_test_placement_get_name (i)))
      measure (i);

  return 0;
}
