// Shows one slide at a time. Arrows, space and Page keys go on and back, N shows the notes.
const slides = [...document.querySelectorAll(".slide")];
const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
let at = 0;

function show(to) {
  at = Math.max(0, Math.min(to, slides.length - 1));
  slides.forEach((slide, i) => slide.classList.toggle("shown", i === at));
  history.replaceState(null, "", `#${at + 1}`);
}

const showAddress = () => show(Number(location.hash.slice(1)) - 1 || 0);

// The slide fills the window as far as its shape allows.
function fill() {
  const scale = Math.min(innerWidth / 1280, innerHeight / 720);
  document.body.style.setProperty("--scale", scale);
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in steps) show(at + steps[event.key]);
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(Infinity);
  else if (event.key === "n") slides[at].lastElementChild.classList.toggle("open");
  else return;
  event.preventDefault();
}

// While slides are being made, there are none yet.
if (slides.length) {
  document.body.classList.add("showing");
  addEventListener("resize", fill);
  addEventListener("hashchange", showAddress);
  document.addEventListener("keydown", press);
  fill();
  showAddress();
}
