/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */
'use strict';
(() => {
  const INTERVAL = 2000;
  const PATIENCE = 10000;
  const MAX_TEXT = 400;
  const SERVER = 'streaming/serverz';
  /* what is there of a supervisor or of a gateway alone, each instead of the services of this process */
  const rare = ['processes', 'copies'];
  const missing = new Set();
  const shown = new Map();
  let paused = false;

  const find = (id) => document.getElementById(id);

  /* Whatever is shown becomes text; nothing becomes HTML. */
  function setText(element, text) {
    if (element.textContent !== text)
      element.textContent = text;
  }

  function make(name, text, className) {
    const element = document.createElement(name);

    element.textContent = text;
    if (className)
      element.className = className;

    return element;
  }

  function setStatus(text, className) {
    const status = find('status');

    if (status.textContent !== text || status.className !== className) {
      status.textContent = text;
      status.className = className;
    }
  }

  function shorten(value) {
    const text = value === undefined || value === null ? '' : String(value);
    const points = Array.from(text);

    return points.length > MAX_TEXT ? points.slice(0, MAX_TEXT).join('') + '…' : text;
  }

  function formatBytes(value) {
    const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
    let unit = 0;
    let size = Number(value);

    if (!Number.isFinite(size))
      return '';
    while (size >= 1000 && unit < units.length - 1) {
      size /= 1000;
      unit++;
    }

    return (unit > 0 ? size.toFixed(1) : String(size)) + ' ' + units[unit];
  }

  function lookUp(page, path) {
    return path.split('.').reduce((value, name) => (value && typeof value === 'object' ? value[name] : undefined),
                                  page);
  }

  function makeCell(item, column) {
    const value = lookUp(item, column.dataset.member);
    const cell = document.createElement('td');

    switch (column.dataset.kind) {
    case 'number':
      cell.className = 'number';
      cell.textContent = shorten(value);
      break;
    case 'bytes':
      cell.className = 'number';
      cell.textContent = formatBytes(value);
      break;
    case 'code':
      cell.append(make('code', shorten(value)));
      break;
    case 'list':
      for (const part of Array.isArray(value) ? value : [])
        cell.append(make('div', shorten(part)));
      break;
    default:
      cell.textContent = shorten(value);
    }

    return cell;
  }

  function makeRow(item, columns) {
    const row = document.createElement('tr');

    row.append(...columns.map((column) => makeCell(item, column)));

    return row;
  }

  /* page: undefined: it is not known */
  function showTable(table, page) {
    const columns = Array.from(table.querySelectorAll('th'));
    const items = page && lookUp(page, table.dataset.list);
    const text = JSON.stringify(items) || '';
    const empty = document.createElement('tr');

    if (shown.get(table.id) === text)
      return;

    shown.set(table.id, text);
    if (Array.isArray(items) && items.length > 0) {
      table.querySelector('tbody').replaceChildren(...items.map((item) => makeRow(item, columns)));
      return;
    }

    empty.append(make('td', Array.isArray(items) ? 'None' : 'Not known', 'none'));
    empty.firstChild.colSpan = columns.length;
    table.querySelector('tbody').replaceChildren(empty);
  }

  /* The answer, or a throw when there is none. body: undefined: it was no JSON. */
  async function ask(path) {
    const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
    const text = await answer.text();
    let body;

    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }

    return { ok: answer.ok && body !== undefined, status: answer.status, body };
  }

  function getMessage(answer) {
    const message = lookUp(answer.body, 'errors.0.message');

    return typeof message === 'string' ? message : 'the host answers with status ' + answer.status;
  }

  function showReadiness(answer) {
    if (answer.ok)
      setStatus('Ready', 'good');
    else if (answer.status === 503)
      setStatus('Not ready: ' + getMessage(answer), 'bad');
    else
      setStatus('Not known: ' + getMessage(answer), 'bad');
  }

  /* answers: by path; without the bus's first page there is none of the others */
  function showBus(answers) {
    const server = answers.get(SERVER);

    find('bus').hidden = !server.ok;
    find('no-bus').hidden = server.ok;
    if (!server.ok)
      setText(find('no-bus'), getMessage(server) + '.');
    for (const fact of document.querySelectorAll('dd')) {
      const answer = answers.get(fact.dataset.page);

      setText(fact, answer && answer.ok ? shorten(lookUp(answer.body, fact.dataset.member)) : '');
    }
  }

  function show(answers) {
    const special = rare.some((path) => answers.has(path) && answers.get(path).ok);

    for (const table of document.querySelectorAll('table')) {
      const path = table.dataset.page;
      const answer = answers.get(path);

      showTable(table, answer && answer.ok ? answer.body : undefined);
      if (rare.includes(path))
        table.closest('section').hidden = !answer || answer.status === 404;
      else if (path === 'services')
        table.closest('section').hidden = special;
    }
    showBus(answers);
    find('main').hidden = false;
  }

  async function refresh() {
    const paths = Array.from(document.querySelectorAll('table'), (table) => table.dataset.page);
    const answers = new Map();

    try {
      const ready = await ask('readyz');
      const server = await ask(SERVER);
      const wanted = paths.filter((path) => !missing.has(path) &&
                                            (server.ok || rare.includes(path) || path === 'services'));
      const all = await Promise.all(wanted.map(ask));

      answers.set(SERVER, server);
      wanted.forEach((path, i) => answers.set(path, all[i]));
      /* who is no supervisor does not become one */
      for (const path of rare)
        if (answers.has(path) && answers.get(path).status === 404)
          missing.add(path);
      showReadiness(ready);
      show(answers);
    } catch {
      setStatus('The host does not answer. What is below is old.', 'bad');
    }
  }

  async function turn() {
    if (!paused && !document.hidden)
      await refresh();
    setTimeout(turn, INTERVAL);
  }

  find('pause').hidden = false;
  find('pause').addEventListener('click', () => {
    paused = !paused;
    find('pause').textContent = paused ? 'Go on' : 'Pause';
  });
  turn();
})();
