import type { Command } from 'commander'
import { readSeconds } from './options.js'

/** The options that choose among jobs. */
export interface JobFilterFlags {
  func?: string
  olderThan?: number
  error?: string
}

/** Add them to a command. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--func <pattern>', 'only jobs whose function has such a name: * is any characters, ? any one')
    .option(
      '--older-than <span>',
      'only those that are in their state for longer: 90 (seconds), 5m, 2h, 1d',
      readSeconds('--older-than'),
    )
    .option('--error <text>', 'only failed jobs with this text in their traceback')
}

/** Whether any of them is given. */
export function isFiltering({ func, olderThan, error }: JobFilterFlags): boolean {
  return func !== undefined || olderThan !== undefined || error !== undefined
}

/** The same as parameters of a method. */
export function filterOf({ func, olderThan, error }: JobFilterFlags): {
  func: string | null
  olderThanSec: number | null
  error: string | null
} {
  return { func: func ?? null, olderThanSec: olderThan ?? null, error: error ?? null }
}
