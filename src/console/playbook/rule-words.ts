import { type Cap, type Guardrail, type Hours, type Scope, type Trigger } from '../../policies/playbook.js';
import { effectWords } from '../layout/words.js';

const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' };

/** "30d" as "30 days". */
export function durationWords(duration: string): string {
  const count = Number(duration.slice(0, -1));
  const unit = UNITS[duration.slice(-1)] ?? duration.slice(-1);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** When a trigger fires, as a sentence without its condition. */
export function triggerWords(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'event':
      return `when “${trigger.event}” happens`;
    case 'count':
      return `when “${trigger.event}” happens ${trigger.atLeast} times within ${durationWords(trigger.within)}`;
    case 'threshold':
      return `when ${trigger.value} reaches ${trigger.reaches}`;
    case 'inaction':
      return `${durationWords(trigger.within)} after “${trigger.event}”, unless ${trigger.unless.map((event) => `“${event}”`).join(' or ')} happened`;
    case 'inactivity':
      return `after ${durationWords(trigger.for)} in which nothing was heard`;
  }
}

const DAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export function hoursWords(windows: readonly Hours[]): string {
  const words = windows.map(({ from, to, days }) => {
    const named = days.length === 7 ? 'every day' : days.map((day) => DAYS[day] ?? '?').join(', ');
    return `${from}–${to} local time, ${named}`;
  });
  return `only ${words.join(' or ')}`;
}

/** A cap, such as "at most 2 in any 7 days (marketing)". */
export function capWords(cap: Cap): string {
  const where = cap.reaches.length === 0 ? cap.channels : cap.reaches;
  const what = [...cap.classes, ...where, ...cap.tags].join(', ');
  return cap.max === 0
    ? `none${what === '' ? '' : ` (${what})`}`
    : `at most ${cap.max}${cap.of === 'cost' ? ' of contact cost' : ''} in any ${durationWords(cap.per)}${
        cap.over === 'everybody' ? ' over everybody' : ''
      }${what === '' ? '' : ` (${what})`}`;
}

function quoted(what: string, texts: readonly string[], joint: 'and' | 'or'): string[] {
  const quotes = texts.map((text) => `“${text}”`);
  const last = quotes.pop();
  if (last === undefined) return [];
  return [`${what} ${quotes.length === 0 ? last : `${quotes.join(', ')} ${joint} ${last}`}`];
}

/** What a guardrail does when it matches, in words. */
export function guardrailWords(guardrail: Guardrail): string {
  switch (guardrail.effect) {
    case 'suppress':
      return effectWords('suppress');
    case 'handoff':
      return `hand to ${guardrail.handTo}`;
    case 'review':
      return guardrail.tier === 2 ? 'review by two people' : 'review by a person';
    case 'limit':
      return [
        ...guardrail.caps.map(capWords),
        ...(guardrail.hours === undefined ? [] : [hoursWords(guardrail.hours)]),
        ...(guardrail.channels === undefined ? [] : [`only by ${guardrail.channels.join(', ')}`]),
        ...(guardrail.notOn.length === 0 ? [] : [`not on ${guardrail.notOn.join(', ')}`]),
        ...quoted('must say', guardrail.requiredText, 'and'),
        ...quoted('must not say', guardrail.forbiddenText, 'or'),
        ...(guardrail.maxDiscountPercent === undefined
          ? []
          : [`no discount above ${guardrail.maxDiscountPercent} % without review`]),
      ].join('; ');
  }
}

/** Where a guardrail applies, in words. */
export function scopeWords(scope: Scope): string {
  const parts = [
    scope.classes.join(' and '),
    scope.actions.length === 0 ? '' : `actions ${scope.actions.join(', ')}`,
    scope.reaches.length === 0 ? '' : `what reaches a ${scope.reaches.join(' or ')}`,
    scope.channels.length === 0 || scope.reaches.length > 0 ? '' : `on ${scope.channels.join(', ')}`,
    scope.tags.length === 0 ? '' : `tagged ${scope.tags.join(', ')}`,
    scope.segments.length === 0 ? '' : `to ${scope.segments.join(' or ')}`,
    scope.countries.length === 0 ? '' : `in ${scope.countries.join(', ')}`,
    scope.exceptActions.length === 0 ? '' : `except ${scope.exceptActions.join(', ')}`,
    scope.exceptTags.length === 0 ? '' : `except tagged ${scope.exceptTags.join(', ')}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'everywhere' : parts.join(', ');
}
