import { createHash } from 'node:crypto'
import { errorLine } from './error-line.js'
import type { JobBrief } from './job-brief.js'

/** What failures have in common that are probably one and the same. */
export interface FailureGroup {
  /** 16 hex digits: the same for the same function, error and message without what differs from job to job. */
  readonly signature: string
  /** Name of the function; null if it cannot be read. */
  readonly func: string | null
  /** Class of the error; null if the traceback names none. */
  readonly errorType: string | null
  /** What the error says of this job. */
  readonly message: string
}

/** Messages are compared, and shown, up to this length. */
const MOST_CHARACTERS = 300
/** Of which so much is looked at: what is cut off later may hold what is put in place of longer text. */
const MOST_LOOKED_AT = 1_000
const MOST_NAME = 200

/** A class, perhaps with its module (Python) or a code (Node), and what follows it. */
const named = /^(?:Uncaught )?([A-Za-z_$][\w$.]{0,199}(?: \[\w{1,80}\])?)(?:: ([^]*)|)$/
/** Of what a name of a class ends in, where nothing follows it: any word alone would be one otherwise. */
const bareClass = /(?:Error|Exception|Warning|Interrupt|Exit|Timeout|Iteration)(?: \[\w+\])?$/

/**
 * What differs from job to job, and what is compared in its place. The longer and surer patterns come first. Each runs
 * in time that grows with the text and no faster.
 */
const variable: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<time>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  // Not the two slashes of a URL.
  [/(?<![\w/:.])(?:[A-Za-z]:)?(?:[/\\][\w.@~+%-]+)+[/\\]?/g, '<path>'],
  // Hex digits with at least one digit among them, and words that hold several digits: hashes and ids.
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '<hex>'],
  [/\b(?=[A-Za-z_]*\d+[A-Za-z_]+\d)\w{8,}\b/g, '<id>'],
  [/\d+(?:[.,]\d+)*/g, '<n>'],
  [/\s+/g, ' '],
]

/** The group that a failed job belongs to. */
export function failureGroup({ func, traceback }: Pick<JobBrief, 'func' | 'traceback'>): FailureGroup {
  const { errorType, message } = readError(traceback ?? '')
  const name = func?.slice(0, MOST_NAME) ?? null
  const compared = JSON.stringify([name, errorType, withoutVariables(message)])
  const signature = createHash('sha256').update(compared).digest('hex').slice(0, 16)
  return { signature, func: name, errorType, message: message.slice(0, MOST_CHARACTERS) }
}

/** A message without numbers, ids, times and paths, at most 300 characters long. */
export function withoutVariables(message: string): string {
  const text = variable.reduce(
    (left, [pattern, instead]) => left.replace(pattern, instead),
    message.slice(0, MOST_LOOKED_AT),
  )
  return text.trim().slice(0, MOST_CHARACTERS)
}

function readError(traceback: string): Pick<FailureGroup, 'errorType' | 'message'> {
  const line = (errorLine(traceback) ?? '').trim().slice(0, MOST_LOOKED_AT)
  const [, errorType, message] = named.exec(line) ?? []
  if (errorType === undefined || (message === undefined && !bareClass.test(errorType))) {
    return { errorType: null, message: line }
  }
  return { errorType, message: message ?? '' }
}
