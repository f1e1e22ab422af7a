// Runs in the page before all else and notes what a reader does and sees, in ms since 1970.

const now = (t = performance.now()) => performance.timeOrigin + t;

window.received = 0; // bytes, by all web sockets

window.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", ({ data }) => {
      window.received += data.byteLength ?? data.size ?? data.length;
    });
  }
};

// A picture counts once it is decoded and the frame that shows it is painted: a message that is
// posted while a frame is prepared arrives when that frame is done.
const painted = () =>
  new Promise((resolve) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (port1.close(), resolve());
      port2.postMessage(0);
    }),
  );

class Watch {
  constructor(root) {
    this.root = root;
    this.shown = new WeakMap();
    this.coming = 0; // pictures that are not on screen yet
    this.tests = new Set();
    for (const type of ["keydown", "pointermove"])
      addEventListener(type, (event) => (this.input = now(event.timeStamp)), true);
    // The sliders of the setting. The step slider of a run, which moves by itself, lies deeper.
    this.sliders = root.querySelectorAll(":scope > .widget-slider [role=slider]");
    for (const handle of this.sliders)
      new MutationObserver(() => {
        // This is called at once after the event. If the kernel moves the slider, there is none.
        if (this.input) this.moves.push({ t: this.input, at: +handle.ariaValueNow });
      }).observe(handle, { attributeFilter: ["aria-valuenow"] });
    new MutationObserver(() => this.look()).observe(root, {
      subtree: true,
      childList: true,
      attributeFilter: ["src"],
    });
    this.begin();
    this.look();
    this.begin(); // what is there already is not new
  }

  begin() {
    [this.moves, this.pictures, this.input] = [[], [], null];
    this.came = window.received = 0;
  }

  look() {
    for (const img of this.root.querySelectorAll("img")) {
      const src = img.src;
      if (!src || this.shown.get(img) === src) continue;
      this.shown.set(img, src);
      this.coming += 1;
      const nth = this.came++; // from 0, in the order in which they come from the kernel
      img
        .decode()
        .then(painted)
        .then(() => {
          if (!img.isConnected || img.src !== src) return; // another one has taken its place
          this.pictures.push({ t: now(), nth });
        })
        .catch(() => {}) // the same, before it was decoded
        .finally(() => {
          this.coming -= 1;
          this.test();
        });
    }
    this.test();
  }

  test() {
    for (const test of this.tests) test();
  }

  // Waits until so many pictures have come and the last one is on screen. Gives what was noted.
  async waitFor(pictures, patience) {
    const done = () => this.came >= pictures && this.coming === 0;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.tests.delete(test);
        reject(new Error(`${this.came} of ${pictures} pictures have come`));
      }, patience);
      const test = () => {
        if (!done()) return;
        clearTimeout(timer);
        this.tests.delete(test);
        resolve();
      };
      this.tests.add(test);
      test();
    });
    return this.noted();
  }

  noted() {
    const { moves, pictures } = this;
    return { moves, pictures, received: window.received };
  }
}

// Begins to watch what has that class, and gives the number of its sliders.
window.watches = {};
window.watch = (name) =>
  (window.watches[name] = new Watch(document.querySelector(`.${name}`))).sliders.length;
