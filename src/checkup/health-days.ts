/**
 * What a guardrail did on a UTC day, such as `2026-11-22`. Under `actions/<id>` how often an action that names facts found them (`matched`), and
 * how often one of them was not valid any more (`stood`).
 */
export interface RuleDay {
  readonly rule: string;
  readonly day: string;
  /** Executed decisions in which it matched for a candidate. */
  readonly matched: number;
  /** In which it stood in the way of one, or asked for a person. */
  readonly stood: number;
  /** In which nothing else did. */
  readonly alone: number;
  /** Expected value that was forgone by it alone, in millionths of a minor unit of the brand's currency. */
  readonly cost_micros: number;
}

/** Executed decisions of a UTC day. */
export interface DecisionDay {
  readonly day: string;
  /** Empty when somebody asked. */
  readonly trigger_id: string;
  readonly outcome: 'act' | 'hold' | 'handoff';
  readonly decisions: number;
}
