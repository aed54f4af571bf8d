/** One thing that could be written. */
export interface Suggestion {
  readonly label: string;
  /** What is written for it; the label when left out. */
  readonly apply?: string;
  readonly kind: 'key' | 'value' | 'name' | 'field' | 'function' | 'variable' | 'text';
  readonly detail?: string;
  readonly info?: string;
}

/** What could stand from a place on. */
export interface Suggestions {
  readonly from: number;
  readonly options: readonly Suggestion[];
}
