# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether people can read a page that a browser.Page has open."""

# all visible text: [element, text node]
TEXTS = """
const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  if (node.data.trim() !== '' && node.parentElement.checkVisibility({ visibilityProperty: true }))
    texts.push([node.parentElement, node]);
}
"""

CONTRAST = """(() => {""" + TEXTS + """
const parse = (text) => {
  const parts = text.match(/[\\d.]+/g).map(Number);
  return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
};
const mix = (above, alpha, below) => above.map((value, i) => alpha * value + (1 - alpha) * below[i]);
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((value) => value / 255).map((value) =>
    (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const findBackground = (element) => {
  if (element === null)
    return [255, 255, 255];
  const { rgb, alpha } = parse(getComputedStyle(element).backgroundColor);
  /* what is in the top layer stands on nothing of its ancestors' */
  return alpha === 1 ? rgb : mix(rgb, alpha, findBackground(element.parentElement));
};
const bad = [];
for (const [element, node] of texts) {
  if (document.querySelector('dialog').open && !element.closest('dialog'))
    continue;
  const style = getComputedStyle(element);
  const background = findBackground(element);
  const color = parse(style.color);
  const pair = [luminance(background), luminance(mix(color.rgb, color.alpha, background))].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (isLarge ? 3 : 4.5))
    bad.push(`${node.data.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
}
return { bad, count: texts.length };
})()"""

WORDS = """(() => {""" + TEXTS + """
const broken = [];
const range = document.createRange();
for (const [, node] of texts)
  /* what may be broken: paths, long names, and words behind a hyphen */
  for (const word of node.data.matchAll(/[^\\s\\u002d\\u2010\\/]{2,20}(?![^\\s\\u002d\\u2010])/g)) {
    if (word.index > 0 && /[^\\s\\u002d\\u2010“]/.test(node.data[word.index - 1]))
      continue;
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const tops = new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top)));
    if (tops.size > 1)
      broken.push(word[0]);
  }
return broken;
})()"""

OUTLINE = """(() => {
const bad = [];
let last = 0;
for (const heading of document.querySelectorAll('h1, h2, h3')) {
  const level = Number(heading.tagName[1]);
  if (level > last + 1)
    bad.push('a step over a heading: ' + heading.textContent);
  last = level;
}
for (const name of ['header', 'main', 'footer', 'h1'])
  if (document.querySelectorAll(name).length !== 1)
    bad.push('not one ' + name);
for (const section of document.querySelectorAll('main > section, table'))
  if (section.tagName === 'SECTION' && !document.getElementById(section.getAttribute('aria-labelledby')))
    bad.push('a section has no name');
for (const button of document.querySelectorAll('button, a'))
  if (!(button.ariaLabel || button.textContent).trim() && !button.hidden)
    bad.push('a button has no name');
for (const one of document.querySelectorAll('button, a, summary, [tabindex="0"]')) {
  if (!one.checkVisibility())
    continue;
  one.focus({ focusVisible: true });
  if (document.activeElement !== one)
    bad.push('cannot be reached: ' + one.textContent.slice(0, 40));
  else if (getComputedStyle(one).outlineStyle === 'none')
    bad.push('the focus cannot be seen: ' + one.textContent.slice(0, 40));
}
return bad;
})()"""


def expect_contrast(page):
    """WCAG's AA, of all that is shown."""
    seen = page.run(CONTRAST)
    if seen["bad"] or seen["count"] < 10:
        raise AssertionError(f"of {seen['count']} texts there is too little contrast in {seen['bad']}")


def expect_no_scroll(page):
    size = page.run("[document.scrollingElement.scrollWidth, document.documentElement.clientWidth, "
                    "Array.from(document.querySelectorAll('.scroll')).filter((one) => one.scrollWidth > one.clientWidth + 1).length]")
    if size[0] > size[1] or size[2] > 0:
        raise AssertionError(f"it is {size[0]} wide in {size[1]}, and {size[2]} tables scroll")


def expect_whole_words(page):
    broken = page.run(WORDS)
    if broken:
        raise AssertionError(f"words are broken: {broken}")


def expect_outline(page):
    """Headings, landmarks, names, and a focus that is seen."""
    bad = page.run(OUTLINE)
    if bad:
        raise AssertionError(str(bad))
