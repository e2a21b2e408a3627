/** Longest line of a message: a value in it may be of any size, and what is wrong with it stands behind. */
const MAX_LINE = 1_000
/** Of it, what is kept of the end. */
const TAIL = 400

/**
 * Text from elsewhere, safe to print: what others wrote into Redis must neither move the cursor, break a line nor turn
 * the direction of the text.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** A message of one or more lines, each safe to print and of a length that people read; a long one loses its middle. */
export function printableMessage(text: string): string {
  return text
    .split('\n')
    .map((line) => shorten(printable(line)))
    .join('\n')
}

function shorten(line: string): string {
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE - TAIL)}…${line.slice(-TAIL)}`
}

/** What a job printed, safe on a terminal: lines and tabs stay, everything else that would move the cursor is shown. */
export function printableOutput(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split(/([\n\t])/)
    .map((part) => (part === '\n' || part === '\t' ? part : printable(part)))
    .join('')
}
