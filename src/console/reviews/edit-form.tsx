import { type VNode } from 'preact';
import { type ReviewDetail } from '../../review/review.js';
import { PostForm } from '../layout/parts.js';

/** Its id: the buttons that send it stand in the bar below. */
export const EDIT_FORM = 'edit-form';

/** The words without what follows them by law: the footer stays whatever the words become. */
function wordsOf(draft: ReviewDetail['draft']): string {
  const body = draft.payload?.['body'];
  if (typeof body === 'string') return body;
  const footer = draft.text.search(/\n-- ?\n(?![\s\S]*\n-- ?\n)/);
  return (footer === -1 ? draft.text : draft.text.slice(0, footer)).trimEnd();
}

/** Edit in place. What comes of it is assessed again before anybody can sign it. */
export function EditForm({ review }: { review: ReviewDetail }): VNode {
  const { draft } = review;
  return (
    <PostForm
      id={EDIT_FORM}
      action={`/reviews/${review.id}/verdict`}
      class="card edit"
      aria-label="Edit the message"
    >
      <input type="hidden" name="verdict" value="edit" />
      <input type="hidden" name="contentHash" value={review.contentHash} />
      {draft.subject === null ? null : (
        <label>
          Subject
          <input name="subject" value={draft.subject} maxLength={500} required autoFocus />
        </label>
      )}
      {draft.preheader === null ? null : (
        <label>
          Preview line
          <input name="preheader" value={draft.preheader} maxLength={500} />
        </label>
      )}
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
    </PostForm>
  );
}
