import type strftime from 'strftime'
import { RqdError } from '../../src/errors.js'
import { requirePackage } from '../../src/require.js'

/** RQ's own. */
export const DEFAULT_DATE_FORMAT = '%H:%M:%S'

/** What `%` may be followed by: what means the same in Python and here. */
const directives = 'aAbBdeFHIjmMpSTuUwyYzZ%'

/** @throws RqdError RQD_BAD_OPTION if the format has a directive that is not known. */
export function checkDateFormat(format: string): void {
  for (const [all, directive = ''] of format.matchAll(/%(.|$)/gs)) {
    if (directive !== '' && directives.includes(directive)) continue
    const expected = directives.replace(/./g, ' %$&').trim()
    throw new RqdError('RQD_BAD_OPTION', `${JSON.stringify(all)} is none of the known directives: ${expected}`)
  }
}

/** A time in the format, in the local time zone. */
export function formatDate(format: string, date: Date): string {
  return (requirePackage('strftime') as typeof strftime)(format, date)
}
