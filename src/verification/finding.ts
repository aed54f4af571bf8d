/** What one look over the database found. */
export class Finding {
  private readonly sentences: string[] = [];
  /** How many things it looked at. */
  looked = 0;
  /** Of which could not be read, because the person was erased. */
  erased = 0;
  /** Of which could not be told any more, because what they rest on has aged out by rule. */
  agedOut = 0;
  /** What else is worth saying, without anything being wrong. */
  readonly notes: string[] = [];

  constructor(readonly name: string) {}

  problem(sentence: string): void {
    this.sentences.push(sentence);
  }

  /** One sentence for each thing that does not hold. */
  get problems(): readonly string[] {
    return this.sentences;
  }
}

const SHOWN = 50;

/** As lines for a terminal. */
export function findingLines(finding: Finding): string[] {
  const { problems } = finding;
  const head = [
    `${problems.length === 0 ? 'holds' : 'BROKEN'}  ${finding.name}: ${finding.looked} looked at`,
    ...(finding.erased === 0 ? [] : [`${finding.erased} erased`]),
    ...(finding.agedOut === 0 ? [] : [`${finding.agedOut} aged out`]),
    ...(problems.length === 0 ? [] : [`${problems.length} broken`]),
    ...finding.notes,
  ].join(', ');
  const more = problems.length > SHOWN ? [`  … and ${problems.length - SHOWN} more`] : [];
  return [head, ...problems.slice(0, SHOWN).map((problem) => `  ${problem}`), ...more];
}
