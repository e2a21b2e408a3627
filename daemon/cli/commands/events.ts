import { once } from 'node:events'
import type * as commander from 'commander'
import { requirePackage } from '../../../src/require.js'
import { didYouMean } from '../../control/spelling.js'
import { type DaemonEvent, type EventFilter, type EventType, eventGroups, eventTypes } from '../../events/event.js'
import type { Context, Run } from '../context.js'
import { describeEvent } from '../event-line.js'
import { exitCodes } from '../exit-codes.js'

const { InvalidArgumentError } = requirePackage('commander') as typeof commander

interface Flags {
  follow?: true
  type?: EventFilter['types']
  queue?: string[]
}

export function addEvents(program: commander.Command, run: Run): void {
  program
    .command('events')
    .summary('show what has happened, and what happens')
    .description(
      'Show the last 100 events of the daemon: troubles of jobs, executors, queues, Redis. With --follow also what ' +
        'happens from now on, jobs that start or end well included.',
    )
    .option('-f, --follow', 'go on until interrupted')
    .option('--type <type>', 'only this kind (job.failed) or group (job); repeatable', readType, [])
    .option('--queue <name>', 'only events about this queue; repeatable', collect, [])
    .action(
      run(async (context, command) => {
        const { follow, type: types = [], queue: queues = [] } = command.opts<Flags>()
        const filter = { types: [...types], queues }
        if (follow === true) await showAndFollow(context, filter)
        else await show(context, filter)
        return exitCodes.ok
      }),
    )
}

async function show(context: Context, filter: { types: EventFilter['types'][number][]; queues: string[] }) {
  const { events } = await context.withDaemon((client) => client.call('events', filter))
  for (const event of events) print(context, event)
  if (events.length === 0) context.remark('rqctl: nothing of that kind has happened; --follow waits for it')
}

/** @throws RqdError RQD_UNREACHABLE when the daemon has hung up */
async function showAndFollow(context: Context, filter: { types: EventFilter['types'][number][]; queues: string[] }) {
  const { signal } = context.io
  // What happens before the past ones are printed.
  let early: DaemonEvent[] | undefined = []
  const onEvent = (event: DaemonEvent): void => {
    if (early === undefined) print(context, event)
    else early.push(event)
  }
  await context.withDaemon(
    async (client) => {
      const { seq } = await client.call('subscribe', filter)
      const { events } = await client.call('events', filter)
      for (const event of [...events.filter((each) => each.seq <= seq), ...(early ?? [])]) print(context, event)
      early = undefined
      const interrupted = signal === undefined ? [] : [once(signal, 'abort').then(() => undefined)]
      const reason = await Promise.race([client.closed, ...interrupted])
      if (reason !== undefined) throw reason
    },
    { onEvent },
  )
}

function print(context: Context, event: DaemonEvent): void {
  const { io, json } = context
  io.stdout.write(json ? `${JSON.stringify(event)}\n` : describeEvent(event, context))
}

function readType(given: string, before: EventFilter['types']): EventFilter['types'] {
  const known = [...(Object.keys(eventTypes) as EventType[]), ...eventGroups]
  const type = known.find((name) => name === given)
  if (type !== undefined) return [...before, type]
  throw new InvalidArgumentError(
    `There is no such event${didYouMean(given, known) || `; expected one of ${known.join(', ')}`}`,
  )
}

function collect(given: string, before: string[]): string[] {
  return [...before, given]
}
