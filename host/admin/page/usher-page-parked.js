/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */

import { find, make, setText, shorten } from './usher-page-text.js';
import { ask, getMessage } from './usher-page-ask.js';

const MAX_PAYLOAD = 65536;
const verbs = {
  replay: { method: 'POST', path: '/replay', title: 'Replay this event?', button: 'Replay', className: 'suggested' },
  drop: { method: 'DELETE', path: '', title: 'Drop this event?', button: 'Drop', className: 'destructive' },
};

/* called when an event has left */
let onLeft = async () => {};
/* what the dialog is about, undefined: the payload alone */
let order;

const getPath = (event) => 'parked/' + encodeURIComponent(event.id);
const getName = (event) => `event ${event.sequence} of ${shorten(event.channel, 80)}`;

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

function askFor(verb, event) {
  const whom = `Group ${shorten(event.group, 80)} `;

  order = { verb, event };
  open(verbs[verb].title, `${whom}${verb === 'replay' ? 'gets' : 'never gets'} ${getName(event)}` +
    (verb === 'replay' ? ' again. If it still cannot do it, the event is parked again.'
      : ', and what it would have done is not done. This cannot be undone.'));
}

/* JSON as people read it, anything else as it is */
function layOut(payload) {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

async function showPayload(event) {
  order = undefined;
  open('Payload', `${getName(event)}, event ${shorten(event.eventId)}, parked as ${shorten(event.id)}`);
  try {
    const answer = await ask(getPath(event));

    if (!answer.ok)
      setText(find('dialog-error'), getMessage(answer));
    else if (typeof answer.body.payload !== 'string')
      setText(find('dialog-error'), 'The log has dropped it for its age.');
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
  const { verb, event } = order;
  const { method, path } = verbs[verb];

  find('dialog-do').disabled = true;
  try {
    const answer = await ask(getPath(event) + path, method);

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

function makeButton(text, event, func) {
  const button = make('button', text);

  button.type = 'button';
  button.ariaLabel = `${text}: ${getName(event)}`;
  button.addEventListener('click', func);

  return button;
}

export function fillActions(cell, event) {
  cell.classList.add('actions');
  cell.append(makeButton('Payload', event, () => showPayload(event)),
              makeButton('Replay', event, () => askFor('replay', event)),
              makeButton('Drop', event, () => askFor('drop', event)));
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

/* @func: called when an event has left */
export function beginParked(func) {
  onLeft = async () => {
    await func();
    /* the button that was pressed is gone */
    if (document.activeElement === document.body || !document.activeElement.isConnected)
      (find('parked').querySelector('button') || find('wrong-title')).focus();
  };
  find('dialog-close').addEventListener('click', () => find('dialog').close());
  find('dialog-do').addEventListener('click', obey);
}

