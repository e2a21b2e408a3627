import type { Verdict } from './explanation.js'
import type { JobFacts } from './facts.js'
import { clip, command, fact, quote } from './words.js'

/** The key of the job holds something else. */
export function explainNoJob({ jobId, keyType }: JobFacts): Verdict {
  return {
    cause: 'not-a-job',
    sentence: `The key of job ${quote(jobId)} holds a ${keyType}, not a hash: some other program uses it.`,
    evidence: [fact('keyType', keyType)],
    next: null,
  }
}

/** What makes a job that waits fail as soon as it is taken. */
export function explainBroken({ jobKey, stored }: JobFacts): Verdict[] {
  const { problems, dataBytes, payload } = stored
  const verdicts: Verdict[] = []
  if (dataBytes === 0) {
    verdicts.push({
      cause: 'no-data',
      sentence:
        'Its hash has no field "data", so there is no call to run: rqd will fail it, and RQ does not see it at all.',
      evidence: [fact('dataBytes', 0)],
      next: 'enqueue it anew; whoever enqueued it has to write [function, null, [args], {kwargs}] into "data"',
    })
  }
  if (problems.length > 0) {
    const fields = problems.map(({ field }) => field)
    verdicts.push({
      cause: 'unreadable-field',
      sentence: `${problems.length === 1 ? 'A field' : `${problems.length} fields`} of its hash cannot be read (${fields.map((field) => clip(field)).join(', ')}): rqd will fail it with that reason, and a Python worker would quit.`,
      evidence: problems.map(({ field, message }) => fact(`field:${field}`, message, clip(foundIn(message)))),
      next: `set the field right, or remove it: ${command('redis-cli', 'HDEL', jobKey, fields[0] ?? '')}`,
    })
  }
  if (payload.kind === 'bad') {
    verdicts.push({
      cause: 'undecodable',
      sentence: `Its call cannot be decoded, so it will fail when it is run.`,
      evidence: [fact('dataBytes', dataBytes), fact('problem', payload.problem, clip(payload.problem))],
      next: 'enqueue it anew, as JSON or as a pickle of plain values',
    })
  }
  return verdicts
}

/** The message behind the name of job and field. */
function foundIn(message: string): string {
  return message.replace(/^job .*?, field [^:]*: /, '')
}
