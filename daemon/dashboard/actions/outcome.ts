import { RqdError } from '../../../src/errors.js'

/** Refusals that are told one by one. */
const SOME = 5

/** Why something was not done to one of several. */
export interface Refused {
  readonly id: string
  readonly why: string
}

/**
 * What became of something that was asked for some jobs: `2 jobs are requeued. 1 was refused: …`.
 * @throws RqdError RQD_INVALID_JOB_OPERATION if it was done to none
 */
export function outcomeText(done: readonly string[], what: string, refused: readonly Refused[]): string {
  const sentences = [
    ...(done.length === 0 ? [] : [`${subject(done)} ${what}.`]),
    ...(refused.length === 0 ? [] : [refusedText(done.length, refused)]),
  ]
  const text = sentences.join(' ')
  if (done.length === 0) throw new RqdError('RQD_INVALID_JOB_OPERATION', text)
  return text
}

function subject(ids: readonly string[]): string {
  const [first] = ids
  return ids.length === 1 && first !== undefined ? `Job ${first} is` : `${ids.length.toLocaleString('en-US')} jobs are`
}

function refusedText(done: number, refused: readonly Refused[]): string {
  const reasons = refused.slice(0, SOME).map(({ why }) => why)
  const left = refused.length - reasons.length
  const more = left > 0 ? `; and ${left.toLocaleString('en-US')} more` : ''
  const head = done === 0 ? 'Nothing was done' : `${refused.length.toLocaleString('en-US')} refused`
  return `${head}: ${reasons.join('; ')}${more}`
}
