import { RqdError, coerceError } from '../errors.js'
import { isWrongType } from '../redis/read-key.js'

/** Await a read. @throws RqdError RQD_REDIS */
export async function told<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw new RqdError('RQD_REDIS', `Redis did not tell what is known of a job: ${cause.message}`, { cause })
  }
}

/** Await a read of one key; undefined where it holds something else. @throws RqdError RQD_REDIS */
export function soft<T>(reply: Promise<T>): Promise<T | undefined> {
  return told(
    reply.catch((thrown: unknown) => {
      if (isWrongType(thrown)) return undefined
      throw thrown
    }),
  )
}

/** The number in a score or field; undefined if there is none. */
export function numberIn(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || text === '') return undefined
  if (text === 'inf' || text === '+inf') return Infinity
  const number = Number(text)
  return Number.isNaN(number) ? undefined : number
}
