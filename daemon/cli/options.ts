import type * as commander from 'commander'
import { parseDurationSec } from '../../src/duration.js'
import { coerceError } from '../../src/errors.js'
import { requirePackage } from '../../src/require.js'
import { didYouMean } from '../control/spelling.js'

const { InvalidArgumentError } = requirePackage('commander') as typeof commander

/** Reads a span of time (`90`, `5s`, `3m`), seconds, for an option; Infinity for -1, which never ends. */
export function readSeconds(name: string): (text: string) => number {
  return (text) => {
    let seconds: number
    try {
      seconds = parseDurationSec(text, name)
    } catch (thrown) {
      throw new InvalidArgumentError(coerceError(thrown).message)
    }
    return seconds === -1 ? Infinity : seconds
  }
}

/** Reads a number of seconds above 0, with decimals, for an option. */
export function readInterval(name: string): (text: string) => number {
  return (text) => {
    const seconds = Number(text)
    if (text.trim() !== '' && Number.isFinite(seconds) && seconds > 0 && seconds <= 86_400) return seconds
    const found = JSON.stringify(text)
    throw new InvalidArgumentError(`${name} is ${found}; expected seconds above 0 and up to 86400, such as 2 or 0.5`)
  }
}

/** Adds each use of a repeatable option to those before. */
export function collect(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text]
}

/** Reads a whole number from 1 on, for an option; Infinity for `all`. */
export function readLimit(name: string): (text: string) => number {
  return (text) => {
    if (text === 'all') return Infinity
    const found = Number(text)
    if (/^\d{1,9}$/.test(text) && found >= 1) return found
    throw new InvalidArgumentError(`${name} is ${JSON.stringify(text)}; expected a whole number from 1 on, or all`)
  }
}

/** Reads one of some words, for a repeatable option; says which one was perhaps meant. */
export function collectWord<T extends string>(
  name: string,
  words: readonly T[],
): (text: string, before: readonly T[] | undefined) => T[] {
  return (text, before) => {
    const found = words.find((word) => word === text)
    if (found !== undefined) return [...(before ?? []), found]
    const hint = didYouMean(text, words) || `; expected ${words.join(', ')}`
    throw new InvalidArgumentError(`${name} is ${JSON.stringify(text)}${hint}`)
  }
}
