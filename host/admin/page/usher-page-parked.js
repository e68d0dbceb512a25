/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */

import { find, make, setText, shorten } from './usher-page-text.js';
import { ask, getMessage } from './usher-page-ask.js';

const MAX_PAYLOAD = 65536;
const verbs = {
  replay: { method: 'POST', path: '/replay', button: 'Replay', className: 'suggested' },
  retry: { method: 'POST', path: '/retry', button: 'Retry', className: 'suggested' },
  drop: { method: 'DELETE', path: '', button: 'Drop', className: 'destructive' },
};

/* called when an event or a timer has left */
let onLeft = async () => {};
/* what the dialog is about, undefined: the payload alone */
let order;

/* an item is an event that is parked, or a timer, which knows where it was told of */
const isTimer = (item) => item.place !== undefined;
const getNoun = (item) => (isTimer(item) ? 'timer' : 'event');

function getPath(item) {
  return isTimer(item) ? item.place + ['timers', item.service, item.name, item.key].map(encodeURIComponent).join('/')
    : 'parked/' + encodeURIComponent(item.id);
}

function getName(item) {
  return isTimer(item) ? `timer ${shorten(item.name, 80)} for ${shorten(item.key, 80)} of ${shorten(item.service, 80)}`
    : `event ${item.sequence} of ${shorten(item.channel, 80)}`;
}

function open(title, text) {
  setText(find('dialog-title'), title);
  setText(find('dialog-text'), text);
  setText(find('dialog-error'), '');
  find('dialog-payload').hidden = true;
  find('dialog-do').hidden = !order;
  find('dialog-do').disabled = false;
  find('dialog-close').textContent = order ? 'Cancel' : 'Close';
  if (order) {
    find('dialog-do').textContent = verbs[order.verb].button;
    find('dialog-do').className = verbs[order.verb].className;
  }
  find('dialog').showModal();
}

function tellOfEvent(verb, event) {
  return `Group ${shorten(event.group, 80)} ${verb === 'replay' ? 'gets' : 'never gets'} ${getName(event)}` +
    (verb === 'replay' ? ' again. If it still cannot do it, the event is parked again.'
      : ', and what it would have done is not done. This cannot be undone.');
}

function tellOfTimer(verb, timer) {
  return verb === 'retry' ? `The ${getName(timer)} runs once more, alone. If its process ends again, it is parked again.`
    : `The ${getName(timer)} never runs again, and what it would have done is not done. This cannot be undone.`;
}

function askFor(verb, item) {
  order = { verb, item };
  open(`${verbs[verb].button} this ${getNoun(item)}?`, isTimer(item) ? tellOfTimer(verb, item) : tellOfEvent(verb, item));
}

/* JSON as people read it, anything else as it is */
function layOut(payload) {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

async function showPayload(item) {
  order = undefined;
  open('Payload', getName(item) + (isTimer(item) ? '' : `, event ${shorten(item.eventId)}, parked as ${shorten(item.id)}`));
  try {
    const answer = await ask(getPath(item));

    if (!answer.ok)
      setText(find('dialog-error'), getMessage(answer));
    else if (typeof answer.body.payload !== 'string')
      setText(find('dialog-error'), isTimer(item) ? 'It has none.' : 'The log has dropped it for its age.');
    else {
      setText(find('dialog-payload'), shorten(layOut(answer.body.payload), MAX_PAYLOAD));
      find('dialog-payload').hidden = false;
    }
  } catch {
    setText(find('dialog-error'), 'The host does not answer.');
  }
}

/* The dialog stays until the host has said that it is done. */
async function obey() {
  const { verb, item } = order;
  const { method, path } = verbs[verb];

  find('dialog-do').disabled = true;
  try {
    const answer = await ask(getPath(item) + path, method);

    /* whoever was first: it is parked no more */
    if (answer.ok || answer.status === 404) {
      find('dialog').close();
      await onLeft();
    } else
      setText(find('dialog-error'), getMessage(answer));
  } catch {
    setText(find('dialog-error'), 'The host does not answer.');
  }
  find('dialog-do').disabled = false;
}

function makeButton(text, item, func) {
  const button = make('button', text);

  button.type = 'button';
  button.ariaLabel = `${text}: ${getName(item)}`;
  button.addEventListener('click', func);

  return button;
}

/* a timer that is not parked is tried again by itself */
export function fillActions(cell, item) {
  const verb = isTimer(item) ? 'retry' : 'replay';

  cell.classList.add('actions');
  cell.append(makeButton('Payload', item, () => showPayload(item)));
  if (!isTimer(item) || item.state === 'parked')
    cell.append(makeButton(verbs[verb].button, item, () => askFor(verb, item)));
  cell.append(makeButton('Drop', item, () => askFor('drop', item)));
}

/* which it is, and for what */
export function fillTimer(cell, timer) {
  cell.append(make('div', shorten(timer.name)), make('small', shorten(timer.key)));
}

/* where it was published, and what it is called */
export function fillEvent(cell, event) {
  cell.append(make('div', shorten(event.channel)), make('small', 'no. ' + shorten(event.sequence)));
}

/* Why it is there: the last reason counts, those before it are there for who asks. */
export function fillReasons(cell, event) {
  const reasons = Array.isArray(event.reasons) ? event.reasons : [];
  const more = make('details');

  if (reasons.length === 0)
    return;
  cell.append(make('div', shorten(reasons[reasons.length - 1])));
  if (reasons.length < 2)
    return;
  more.append(make('summary', `${reasons.length - 1} before`));
  more.append(...reasons.slice(0, -1).map((reason) => make('div', shorten(reason))));
  cell.append(more);
}

/* @func: called when an event or a timer has left */
export function beginParked(func) {
  onLeft = async () => {
    await func();
    /* the button that was pressed is gone */
    if (document.activeElement === document.body || !document.activeElement.isConnected)
      (find(isTimer(order.item) ? 'timers' : 'parked').querySelector('button') || find('wrong-title')).focus();
  };
  find('dialog-close').addEventListener('click', () => find('dialog').close());
  find('dialog-do').addEventListener('click', obey);
}

