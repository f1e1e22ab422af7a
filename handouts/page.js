// What typesetter.py calls in a page: fit(), faults() and paginate() before it is printed,
// makeSlides() before it is shown.

const ROUNDING = 1.5; // pixels
// What MathJax keeps for screen readers is clipped to nothing, and drawings have their own room.
const UNSEEN = "svg *, mjx-assistive-mml, mjx-assistive-mml *, script, style";

const overflows = (element) => element.scrollWidth > element.clientWidth + ROUNDING;
const isFull = (page) => page.scrollHeight > page.clientHeight;
const isHeading = (element) => element.matches("h1, h2, h3, h4");
const isFormula = (element) => element.querySelector(":scope > mjx-container[display]");

function shrink(part) {
  const share = (0.99 * part.clientWidth) / part.scrollWidth;
  part.style.fontSize = `${share * parseFloat(getComputedStyle(part).fontSize)}px`;
}

const isShort = (part) => part.matches("pre.output") && part.textContent.split("\n").length < 4;

// Make wide what does not fit a column. The flow is one long strip as wide as a column here.
function fit() {
  for (const part of document.querySelectorAll(".flow > *")) {
    if (!overflows(part)) continue;
    const least = isFormula(part) ? 0.76 : part.matches("pre") ? 0.84 : 1;
    if (part.clientWidth / part.scrollWidth > least) {
      shrink(part); // a little smaller spares the full width
    } else if (!isShort(part)) {
      part.classList.add("wide");
    }
  }
  for (const code of document.querySelectorAll("pre")) {
    if (overflows(code)) code.classList.add("wrapped");
  }
}

// Words that lead to an element: the heading above it, and how it begins.
function place(element) {
  const headings = [...document.querySelectorAll("h1, h2, h3, h4")].filter(
    (heading) => heading.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  const begins = (element.textContent || element.alt || "").trim().replace(/\s+/g, " ");
  const heading = headings.length ? headings.at(-1).textContent.trim() : "at the top";
  return `${heading}: ${element.localName} ${JSON.stringify(begins.slice(0, 60))}`;
}

// The boxes that nothing may leave: on paper, on a screen, on slides.
const BOXES = ".flow > *, .page, .web > *, .slide, header";
const LOW = ".page, .slide"; // those of a given height

function faults() {
  const found = [];
  for (const image of document.querySelectorAll("img")) {
    if (!image.alt.trim()) found.push(`${place(image)}: an image without alt text`);
    if (!image.naturalWidth) found.push(`${place(image)}: an image that cannot be shown`);
  }
  for (const error of document.querySelectorAll("mjx-merror, [data-mjx-error]")) {
    found.push(`${place(error)}: a wrong formula`);
  }
  for (const box of document.querySelectorAll(BOXES)) {
    const edge = box.getBoundingClientRect().right + ROUNDING;
    const parts = [box, ...box.querySelectorAll("*")].filter((part) => !part.matches(UNSEEN));
    const far = parts.find((part) => part.getBoundingClientRect().right > edge);
    const full = parts.find((part) => part.clientWidth && overflows(part));
    if (far ?? full) found.push(`${place(far ?? full)}: wider than its column`);
    if (box.matches(LOW) && box.scrollHeight > box.clientHeight + ROUNDING) {
      const end = box.getBoundingClientRect().bottom + ROUNDING;
      const low = parts.find((part) => part.getBoundingClientRect().bottom > end);
      found.push(`${place(low ?? box)}: higher than its page`);
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const around = texts.currentNode.parentElement;
    if (around.closest("pre, code, script, style, .no-maths")) continue;
    const left = /\$|\\[a-zA-Z]+/.exec(texts.currentNode.data);
    if (left) found.push(`${place(around)}: TeX is left, ${JSON.stringify(left[0])}`);
  }
  return [...new Set(found)];
}

// -- pages -------------------------------------------------------------------------------------

// The flow in pages of two columns. The browser breaks columns, as it does anywhere; we find
// where the third begins, for that is the next page. Wide parts stand between columns that are
// balanced, in their order; but a figure for which there is no room any more goes to the top of
// the next page, and the text runs on.
function paginate() {
  const flow = document.querySelector(".flow");
  const queue = [...flow.children];
  const waiting = [];
  let page = newPage(flow, document.querySelector("header"));
  const turn = () => {
    page = newPage(flow);
    while (waiting.length && fits(page, waiting[0])) waiting.shift();
  };

  while (queue.length) {
    if (queue[0].matches(".wide")) {
      if (!waiting.length && fits(page, queue[0])) {
        queue.shift();
      } else if (waiting.length && queue[0].matches("figure, pre")) {
        waiting.push(queue.shift()); // it keeps its place behind the figure that waits
      } else {
        queue.unshift(...takeLastHeadings(page.lastElementChild));
        if (!page.children.length) page.append(queue.shift());
        turn();
      }
      continue;
    }
    const region = document.createElement("div");
    region.className = "region";
    const next = queue.findIndex((part) => part.matches(".wide"));
    region.append(...queue.splice(0, next < 0 ? queue.length : next));
    page.append(region);
    // A few lines are not worth two columns.
    region.classList.add("single");
    region.classList.toggle("single", region.clientHeight < FEW_LINES);
    const wide = queue[0];
    if (!isFull(page)) {
      if (!wide?.matches("figure")) continue;
      if (!waiting.length && fits(page, wide)) {
        queue.shift();
        continue;
      }
      // No room for the figure: what follows it runs on here, in the same columns.
      waiting.push(queue.shift());
      queue.unshift(...region.children);
      region.remove();
      continue;
    }
    const height = page.clientHeight - (region.offsetTop - page.offsetTop);
    region.classList.remove("single");
    const isLow = height < LEAST_HEIGHT && page.children.length > 1;
    Object.assign(region.style, { height: `${height}px`, columnFill: "auto" });
    queue.unshift(...(isLow ? region.children : cutThirdColumn(region)));
    if (isLow || !region.children.length) region.remove();
    // What is too high for any page gets one all the same, and faults() will say so.
    if (!page.children.length) page.append(queue.shift());
    turn();
  }
  while (waiting.length) turn();
  flow.remove();
}

function newPage(flow, ...first) {
  const page = document.createElement("section");
  page.className = "page";
  page.append(...first);
  flow.before(page);
  return page;
}

const LEAST_HEIGHT = 52; // pixels: three lines, and what is above them
const FEW_LINES = 100;

// Puts a wide part on a page, if it fits there or is alone there.
function fits(page, part) {
  page.append(part);
  if (page.children.length === 1 || !isFull(page)) return true;
  part.remove();
  return false;
}

// Takes from a region what lies beyond its second column, and returns it: a list of elements.
function cutThirdColumn(region) {
  const edge = region.getBoundingClientRect().right + 2;
  const beyond = (thing) => [...thing.getClientRects()].some((box) => box.left > edge);
  const within = (thing) => [...thing.getClientRects()].some((box) => box.left <= edge);
  const first = [...region.children].findIndex(beyond);
  if (first < 0) return [];
  const [straddling, ...rest] = [...region.children].slice(first);
  for (const part of rest) part.remove();
  if (within(straddling) && !straddling.matches("figure, pre")) {
    const second = cut(straddling, beyond);
    if (!straddling.childNodes.length) straddling.remove();
    return [second, ...rest];
  }
  straddling.remove();
  return [...takeLastHeadings(region), straddling, ...rest];
}

// A heading stays with what it heads: takes those at the end of a region from it.
function takeLastHeadings(region) {
  const headings = [];
  while (region?.lastElementChild?.matches(".region > :is(h2, h3, h4)")) {
    headings.unshift(region.lastElementChild);
    region.lastElementChild.remove();
  }
  if (headings.length && !region.children.length) region.remove();
  return headings;
}

// Splits an element before the first text, formula or picture in it that lies beyond.
function cut(element, beyond) {
  const range = rangeFrom(element, beyond);
  // Of what begins there, nothing stays behind.
  while (range.startOffset === 0 && range.startContainer !== element) {
    range.setStartBefore(range.startContainer);
  }
  const inside = range.startContainer;
  range.setEnd(element, element.childNodes.length);
  const rest = element.cloneNode(false);
  rest.append(range.extractContents());
  element.classList.add("cut");
  rest.classList.add("continued");
  if (element.matches("ol")) rest.start = element.start + element.children.length;
  if (element.matches("ol, ul") && inside !== element) {
    rest.firstElementChild.classList.add("continued");
    rest.start -= 1;
  }
  return rest;
}

function rangeFrom(element, beyond) {
  const range = document.createRange();
  const walk = document.createTreeWalker(
    element,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    (node) => (node.parentElement.closest("mjx-container") ? 2 : 1), // reject, accept
  );
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const isText = node.nodeType === Node.TEXT_NODE;
    if (!isText && !node.matches("mjx-container, img")) continue;
    range.selectNode(node);
    if (!beyond(range)) continue;
    if (isText) range.setStart(node, firstBeyond(node, beyond));
    return range;
  }
  range.selectNodeContents(element); // only its border lies beyond: all of it goes
  return range;
}

function firstBeyond(text, beyond) {
  const letter = document.createRange();
  let [low, high] = [0, text.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    letter.setStart(text, middle);
    letter.setEnd(text, middle + 1);
    if (beyond(letter)) high = middle;
    else low = middle + 1;
  }
  return low;
}

// -- slides ------------------------------------------------------------------------------------

// Splits the flow into slides, which begin with a heading each, and returns their number. A
// slide shows the first sentence of a paragraph; its notes hold the whole paragraph, and the
// long lists of Checks.
function makeSlides() {
  const flow = document.querySelector(".flow");
  const header = document.querySelector("header");
  const parts = [...flow.children];
  let heading = header.querySelector("h1");
  let slide = null;
  newSlide(flow, ...header.children).classList.add("title");
  header.remove();
  parts.forEach((part, i) => {
    if (isHeading(part)) {
      [heading, slide] = [part, null];
      return;
    }
    const whole = part.cloneNode(true);
    if (!heading.textContent.startsWith("Exercise ")) shorten(part);
    slide ??= newSlide(flow, heading.cloneNode(true));
    if (part.matches(".checks")) {
      slide.lastElementChild.append(part);
      return;
    }
    slide.lastElementChild.before(part);
    if (part.matches("pre") && overflows(part)) part.classList.add("wrapped");
    // The last part of a section stays on the slide if smaller letters make room for it.
    const isLast = !parts[i + 1] || isHeading(parts[i + 1]);
    slide.classList.toggle("smaller", isLast && isFull(slide));
    if (isFull(slide) && slide.children.length > 3) {
      slide.classList.remove("smaller");
      slide = newSlide(flow, heading.cloneNode(true), part);
    }
    for (let size = 0.95; (isFull(slide) || overflows(part)) && size > 0.5; size -= 0.05) {
      part.style.zoom = size;
    }
    if (whole.textContent !== part.textContent) slide.lastElementChild.append(whole);
  });
  flow.remove();
  const slides = document.querySelectorAll(".slide");
  slides.forEach((each, i) => (each.dataset.number = i + 1));
  return slides.length;
}

// A slide before the flow, with these parts and, behind them, its notes.
function newSlide(flow, ...parts) {
  const slide = document.createElement("section");
  const notes = document.createElement("aside");
  [slide.className, notes.className] = ["slide", "notes"];
  slide.append(...parts, notes);
  flow.before(slide);
  return slide;
}

// Leaves the first sentence of a paragraph, or of each item of a list.
function shorten(part) {
  if (part.matches("ul, ol")) part.querySelectorAll("li").forEach(leaveFirstSentence);
  if (part.matches("p")) leaveFirstSentence(part);
}

function leaveFirstSentence(element) {
  const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node.parentElement.closest("mjx-container, strong, code")) continue;
    const end = /(?<!\b(?:e\.g|i\.e|vs|cf|[A-Z]))[.?!]["”)]?(?=\s)/.exec(node.data);
    if (!end) continue;
    const range = document.createRange();
    range.setStart(node, end.index + end[0].length);
    range.setEnd(element, element.childNodes.length);
    range.deleteContents();
    return;
  }
}
