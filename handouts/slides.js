// Shows one slide at a time. Arrows, space and Page keys go on and back, N shows the notes.
(() => {
  const slides = () => [...document.querySelectorAll(".slide")];
  let at = 0;

  function show(to) {
    const all = slides();
    at = Math.max(0, Math.min(to, all.length - 1));
    all.forEach((slide, i) => slide.classList.toggle("shown", i === at));
    history.replaceState(null, "", `#${at + 1}`);
    fill();
  }

  function fill() {
    const scale = Math.min(innerWidth / 1280, innerHeight / 720);
    const [left, top] = [(innerWidth - 1280 * scale) / 2, (innerHeight - 720 * scale) / 2];
    const style = slides()[at].style;
    Object.assign(style, { transform: `scale(${scale})`, left: `${left}px`, top: `${top}px` });
  }

  const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  addEventListener("DOMContentLoaded", () => {
    if (!slides().length) return; // they are not dealt yet
    document.body.classList.add("showing");
    show(Number(location.hash.slice(1)) - 1 || 0);
    addEventListener("resize", fill);
    addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1 || 0));
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key in steps) show(at + steps[event.key]);
      else if (event.key === "Home") show(0);
      else if (event.key === "End") show(Infinity);
      else if (event.key === "n") slides()[at].querySelector(".notes")?.classList.toggle("open");
      else return;
      event.preventDefault();
    });
  });
})();
