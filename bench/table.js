import { cpus, totalmem } from 'node:os';

/** Prints rows of row.js, for a terminal or as Markdown. */
export function print(rows, { markdown }) {
  const cells = [
    ['figure', 'ours', 'limit', 'ratio', 'unit', 'the limit is'],
    ...rows.map(({ name, ours, limit, ratio, unit, against }) => [
      name,
      ours.toLocaleString('en', { maximumSignificantDigits: 4 }),
      limit.toLocaleString('en', { maximumSignificantDigits: 4 }),
      ratio.toLocaleString('en', { maximumSignificantDigits: 3 }),
      unit,
      against,
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const isNumber = (column) => column >= 1 && column <= 3;
  const padded = (line) =>
    line.map((text, column) =>
      isNumber(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]),
    );
  if (markdown) {
    const rule = widths.map((width, column) =>
      isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
    );
    console.log(`${conditions()}\n`);
    for (const line of [padded(cells[0]), rule, ...cells.slice(1).map(padded)])
      console.log(`| ${line.join(' | ')} |`);
    return;
  }
  for (const line of cells) console.log(padded(line).join('  ').trimEnd());
}

function conditions() {
  const day = new Date().toISOString().slice(0, 10);
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `Measured on ${day}: ${cpus().length} × ${model}, ${memory} GiB, Node ${process.versions.node}.`;
}
