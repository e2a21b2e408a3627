import type { Colours } from '../output.js'

const keys: readonly (readonly [key: string, does: string])[] = [
  ['q, Ctrl-C', 'quit; the daemon goes on'],
  ['up, down, j, k', 'select an executor; PgUp, PgDn, Home and End too'],
  ['p', 'pause all queues of this daemon, or resume them'],
  ['s', 'stop the job of the executor selected, for good'],
  ['d', 'drain: start no more jobs; running ones end'],
  ['w u a m n', 'sort by worker, queue, age of the job, memory, jobs done'],
  ['Space', 'look again now'],
  ['h, ?', 'this page; any key goes back'],
]

/** The page that tells the keys. */
export function helpLines(colours: Colours): string[] {
  return [
    colours.bold('rqctl top: a running daemon, live'),
    '',
    ...keys.map(([key, does]) => `  ${key.padEnd(16)}${does}`),
    '',
    'Rates are jobs per second since the look before; CHANGE is how a queue grows.',
    'RUNNING is the age of the oldest job of an executor, MEMORY what is resident.',
  ]
}
