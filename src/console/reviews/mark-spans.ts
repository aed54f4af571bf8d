import { type Contribution, type SpanField } from '../../risk/assessment.js';

/** A stretch of text, and the numbers (from 1) of the contributions that point at it. */
export interface Stretch {
  readonly text: string;
  readonly marks: readonly number[];
}

/**
 * Cuts a text at the ends of all spans in one of its fields, so that overlapping spans can be shown. The stretches joined are the text.
 * A span that does not quote what lies at its place (another version of the words) is left out.
 */
export function markSpans(
  field: SpanField,
  text: string,
  contributions: readonly Pick<Contribution, 'spans'>[],
): Stretch[] {
  const spans = contributions.flatMap((contribution, index) =>
    contribution.spans
      .filter(
        (span) =>
          span.field === field && span.start < span.end && text.slice(span.start, span.end) === span.text,
      )
      .map((span) => ({ start: span.start, end: span.end, mark: index + 1 })),
  );
  const cuts = [...new Set([0, text.length, ...spans.flatMap((span) => [span.start, span.end])])].sort(
    (a, b) => a - b,
  );
  const stretches: Stretch[] = [];
  for (const [index, start] of cuts.entries()) {
    const end = cuts[index + 1];
    if (end === undefined) break;
    const marks = spans.filter((span) => span.start <= start && end <= span.end).map((span) => span.mark);
    stretches.push({ text: text.slice(start, end), marks: [...new Set(marks)] });
  }
  return stretches;
}
