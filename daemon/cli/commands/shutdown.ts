import type { Command } from 'commander'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import {
  answerTimeoutMs,
  answerTimeoutOption,
  daemonOption,
  everywhereOption,
  wantedDaemons,
} from '../fleet-options.js'
import { formatCount } from '../output.js'

export function addShutdown(program: Command, run: Run): void {
  program
    .command('shutdown')
    .summary('stop the daemon')
    .description('Tell the daemon to stop once the running jobs have ended. Answers when the stop has begun.')
    .addOption(everywhereOption())
    .addOption(daemonOption())
    .addOption(answerTimeoutOption())
    .option('--now', 'do not wait: end the running jobs and hand them back to their queues')
    .action(
      run(async (context, command) => {
        const now = command.opts<{ now?: true }>().now === true
        const daemons = wantedDaemons(command)
        if (daemons !== undefined) {
          const { orderAll } = await import('../order-all.js')
          const describe = ({ running }: { running: number }): string => describeStop(now, running)
          const answerMs = answerTimeoutMs(command)
          return orderAll(context, daemons, { method: 'shutdown', params: { now }, answerMs, describe })
        }
        const reply = await context.withWhole((client) => client.call('shutdown', { now }))
        context.answer(reply, () => describeStop(now, reply.running))
        return exitCodes.ok
      }),
    )
}

function describeStop(now: boolean, running: number): string {
  if (running === 0) return 'Stopping.\n'
  const jobs = formatCount(running, 'running job')
  return now ? `Stopping now: ${jobs} handed back.\n` : `Stopping after ${jobs}.\n`
}
