import { RqdError, coerceError } from '../src/errors.js'

/** Look up what a flag names. @throws RqdError RQD_BAD_OPTION naming both, with the reason */
export async function named<T>(flag: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (thrown) {
    throw refused(flag, name, coerceError(thrown).message, thrown)
  }
}

export function refused(flag: string, name: string, why: string, cause?: unknown): RqdError {
  const options = cause === undefined ? {} : { cause }
  return new RqdError('RQD_BAD_OPTION', `${flag} ${JSON.stringify(name)} cannot be used: ${why}`, options)
}
