/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is shown becomes text; nothing becomes HTML. */
const MAX_TEXT = 400;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const numbers = new Intl.NumberFormat('en');

/* milliseconds that the host's clock is ahead of ours */
let skew = 0;

export const find = (id) => document.getElementById(id);

export function setText(element, text) {
  if (element.textContent !== text)
    element.textContent = text;
}

export function make(name, text, className) {
  const element = document.createElement(name);

  if (text !== undefined)
    element.textContent = text;
  if (className)
    element.className = className;

  return element;
}

export function lookUp(page, path) {
  return path.split('.').reduce((value, name) => (value && typeof value === 'object' ? value[name] : undefined), page);
}

export function getItems(page, name = 'items') {
  const items = lookUp(page, name);

  return Array.isArray(items) ? items.filter((item) => item && typeof item === 'object') : [];
}

export function shorten(value, most = MAX_TEXT) {
  const text = value === undefined || value === null ? '' : String(value);
  const points = Array.from(text);

  return points.length > most ? points.slice(0, most).join('') + '…' : text;
}

export function formatNumber(value) {
  return typeof value === 'number' ? numbers.format(value) : shorten(value);
}

/* “1 event”, “3 events” */
export function count(value, noun) {
  return formatNumber(value) + ' ' + noun + (value === 1 ? '' : 's');
}

export function formatBytes(value) {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  let size = value;

  if (typeof value !== 'number')
    return shorten(value);
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }

  return (unit > 0 ? size.toFixed(1) : String(size)) + '\u00a0' + units[unit];
}

/* three digits are enough */
function round(value) {
  return numbers.format(value >= 100 ? Math.round(value) : Number(value.toPrecision(2)));
}

export function formatSeconds(value) {
  const units = [[1, 's'], [1e-3, 'ms'], [1e-6, 'µs']];
  const [factor, unit] = units.find(([least]) => value >= least) || units[2];

  return value > 0 ? round(value / factor) + '\u00a0' + unit : '0';
}

/* @unit: “time”, or what stands behind the number */
export function formatValue(value, unit) {
  if (unit === 'time')
    return formatSeconds(value);

  return value > 0 ? round(value) + unit : '0';
}

/* @seconds: since then */
export function formatAge(seconds) {
  const units = [[DAY, 'd'], [HOUR, 'h'], [MINUTE, 'min'], [1, 's']];
  const [length, unit] = units.find(([least]) => seconds >= least) || units[3];

  return seconds < 5 ? 'just now' : Math.floor(seconds / length) + '\u00a0' + unit + ' ago';
}

/* @now: as the host says it */
export function setNow(now) {
  const time = Date.parse(now);

  skew = Number.isNaN(time) ? 0 : time - Date.now();
}

/* seconds since then, undefined: it is no time */
export function getAge(time) {
  const then = Date.parse(time);

  return Number.isNaN(then) ? undefined : Math.max(0, (Date.now() + skew - then) / 1000);
}

/* how long ago, and when exactly for who points at it */
export function makeTime(time) {
  const element = make('time');

  element.dateTime = time;
  element.title = time;
  element.textContent = formatAge(getAge(time));

  return element;
}

export function turnTimes() {
  for (const element of document.querySelectorAll('time'))
    setText(element, formatAge(getAge(element.dateTime)));
}

/* @value: as JSON has it; @kind: what it is */
export function fill(element, value, kind) {
  element.replaceChildren();
  switch (kind) {
  case 'bytes':
    element.textContent = formatBytes(value);
    break;
  case 'micro':
    element.textContent = typeof value === 'number' ? formatSeconds(value / 1e6) : '';
    break;
  case 'number':
    element.textContent = formatNumber(value);
    break;
  case 'time':
    if (getAge(value) !== undefined)
      element.append(makeTime(value));
    break;
  default:
    element.textContent = shorten(value);
  }
  element.classList.toggle('zero', value === 0 && kind !== 'plain');
}
