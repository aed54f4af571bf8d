import { type VNode } from 'preact';
import { type ReviewDetail } from '../../review/review.js';
import { PostForm } from '../layout/parts.js';

/** Its id: the buttons that send it stand in the bar below. */
export const EDIT_FORM = 'edit-form';

/** Before the name of a payload's member in the form. */
export const MEMBER = 'payload.';

/** The words without what follows them by law: the footer stays whatever the words become. */
export function wordsOf(draft: ReviewDetail['draft']): string {
  const footer = draft.text.search(/\n-- ?\n(?![\s\S]*\n-- ?\n)/);
  return (footer === -1 ? draft.text : draft.text.slice(0, footer)).trimEnd();
}

/** Edit in place. What comes of it is assessed again before anybody can sign it. */
export function EditForm({ review }: { review: ReviewDetail }): VNode {
  return (
    <PostForm
      id={EDIT_FORM}
      action={`/reviews/${review.id}/verdict`}
      class="card edit"
      aria-label="Edit the message"
    >
      <input type="hidden" name="verdict" value="edit" />
      <input type="hidden" name="contentHash" value={review.contentHash} />
      {review.draft.kind === 'email' ? <Mail draft={review.draft} /> : <Members draft={review.draft} />}
    </PostForm>
  );
}

function Mail({ draft }: { draft: ReviewDetail['draft'] }): VNode {
  return (
    <>
      <label>
        Subject
        <input name="subject" value={draft.subject ?? ''} maxLength={500} required autoFocus />
      </label>
      <label>
        Preview line
        <input name="preheader" value={draft.preheader ?? ''} maxLength={500} />
      </label>
      <label>
        Words
        <textarea name="text" rows={18} required>
          {wordsOf(draft)}
        </textarea>
      </label>
      <p class="faint">
        The mail is laid out again from these words; its footer stays. The checks look at it again before you
        can sign it.
      </p>
    </>
  );
}

const ONSITE_NAMES: Readonly<Record<string, string>> = { title: 'Title', body: 'Words', url: 'Link' };
/** What is longer than this, or has lines, gets room. */
const ONE_LINE = 80;

function wordsOfMember(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}

/** Each member a field of its own; what is no text, number, yes or no stays as it is. */
function Members({ draft }: { draft: ReviewDetail['draft'] }): VNode {
  const onsite = draft.kind === 'onsite';
  const members = Object.entries(draft.payload ?? {}).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? [] : [{ name, value: wordsOfMember(value) }],
  );
  return (
    <>
      {members.map(({ name, value }, index) => (
        <label key={name}>
          {onsite ? (ONSITE_NAMES[name] ?? name) : name}
          {value.length > ONE_LINE || value.includes('\n') || (onsite && name === 'body') ? (
            <textarea name={`${MEMBER}${name}`} rows={6} autoFocus={index === 0}>
              {value}
            </textarea>
          ) : (
            <input name={`${MEMBER}${name}`} value={value} autoFocus={index === 0} />
          )}
        </label>
      ))}
      <p class="faint">
        {onsite ? 'This is what the site is given to show.' : 'These members are sent as they are here.'} The
        checks look at it again before you can sign it.
      </p>
    </>
  );
}
