/* fuzz-main.c: runs a target where there is no libFuzzer
 *
 * Takes the arguments of libFuzzer that are used here:
 *
 *   fuzz-NAME [-max_total_time=SECONDS] [-seed=N] [-artifact_prefix=PATH] FOLDER…   SECONDS of the processor
 *   fuzz-NAME FILE…                                                               each once
 *
 * The input that runs is in a file, which is left behind when the target aborts.
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define MAX_SIZE 16384
/* most are short */
#define MAX_GROWN 4096
/* of the clock, for one input and for all: a target that waits uses little of the processor */
#define MAX_SECONDS 30
#define PATIENCE    2

/* What runs now, where it outlives this process. */
static struct
{
  char path[512];
  char *room; /* (nullable) */
  gsize length;
} current;

typedef struct
{
  int seconds;
  guint seed;
  const char *prefix;
  char *mark;       /* (owned): what the names of the target's own seeds have */
  GPtrArray *seeds; /* (owned) (element-type GBytes) */
  GPtrArray *own;   /* (owned) (element-type GBytes): the target's own among them */
  GRand *rand;      /* (owned) */
  guint n_tokens;
  guint64 n_runs;
} Fuzzer;

const char *__asan_default_options (void);
void __sanitizer_set_death_callback (void (*func) (void)) __attribute__ ((weak));

const char *
__asan_default_options (void)
{
#ifdef FUZZ_PLAIN_STACK
  /* what stands for the stack keeps no 128 octets' alignment, which libbson wants */
  return "abort_on_error=1";
#else
  return "abort_on_error=1:detect_stack_use_after_return=1";
#endif
}

static void
say (const char *text)
{
  if (write (STDERR_FILENO, text, strlen (text)) < 0)
    return;
}

static void
tell_input (void)
{
  if (current.room == NULL)
    return;

  /* NOLINTNEXTLINE (bugprone-signal-handler): it is one call of the system, and the process ends anyway */
  if (truncate (current.path, (off_t) current.length) != 0)
    say ("there is more behind it: ");
  say ("the input is in ");
  say (current.path);
  say ("\n");
  current.room = NULL;
}

static void
on_signal (int number)
{
  if (number == SIGALRM)
    say ("an input took too long\n");
  tell_input ();
  signal (SIGABRT, SIG_DFL);
  abort ();
}

static void
run_input (Fuzzer *fuzzer, const char *data, gsize length)
{
  /* its own, so that not a byte behind it is read unseen */
  g_autofree char *exact = g_malloc (MAX (length, 1));

  memcpy (exact, data, length);
  if (current.room != NULL)
    {
      memcpy (current.room, data, length);
      current.length = length;
    }

  alarm (MAX_SECONDS);
  LLVMFuzzerTestOneInput ((const uint8_t *) exact, length);
  alarm (0);
  fuzzer->n_runs++;
}

static void
flip (GString *input, GRand *rand)
{
  guint at = (guint) g_rand_int_range (rand, 0, (gint32) input->len);

  if (g_rand_boolean (rand))
    input->str[at] = (char) (input->str[at] ^ (1 << g_rand_int_range (rand, 0, 8)));
  else
    input->str[at] = (char) g_rand_int_range (rand, 0, 256);
}

static void
erase (GString *input, GRand *rand)
{
  guint at = (guint) g_rand_int_range (rand, 0, (gint32) input->len);
  guint most = (guint) input->len - at;

  g_string_erase (input, at, g_rand_int_range (rand, 1, (gint32) MIN (most, 64) + 1));
}

/* Some of a text, once or often, goes in anywhere. */
static void
put (GString *input, GRand *rand, const char *text, gsize length, guint n_times)
{
  gssize at = g_rand_int_range (rand, 0, (gint32) input->len + 1);

  for (guint i = 0; i < n_times && input->len + length <= MAX_GROWN; i++)
    g_string_insert_len (input, at, text, (gssize) length);
}

static void
repeat (GString *input, GRand *rand)
{
  guint at = (guint) g_rand_int_range (rand, 0, (gint32) input->len);
  gsize n = (gsize) g_rand_int_range (rand, 1, (gint32) MIN (input->len - at, 64) + 1);
  g_autofree char *piece = g_memdup2 (input->str + at, n);

  put (input, rand, piece, n, 1U << g_rand_int_range (rand, 0, 8));
}

/* Every other time one of the target's own, of which there are few. */
static GBytes *
pick (Fuzzer *fuzzer)
{
  const GPtrArray *seeds =
      fuzzer->own->len > 0 && g_rand_boolean (fuzzer->rand) ? fuzzer->own : fuzzer->seeds;

  return g_ptr_array_index (seeds, (guint) g_rand_int_range (fuzzer->rand, 0, (gint32) seeds->len));
}

/* The begin of one and the end of another. */
static void
splice (Fuzzer *fuzzer, GString *input)
{
  gsize length = 0;
  const char *other = g_bytes_get_data (pick (fuzzer), &length);
  gsize from = (gsize) g_rand_int_range (fuzzer->rand, 0, (gint32) length + 1);

  g_string_truncate (input, (gsize) g_rand_int_range (fuzzer->rand, 0, (gint32) input->len + 1));
  g_string_append_len (input, other + from, (gssize) (length - from));
}

static void
mutate (Fuzzer *fuzzer, GString *input)
{
  gint32 at = g_rand_int_range (fuzzer->rand, 0, (gint32) fuzzer->n_tokens);
  const char *token = fuzz_tokens[at];
  int kind = g_rand_int_range (fuzzer->rand, 0, 8);

  if (kind == 0)
    splice (fuzzer, input);
  else if (kind <= 3)
    put (input, fuzzer->rand, token, strlen (token), 1);
  else if (input->len == 0)
    return;
  else if (kind == 4)
    put (input, fuzzer->rand, "\xff|", 2, 1);
  else if (kind == 5)
    erase (input, fuzzer->rand);
  else if (kind == 6)
    repeat (input, fuzzer->rand);
  else
    flip (input, fuzzer->rand);
}

static void
run_mutation (Fuzzer *fuzzer)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (pick (fuzzer), &length);
  g_autoptr (GString) input = g_string_new_len (data, (gssize) length);
  int n = 1 << g_rand_int_range (fuzzer->rand, 0, 4);

  for (int i = 0; i < n; i++)
    mutate (fuzzer, input);
  run_input (fuzzer, input->str, MIN (input->len, MAX_SIZE));
}

static void
add_file (Fuzzer *fuzzer, const char *path)
{
  g_autoptr (GError) error = NULL;
  GBytes *seed = NULL;
  char *data = NULL;
  gsize length = 0;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  seed = g_bytes_new_take (data, MIN (length, MAX_SIZE));
  g_ptr_array_add (fuzzer->seeds, seed);
  if (strstr (path, fuzzer->mark) != NULL)
    g_ptr_array_add (fuzzer->own, g_bytes_ref (seed));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Sorted, so that a seed always leads to the same. */
static void
add_folder (Fuzzer *fuzzer, const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    add_file (fuzzer, g_ptr_array_index (names, i));
}

static void
keep_current (Fuzzer *fuzzer)
{
  int fd = -1;

  g_snprintf (current.path, sizeof current.path, "%scrash-%d", fuzzer->prefix, (int) getpid ());
  fd = g_open (current.path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, MAX_SIZE), ==, 0);
  current.room = mmap (NULL, MAX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (current.room != MAP_FAILED);
  g_close (fd, NULL);

  signal (SIGABRT, on_signal);
  signal (SIGALRM, on_signal);
  if (__sanitizer_set_death_callback != NULL)
    __sanitizer_set_death_callback (tell_input);
}

static double
get_used (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

static void
run (Fuzzer *fuzzer)
{
  gint64 end = g_get_monotonic_time () + PATIENCE * fuzzer->seconds * G_TIME_SPAN_SECOND;

  for (guint i = 0; i < fuzzer->seeds->len; i++)
    {
      gsize length = 0;
      const char *data = g_bytes_get_data (g_ptr_array_index (fuzzer->seeds, i), &length);

      run_input (fuzzer, data, length);
    }
  if (fuzzer->seeds->len == 0)
    g_ptr_array_add (fuzzer->seeds, g_bytes_new (NULL, 0));
  while (get_used () < fuzzer->seconds && g_get_monotonic_time () < end)
    run_mutation (fuzzer);
}

static void
read_argument (Fuzzer *fuzzer, const char *argument)
{
  if (g_str_has_prefix (argument, "-max_total_time="))
    fuzzer->seconds = (int) strtol (strchr (argument, '=') + 1, NULL, 10);
  else if (g_str_has_prefix (argument, "-seed="))
    fuzzer->seed = (guint) strtoul (strchr (argument, '=') + 1, NULL, 10);
  else if (g_str_has_prefix (argument, "-artifact_prefix="))
    fuzzer->prefix = strchr (argument, '=') + 1;
  else if (g_file_test (argument, G_FILE_TEST_IS_DIR))
    add_folder (fuzzer, argument);
  else
    add_file (fuzzer, argument);
}

int
main (int argc, char **argv)
{
  Fuzzer fuzzer = { .seconds = 0, .seed = g_random_int (), .prefix = "" };

  while (fuzz_tokens[fuzzer.n_tokens] != NULL)
    fuzzer.n_tokens++;
  fuzzer.mark = g_strdup_printf ("by-hand%s", strrchr (argv[0], '-'));
  fuzzer.seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  fuzzer.own = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (int i = 1; i < argc; i++)
    read_argument (&fuzzer, argv[i]);

  printf ("seed %u, %u inputs, %u its own\n", fuzzer.seed, fuzzer.seeds->len, fuzzer.own->len);
  fflush (stdout);
  fuzzer.rand = g_rand_new_with_seed (fuzzer.seed);
  keep_current (&fuzzer);
  run (&fuzzer);
  printf ("%" G_GUINT64_FORMAT " runs in %.1f s of the processor\n", fuzzer.n_runs, get_used ());

  unlink (current.path);
  g_rand_free (fuzzer.rand);
  g_ptr_array_unref (fuzzer.own);
  g_ptr_array_unref (fuzzer.seeds);
  g_free (fuzzer.mark);

  return 0;
}
