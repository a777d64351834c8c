// Draws each figure from its own table, so that plot and table cannot differ. With the arrow keys a plot is walked
// through value by value, and each is told to screen readers.
"use strict";

const SERIES = ["--series-1", "--series-2", "--series-3", "--series-4"];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Reads a table: a label a row, and a series for each column that is to be plotted. */
function read(table, labels) {
  const rows = [...table.tBodies[0].rows];
  const texts = rows.map((row) => [...row.cells].slice(0, labels).map((cell) => cell.textContent.trim()).join(" · "));
  const series = [...table.tHead.rows[0].cells].flatMap((head, column) =>
    head.dataset.plotted
      ? [{
          name: head.textContent.trim(),
          kind: head.dataset.plotted,
          values: rows.map((row) => Number(row.cells[column].dataset.value)),
          shown: rows.map((row) => row.cells[column].textContent.trim()),
        }]
      : [],
  );
  return { labels: texts, series };
}

function datasets(series) {
  let bars = 0;
  return series.map((each) => {
    const isLine = each.kind === "line";
    const paint = colour(isLine ? "--limit" : SERIES[bars++ % SERIES.length]);
    return {
      type: isLine ? "line" : "bar",
      label: each.name,
      data: each.values,
      backgroundColor: paint,
      borderColor: paint,
      borderWidth: isLine ? 2 : 0,
      borderDash: isLine ? [6, 4] : [],
      pointRadius: 0,
      pointStyle: isLine ? "line" : "rect",
      maxBarThickness: 48,
      order: isLine ? 0 : 1,
    };
  });
}

function options(kind, isLong, count) {
  const ticks = { color: colour("--quiet") };
  const grid = { color: colour("--grid") };
  const isStacked = kind === "stacked";
  return {
    animation: false,
    maintainAspectRatio: false,
    indexAxis: isLong ? "y" : "x",
    interaction: { mode: "index", intersect: false, axis: isLong ? "y" : "x" },
    scales: {
      [isLong ? "y" : "x"]: { stacked: isStacked, ticks: { ...ticks, autoSkip: true }, grid: { display: false } },
      [isLong ? "x" : "y"]: { stacked: isStacked, beginAtZero: true, ticks: { ...ticks, precision: 2 }, grid },
    },
    plugins: { legend: { display: count > 1, labels: { color: colour("--text"), usePointStyle: true } } },
  };
}

function draw(place) {
  const { labels, series } = read(document.getElementById(place.dataset.table), Number(place.dataset.labels));
  const isLong = labels.some((label) => label.length > 16);
  const canvas = document.createElement("canvas");
  const spoken = document.createElement("p");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${place.dataset.title} Plot of ${labels.length} values; arrow keys tell each.`);
  spoken.className = "hidden";
  spoken.setAttribute("aria-live", "polite");
  place.replaceChildren(canvas, spoken);
  if (isLong) place.style.height = `${Math.max(9, 4 + labels.length * 1.9)}rem`;
  const chart = new Chart(canvas, {
    data: { labels, datasets: datasets(series) },
    options: options(place.dataset.kind, isLong, series.length),
  });
  let at = -1;
  function show(index) {
    at = Math.min(labels.length - 1, Math.max(0, index));
    const active = series.map((_, datasetIndex) => ({ datasetIndex, index: at }));
    chart.setActiveElements(active);
    chart.tooltip.setActiveElements(active, { x: 0, y: 0 });
    chart.update();
    spoken.textContent = `${labels[at]}: ${series.map((each) => `${each.name} ${each.shown[at]}`).join(", ")}`;
  }
  const steps = {
    ArrowRight: () => at + 1,
    ArrowDown: () => at + 1,
    ArrowLeft: () => at - 1,
    ArrowUp: () => at - 1,
    Home: () => 0,
    End: () => labels.length - 1,
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.key in steps) {
      event.preventDefault();
      show(steps[event.key]());
    }
  });
  canvas.addEventListener("blur", () => {
    at = -1;
    chart.setActiveElements([]);
    chart.tooltip.setActiveElements([], { x: 0, y: 0 });
    chart.update();
  });
  return chart;
}

const places = [...document.querySelectorAll(".plot")];
let charts = places.map(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const chart of charts) chart.destroy();
  charts = places.map(draw);
});
document.documentElement.dataset.drawn = String(charts.length);
