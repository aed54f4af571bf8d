import { type ComponentChildren, type VNode } from 'preact';
import { REASON_CODES, type ReviewDetail, type Verdict } from '../../review/review.js';
import { Facts, Key, Leaving, PostForm, Short } from '../layout/parts.js';
import { reasonWords } from '../layout/words.js';
import { EDIT_FORM } from './edit-form.js';
import { type ReviewProps } from './review-props.js';
import { AlsoFine, shownWording } from './wordings.js';

/** The verdicts, always in reach. What cannot be taken back asks once more. */
export function Verdicts({ review, queue, signedByMe }: ReviewProps & { signedByMe: boolean }): VNode {
  return (
    <>
      <div class="verdicts" role="toolbar" aria-label="Verdict">
        {signedByMe ? null : (
          <button type="button" popovertarget="approve" data-key="a">
            Approve
            <Key>a</Key>
          </button>
        )}
        <a
          href={`/reviews/${review.id}?edit=1${inFocus(review)}`}
          role="button"
          class="secondary"
          data-key="e"
        >
          Edit
          <Key>e</Key>
        </a>
        <button type="button" class="secondary" popovertarget="reject" data-key="r">
          Reject
          <Key>r</Key>
        </button>
        <button type="button" class="secondary" popovertarget="handoff" data-key="h">
          Hand off
          <Key>h</Key>
        </button>
        <VerdictForm review={review} verdict="skip">
          <button type="submit" class="secondary" data-key="s">
            Skip
            <Key>s</Key>
          </button>
        </VerdictForm>
        <span class="spacer" />
        <Neighbours queue={queue} />
        <button
          type="button"
          class="secondary"
          popovertarget="keys"
          data-key="help"
          aria-label="Keyboard help"
        >
          ?
        </button>
      </div>
      <ApproveSheet review={review} />
      <RejectSheet review={review} />
      <HandOffSheet review={review} />
    </>
  );
}

/** While the words are being edited there is nothing to sign yet. */
export function EditBar({ review }: { review: ReviewDetail }): VNode {
  return (
    <div class="verdicts" role="toolbar" aria-label="Edit">
      <button type="submit" form={EDIT_FORM}>
        Save the words
      </button>
      <a
        href={`/reviews/${review.id}?wording=${shownWording(review) ?? ''}`}
        role="button"
        class="secondary"
        data-key="Escape"
      >
        Leave as it was
        <Key>Esc</Key>
      </a>
      <span class="where">Esc once leaves the field, once more leaves the words as they were.</span>
    </div>
  );
}

/** So that an edit begins from the wording that is looked at. */
function inFocus(review: ReviewDetail): string {
  const label = shownWording(review);
  return label === null ? '' : `&wording=${label}`;
}

function Neighbours({ queue }: { queue: ReviewProps['queue'] }): VNode {
  return (
    <>
      <span class="where">
        {queue.position === null ? `${queue.length} waiting` : `${queue.position} of ${queue.length}`}
      </span>
      {queue.previous === null ? null : (
        <a
          href={`/reviews/${queue.previous}`}
          data-key="k"
          aria-label="Previous item"
          role="button"
          class="secondary"
        >
          ‹<Key>k</Key>
        </a>
      )}
      {queue.next === null ? null : (
        <a
          href={`/reviews/${queue.next}`}
          data-key="j"
          aria-label="Next item"
          role="button"
          class="secondary"
        >
          ›<Key>j</Key>
        </a>
      )}
      <a href="/reviews" data-key="u" hidden>
        Back to the queue
      </a>
    </>
  );
}

function VerdictForm({
  review,
  verdict,
  children,
}: {
  review: ReviewDetail;
  verdict: Verdict;
  children: ComponentChildren;
}): VNode {
  return (
    <PostForm action={`/reviews/${review.id}/verdict`}>
      <input type="hidden" name="verdict" value={verdict} />
      <input type="hidden" name="contentHash" value={review.contentHash} />
      {children}
    </PostForm>
  );
}

function Sheet({ id, title, children }: { id: string; title: string; children: ComponentChildren }): VNode {
  return (
    <div id={id} popover="auto" role="dialog" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </div>
  );
}

function Back({ sheet }: { sheet: string }): VNode {
  return (
    <button type="button" class="secondary" popovertarget={sheet} popovertargetaction="hide">
      Not yet
      <Key>Esc</Key>
    </button>
  );
}

function ApproveSheet({ review }: { review: ReviewDetail }): VNode {
  const second =
    review.state === 'awaiting_second' &&
    review.verdicts.some(
      ({ verdict, contentHash }) => verdict === 'approve' && contentHash === review.contentHash,
    );
  return (
    <Sheet id="approve" title={second ? 'Sign as the second person?' : 'Sign these exact words?'}>
      <Facts
        rows={[
          ['To', review.recipient],
          ['Subject', review.draft.subject],
          ['Leaves', <Leaving key="leaves" at={review.sendAt} />],
          ['Signed', <Short key="hash" id={review.contentHash} length={20} />],
        ]}
      />
      {review.tier === 2 && !second ? <p>A second person has to sign before it leaves.</p> : null}
      <p class="faint">Your name stands under it. If anything changes afterwards, it does not leave.</p>
      <VerdictForm review={review} verdict="approve">
        <AlsoFine review={review} />
        <footer>
          <button type="submit" data-key="a" autoFocus>
            Sign and approve
            <Key>a</Key>
          </button>
          <Back sheet="approve" />
        </footer>
      </VerdictForm>
    </Sheet>
  );
}

function RejectSheet({ review }: { review: ReviewDetail }): VNode {
  return (
    <Sheet id="reject" title="Reject: nothing is sent">
      <VerdictForm review={review} verdict="reject">
        <fieldset class="reasons">
          <legend>Why</legend>
          {REASON_CODES.map((code, index) => (
            <label key={code}>
              <input
                type="checkbox"
                name="reasons"
                value={code}
                data-key={String(index + 1)}
                autoFocus={index === 0}
              />
              {reasonWords(code)}
              <Key>{index + 1}</Key>
            </label>
          ))}
        </fieldset>
        <label>
          Note (kept with the verdict)
          <textarea name="note" rows={2} maxLength={2000} />
        </label>
        <footer>
          <button type="submit" class="danger" data-key="r">
            Reject
            <Key>r</Key>
          </button>
          <Back sheet="reject" />
        </footer>
      </VerdictForm>
    </Sheet>
  );
}

function HandOffSheet({ review }: { review: ReviewDetail }): VNode {
  return (
    <Sheet id="handoff" title="Hand off to a person">
      <p>
        Opens a task with an owner. Automation for this person stays off until it is closed; this message is
        not sent.
      </p>
      <VerdictForm review={review} verdict="handoff">
        <label>
          What they should know
          <textarea name="note" rows={3} maxLength={2000} autoFocus />
        </label>
        <footer>
          <button type="submit" data-key="h">
            Hand off
            <Key>h</Key>
          </button>
          <Back sheet="handoff" />
        </footer>
      </VerdictForm>
    </Sheet>
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ['a', 'approve: once to see what you sign, once more to sign'],
  ['e', 'edit the words in place'],
  ['r', 'reject, then 1–9 for the reasons and r again'],
  ['h', 'hand off to a person'],
  ['s', 'skip: leave it to somebody else'],
  ['w', 'look at the next wording, where there are several'],
  ['j', 'next item'],
  ['k', 'previous item'],
  ['u', 'back to the queue'],
  ['Esc', 'leave a field or close a sheet'],
  ['?', 'this list'],
];

export function HelpSheet(): VNode {
  return (
    <Sheet id="keys" title="Keys">
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <>
            <dt>
              <Key>{key}</Key>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
    </Sheet>
  );
}
