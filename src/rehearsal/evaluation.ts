import { z } from 'zod';
import { playbookGivenSchema } from '../policies/playbook-test.js';

const share = z.number().min(0).max(1);
const words = z.array(z.string().min(1)).default([]);

/** Answers as endpoints gave them. `good: false` keeps one that has to fail, so that the marks are known to tell. */
export const answersSchema = z
  .array(
    z.strictObject({
      model: z.string().min(1),
      good: z.boolean().default(true),
      answer: z.record(z.string(), z.unknown()),
    }),
  )
  .default([]);

/** One question put to a prompt, and what a good answer to it is like. */
const caseSchema = z.strictObject({
  case: z.string().min(1),
  given: playbookGivenSchema,
  /** The action of the playbook that the draft is for. */
  action: z.string().min(1),
  expect: z
    .strictObject({
      /** The risk that checks may find at most. Default: below the playbook's threshold. */
      riskAtMost: share.optional(),
      /** What it has to say, and what it must not; case and white space do not matter. */
      says: words,
      neverSays: words,
    })
    .prefault({}),
  answers: answersSchema,
});

/** prompts/evals/<prompt>.yaml */
export const evaluationSchema = z.strictObject({
  /** Share of good answers that have to pass. */
  passMark: share,
  cases: z.array(caseSchema).min(1),
});
export type Evaluation = z.output<typeof evaluationSchema>;
export type EvaluationCase = Evaluation['cases'][number];
