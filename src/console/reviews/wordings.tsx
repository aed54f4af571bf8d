import { type VNode } from 'preact';
import { type ReviewDetail, type VariantView } from '../../review/review.js';
import { Key, Pill, RiskBar, Section } from '../layout/parts.js';
import { wordsOf } from './edit-form.js';

/** A review as if one of its wordings were the words it holds; as it is where the label names none that can be chosen. */
export function focusedOn(review: ReviewDetail, label: string | undefined): ReviewDetail {
  const one = review.variants?.open === true ? wordingOf(review, label) : undefined;
  if (one === undefined) return review;
  const { contentHash, tier, risk, draft } = one;
  return { ...review, contentHash, tier, risk, draft };
}

function wordingOf({ variants }: ReviewDetail, label: string | undefined): VariantView | undefined {
  return variants?.wordings.find((each) => each.label === label);
}

/** Which of the wordings the words on the page are; null where they are none of them, such as after an edit. */
export function shownWording({ variants, contentHash }: ReviewDetail): string | null {
  return variants?.wordings.find((each) => each.contentHash === contentHash)?.label ?? null;
}

/** The wordings that the model wrote, side by side, each with what the checks say of it. */
export function Wordings({ review }: { review: ReviewDetail }): VNode | null {
  const { variants } = review;
  if (variants === null || variants.wordings.length === 0) return null;
  const { wordings, asked, leftOut, open, drawn } = variants;
  const shown = shownWording(review);
  const next = wordings[(wordings.findIndex(({ label }) => label === shown) + 1) % wordings.length];
  return (
    <Section
      title="Wordings"
      hint={
        open
          ? `${wordings.length} of ${asked.length} that were asked for; sign the one that you find best`
          : `${wordings.length} of ${asked.length} that were asked for`
      }
    >
      <div class="wordings">
        {wordings.map((each) => (
          <Wording
            key={each.label}
            id={review.id}
            one={each}
            shown={each.label === shown}
            drawn={each.label === drawn}
            open={open}
            next={each === next}
          />
        ))}
      </div>
      {leftOut.map((each) => (
        <p key={each.label} class="faint">
          {leftOutWords(each)}
        </p>
      ))}
    </Section>
  );
}

function Wording({
  id,
  one: { label, risk, draft },
  shown,
  drawn,
  open,
  next,
}: {
  id: string;
  one: VariantView;
  shown: boolean;
  drawn: boolean;
  open: boolean;
  next: boolean;
}): VNode {
  const unfounded = draft.claims.filter((claim) => !claim.ok).length;
  const words = wordsOf(draft);
  return (
    <article class={`card wording ${shown ? 'shown' : ''}`} aria-label={`Wording ${label}`}>
      <header>
        <b>{label}</b>
        {drawn ? <Pill>drawn</Pill> : null}
        {shown ? <Pill tone="info">shown below</Pill> : null}
      </header>
      <RiskBar score={risk.score} threshold={risk.threshold} />
      {draft.subject === null ? null : <p class="subject">{draft.subject}</p>}
      {draft.preheader === null || draft.preheader === '' ? null : <p class="faint">{draft.preheader}</p>}
      <p class="words">{words}</p>
      <ul class="plain">
        {risk.contributions.map((each) => (
          <li key={each.code + each.text}>{each.text}</li>
        ))}
        <li class="faint">
          {risk.contributions.length === 0 ? 'None of the checks found anything. ' : ''}
          {unfounded === 0
            ? draft.claims.length === 0
              ? 'It claims nothing.'
              : 'Every claim rests on a fact.'
            : `${unfounded} of ${draft.claims.length} claims without a fact.`}
        </li>
      </ul>
      {shown || !open ? null : (
        <a
          href={`/reviews/${id}?wording=${label}`}
          role="button"
          class="secondary"
          {...(next ? { 'data-key': 'w' } : {})}
        >
          Look at this one
          {next ? <Key>w</Key> : null}
        </a>
      )}
    </article>
  );
}

type LeftOut = NonNullable<ReviewDetail['variants']>['leftOut'][number];

function leftOutWords(left: LeftOut): string {
  switch (left.code) {
    case 'missing':
      return `The model did not write ${left.label}.`;
    case 'unusable':
      return `${left.label} was left out: it leads where it may not, or is no finished text.`;
    case 'same':
      return `${left.label} was left out: it says nearly the same as ${left.as}.`;
  }
}

/** Beside an approval: which others would have been signed too. Chance drew one of them, and silence counts against it. */
export function AlsoFine({ review }: { review: ReviewDetail }): VNode | null {
  const { variants, contentHash } = review;
  const others = (variants?.wordings ?? []).filter((each) => each.contentHash !== contentHash);
  if (variants?.open !== true || others.length === 0) return null;
  return (
    <fieldset class="reasons">
      <legend>I would sign these too</legend>
      {others.map((each, index) => (
        <label key={each.label}>
          <input type="checkbox" name="alsoFine" value={each.contentHash} data-key={String(index + 1)} />
          {each.label}
          {each.label === variants.drawn ? ' (drawn)' : ''}
          <Key>{index + 1}</Key>
        </label>
      ))}
    </fieldset>
  );
}
