import { z } from 'zod';
import { capSchema, type Guardrail, hoursSchema, scopeSchema } from '../../policies/playbook.js';
import { canonicalJson, type Json } from '../../shared/canonical-json.js';
import { capWords, guardrailWords, hoursWords, scopeWords } from './rule-words.js';

/** What a member said and says, without what it says either way. */
export interface MemberWords {
  readonly gone: readonly string[];
  readonly new: readonly string[];
}

/** A member of an item before and after, in the words that the playbook's page has for it. */
export function memberWords(item: string, member: string, before: Json, after: Json): MemberWords {
  const isRule = item.startsWith('guardrails/');
  const [was, is] = [wordsOf(isRule, member, before), wordsOf(isRule, member, after)];
  const words = {
    gone: was.filter((each) => !is.includes(each)),
    new: is.filter((each) => !was.includes(each)),
  };
  // The same things in another order, or as often as not.
  return words.gone.length + words.new.length === 0 ? { gone: was, new: is } : words;
}

/** A whole rule in a sentence: what it does, where and when. */
export function ruleWords(rule: Guardrail): string {
  const when = rule.when === 'true' ? '' : `, when ${rule.when}`;
  return `${guardrailWords(rule)}; ${scopeWords(rule.scope)}${when}`;
}

function wordsOf(isRule: boolean, member: string, value: Json): string[] {
  if (value === null || value === '') return [];
  if (isRule) {
    const told = ruleMemberWords(member, value);
    if (told !== null) return told;
  }
  return [value].flat().map((each) => (typeof each === 'string' ? each : canonicalJson(each)));
}

/** Null for what has no words of its own, or is not of the shape that this version knows. */
function ruleMemberWords(member: string, value: Json): string[] | null {
  switch (member) {
    case 'caps':
      return z.array(capSchema).safeParse(value).data?.map(capWords) ?? null;
    case 'hours':
      return (
        z
          .array(hoursSchema)
          .safeParse(value)
          .data?.map((each) => hoursWords([each])) ?? null
      );
    case 'scope': {
      const scope = scopeSchema.safeParse(value).data;
      return scope === undefined ? null : [scopeWords(scope)];
    }
    default:
      return null;
  }
}
