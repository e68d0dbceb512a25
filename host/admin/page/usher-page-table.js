/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */

import { fill, lookUp, make, shorten } from './usher-page-text.js';
import { fillActions, fillEvent, fillReasons, fillTimer } from './usher-page-parked.js';

/* by table: its rows, by the text of what they show */
const shown = new Map();

const stateClasses = { ready: 'good', failed: 'bad', waiting: 'bad', away: 'bad', parked: 'bad', degraded: 'mild', doubtful: 'mild',
                       failing: 'mild', starting: 'mild', reloading: 'mild' };

function fillState(cell, item, value) {
  const state = make('span', shorten(value), 'state ' + (stateClasses[value] || ''));

  state.title = shorten(item.reason);
  if (value !== undefined)
    cell.append(state);
}

function makeCell(item, column) {
  const { member, kind } = column.dataset;
  const value = lookUp(item, member);
  const cell = make('td');

  cell.role = 'cell';
  cell.dataset.label = column.textContent;
  cell.className = column.className;
  cell.hidden = column.hidden;
  if (kind === 'state')
    fillState(cell, item, value);
  else if (kind === 'actions')
    fillActions(cell, item);
  else if (kind === 'reasons')
    fillReasons(cell, item);
  else if (kind === 'event')
    fillEvent(cell, item);
  else if (kind === 'timer')
    fillTimer(cell, item);
  else if (kind === 'code')
    cell.append(make('code', shorten(value)));
  else if (kind === 'list')
    cell.append(...(Array.isArray(value) ? value : []).map((part) => make('div', shorten(part))));
  else
    fill(cell, value, kind);
  cell.classList.toggle('telling', column.dataset.telling !== undefined);
  if (kind === 'name' || kind === 'event' || kind === 'timer')
    cell.classList.add('name');

  return cell;
}

function makeRow(item, columns) {
  const row = make('tr');

  row.role = 'row';
  row.append(...columns.map((column) => makeCell(item, column)));

  return row;
}

function makeNote(text, columns) {
  const row = make('tr');
  const cell = make('td', text, 'none');

  row.role = 'row';
  cell.role = 'cell';
  cell.colSpan = columns.length;
  row.append(cell);

  return row;
}

/* What is shown already stays where it is, with its focus. items: undefined: it is not known */
export function showTable(table, items) {
  const body = table.querySelector('tbody');
  const columns = Array.from(table.querySelectorAll('th'));
  const old = shown.get(table.id) || new Map();
  const rows = new Map();

  for (const item of items || [])
    rows.set(JSON.stringify(item), old.get(JSON.stringify(item)) || makeRow(item, columns));
  if (rows.size === 0) {
    const text = items ? 'None' : 'Not known';

    rows.set(text, old.get(text) || makeNote(text, columns));
  }

  for (const [text, row] of old)
    if (!rows.has(text))
      row.remove();
  Array.from(rows.values()).forEach((row, i) => {
    if (body.children[i] !== row)
      body.insertBefore(row, body.children[i] || null);
  });
  shown.set(table.id, rows);
}

/* The words for each of @figures, which their titles are. */
function makeLegend(figures, getName) {
  const legend = make('details', undefined, 'legend');
  const list = make('dl');

  legend.append(make('summary', 'What this says'));
  for (const figure of figures) {
    const pair = make('div');

    pair.append(make('dt', getName(figure)), make('dd', figure.title));
    list.append(pair);
  }
  legend.append(list, make('p', 'What is 0 is left out here, as there is little room.', 'zeros'));

  return legend;
}

export function addLegends() {
  for (const table of document.querySelectorAll('table'))
    table.closest('section').append(makeLegend(table.querySelectorAll('th'), (column) => column.textContent));
  for (const facts of document.querySelectorAll('.facts'))
    facts.after(makeLegend(facts.children, (fact) => fact.firstElementChild.textContent));
}
