import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { compiled, tasksFolder } from './paths.js'
import type { Place, Program } from './side.js'

const rqd = compiled('daemon/bin/rqd.js')
const rqctl = compiled('daemon/bin/rqctl.js')

let overlaps: boolean | undefined

/** Whether an executor can run several jobs that wait at once. */
export function canOverlap(): boolean {
  overlaps ??= execFileSync(process.execPath, [rqd, '--help'], { encoding: 'utf8' }).includes('--concurrency')
  return overlaps
}

/**
 * The daemon's command line; the only place that spells it.
 * @param place.width jobs at a time in each of the two executors
 */
export function rqdProgram({ path, queues, width, folder }: Place, more: readonly string[] = ['-q']): Program {
  const overlap = width > 1 && canOverlap() ? ['--concurrency', String(width)] : []
  const own = ['--socket', controlSocket(folder), '-P', tasksFolder, '-N', '2', ...overlap]
  return { command: process.execPath, args: [rqd, '-u', `unix://${path}`, ...own, ...more, ...queues] }
}

export function rqctlProgram(folder: string, command: string): Program {
  return { command: process.execPath, args: [rqctl, '--socket', controlSocket(folder), command] }
}

export const controlSocket = (folder: string): string => join(folder, 's')
