import { RqdError } from './errors.js'

/**
 * Give back a queue name that RQ's data can hold.
 * @throws RqdError RQD_BAD_OPTION for any other: workers' hashes join names with commas, and RQ keeps its own lists
 * under names that end in ":intermediate".
 */
export function checkQueueName(name: string): string {
  if (isQueueName(name)) return name
  const text = `queue name ${JSON.stringify(name)}: expected text without a comma that does not end in ":intermediate"`
  throw new RqdError('RQD_BAD_OPTION', text)
}

/** True for a name that RQ's data can hold. */
export function isQueueName(name: string): boolean {
  return name !== '' && !name.includes(',') && !name.endsWith(':intermediate')
}
