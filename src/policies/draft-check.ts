/** One thing that was found in a draft, at its place; lines and columns count from 1. */
export interface DraftNote {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What is wrong with a draft of a playbook, and what is probably not meant. With a mistake nothing else can be told. */
export interface DraftCheck {
  readonly errors: readonly DraftNote[];
  readonly warnings: readonly DraftNote[];
}
