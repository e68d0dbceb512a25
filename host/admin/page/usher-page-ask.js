/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */

import { lookUp } from './usher-page-text.js';

const PATIENCE = 10000;

/* The answer, or a throw when there is none. body: undefined: it was no JSON. */
export async function ask(path, method = 'GET') {
  const answer = await fetch(path, { method, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  const text = await answer.text();
  let body;

  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }

  return { ok: answer.ok && (body !== undefined || method !== 'GET'), status: answer.status, body };
}

export function getMessage(answer) {
  const message = lookUp(answer.body, 'errors.0.message');

  return typeof message === 'string' ? message : 'the host answers with status ' + answer.status;
}
