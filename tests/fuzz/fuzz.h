/* fuzz.h: what each target of the fuzzer has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* as libFuzzer has it: a target aborts when it finds something */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
/* what an attacker of the target would think of; NULL ends it */
extern const char *const fuzz_tokens[];

/* a directory that is removed when the process ends; static */
const char *fuzz_directory (void);
/* (transfer full): the path of a file in it that has the input */
char *fuzz_write_file (const char *name, const uint8_t *data, size_t size);

/* An input is bytes of a peer, with a mark, 0xff and one of these, where something happens. What is no mark stands for
 * itself. */
typedef enum
{
  FUZZ_SEND,        /* the bytes alone */
  FUZZ_CUT = '|',   /* what follows is sent by itself */
  FUZZ_PAUSE = '.', /* others get their turn */
  FUZZ_HALF = '/',  /* it sends no more */
  FUZZ_CLOSE = 'x',
  FUZZ_RESET = '!',
  FUZZ_STOP = '#',  /* the listener is stopped, whatever it does */
  FUZZ_OTHER = '<', /* what follows is the other peer's, up to the next of these */
} FuzzMark;

/* Bytes, and what happens behind them. */
typedef struct
{
  const char *data; /* (unowned) */
  gsize length;
  FuzzMark mark; /* FUZZ_SEND: the input ends */
  gboolean is_other;
} FuzzStep;

/* (element-type FuzzStep): never empty */
GArray *fuzz_steps_new (const char *data, gsize length);
/* all bytes of one peer, without the marks */
GString *fuzz_steps_join (const GArray *steps, gboolean is_other);

G_END_DECLS
