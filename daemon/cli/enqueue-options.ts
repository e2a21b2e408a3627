/** The options of `rqctl enqueue`. */
import type { Command } from 'commander'
import type { ParamsIn } from '../control/protocol.js'
import { collect, readSeconds } from './options.js'

export interface EnqueueFlags {
  queue?: string
  args?: string
  kwargs?: string
  id?: string
  unique?: true
  atFront?: true
  at?: string
  in?: string
  dependsOn?: string[]
  allowFailure?: true
  retry?: string
  retryInterval?: string
  timeout?: string
  ttl?: string
  resultTtl?: string
  failureTtl?: string
  description?: string
  meta?: string
  serializer?: 'json' | 'pickle'
  wait?: true
  waitTimeout?: number
}

const SPAN = '90 (seconds), 5m, 1h'

export function addEnqueueOptions(command: Command): Command {
  return command
    .option('--queue <name>', 'the queue (default: default)')
    .option('--args <json>', 'arguments, a JSON array: \'[1, "two"]\'')
    .option('--kwargs <json>', 'keyword arguments, a JSON object: \'{"size": 3}\'')
    .option('--id <id>', 'id of the job (default: a random one)')
    .option('--unique', 'refuse an id that exists already')
    .option('--at-front', 'before all jobs that wait')
    .option('--at <time>', 'queue it then: an ISO time, 2026-11-25T08:00:00Z')
    .option('--in <span>', `queue it after so long: ${SPAN}`)
    .option('--depends-on <id>', 'queue it when this job has finished; repeatable', collect)
    .option('--allow-failure', 'or has failed')
    .option('--retry <count>', 'try it again so often when it fails')
    .option('--retry-interval <spans>', 'and wait before: one span, or several with commas between')
    .option('--timeout <span>', `limit of its run: ${SPAN}, -1 for none (default: 180)`)
    .option('--ttl <span>', 'drop it if it has not been started by then')
    .option('--result-ttl <span>', 'keep its result for so long; 0 not at all, -1 for ever (default: 500)')
    .option('--failure-ttl <span>', 'keep a failure for so long (default: a year)')
    .option('--description <text>', 'shown by viewers (default: the call)')
    .option('--meta <json>', 'data that goes with it, a JSON object')
    .option('--serializer <name>', 'json or pickle, whichever the workers of the queue read (default: json)')
    .option('--wait', 'wait until it has ended, and print its result as JSON')
    .option('--wait-timeout <span>', `the same, no longer than so: ${SPAN}`, readSeconds('--wait-timeout'))
}

/** What the method takes. Wrong usage ends the command. */
export function paramsOf(command: Command, flags: EnqueueFlags): ParamsIn<'enqueue'> {
  const { serializer = 'json', at, retry, retryInterval } = flags
  const [func = ''] = command.args
  if (!['json', 'pickle'].includes(serializer)) {
    command.error(`error: --serializer is ${JSON.stringify(serializer)}; expected json or pickle`)
  }
  if (retryInterval !== undefined && retry === undefined) {
    command.error('error: found --retry-interval without --retry; expected how often it is tried again')
  }
  if (at !== undefined && flags.in !== undefined) command.error('error: found --at and --in; expected one or the other')
  return {
    func,
    args: flags.args ?? [],
    kwargs: flags.kwargs ?? {},
    queue: flags.queue ?? 'default',
    id: flags.id ?? null,
    unique: flags.unique === true,
    atFront: flags.atFront === true,
    at: at === undefined ? null : isoTime(command, at),
    in: flags.in ?? null,
    dependsOn: flags.dependsOn ?? [],
    allowFailure: flags.allowFailure === true,
    retry: retry === undefined ? null : { max: wholeNumber(command, retry), ...intervalOf(retryInterval) },
    timeout: flags.timeout ?? null,
    ttl: flags.ttl ?? null,
    resultTtl: flags.resultTtl ?? null,
    failureTtl: flags.failureTtl ?? null,
    description: flags.description ?? null,
    meta: flags.meta === undefined ? null : jsonObject(command, flags.meta),
    serializer,
  }
}

function isoTime(command: Command, text: string): string {
  const epochMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(epochMs)) {
    command.error(`error: --at is ${JSON.stringify(text)}; expected an ISO time, such as 2026-11-25T08:00:00Z`)
  }
  return new Date(epochMs).toISOString()
}

function wholeNumber(command: Command, text: string): number {
  const found = Number(text)
  if (/^\d{1,6}$/.test(text) && found >= 1) return found
  return command.error(`error: --retry is ${JSON.stringify(text)}; expected a whole number from 1 on`)
}

function intervalOf(text: string | undefined): { interval?: string | string[] } {
  if (text === undefined) return {}
  return { interval: text.includes(',') ? text.split(',') : text }
}

function jsonObject(command: Command, text: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>
  } catch {
    // Told below, as what is no object.
  }
  return command.error(`error: --meta is ${JSON.stringify(text)}; expected a JSON object, such as {"by": "me"}`)
}
