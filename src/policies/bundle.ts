import {
  type Action,
  type Brand,
  type Channel,
  type EngineSettings,
  type Guardrail,
  type Segment,
  type Template,
  type Trigger,
  type VocabularySpec,
} from './playbook.js';
import { type PlaybookTest } from './playbook-test.js';

/** What an expression gave: a value, or unknown because it read a field whose absence is declared unknown. */
export type Evaluation<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly reads: string };

/**
 * A compiled expression. Its input is the plain object the vocabulary describes (`signal`, `profile`, `history`, `facts`, `context`, `now`);
 * build it with `toExpressionInput` of `vocabulary.ts`. It never throws: an error while evaluating is an unknown that names itself.
 */
export interface CompiledExpression<T> {
  readonly source: string;
  evaluate(input: ExpressionInput): Evaluation<T>;
}

/** The values expressions see, prepared once per situation by `toExpressionInput`. */
export type ExpressionInput = Readonly<Record<string, unknown>>;

export interface CompiledAction {
  readonly spec: Action;
  readonly eligible: CompiledExpression<boolean>;
  readonly facts: ReadonlyMap<string, CompiledExpression<string>>;
}

export interface CompiledTrigger {
  readonly spec: Trigger;
  /** The condition; `true` for a threshold. */
  readonly when: CompiledExpression<boolean>;
  /** Only for a threshold. */
  readonly value: CompiledExpression<number> | null;
}

/** A value that conditions compare with. */
export type Plain = string | number | boolean;

/** Where what is looked at is known to be none of these values, a condition is false. */
interface Requirement {
  /** One and the same for all conditions that look at the same. */
  readonly of: CompiledExpression<Plain>;
  readonly among: readonly Plain[];
}

export interface CompiledGuardrail {
  readonly spec: Guardrail;
  readonly when: CompiledExpression<boolean>;
  /** What the rule is filed by, so that it need not be asked; null where it has to be. */
  readonly requires: Requirement | null;
}

export interface CompiledTemplate {
  readonly spec: Template;
  readonly contentHash: string;
  readonly when: CompiledExpression<boolean>;
  readonly slots: ReadonlyMap<string, CompiledExpression<unknown>>;
}

/** Where something of a playbook stands. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A test of the playbook, and where it stands. */
export interface PlacedTest {
  readonly spec: PlaybookTest;
  readonly place: Place;
}

/** The whole playbook, compiled and type-checked, named by the hash of its files. Immutable. */
export interface Bundle {
  readonly hash: string;
  readonly files: Readonly<Record<string, string>>;
  readonly brand: Brand;
  readonly engine: EngineSettings;
  readonly vocabulary: VocabularySpec;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Already part of the conditions of the guardrails that are scoped to them. */
  readonly segments: ReadonlyMap<string, Segment>;
  readonly actions: ReadonlyMap<string, CompiledAction>;
  readonly triggers: ReadonlyMap<string, CompiledTrigger>;
  /** Triggers that look at an event of this name. */
  readonly triggersByEvent: ReadonlyMap<string, readonly CompiledTrigger[]>;
  /** Thresholds and inactivity: looked at after every signal. */
  readonly triggersForAnySignal: readonly CompiledTrigger[];
  readonly guardrails: readonly CompiledGuardrail[];
  readonly templates: ReadonlyMap<string, CompiledTemplate>;
  /** They are files like the others, so they count in the hash: what was proven is part of what came into force. */
  readonly tests: readonly PlacedTest[];
  /** Where each item stands, by kind and id, such as `guardrails/minors`. */
  readonly places: ReadonlyMap<string, Place>;
}

/** A mistake in the playbook, at its place. */
export interface PlaybookError extends Place {
  readonly message: string;
}

/** Something that is no mistake and probably not meant, or that somebody has to see to. */
export interface Finding extends PlaybookError {
  readonly code:
    | 'never-applies'
    | 'never-matches'
    | 'always-matches'
    | 'shadowed'
    | 'no-channel'
    | 'no-hours'
    | 'no-text'
    | 'not-compared'
    | 'cap-never'
    | 'unknown-country'
    | 'unknown-zone'
    | 'never-carried'
    | 'expires'
    | 'expired';
  /** What it is about, such as `guardrails/minors`. */
  readonly subject: string;
  readonly owner: string;
}

export type CompileResult =
  | { readonly ok: true; readonly bundle: Bundle; readonly warnings: readonly Finding[] }
  | { readonly ok: false; readonly errors: readonly PlaybookError[] };
