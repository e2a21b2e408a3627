import { RqdError } from './errors.js'

/** @throws RqdError RQD_BAD_OPTION naming the option, unless `value` is a whole number of at least `least` */
export function checkInteger(option: string, value: number, least = -Infinity): void {
  if (Number.isSafeInteger(value) && value >= least) return
  const expected = least === -Infinity ? 'a whole number' : `a whole number of at least ${least}`
  throw new RqdError('RQD_BAD_OPTION', `${option} is ${String(value)}; expected ${expected}`)
}
