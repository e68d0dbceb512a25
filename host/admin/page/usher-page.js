/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */

import { fill, find, formatAge, formatNumber, getAge, getItems, lookUp, make, makeTime, setNow, setText, shorten, turnTimes } from './usher-page-text.js';
import { ask, getMessage } from './usher-page-ask.js';
import { addLegends, showTable } from './usher-page-table.js';
import { beginParked } from './usher-page-parked.js';
import { showPlots } from './usher-page-plot.js';
import { showTroubles } from './usher-page-trouble.js';

const INTERVAL = 2000;
/* what changes seldom, or costs more, is asked for each third time */
const SLOWLY = 3;
const SERVER = 'streaming/serverz';
const STORE = 'streaming/storez';
const TIMERS = 'timers?limit=100';
const slow = ['about', 'history', STORE];
/* of the bus; each page has its own words for that */
const isOfBus = (path) => path.startsWith('streaming/') || path.startsWith('parked');
/* what a supervisor, a gateway and hosts with plugins have alone */
const rare = ['processes', 'copies', 'plugins'];
/* who is no supervisor does not become one */
const missing = new Set();
/* the last answers, by path */
const answers = new Map();
let turns = 0;
let isPaused = false;
let isAway = false;

const getBody = (path) => (answers.has(path) && answers.get(path).ok ? answers.get(path).body : undefined);

function getTablePath(name) {
  return find(name).dataset.page;
}

/* What a process says of its services, those included that could not be configured. */
function joinServices(services, plugins, process) {
  const rows = getItems(services).map((service) => ({ ...service, process }));

  for (const plugin of getItems(plugins)) {
    const row = rows.find((service) => service.service === plugin.name);
    const about = { state: plugin.state, reason: plugin.reason };

    if (row)
      Object.assign(row, about);
    else if (plugin.state !== 'discovered')
      rows.push({ service: plugin.name, process, ...about });
  }
  for (const row of rows)
    if (row.state !== 'failed' && lookUp(row, 'store.read-only'))
      row.state = 'degraded';

  return rows;
}

/* those of a supervisor are what its processes say */
function listServices() {
  const processes = getItems(getBody('processes'));
  const rows = processes.flatMap((process) => {
    const path = `processes/${encodeURIComponent(process.name)}/`;

    return joinServices(getBody(path + 'services'), getBody(path + 'plugins'), process.name);
  });
  const own = joinServices(getBody('services'), getBody('plugins'));

  return processes.length === 0 ? own
    : rows.concat(own.filter((row) => row.state === 'failed' && !rows.some((other) => other.service === row.service)));
}

/* Where each can be treated goes with it; the copies of a service have one store. */
function listTimers() {
  const places = ['', ...getItems(getBody('processes')).map((process) => `processes/${encodeURIComponent(process.name)}/`)];
  const timers = new Map();

  for (const place of places)
    for (const timer of getItems(getBody(place + TIMERS)))
      timers.set(timer.id, { ...timer, place });

  return Array.from(timers.values());
}

/* all that a trouble can be found in */
function getFacts(services) {
  return {
    isAway,
    services,
    ready: answers.get('readyz'),
    about: getBody('about') || {},
    server: answers.get(SERVER),
    processes: getItems(getBody('processes')),
    copies: getItems(getBody('copies')),
    groups: getItems(getBody(getTablePath('groups')), 'groups'),
    channels: getItems(getBody(getTablePath('channels')), 'channels'),
    limits: lookUp(getBody(STORE), 'limits') || {},
    parked: getItems(getBody(getTablePath('parked'))),
    timers: listTimers(),
    points: getItems(getBody('history')),
  };
}

function showStatus(nTroubles) {
  const ready = answers.get('readyz');
  const about = getBody('about') || {};
  const [text, className] = isAway ? ['No answer', 'bad']
    : ready.ok ? [nTroubles > 0 ? 'Ready, with trouble' : 'Ready', nTroubles > 0 ? 'mild' : 'good']
      : [ready.status === 503 ? 'Not ready' : 'Not known', 'bad'];

  setText(find('status'), text);
  find('status').className = className;
  document.title = (nTroubles > 0 ? `(${nTroubles}) ` : '') + 'Usher' + (about.host ? ' on ' + shorten(about.host, 60) : '');
}

function showPlace() {
  const about = getBody('about');
  const parts = [];

  if (!about || find('place').dataset.shown === about.since + about.data)
    return;
  setText(find('host'), ' on ' + shorten(about.host));
  if (about.data) {
    parts.push(make('span', 'Data in '));
    parts[0].append(make('code', shorten(about.data)));
  }
  parts.push(make('span', 'Version ' + shorten(about.version)), make('span', 'Process ' + shorten(about.pid)));
  if (getAge(about.since) !== undefined) {
    parts.push(make('span', 'Since '));
    parts[parts.length - 1].append(makeTime(about.since));
  }
  find('place').replaceChildren(...parts);
  find('place').dataset.shown = about.since + about.data;
}

/* Whether a section says anything here. */
function isWanted(section, path, items) {
  const { needs, when } = section.dataset;
  const about = getBody('about');

  if (needs === 'bus' && about && about.bus === false)
    return false;
  if (when === 'there')
    return answers.has(path) && answers.get(path).status !== 404;

  return when !== 'filled' || (items !== undefined && items.length > 0);
}

function showTables(services) {
  const hasProcesses = getBody('processes') !== undefined;

  for (const column of document.querySelectorAll('th[data-rare]'))
    column.hidden = !hasProcesses;
  for (const table of document.querySelectorAll('table')) {
    const { page, list } = table.dataset;
    const body = getBody(page);
    const made = { services, timers: body && listTimers() };
    const items = table.id in made ? made[table.id] : body && getItems(body, list);

    showTable(table, items);
    table.closest('section').hidden = !isWanted(table.closest('section'), page, items);
  }
}

/* A list is as long as its page at most. */
function showRest() {
  const total = getItems(getBody(getTablePath('groups')), 'groups').reduce((sum, group) => sum + (group.parked || 0), 0);
  const here = getItems(getBody(getTablePath('parked'))).length;

  find('more').hidden = total <= here;
  if (total > here)
    setText(find('more'), `These are ${formatNumber(here)} of ${formatNumber(total)}; the others follow when these have left.`);
}

function showFacts() {
  for (const fact of document.querySelectorAll('dd[data-page]'))
    fill(fact, lookUp(getBody(fact.dataset.page) || {}, fact.dataset.member), fact.dataset.kind);
  find('bus').closest('section').hidden = !isWanted(find('bus').closest('section')) || getBody(SERVER) === undefined;
}

function show() {
  const services = listServices();

  showPlace();
  showStatus(showTroubles(getFacts(services)));
  showTables(services);
  showRest();
  showFacts();
  if (getBody('history'))
    showPlots(getBody('history'));
  find('main').hidden = false;
}

/* what to ask for now */
function listPaths(all) {
  const tables = Array.from(document.querySelectorAll('table'), (table) => table.dataset.page);
  const paths = ['readyz', SERVER, 'services', ...rare, ...tables, ...slow.filter(() => all)];
  const processes = getItems(getBody('processes')).filter((process) => all && Array.isArray(process.services) && process.services.length > 0);
  const hasBus = (getBody('about') || {}).bus !== false;

  for (const process of processes)
    for (const page of ['services', 'plugins', TIMERS])
      paths.push(`processes/${encodeURIComponent(process.name)}/${page}`);

  return Array.from(new Set(paths)).filter((path) => !missing.has(path) && (hasBus || !isOfBus(path)));
}

async function askAll(paths) {
  const all = await Promise.all(paths.map((path) => ask(path)));

  paths.forEach((path, i) => answers.set(path, all[i]));
  for (const path of paths)
    if (rare.includes(path) && answers.get(path).status === 404)
      missing.add(path);
}

async function refresh() {
  const all = turns % SLOWLY === 0;

  try {
    if (turns === 0)
      await askAll(['about', 'processes']);
    await askAll(listPaths(all));
    isAway = false;
    if (all)
      setNow(lookUp(getBody('about') || {}, 'now'));
  } catch {
    isAway = true;
  }
  turns++;
  if (answers.has('readyz'))
    show();
  else
    setText(find('status'), 'No answer');
  turnTimes();
}

async function turn() {
  if (!isPaused && !document.hidden)
    await refresh();
  setTimeout(turn, INTERVAL);
}

find('pause').hidden = false;
find('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  find('pause').textContent = isPaused ? 'Go on' : 'Pause';
});
addLegends();
beginParked(refresh);
turn();
