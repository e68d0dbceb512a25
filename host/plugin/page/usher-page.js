/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */
'use strict';
(() => {
  const status = document.getElementById('status');
  const button = document.createElement('button');
  let paused = false;

  button.type = 'button';
  button.textContent = 'Pause';
  button.addEventListener('click', () => {
    paused = !paused;
    button.textContent = paused ? 'Go on' : 'Pause';
  });
  document.querySelector('header').append(button);

  function show(page) {
    for (const part of document.querySelectorAll('[data-live]')) {
      const fresh = page.getElementById(part.id);

      if (fresh && fresh.innerHTML !== part.innerHTML)
        part.replaceChildren(...fresh.childNodes);
    }
  }

  function complain() {
    const text = 'The host does not answer. What is below is old.';
    const line = document.createElement('span');

    if (status.textContent === text)
      return;
    line.className = 'bad';
    line.textContent = text;
    status.replaceChildren(line);
  }

  async function refresh() {
    try {
      const answer = await fetch(location.pathname, {
        cache: 'no-store',
        signal: AbortSignal.timeout(10000),
      });

      if (!answer.ok)
        throw new Error(answer.statusText);
      show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } catch {
      complain();
    }
  }

  async function turn() {
    if (!paused && !document.hidden)
      await refresh();
    setTimeout(turn, 2000);
  }

  setTimeout(turn, 2000);
})();
