import fc from 'fast-check'

/** How much a fuzz does: `RQD_FUZZ_RUNS=100000 npm test -- test/…/fuzz.test.ts` for longer. */
export function fuzzRuns(usual: number): { numRuns: number; seed?: number } {
  const asked = Number(process.env['RQD_FUZZ_RUNS'] ?? 0)
  const seed = Number(process.env['RQD_FUZZ_SEED'] ?? 20_261_125)
  return { numRuns: asked > 0 ? asked : usual, seed }
}

/** Names that plain objects have without anybody giving them, and texts that terminals, parsers and Redis may stumble over. */
export const oddTexts: readonly string[] = [
  '',
  ' ',
  '-',
  '--',
  '-1',
  '0',
  '1e999',
  '0x10',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '%s%n%(message)s',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u009b31m',
  'a\nb\r\nc',
  '\u202egnp.exe',
  '\ud800',
  '\u2028',
  '*',
  '../../etc/passwd',
  'x'.repeat(100_000),
]

/** Any text, with the odd ones among them; no NUL, which no command line and no environment can hold. */
export const anyText: fc.Arbitrary<string> = fc
  .oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ maxLength: 20 }))
  .map((text) => text.replaceAll('\0', ''))

/** What no text of others may bring to a terminal: all control characters but the line feed, and turns of direction. */
const unprintable = /[^\n\P{Cc}]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

/** Longest message that anybody wants to read. */
const MAX_MESSAGE = 4_000

/** How a command line ended. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * What is wrong with how a command line ended: undefined if it ended with one of the codes and, unless that is 0, with
 * a message for people.
 */
export function faultOf({ code, stdout, stderr }: Ended, codes: readonly number[]): string | undefined {
  if (!codes.includes(code)) return `exit code ${code}`
  if (code !== 0 && stderr.trim() === '') return `exit code ${code} without a word`
  if (/^\s+at .+[:(]/m.test(stderr)) return `a stack trace: ${stderr}`
  for (const text of [stdout, stderr]) {
    if (unprintable.test(text)) return `raw control characters: ${JSON.stringify(text.slice(0, 500))}`
  }
  if (stderr.length > MAX_MESSAGE) return `a message of ${stderr.length} characters: ${stderr.slice(0, 200)}`
  return undefined
}
