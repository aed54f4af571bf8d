import { z } from 'zod';

/** A field of a form whose line ends came as the browser sends them (CR LF), absent when it is not in the form. */
export const optionalText = z
  .string()
  .transform((text) => text.replaceAll('\r\n', '\n'))
  .optional();

/** The same, absent also when nothing was written. */
export const optionalWords = optionalText.transform((text) =>
  text === undefined || text.trim() === '' ? undefined : text,
);

/** A field that may stand in a form several times: one value arrives as text, several as a list. */
export const fieldList = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : [value].flat()));

/** A cursor from a link; empty is none. */
export const cursorField = z.string().max(1_000).optional();
