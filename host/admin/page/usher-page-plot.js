/* SPDX-FileCopyrightText: 2026 The Usher authors
   SPDX-License-Identifier: LGPL-2.1-or-later */

import { find, formatAge, formatValue, getItems, setText } from './usher-page-text.js';

const SPAN = 900;
const WIDTH = 300;
const HEIGHT = 60;
/* above the highest point, for the line's own width */
const MARGIN = 3;

const isKnown = (value) => typeof value === 'number';
const getX = (point) => WIDTH - (point.age / SPAN) * WIDTH;

/* 1, 2 or 5 and zeros, so that the scale does not change all the time */
function findTop(values) {
  const most = Math.max(0, ...values);
  const power = 10 ** Math.floor(Math.log10(most || 1));

  return most > 0 ? [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most) : 0;
}

/* Runs of points that know @name, each without a gap. */
function split(points, name, interval) {
  const runs = [];
  let last;

  for (const point of points) {
    if (!isKnown(point[name])) {
      last = undefined;
      continue;
    }
    if (!last || last.age - point.age > 2.5 * interval)
      runs.push([]);
    runs[runs.length - 1].push(point);
    last = point;
  }

  return runs;
}

function addPoint(svg, shape, x, y) {
  const point = svg.createSVGPoint();

  point.x = x;
  point.y = y;
  shape.points.appendItem(point);
}

function draw(svg, run, name, top, className) {
  const piece = find('piece').content.firstElementChild;
  const line = piece.querySelector('.line').cloneNode();
  const area = piece.querySelector('.area').cloneNode();
  const getY = (point) => HEIGHT - 0.5 - (top > 0 ? (point[name] / top) * (HEIGHT - MARGIN) : 0);
  const first = getX(run[0]);
  /* one point alone is a dot */
  const end = Math.max(getX(run[run.length - 1]), first + 0.5);

  line.classList.add(className);
  for (const point of run)
    addPoint(svg, line, getX(point), getY(point));
  addPoint(svg, line, end, getY(run[run.length - 1]));
  if (className === 'first') {
    addPoint(svg, area, first, HEIGHT);
    for (const point of run)
      addPoint(svg, area, getX(point), getY(point));
    addPoint(svg, area, end, HEIGHT);
    svg.append(area);
  }
  svg.append(line);
}

/* what a point says, in words */
function tell(figure, point) {
  const { line, second, unit } = figure.dataset;

  if (!point || !isKnown(point[line]))
    return '–';

  return formatValue(point[line], unit) + (second ? ' · ' + formatValue(point[second], unit) : '');
}

function tellLast(figure) {
  const point = figure.points[figure.points.length - 1];

  setText(figure.querySelector('output'), tell(figure, point));
  setText(figure.querySelector('.then'), '');
  figure.querySelector('output').classList.toggle('zero', !point || !point[figure.dataset.line]);
}

/* The point that somebody points at, by its time. */
function onPoint(event) {
  const figure = event.currentTarget.closest('figure');
  const box = event.currentTarget.getBoundingClientRect();
  const age = SPAN * (1 - (event.clientX - box.left) / box.width);
  const near = figure.points.reduce((best, point) =>
    (!best || Math.abs(point.age - age) < Math.abs(best.age - age) ? point : best), undefined);

  if (!near)
    return;
  setText(figure.querySelector('output'), tell(figure, near));
  setText(figure.querySelector('.then'), formatAge(near.age));
  figure.querySelector('.mark').x1.baseVal.value = getX(near);
  figure.querySelector('.mark').x2.baseVal.value = getX(near);
}

function begin(figure) {
  figure.append(find('plot').content.cloneNode(true));
  figure.points = [];
  figure.querySelector('svg').addEventListener('pointermove', onPoint);
  figure.querySelector('svg').addEventListener('pointerleave', () => tellLast(figure));
}

function show(figure, points, interval) {
  const { line, second, unit } = figure.dataset;
  const names = second ? [line, second] : [line];
  const values = names.flatMap((name) => points.map((point) => point[name])).filter(isKnown);
  const top = findTop(values);
  const svg = figure.querySelector('svg');
  const title = figure.querySelector('h3').textContent;

  figure.points = points;
  for (const old of svg.querySelectorAll('.line, .area'))
    old.remove();
  for (const name of names)
    for (const run of split(points, name, interval))
      draw(svg, run, name, top, name === line ? 'first' : 'second');
  setText(figure.querySelector('.top'), top > 0 ? formatValue(top, unit) : '');
  svg.ariaLabel = title + ': now ' + tell(figure, points[points.length - 1]) + ', at most ' +
    (values.length > 0 ? formatValue(Math.max(...values), unit) : 'nothing known');
  if (!figure.matches(':hover'))
    tellLast(figure);
}

/* page: of /history. What nobody here can know, such as events where there is no bus, is not shown. */
export function showPlots(page) {
  const points = getItems(page).filter((point) => point.age <= SPAN);
  let isEmpty = true;

  for (const figure of document.querySelectorAll('#plots figure')) {
    if (!figure.points)
      begin(figure);
    figure.hidden = !points.some((point) => isKnown(point[figure.dataset.line])) &&
      !(figure.dataset.unit === 'time' && points.some((point) => isKnown(point.requests)));
    isEmpty = isEmpty && figure.hidden;
    if (!figure.hidden)
      show(figure, points, page.interval || 5);
  }
  find('soon').hidden = !isEmpty;
}
