/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */

import { count, find, formatNumber, getAge, getItems, make, shorten } from './usher-page-text.js';
import { getMessage } from './usher-page-ask.js';

const NO_BUS = 'the bus does not answer';
/* events that a group may be behind, and rows that an outbox may have */
const MANY = 1000;
/* seconds for which a restart is told of */
const RECENT = 3600;
/* of a timer, that are no accident */
const FAILURES = 5;
/* of what a channel may have */
const NEARLY = 0.9;

/* Text that changes with each look would be read out each time. */
function coarsen(value) {
  const power = 10 ** Math.floor(Math.log10(value));

  return value < MANY ? String(value) : 'over ' + formatNumber(Math.floor(value / power) * power);
}

function* findUnready({ ready, about, server }) {
  const reason = ready.ok ? '' : getMessage(ready);

  if (!ready.ok)
    yield { text: (ready.status === 503 ? 'Not ready: ' : 'Not known: ') + reason };
  else if (ready.body.status !== undefined && ready.body.status !== 'ready')
    yield { isMild: true, text: 'Ready, but ' + shorten(ready.body.status),
            more: [].concat(ready.body.reasons || ready.body.reason || []).map((part) => shorten(part)).join('; ') };
  if (about.bus === false || (ready.status !== 503 && !ready.ok))
    return;
  if (server && !server.ok && reason !== NO_BUS)
    yield { text: getMessage(server), target: 'bus' };
  if (server && server.ok && server.body.state === 'FAILED')
    yield { text: 'The log of the bus cannot be written', more: 'No event is taken until that is over; the log of the hub says why.',
            target: 'bus' };
}

function* findFailed({ services }) {
  for (const service of services) {
    const name = shorten(service.service, 60);

    if (service.state === 'failed')
      yield { text: `Plugin “${name}” failed`, more: shorten(service.reason), target: 'services' };
    else if (service.state === 'degraded')
      yield { text: `The store of “${name}” takes no changes`, more: 'What changes something is answered 503; the log says why.',
              target: 'services' };
    if (service.store && service.store.outbox >= MANY)
      yield { isMild: true, text: `Events of “${name}” wait for the bus, ${coarsen(service.store.outbox)}`, target: 'services' };
  }
}

function* findEnded({ processes }) {
  for (const process of processes) {
    const name = shorten(process.name, 60);
    const age = getAge(process.lastEndTime || process.since);

    if (process.state === 'failed')
      yield { text: `Process “${name}” failed and is not started again`, more: shorten(process.reason), target: 'processes' };
    else if (process.state === 'waiting')
      yield { text: `Process “${name}” is down`, more: shorten(process.reason), target: 'processes' };
    else if (process.restarts > 0 && age < RECENT)
      yield { isMild: true, text: `Process “${name}” ended and was started again` + (process.restarts > 1 ? `, ${process.restarts} times in all` : ''),
              more: shorten(process.lastEnd), target: 'processes' };
  }
}

function* findAway({ copies }) {
  for (const copy of copies)
    if (copy.state !== 'ready')
      yield { isMild: copy.state !== 'away', text: `Host “${shorten(copy.name, 60)}” is ${shorten(copy.state)}`, target: 'copies' };
}

/* One that is parked is told of, whether the page has room for it or not. */
function* findParked({ groups, parked }) {
  const told = groups.filter((group) => group.parked > 0);
  const total = Math.max(parked.length, told.reduce((sum, group) => sum + group.parked, 0));
  const names = new Set((told.length > 0 ? told : parked).map((group) => `“${shorten(group.group, 60)}”`));

  if (total > 0)
    yield { text: count(total, 'event') + (total === 1 ? ' is' : ' are') + ' parked',
            more: shorten(Array.from(names).join(', ')) + ' could not do ' + (total === 1 ? 'it.' : 'them.'), target: 'parked' };
}

/* Copies of a service tell of the same store. One that fails a few times may yet do it. */
function* findTimers({ services, timers }) {
  const names = new Set(services.map((service) => service.service));

  for (const name of names) {
    const told = services.filter((service) => service.service === name).map((service) => (service.store || {})['timers-parked'] || 0);
    const total = Math.max(...told, timers.filter((timer) => timer.service === name && timer.state === 'parked').length);

    if (total > 0)
      yield { text: count(total, 'timer') + ` of “${shorten(name, 60)}”` + (total === 1 ? ' is' : ' are') + ' parked',
              more: 'The process died of ' + (total === 1 ? 'it.' : 'them.'), target: 'timers' };
    if (timers.some((timer) => timer.service === name && timer.state === 'failing' && timer.failures >= FAILURES))
      yield { isMild: true, text: `Timers of “${shorten(name, 60)}” fail`, more: 'They are tried again and again.', target: 'timers' };
  }
}

function* findLag({ groups }) {
  for (const group of groups) {
    const name = `“${shorten(group.group, 60)}”`;

    if (group.members === 0 && group.lag > 0)
      yield { text: `Nobody takes the events of group ${name}`,
              more: `Of “${shorten(group.channel, 60)}” ${coarsen(group.lag)} wait.`, target: 'groups' };
    else if (group.lag >= MANY)
      yield { isMild: true, text: `Group ${name} is behind`,
              more: `Of “${shorten(group.channel, 60)}” ${coarsen(group.lag)} events wait.`, target: 'groups' };
    if (group.suspects > 0)
      yield { isMild: true, text: `A process died with events of group ${name}`, more: 'They are tried one by one.', target: 'groups' };
  }
}

/* whichever limit of the log is nearer */
function* findFull({ channels, limits }) {
  for (const channel of channels) {
    const share = Math.max(limits.max_msgs > 0 ? channel.msgs / limits.max_msgs : 0,
                           limits.max_bytes > 0 ? channel.bytes / limits.max_bytes : 0);
    const name = `“${shorten(channel.name, 60)}”`;

    /* by size one is full that has no room for the next event */
    if (share >= 0.999)
      yield { text: `Channel ${name} is full`, more: 'It takes no more events; see bus.max-messages, bus.max-bytes and bus.max-age.',
              target: 'channels' };
    else if (share >= NEARLY)
      yield { isMild: true, text: `Channel ${name} is nearly full`, target: 'channels' };
  }
}

function* findErrors({ points }) {
  if (points.some((point) => point.age <= 60 && point.errors > 0))
    yield { isMild: true, text: 'Requests of the last minute were answered 5xx', target: 'history' };
}

function makeRow(trouble) {
  const row = make('li', undefined, trouble.isMild ? 'mild' : 'bad');
  const words = make('div');
  const link = make('a', 'Show');

  words.append(make('strong', trouble.text));
  if (trouble.more)
    words.append(make('span', trouble.more));
  row.append(words);
  if (trouble.target) {
    link.href = '#' + trouble.target + '-title';
    link.ariaLabel = 'Show: ' + trouble.text;
    row.append(link);
  }

  return row;
}

/* @facts: what is known. Returns how many there are. */
export function showTroubles(facts) {
  const kinds = [findUnready, findFailed, findEnded, findAway, findParked, findTimers, findFull, findLag, findErrors];
  const troubles = facts.isAway
    ? [{ text: 'The host does not answer', more: 'What is below is old.' }]
    : kinds.flatMap((kind) => Array.from(kind(facts)));
  const list = find('troubles');
  const old = Array.from(list.children);
  const rows = troubles.sort((a, b) => Number(a.isMild || false) - Number(b.isMild || false)).map((trouble) => {
    const row = makeRow(trouble);

    /* what stays is not read out again, and keeps the focus */
    return old.find((other) => other.isEqualNode(row)) || row;
  });

  if (rows.length === 0)
    rows.push(old.find((other) => other.className === 'good') || make('li', 'Nothing that can be seen from here', 'good'));
  for (const row of old)
    if (!rows.includes(row))
      row.remove();
  rows.forEach((row, i) => {
    if (list.children[i] !== row)
      list.insertBefore(row, list.children[i] || null);
  });

  return troubles.length;
}
